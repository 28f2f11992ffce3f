"""The composition root: settings in, a house with everything in its place out.

The only module that knows adapters, handlers and the database by name.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import structlog

from db import SqlDatabase
from receptionist.admin.accounts import PasswordAccounts
from receptionist.admin.room import StaffRoom
from receptionist.booking.desk import BookingDesk, build_booking_desk
from receptionist.bootstrap.adapters import (
    build_adapters,
    build_audio_store,
    build_calendar,
    build_mail,
    build_messaging,
    build_telephony,
    build_vendors,
)
from receptionist.bootstrap.handlers import build_handlers
from receptionist.bootstrap.limits import Guards, build_guards, build_rate_store
from receptionist.bootstrap.phrases import ReadyPhrases
from receptionist.bootstrap.preparing import open_database_as_set
from receptionist.bootstrap.resilience import build_breaker_store, build_operations, guard_vendors
from receptionist.bootstrap.staff import build_inbox_work, build_staff_room
from receptionist.bootstrap.watching import Watching, build_watching
from receptionist.call.active import ActiveCalls
from receptionist.call.background import Background
from receptionist.call.desk import FrontDesk
from receptionist.call.file import utc_now
from receptionist.call.handler import StreamServices
from receptionist.call.measured import MeasuredJournal
from receptionist.call.memory import CallMemory, keep_learning
from receptionist.call.neighbours import Neighbours
from receptionist.call.plain import PlainMode
from receptionist.call.recovery import watch_open_calls
from receptionist.call.softphone import SoftphoneConversations
from receptionist.call.speech_cache import SpeechCache
from receptionist.call.stream_tokens import StreamTokens
from receptionist.call.voicemail import Voicemails
from receptionist.call.warm import Vendors, WarmLines
from receptionist.call.ways import Ways
from receptionist.conversation.router import Router
from receptionist.errors import ConfigurationError, ReceptionistError
from receptionist.limits.rates import RateLimits
from receptionist.observability import Metrics
from receptionist.ports.audio_store import AudioStore
from receptionist.ports.calendar import Calendar
from receptionist.ports.function_handler import Office
from receptionist.ports.telephony import TelephonyControl
from receptionist.ports.voice_detector import VoiceActivityDetector
from receptionist.resilience.breakers import Breakers
from receptionist.settings import Settings
from receptionist.telephony.addresses import Addresses
from receptionist.telephony.call_backs import CallBacks
from receptionist.telephony.guard import CallGuard
from receptionist.telephony.signature import RequestVerifier
from receptionist.telephony.stream import MediaStreams
from receptionist.telephony.texts import TwilioTexts
from receptionist.telephony.webhooks import TwilioWebhooks
from receptionist.tracing import Tracing, opened_tracing
from receptionist.voice.turn_config import TurnConfig

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Services:
    """Everything the routes need."""

    settings: Settings
    metrics: Metrics
    database: SqlDatabase
    accounts: PasswordAccounts
    vendors: Vendors
    telephony: TelephonyControl
    webhooks: TwilioWebhooks
    texts: TwilioTexts
    call_backs: CallBacks
    staff_room: StaffRoom
    streams: MediaStreams
    softphone: SoftphoneConversations
    active: ActiveCalls
    limits: RateLimits
    cache: SpeechCache
    booking: BookingDesk

    async def not_ready(self) -> list[str]:
        """Why calls cannot be taken now; empty when they can."""
        reasons = []
        if self.active.draining:
            reasons.append("draining: this process is about to stop")
        try:
            current = await self.database.is_current()
        except ReceptionistError as exc:
            return [*reasons, f"database: {exc.code}"]
        if not current:
            return [*reasons, "database: its schema is old; run receptionist db upgrade"]
        async with self.database.reading() as uow:
            if not await uow.practices.all():
                reasons.append("practice: none is loaded; run receptionist practice load FILE")
        return reasons


@asynccontextmanager
async def open_services(
    settings: Settings, neighbours: Neighbours | None = None
) -> AsyncIterator[Services]:
    """Build everything, and take it down again. Raises `ConfigurationError` with every problem.

    `neighbours` are the processes beside this one, on the same port.
    """
    problems: list[str] = []
    vendors = build_vendors(settings, problems)
    detectors = build_adapters("vad", settings.vad_provider, problems)
    telephony = build_telephony(problems)
    calendar = build_calendar(settings, problems)
    messaging = build_messaging(settings, problems)
    mail = build_mail(settings, problems)
    rates = build_rate_store(problems)
    shared = build_breaker_store(problems)
    database = open_database_as_set(settings, problems)
    if not (database and telephony and calendar and messaging and mail and rates and shared):
        raise ConfigurationError(problems)
    if problems:
        raise ConfigurationError(problems)
    async with AsyncExitStack() as stack:
        await database.start()
        stack.push_async_callback(database.aclose)
        outside = (telephony, detectors[0], calendar, messaging, mail, rates, shared)
        for close in (*vendors.closers, *(adapter.close for adapter in outside)):
            stack.push_async_callback(close)
        endpoint = settings.otel_exporter_otlp_endpoint
        tracing = await stack.enter_async_context(opened_tracing(endpoint))
        vendors = tracing.vendors(vendors)
        calendar = tracing.methods("calendar", calendar)
        messaging = tracing.methods("texts", messaging)
        mail = tracing.methods("mail", mail)
        telephony = tracing.methods("telephony", telephony)
        if (audio := build_audio_store()) is not None:
            stack.push_async_callback(audio.close)
        metrics = Metrics(beside=neighbours)
        operations = build_operations(settings, database, messaging, utc_now)
        on_change = operations.changed if operations else None
        breakers = Breakers(shared, database, metrics, on_change=on_change)
        vendors = guard_vendors(settings, vendors, breakers, metrics)
        guards = build_guards(settings, rates, database, telephony, messaging, metrics, utc_now)
        telephony, messaging = guards.telephony, guards.messaging
        watching = build_watching(settings, database, metrics, vendors, telephony, utc_now)
        stack.push_async_callback(watching.close)
        inbox = build_inbox_work(
            settings, database, messaging, mail, telephony, vendors.recognisers, utc_now
        )
        booking = build_booking_desk(
            database,
            calendar,
            utc_now,
            public_base=settings.public_url,
            messaging=messaging,
            link_base=settings.public_base,
            other_jobs={
                **inbox.jobs,
                **watching.webhooks.jobs(),
                **(operations.jobs() if operations else {}),
            },
            on_busy_asked=metrics.busy_asked,
        )
        office = Office(database, booking.book, database.journal)
        await stack.enter_async_context(booking.running())
        handlers_used = tracing.handlers(build_handlers(metrics))
        router = Router(
            vendors.models, handlers_used, office, utc_now, model_failed=metrics.vendor_failed
        )
        stack.push_async_callback(router.close)
        background = await stack.enter_async_context(Background())
        services = _assemble(
            settings,
            vendors,
            detectors[0],
            telephony,
            database,
            router,
            background,
            metrics,
            booking,
            calendar,
            tracing,
            audio,
            guards,
            watching,
            neighbours,
        )
        watching.start(background)
        background.spawn(breakers.watch(), "breakers")
        background.spawn(_keep_phrases_ready(services), "render-phrases")
        background.spawn(inbox.escalation.watch(), "inbox-escalation")
        background.spawn(inbox.retention.watch(), "retention")
        yield services


def _assemble(
    settings: Settings,
    vendors: Vendors,
    detector: VoiceActivityDetector,
    telephony: TelephonyControl,
    database: SqlDatabase,
    router: Router,
    background: Background,
    metrics: Metrics,
    booking: BookingDesk,
    calendar: Calendar,
    tracing: Tracing,
    audio: AudioStore | None,
    guards: Guards,
    watching: Watching,
    neighbours: Neighbours | None,
) -> Services:
    database.tell_of_ends(metrics.call_ended)
    memory = CallMemory(tracing.journal(MeasuredJournal(database.journal, metrics)))
    background.spawn(watch_open_calls(database, memory), "open-calls")
    background.spawn(keep_learning(database, memory), "practices")
    active = ActiveCalls(metrics, neighbours=neighbours)
    token = settings.twilio_auth_token
    verifier = RequestVerifier(settings.public_base, token.get_secret_value() if token else None)
    warm = WarmLines(vendors, booking.book, background, metrics)
    ways = Ways(
        vendors,
        active,
        background,
        most_streams=settings.stream_calls,
        expected=lambda: warm.expected,
        neighbours=neighbours,
    )
    tokens = StreamTokens(database, background)
    desk = FrontDesk(
        database,
        memory,
        PlainMode(router),
        warm,
        tokens,
        background,
        streaming=vendors.streaming,
        ways=ways,
        neighbours=neighbours,
    )
    addresses = Addresses(settings.public_base)
    guard = CallGuard(guards.limits, guards.spending, database)
    voicemails = Voicemails(database, memory)
    webhooks = TwilioWebhooks(
        desk, voicemails, database, verifier, addresses, metrics, active, guard
    )
    cache = SpeechCache(settings.var_directory / "speech", audio)
    accounts = PasswordAccounts(database)
    return Services(
        settings=settings,
        metrics=metrics,
        database=database,
        accounts=accounts,
        vendors=vendors,
        telephony=telephony,
        cache=cache,
        booking=booking,
        webhooks=webhooks,
        texts=TwilioTexts(booking.texts, verifier, webhooks.refused, guard),
        call_backs=CallBacks(database, verifier, addresses, webhooks.refused, guards.spending),
        staff_room=build_staff_room(
            settings,
            database,
            accounts,
            telephony,
            booking,
            calendar,
            watching,
            stopping=lambda: active.draining,
        ),
        streams=MediaStreams(
            database=database,
            memory=memory,
            verifier=verifier,
            webhooks=webhooks,
            warm=warm,
            tokens=tokens,
            detector=detector,
            services=StreamServices(
                router,
                vendors,
                cache,
                metrics,
                watching.calls,
                TurnConfig(preemptive=settings.llm_preemptive),
            ),
            active=active,
            background=background,
        ),
        softphone=SoftphoneConversations(database, memory, router, active, live=watching.calls),
        active=active,
        limits=guards.limits,
    )


async def _keep_phrases_ready(services: Services) -> None:
    voice = next((voice for voice in services.vendors.voices if voice.streaming), None)
    if voice is not None and await services.database.is_current():
        await ReadyPhrases(services.database, services.cache, voice).watch()

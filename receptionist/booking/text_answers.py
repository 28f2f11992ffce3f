"""What people text back: YES and NO to an offer, STOP and HELP; all else is for the staff.

Only a text that is nothing but such a word is taken for one: "Yes, but could it be
later?" books nothing. A text is answered once: a webhook that comes again gets the
answer that was kept.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import structlog

from receptionist.booking import text_words
from receptionist.booking.text_sender import START, STOP, YES
from receptionist.booking.texts import AppointmentTexts
from receptionist.booking.waiting import WaitingOffers
from receptionist.booking.waiting_turn import holder
from receptionist.domain.contacts import to_e164
from receptionist.domain.emergencies import check_safety, emergency_reply
from receptionist.domain.practice import Practice
from receptionist.errors import InvalidArguments, SlotTaken
from receptionist.ports.appointment_book import AppointmentBook, BookingRequest
from receptionist.ports.follow_up import TextRecord, Waiting
from receptionist.ports.records import Database, StaffMessage, Urgency

log = structlog.get_logger()

NO = "in.no"
HELP = "in.help"
OTHER = "in.other"
REPLY = "out.reply"
PASSED_ON = "out.passed_on"

KEYWORDS = {
    YES: (
        "yes",
        "y",
        "yes please",
        "yes thank you",
        "yes thanks",
        "yep",
        "yeah",
        "ok",
        "okay",
    ),
    NO: ("no", "n", "no thanks", "no thank you", "nope"),
    HELP: ("help", "info"),
    STOP: (
        "stop",
        "stopall",
        "stop all",
        "unsubscribe",
        "cancel",
        "end",
        "quit",
        "optout",
        "revoke",
    ),
    START: ("start", "unstop"),
}
"""Those of STOP and START are the ones that Twilio acts on by itself."""
QUIET = timedelta(hours=1)
"""A machine at the other end that answers every text is answered once in that time."""
FAILED = ("undelivered", "failed")
NO_WORDS = "(a text without words; pictures are not kept)"


def keyword(body: str) -> str:
    """Which kind of text this is."""
    letters = "".join(c if c.isalpha() else " " for c in body.casefold())
    said = " ".join(letters.split())
    return next((kind for kind, words in KEYWORDS.items() if said in words), OTHER)


class TextAnswers:
    """Answer texts as they come in, and hear how far ours got."""

    def __init__(
        self,
        database: Database,
        book: AppointmentBook,
        texts: AppointmentTexts,
        offers: WaitingOffers,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._book = book
        self._texts = texts
        self._offers = offers
        self._clock = clock

    async def received(
        self, sid: str, sender: str, to: str, body: str, *, answered: bool = False
    ) -> str | None:
        """What to answer; None is silence. `answered`: the phone company has done so."""
        async with self._database.reading() as uow:
            practice = await uow.practices.by_number(to)
            before = await uow.texts.get(f"in:{sid}")
            reply = await uow.texts.get(f"reply:{sid}")
        if practice is None:
            log.warning("text_for_nobody")
            return None
        if before is not None:
            return None if reply is None else reply.body
        phone = to_e164(sender, practice) or sender[:64]
        kind = keyword(body)
        answer_kind, answer = await self._answer(kind, sid, phone, body[:1600], practice)
        if answered:
            answer = None
        now = self._clock()
        text = TextRecord(f"in:{sid}", practice.id, "in", kind, phone, body[:1600], now, sid)
        async with self._database.transaction() as uow:
            await uow.texts.add(text)
            if answer is not None:
                key = f"reply:{sid}"
                await uow.texts.add(
                    TextRecord(key, practice.id, "out", answer_kind, phone, answer, now)
                )
        log.info("text_received", kind=kind)
        return answer

    async def status(self, sid: str, status: str) -> None:
        """How far a text of ours got; in any order, any number of times."""
        async with self._database.transaction() as uow:
            text = await uow.texts.set_status(sid, status[:24])
        if text is not None and status in FAILED:
            log.warning("text_not_delivered", kind=text.kind)
            await self._texts.undelivered(text)
            await self._offers.undelivered(text)

    async def _answer(
        self, kind: str, sid: str, phone: str, body: str, practice: Practice
    ) -> tuple[str, str | None]:
        """Of which kind the answer is, and what it says."""
        if kind == STOP:
            await self._leave(phone, practice)
            return REPLY, None  # The phone company says so, and lets no text of ours through.
        if kind == START:
            return REPLY, None
        if kind == HELP:
            return REPLY, text_words.helping(practice)
        offered = await self._offered(phone, practice)
        if kind == YES:
            return REPLY, await self._yes(offered, practice)
        if kind == NO and offered is not None:
            await self._offers.pass_on(offered)
            return REPLY, text_words.left(practice)
        return await self._for_staff(sid, phone, body, practice)

    async def _yes(self, offered: Waiting | None, practice: Practice) -> str:
        if offered is None or offered.offered_start is None:
            return text_words.nothing_open(practice)
        service = practice.service(offered.service)
        person = offered.offered_practitioner
        start = offered.offered_start.astimezone(practice.zone)
        if service is None or person is None:
            return await self._gone(offered, practice)
        request = BookingRequest(
            practice=practice,
            service=service,
            start=start,
            practitioner=person,
            caller_name=offered.caller_name,
            phone=offered.phone,
            date_of_birth=offered.date_of_birth,
            notes=None,
            call_sid=holder(offered),
            key=f"{holder(offered)}:{int(start.timestamp())}",
            actor="waiting list",
        )
        try:
            await self._book.book(request, self._clock().astimezone(practice.zone))
        except (SlotTaken, InvalidArguments):
            return await self._gone(offered, practice)
        await self._offers.taken(offered)
        return text_words.taken(start, person, practice)

    async def _gone(self, offered: Waiting, practice: Practice) -> str:
        await self._offers.pass_on(offered)
        return text_words.gone(practice)

    async def _offered(self, phone: str, practice: Practice) -> Waiting | None:
        """What was offered to them last, over or not."""
        async with self._database.reading() as uow:
            rows = await uow.waiting_list.of_phone(phone)
        return next((row for row in rows if row.practice_id == practice.id), None)

    async def _leave(self, phone: str, practice: Practice) -> None:
        """Nobody can be told of a free time who wants no texts."""
        async with self._database.reading() as uow:
            rows = await uow.waiting_list.open(practice.id)
        for waiting in rows:
            if waiting.phone == phone:
                await self._offers.pass_on(waiting, leaves=True)

    async def _for_staff(
        self, sid: str, phone: str, body: str, practice: Practice
    ) -> tuple[str, str | None]:
        now = self._clock()
        safety = check_safety(body)
        is_urgent = safety in ("crisis", "emergency")
        urgency: Urgency = "urgent" if is_urgent else "routine"
        async with self._database.transaction() as uow:
            known = await uow.appointments.of_caller(practice.id, date_of_birth=None, phone=phone)
            names = {row.caller_name for row in known}
            await uow.messages.add(
                StaffMessage(
                    id=uuid4().hex,
                    practice_id=practice.id,
                    call_sid=None,
                    caller_name=names.pop() if len(names) == 1 else "Somebody by text",
                    phone=phone,
                    message=body.strip() or NO_WORDS,
                    urgency=urgency,
                    recipient=None,
                    status="new",
                    created_at=now,
                    idempotency_key=f"text:{sid}",
                )
            )
            last = await uow.texts.latest(practice.id, phone, (PASSED_ON,))
        if is_urgent:
            return REPLY, emergency_reply(practice, safety)
        if last is not None and now - last.at < QUIET:
            return REPLY, None
        return PASSED_ON, text_words.passed_on(practice)

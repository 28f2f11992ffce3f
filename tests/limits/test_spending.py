"""What a practice may spend in a day, on both databases' terms."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from db import SqlDatabase
from providers.messaging.embedded import EmbeddedMessaging
from providers.telephony.embedded import EmbeddedTelephony
from receptionist.booking.text_sender import TextSender
from receptionist.domain.practice import InboxRules, OutgoingRules, Practice
from receptionist.errors import NumberRefused, ProviderLimited, ProviderRefused
from receptionist.limits.guarded import GuardedMessaging, GuardedTelephony
from receptionist.limits.spending import Spending
from receptionist.observability import Metrics
from receptionist.ports.records import ListQuery

ANNA, BEN, MANAGER = "+12125550123", "+12125550124", "+12125550190"
PREMIUM = "+19005551234"
RULES = OutgoingRules(calls_per_day=3, texts_per_day=4, texts_per_phone_per_day=2)
PRACTICE = Practice(
    "Maple Street Clinic",
    "America/New_York",
    ("+15550100",),
    "Hello.",
    {},
    outgoing=RULES,
    inbox=InboxRules(escalate_to=(MANAGER,)),
)


class Post(EmbeddedMessaging):
    """Notes what was sent."""

    external = True

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, to: str, body: str, **_more: object) -> str:
        self.sent.append(to)
        return f"SM{len(self.sent)}"


class Exchange(EmbeddedTelephony):
    """Notes whom was rung."""

    def __init__(self) -> None:
        self.rung: list[str] = []

    async def place_call(self, to: str, **_more: str) -> str:
        self.rung.append(to)
        return f"CA{len(self.rung)}"


@dataclass
class Office:
    """A practice that texts and calls, with a clock of its own."""

    database: SqlDatabase
    practice: Practice
    post: Post = field(default_factory=Post)
    exchange: Exchange = field(default_factory=Exchange)
    now: datetime = datetime(2026, 11, 24, 15, tzinfo=UTC)
    metrics: Metrics = field(default_factory=Metrics)

    def __post_init__(self) -> None:
        self.spending = Spending(self.database, lambda: self.now, self.metrics)
        guarded = GuardedMessaging(self.post, self.database, self.spending)
        self.sender = TextSender(self.database, guarded, lambda: self.now)
        self.telephony = GuardedTelephony(self.exchange, self.database, self.spending)
        self._texts = 0

    async def text(self, phone: str) -> None:
        self._texts += 1
        await self.sender.send(f"text:{self._texts}", self.practice, "text.booked", phone, "Hi.")

    async def call(self, number: str, sender: str = "+15550100") -> str:
        return await self.telephony.place_call(number, sender=sender, answered_url="", ended_url="")

    async def tasks(self) -> list[str]:
        async with self.database.reading() as uow:
            return [m.message for m in (await uow.messages.list(ListQuery())).items]


@pytest.fixture
async def office(either_database: SqlDatabase) -> Office:
    async with either_database.transaction() as uow:
        practice = await uow.practices.get(await uow.practices.save(PRACTICE))
    assert practice is not None
    return Office(either_database, practice)


async def test_a_practices_rules_are_kept_as_they_were_given(office: Office) -> None:
    assert office.practice.outgoing == RULES


async def test_a_number_that_costs_gets_neither_text_nor_call(office: Office) -> None:
    with pytest.raises(NumberRefused):
        await office.text(PREMIUM)
    with pytest.raises(NumberRefused):
        await office.call(PREMIUM)

    assert (office.post.sent, office.exchange.rung) == ([], [])
    refused = office.metrics.registry.get_sample_value
    assert refused("receptionist_limited_total", {"what": "text_destination"}) == 1
    assert refused("receptionist_limited_total", {"what": "call_destination"}) == 1


async def test_one_phone_gets_so_many_texts_a_day_and_others_go_on(office: Office) -> None:
    for _ in range(2):
        await office.text(ANNA)
    with pytest.raises(NumberRefused):
        await office.text(ANNA)
    await office.text(BEN)

    assert office.post.sent == [ANNA, ANNA, BEN]


async def test_texts_beyond_those_of_a_day_wait_and_staff_are_told_once(office: Office) -> None:
    for number in range(4):
        await office.text(f"+1212555012{number}")
    for _ in range(3):
        with pytest.raises(ProviderLimited):
            await office.text(BEN)

    (task,) = await office.tasks()
    assert "4 texts" in task
    assert BEN not in task
    office.now += timedelta(hours=25)
    await office.text(BEN)
    assert office.post.sent[-1] == BEN


async def test_a_warning_to_staff_goes_out_though_everything_is_used_up(office: Office) -> None:
    for number in range(4):
        await office.text(f"+1212555012{number}")

    await office.text(MANAGER)

    assert office.post.sent[-1] == MANAGER


async def test_calls_beyond_those_of_a_day_are_not_made(office: Office) -> None:
    for _ in range(3):
        await office.call(ANNA)
    with pytest.raises(ProviderLimited):
        await office.call(BEN)

    assert office.exchange.rung == [ANNA] * 3
    assert len(await office.tasks()) == 1
    office.now += timedelta(hours=25)
    assert await office.call(BEN)


async def test_of_many_that_call_at_once_no_more_than_allowed_are_let_through(
    office: Office,
) -> None:
    async def tries(number: int) -> bool:
        try:
            await office.spending.take_call(office.practice, ANNA, f"key {number}")
        except ProviderLimited:
            return False
        return True

    async with asyncio.TaskGroup() as group:
        calls = [group.create_task(tries(number)) for number in range(15)]

    assert sum(task.result() for task in calls) == 3


async def test_a_call_that_is_asked_about_twice_is_counted_once(office: Office) -> None:
    for _ in range(10):
        await office.spending.take_call(office.practice, ANNA, "transfer:CA1:")

    await office.spending.take_call(office.practice, ANNA, "transfer:CA2:")


async def test_a_restart_forgets_nothing_that_was_spent(office: Office) -> None:
    for _ in range(3):
        await office.call(ANNA)
    after = Office(office.database, office.practice, now=office.now)

    with pytest.raises(ProviderLimited):
        await after.call(ANNA)


async def test_what_goes_out_from_a_number_that_is_no_practices_is_refused(office: Office) -> None:
    with pytest.raises(ProviderRefused):
        await office.call(ANNA, sender="+15559999")


async def test_where_nothing_leaves_the_machine_nothing_is_counted(office: Office) -> None:
    kept = GuardedMessaging(EmbeddedMessaging(), office.database, office.spending)

    for _ in range(20):
        assert await kept.send(PREMIUM, "Hi.", sender="+15550100")


async def test_rules_may_be_as_strict_as_none_at_all(office: Office) -> None:
    strict = replace(office.practice, outgoing=replace(RULES, calls_per_day=0, texts_per_day=0))

    with pytest.raises(ProviderLimited):
        await office.spending.take_call(strict, ANNA, "k")
    with pytest.raises(ProviderLimited):
        await office.spending.check_text(strict, ANNA)

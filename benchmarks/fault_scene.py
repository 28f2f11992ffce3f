"""The vendors of a call as emulators, with a proxy before each that can make it fail.

PostgreSQL and Redis are real servers: those that the tests use.
"""

import asyncio
import struct
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from benchmarks.fault_call import BOOKERS, Phase, Vendor
from benchmarks.faulty_vendor import Fault, FaultyVendor
from db import open_database
from providers.llm.embedded import EmbeddedLanguageModel
from receptionist.practice_file import load_practice
from tests.emulators import deepgram, elevenlabs, openai
from tests.emulators.google import GoogleEmulator
from tests.emulators.twilio import ACCOUNT_SID, AUTH_TOKEN
from tests.emulators.twilio_messages import messages_emulator
from tests.postgres import server_url
from tests.servers import REDIS, postgresql, redis_url
from tests.whole_calls.house import ALWAYS_OPEN, environment, practice_file

MIDWAY_BYTES: Mapping[Vendor, int] = {
    "stt": 400,
    "llm": 900,
    "tts": 6000,
    "calendar": 150,
    "booking": 150,
    "texts": 150,
    "redis": 3,
    "database": 30,
}
LEE = "lee@example.com"
WITH_CALENDAR = practice_file(ALWAYS_OPEN).replace(
    "name: Dr. Lee\n", f"name: Dr. Lee\n    calendar: {LEE}\n"
)
CALLER = "+12125550123"
"""A number that can be texted."""
PUBLIC = "https://reception.example"
REDIS_SAYS = {
    "401": b"-NOAUTH Authentication required.\r\n",
    "429": b"-ERR max number of clients reached\r\n",
    "5xx": b"-LOADING Redis is loading the dataset in memory\r\n",
}


def postgresql_error(state: str) -> bytes:
    """What PostgreSQL refuses a connection with."""
    fields = f"SFATAL\0VFATAL\0C{state}\0Mrefused\0\0".encode()
    return b"E" + struct.pack(">I", len(fields) + 4) + fields


POSTGRESQL_SAYS = {
    "401": postgresql_error("28P01"),
    "429": postgresql_error("53300"),
    "5xx": postgresql_error("57P03"),
}


async def is_here(vendor: Vendor) -> bool:
    """Whether this machine has the server that such a cell needs."""
    if vendor == "database":
        return await server_url() is not None
    if vendor == "redis":
        with suppress(pytest.skip.Exception):
            return bool(await redis_url())
        return False
    return True


class Scene:
    """The settings of a house, and its vendors. One of them will fail."""

    def __init__(self, stack: AsyncExitStack, vendor: Vendor, phase: Phase) -> None:
        self._stack = stack
        self._vendor: Vendor = vendor
        self._books = vendor in BOOKERS and phase != "transferring"
        self._proxies: dict[Vendor, FaultyVendor] = {}
        self.settings: dict[str, str] = {}
        self.in_handler = asyncio.Event()

    async def open(self, folder: Path) -> None:
        """Emulators, and the proxies before them."""
        enter = self._stack.enter_async_context
        ear = await enter(deepgram.deepgram_emulator())
        voice = await enter(elevenlabs.elevenlabs_emulator())
        model = await enter(openai.OpenAIEmulator(self._thinking()))
        google = await enter(GoogleEmulator())
        google.add_calendar(LEE, timezone="America/New_York")
        twilio = await enter(messages_emulator())
        stt = await self._before("stt", ear.url)
        llm = await self._before("llm", model.base_url)
        tts = await self._before("tts", voice.url)
        calendar = await self._before(
            "booking" if self._vendor == "booking" else "calendar", google.url
        )
        texts = await self._before("texts", twilio.url)
        key = google.accounts.write_key_file(folder / "key.json", f"{calendar.url}/token")
        self.settings = environment(
            folder,
            DEEPGRAM_API_KEY=deepgram.KEY,
            DEEPGRAM_BASE_URL=stt.url,
            ELEVENLABS_API_KEY=elevenlabs.KEY,
            ELEVENLABS_BASE_URL=tts.url,
            OPENAI_API_KEY="sk-test",
            OPENAI_BASE_URL=llm.url,
            GOOGLE_APPLICATION_CREDENTIALS=str(key),
            GOOGLE_CALENDAR_BASE_URL=calendar.url,
            TWILIO_ACCOUNT_SID=ACCOUNT_SID,
            TWILIO_AUTH_TOKEN=AUTH_TOKEN,
            TWILIO_BASE_URL=texts.url,
            PUBLIC_URL=PUBLIC,
            VAD_PROVIDER="energy",
            LOG_LEVEL="ERROR",
        )
        if self._vendor == "redis":
            redis = await self._before("redis", REDIS, REDIS_SAYS)
            self.settings["REDIS_URL"] = f"redis://{redis.address}{urlsplit(REDIS).path}"
        if self._vendor == "database":
            self.settings["DATABASE_URL"] = await self._database()
        (folder / "practice.yaml").write_text(WITH_CALENDAR)

    @property
    def asked(self) -> bool:
        """Whether anything was wanted of the vendor after it had broken down."""
        return self._proxies[self._vendor].asked

    def fail(self, fault: Fault) -> None:
        """From now on."""
        self._proxies[self._vendor].break_down(fault)

    def heal(self) -> None:
        """The call is over, and its records can be read."""
        self._proxies[self._vendor].heal()

    async def _before(
        self, vendor: Vendor, url: str, refusals: Mapping[str, bytes] | None = None
    ) -> FaultyVendor:
        proxy = FaultyVendor(url, MIDWAY_BYTES[vendor], refusals)
        self._proxies[vendor] = await self._stack.enter_async_context(proxy.serving())
        return proxy

    async def _database(self) -> str:
        url = await self._stack.enter_async_context(postgresql())
        database = open_database(url)
        await database.upgrade()
        await database.aclose()
        proxy = await self._before("database", url, POSTGRESQL_SAYS)
        parts = urlsplit(url)
        user = parts.netloc.rpartition("@")[0]
        netloc = f"{user}@{proxy.address}" if user else proxy.address
        return parts._replace(netloc=netloc, query="ssl=disable").geturl()

    def _thinking(self) -> Any:
        practice = load_practice(WITH_CALENDAR, source="benchmark")
        rules = openai.rules_model(
            EmbeddedLanguageModel(), practice, lambda: datetime.now(UTC), caller_number=CALLER
        )

        async def thinks(body: dict[str, Any]) -> openai.Reply:
            reply = await rules(body)
            called = [call.name for call in reply.calls]
            if "schedule_appointment" in called if self._books else called:
                self.in_handler.set()
            return reply

        return thinks

"""Writing voicemails down: `recording.write_down`.

A voicemail is left when ours could not talk to its caller, often because no recogniser
could be reached. So its words come later: as long as nothing hears audio here, the
rows wait, untouched, for a process that does.
"""

import asyncio
import io
import wave
from collections.abc import AsyncIterator, Sequence

import structlog

from receptionist.booking.outbox import Job
from receptionist.domain.practice import Practice
from receptionist.errors import ProviderError, ProviderRefused, ProviderUnavailable
from receptionist.inbox.recordings import WRITE_DOWN
from receptionist.ports.follow_up import OutboxRow
from receptionist.ports.records import Database
from receptionist.ports.speech_to_text import (
    EndOfTurn,
    FinalTranscript,
    Heard,
    PartialTranscript,
    Recognition,
    SpeechToText,
)
from receptionist.ports.staff import StaffMessage
from receptionist.ports.telephony import TelephonyControl
from receptionist.voice.audio import BYTES_PER_MS, duration_ms, silence, to_mulaw

NO_WORDS = "(No words could be made out.)"
MOST_CHARACTERS = 5000
LONGEST_MS = 150_000
"""Half a minute more than a voicemail may have."""
PIECE_MS = 100
PIECE_S = PIECE_MS / 1000 / 4
"""Four times as fast as it was said: two minutes fit well into an outbox's lease."""
TAIL_MS = 1500
"""Silence behind the last word, for recognisers that wait for it."""
SETTLED_S = 3.0
"""Nothing more is heard of for so long, once everything is sent: that was all."""

log = structlog.get_logger()


class WritingDown:
    """Every recogniser that hears audio is tried, in the order of failover."""

    def __init__(
        self,
        database: Database,
        telephony: TelephonyControl,
        recognisers: Sequence[SpeechToText],
    ) -> None:
        self._database = database
        self._telephony = telephony
        self._ears = [each for each in recognisers if each.streaming]

    def jobs(self) -> dict[str, Job]:
        """By kind; none when nothing here hears audio."""
        return {WRITE_DOWN: self.write_down} if self._ears else {}

    async def write_down(self, row: OutboxRow) -> None:
        """Raises `ProviderError` when it has to be tried again."""
        found = await self._message(str(row.payload["message_id"]), str(row.payload["sid"]))
        if found is None:
            return
        message, practice = found
        sound = await self._telephony.recording(str(row.payload["sid"]), "wav")
        words = await self._words(_mulaw(sound, self._telephony.name), practice)
        async with self._database.transaction() as uow:
            is_kept = await uow.messages.write_down(message, words[:MOST_CHARACTERS] or NO_WORDS)
        log.info("voicemail_written_down", kept=is_kept)

    async def _message(self, message_id: str, sid: str) -> tuple[StaffMessage, Practice] | None:
        """None when it is written down already, or its call was erased."""
        async with self._database.reading() as uow:
            message = await uow.messages.get(message_id)
            if message is None or message.call_sid is None:
                return None
            known = await uow.recordings.of_call(message.call_sid)
            events = await uow.messages.history(message_id)
            practice = await uow.practices.get(message.practice_id)
        is_due = any(each.sid == sid for each in known) and practice is not None
        if not is_due or any(event.kind == "written_down" for event in events):
            return None
        return (message, practice) if practice else None

    async def _words(self, mulaw: bytes, practice: Practice) -> str:
        failure: ProviderError = ProviderUnavailable("stt", "nothing here hears audio")
        for ear in self._ears:
            try:
                return await _heard(ear, mulaw, practice)
            except* ProviderError as failed:
                failure = _first(failed)
            log.warning("voicemail_not_heard", provider=ear.name, error_code=failure.code)
        raise failure


class _Words:
    """What a recogniser has made of a recording of this length so far."""

    def __init__(self, length_ms: float) -> None:
        self._length_ms = length_ms
        self._turns: list[str] = []
        self._finals: list[str] = []
        self._partial = ""
        self._came = asyncio.Event()
        self._is_whole = False

    @property
    def text(self) -> str:
        """Everything."""
        return " ".join(filter(None, (*self._turns, *self._finals, self._partial)))

    async def take(self, events: AsyncIterator[Heard]) -> None:
        """Until cancelled. Raises `ProviderError`."""
        async for event in events:
            self._add(event)
            self._came.set()

    async def settled(self) -> None:
        """Until all of the recording is decided, or nothing more comes."""
        while not self._is_whole:
            self._came.clear()
            try:
                async with asyncio.timeout(SETTLED_S):
                    await self._came.wait()
            except TimeoutError:
                return

    def _add(self, event: Heard) -> None:
        match event:
            case PartialTranscript(text=text):
                self._partial = text
            case FinalTranscript(text=text):
                self._finals.append(text)
                self._partial = ""
            case EndOfTurn(text=text):
                # Its text is the whole turn, finals included; or they were, and it is empty.
                self._turns += [text] if text else self._finals
                self._finals, self._partial = [], ""
        if isinstance(event, FinalTranscript | EndOfTurn) and event.until_ms is not None:
            self._is_whole = event.until_ms >= self._length_ms


async def _heard(ear: SpeechToText, mulaw: bytes, practice: Practice) -> str:
    words = _Words(duration_ms(mulaw))
    async with (
        ear.recognise(language=practice.language, keyterms=practice.keyterms) as recognition,
        asyncio.TaskGroup() as group,
    ):
        taking = group.create_task(words.take(recognition.events()))
        await _say(recognition, mulaw + silence(TAIL_MS))
        await words.settled()
        taking.cancel()
    return words.text


async def _say(recognition: Recognition, mulaw: bytes) -> None:
    for start in range(0, len(mulaw), PIECE_MS * BYTES_PER_MS):
        await recognition.send(mulaw[start : start + PIECE_MS * BYTES_PER_MS])
        await asyncio.sleep(PIECE_S)
    await recognition.finalize()


def _mulaw(sound: bytes, provider: str) -> bytes:
    """Of a WAV file. Raises `ProviderRefused` when it is none of speech."""
    try:
        with wave.open(io.BytesIO(sound)) as file:
            if file.getsampwidth() != 2 or file.getnchannels() > 2:
                raise ProviderRefused(provider, "a recording in an unknown form")
            pcm16, rate = file.readframes(file.getnframes()), file.getframerate()
            mulaw = to_mulaw(pcm16, rate, file.getnchannels())
    except (wave.Error, EOFError, ValueError) as exc:
        raise ProviderRefused(provider, "a recording that is no WAV file") from exc
    return mulaw[: LONGEST_MS * BYTES_PER_MS]


def _first(failed: BaseExceptionGroup[ProviderError]) -> ProviderError:
    for each in failed.exceptions:
        return _first(each) if isinstance(each, BaseExceptionGroup) else each
    raise AssertionError("a group holds at least one exception")

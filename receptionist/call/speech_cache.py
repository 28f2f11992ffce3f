"""Audio of sentences that are said again and again: greetings and fixed phrases.

Rendered once per text and voice, kept in memory and on disk, so the greeting is
there when the stream starts, also on the first call after a restart. With a store that
processes share, one of them renders it for all.
"""

import asyncio
from collections import OrderedDict
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

import structlog

from receptionist.errors import ProviderError, ProviderUnavailable
from receptionist.ports.audio_store import AudioStore
from receptionist.ports.text_to_speech import TextToSpeech

log = structlog.get_logger()
MOST_ENTRIES = 256


class SpeechCache:
    """μ-law audio by voice and text."""

    def __init__(self, directory: Path, shared: AudioStore | None = None) -> None:
        self._directory = directory
        self._shared = shared
        self._memory: OrderedDict[str, bytes] = OrderedDict()

    def get(self, voice: TextToSpeech, text: str) -> bytes | None:
        """What is in memory; never touches the disk."""
        key = _key(voice, text)
        audio = self._memory.get(key)
        if audio is not None:
            self._memory.move_to_end(key)
        return audio

    async def render(self, voice: TextToSpeech, text: str, *, language: str) -> None:
        """Have this text ready. A voice that fails now is asked again when the text is spoken."""
        if self.get(voice, text) is not None:
            return
        key = _key(voice, text)
        path = self._directory / f"{key}.ulaw"
        audio = await asyncio.to_thread(_read, path)
        if audio is None:
            audio = await self._from_others(key) or await self._made(voice, text, language, key)
            if not audio:
                return
            await asyncio.to_thread(_write, path, audio)
        self._memory[key] = audio
        while len(self._memory) > MOST_ENTRIES:
            self._memory.popitem(last=False)

    async def _made(self, voice: TextToSpeech, text: str, language: str, key: str) -> bytes:
        try:
            audio = b"".join([c async for c in voice.synthesize(text, language=language)])
        except ProviderError as exc:
            log.warning("greeting_not_rendered", provider=voice.name, error_code=exc.code)
            return b""
        if audio and self._shared is not None:
            with suppress(ProviderUnavailable):
                await self._shared.put(key, audio)
        return audio

    async def _from_others(self, key: str) -> bytes | None:
        if self._shared is None:
            return None
        with suppress(ProviderUnavailable):
            return await self._shared.get(key)
        return None


def _key(voice: TextToSpeech, text: str) -> str:
    return sha256(f"{voice.name}\0{voice.voice}\0{text}".encode()).hexdigest()


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _write(path: Path, audio: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_bytes(audio)
    partial.replace(path)

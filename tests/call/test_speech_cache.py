"""Rendered speech, shared by processes that have no disk in common."""

from pathlib import Path

from receptionist.call.speech_cache import SpeechCache
from receptionist.errors import ProviderUnavailable
from tests.call.fakes import FakeVoice


class Store:
    """An `AudioStore` in memory, which can be away."""

    name = "fake"

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.away = False

    async def get(self, key: str) -> bytes | None:
        self._answer()
        return self.kept.get(key)

    async def put(self, key: str, mulaw: bytes) -> None:
        self._answer()
        self.kept[key] = mulaw

    async def close(self) -> None:
        return

    def _answer(self) -> None:
        if self.away:
            raise ProviderUnavailable(self.name, "away")


async def test_one_process_renders_for_all(tmp_path: Path) -> None:
    store, first, second = Store(), FakeVoice(), FakeVoice()
    await SpeechCache(tmp_path / "1", store).render(first, "Hello there.", language="en")
    cache = SpeechCache(tmp_path / "2", store)

    await cache.render(second, "Hello there.", language="en")

    assert (first.asked, second.asked) == (["Hello there."], [])
    assert cache.get(second, "Hello there.") == b"\x55" * 80 * len("Hello there.")


async def test_another_voice_renders_for_itself(tmp_path: Path) -> None:
    store, other = Store(), FakeVoice("other")
    await SpeechCache(tmp_path / "1", store).render(FakeVoice(), "Hello there.", language="en")

    await SpeechCache(tmp_path / "2", store).render(other, "Hello there.", language="en")

    assert other.asked == ["Hello there."]


async def test_what_came_from_others_survives_a_restart_without_them(tmp_path: Path) -> None:
    store, voice = Store(), FakeVoice()
    await SpeechCache(tmp_path / "1", store).render(FakeVoice(), "Hello there.", language="en")
    await SpeechCache(tmp_path / "2", store).render(voice, "Hello there.", language="en")

    store.away = True
    await SpeechCache(tmp_path / "2", store).render(voice, "Hello there.", language="en")

    assert voice.asked == []


async def test_a_store_that_is_away_costs_no_greeting(tmp_path: Path) -> None:
    store, voice = Store(), FakeVoice()
    store.away = True
    cache = SpeechCache(tmp_path, store)

    await cache.render(voice, "Hello there.", language="en")

    assert cache.get(voice, "Hello there.") is not None


async def test_a_voice_that_breaks_off_leaves_nothing_behind(tmp_path: Path) -> None:
    store, voice = Store(), FakeVoice(fail_after=3)
    cache = SpeechCache(tmp_path, store)

    await cache.render(voice, "Hello there.", language="en")

    assert cache.get(voice, "Hello there.") is None
    assert store.kept == {}
    assert not list(tmp_path.iterdir())

"""The stage on which calls are held at both ends."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from receptionist.call.warm import Vendors
from tests.call.fakes import FakeRecogniser, FakeVoice
from tests.whole_calls.house import environment, open_house
from tests.whole_calls.staged import GatedModel, Stage


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    for name, value in environment(tmp_path, VAD_PROVIDER="energy").items():
        monkeypatch.setenv(name, value)
    recogniser, model = FakeRecogniser(), GatedModel()
    vendors = Vendors([recogniser], [model], [FakeVoice()])
    monkeypatch.setattr("receptionist.bootstrap.build_vendors", lambda *_: vendors)
    with capture_logs() as log:
        async with open_house() as house:
            yield Stage(house, recogniser, model, log)


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lost stream that nobody asks about is a lost call at once."""
    monkeypatch.setattr("receptionist.call.recovery.PATIENCE_S", 0.2)


@pytest.fixture(params=["uvicorn", "picows"])
def stream_server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who carries the streams of a test: each holds to the same."""
    name: str = request.param
    monkeypatch.setenv("STREAM_SERVER", name)
    return name

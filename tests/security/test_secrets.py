"""A key, a token or a password is in nothing that anybody prints."""

import os
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest

from receptionist.bootstrap.preparing import check_settings
from receptionist.errors import ConfigurationError
from receptionist.settings import read_settings
from tests.whole_calls.house import environment

SECRET = "hunter2-s3cr3t"
SECRETS = {
    "TWILIO_AUTH_TOKEN": f"{SECRET}-twilio",
    "DEEPGRAM_API_KEY": f"{SECRET}-deepgram",
    "OPENAI_API_KEY": f"sk-{SECRET}-openai",
    "ELEVENLABS_API_KEY": f"{SECRET}-elevenlabs",
    "ADMIN_PASSWORD": f"{SECRET}-admin",
    "SMTP_PASSWORD": f"{SECRET}-smtp",
    "REDIS_URL": f"redis://:{SECRET}-redis@127.0.0.1:1/0",
}
DATABASE = f"postgresql://someone:{SECRET}-database@127.0.0.1:1/none"
CLOSED = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_BASE_URL": "http://127.0.0.1:1",
    "DEEPGRAM_BASE_URL": "http://127.0.0.1:1",
    "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
    "ELEVENLABS_BASE_URL": "http://127.0.0.1:1",
}
"""Vendors nobody answers for."""
ROOT = Path(__file__).parents[2]


def printed_by(tmp_path: Path, settings: Mapping[str, str], *arguments: str) -> str:
    """Both streams of a command that is run with these settings."""
    known = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "receptionist", *arguments],
        env={**known, "PYTHONPATH": str(ROOT), **environment(tmp_path), **settings},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.stdout + done.stderr


def test_the_doctor_finds_everything_wrong_and_quotes_no_key(tmp_path: Path) -> None:
    printed = printed_by(tmp_path, SECRETS | CLOSED | {"DATABASE_URL": DATABASE}, "doctor")

    assert "FAIL" in printed
    assert SECRET not in printed


@pytest.mark.parametrize(
    "wrong",
    [
        {"DATABASE_URL": DATABASE},
        {"DATABASE_URL": f"mysql://someone:{SECRET}@host/name"},
        {"DATABASE_URL": f"{SECRET}://x"},
        {"REDIS_URL": f"http://:{SECRET}@host"},
        {"CALLS_PER_CALLER": "often", "LOG_LEVEL": "all"},
    ],
    ids=["unreachable", "unknown", "nonsense", "redis", "others"],
)
def test_a_start_that_fails_says_why_without_a_secret(
    tmp_path: Path, wrong: Mapping[str, str]
) -> None:
    printed = printed_by(tmp_path, SECRETS | wrong, "serve", "--port", "0")

    assert next(iter(wrong)).split("_")[0].lower() in printed.lower()
    assert SECRET not in printed


def test_settings_show_no_secret_however_they_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (SECRETS | {"DATABASE_URL": DATABASE}).items():
        monkeypatch.setenv(name, value)
    settings = read_settings()

    assert settings.twilio_auth_token is not None
    assert SECRET in settings.twilio_auth_token.get_secret_value()
    for shown in (repr(settings), str(settings), f"{settings!r:.2000}"):
        assert SECRET not in shown


def test_a_traceback_with_all_its_variables_shows_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As error reporters make them."""
    for name, value in (environment(tmp_path) | SECRETS).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CALENDAR_PROVIDER", "nonsense")
    with pytest.raises(ConfigurationError) as caught:
        check_settings(read_settings())

    # The first frame is this test, which has put the secrets there.
    trace = caught.tb.tb_next
    shown = traceback.TracebackException(caught.type, caught.value, trace, capture_locals=True)
    lines = "".join(shown.format())
    assert "check_settings" in lines
    assert SECRET not in lines

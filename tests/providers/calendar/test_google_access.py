"""Who we are to Google: the key file, tokens, shared calendars and settings."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from providers.calendar.google import ADAPTER, GoogleCalendar, endpoint, read_account
from receptionist.errors import (
    ConfigurationError,
    ProviderError,
    ProviderLimited,
    ProviderRefused,
    ProviderUnavailable,
)
from tests.emulators.google import GoogleEmulator
from tests.emulators.google_accounts import SERVICE_ACCOUNT, ServiceAccounts, new_key
from tests.providers.calendar.conftest import Open
from tests.providers.calendar.contract import CLOSED, KIM, LEE, appointment, busy

DESK = "desk@example.com"


async def test_a_revoked_token_is_renewed(google: GoogleEmulator, calendar: GoogleCalendar) -> None:
    await calendar.put(LEE, appointment())
    google.revoke_tokens()

    assert await busy(calendar) == [appointment().interval]
    assert google.accounts.issued == 2


async def test_a_token_is_used_until_it_expires(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    await calendar.check([LEE])
    await calendar.check([LEE])

    assert google.accounts.issued == 1


async def test_a_token_about_to_expire_is_renewed_before_it_is_used(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.accounts.lifetime_s = 60

    await calendar.check([LEE])
    await calendar.check([LEE])

    assert google.accounts.issued == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("500", ProviderUnavailable),
        ("429", ProviderLimited),
        ("drop", ProviderUnavailable),
        ("garbage", ProviderUnavailable),
        ("hang", ProviderUnavailable),
    ],
)
async def test_a_token_endpoint_that_fails_is_an_outage_that_passes(
    google: GoogleEmulator, hasty: GoogleCalendar, fault: str, error: type[ProviderError]
) -> None:
    google.fail("token", fault, times=9)

    with pytest.raises(error) as caught:
        await busy(hasty)
    google.clear_faults()

    assert caught.value.retryable
    assert await busy(hasty) == []


async def test_another_accounts_key_is_refused(google: GoogleEmulator, tmp_path: Path) -> None:
    stranger = ServiceAccounts(key=new_key())
    key_file = stranger.write_key_file(tmp_path / "key.json", f"{google.url}/token")
    calendar = GoogleCalendar(read_account(key_file), google.base_url)

    with pytest.raises(ProviderRefused, match="invalid_grant") as caught:
        await calendar.check()
    await calendar.close()

    assert not caught.value.retryable


async def test_a_delegated_user_sees_the_users_calendars(
    google: GoogleEmulator, open_calendar: Open
) -> None:
    google.accounts.delegates.add(DESK)
    google.share(CLOSED, DESK)
    calendar = open_calendar(subject=DESK)

    await calendar.put(CLOSED, appointment())

    assert await busy(calendar, CLOSED) == [appointment().interval]
    assert DESK in (await calendar.check([LEE]))[LEE]


async def test_a_user_who_did_not_delegate_is_refused(
    google: GoogleEmulator, open_calendar: Open
) -> None:
    with pytest.raises(ProviderRefused, match="unauthorized_client"):
        await open_calendar(subject=DESK).check()


async def test_the_check_says_with_whom_to_share(calendar: GoogleCalendar) -> None:
    words = (await calendar.check([CLOSED]))[CLOSED]

    assert words.startswith(f"{CLOSED} is not shared with us")
    assert SERVICE_ACCOUNT in words
    assert "'Make changes to events'" in words


@pytest.mark.parametrize("role", ["reader", "freeBusyReader"])
async def test_the_check_finds_a_calendar_we_may_not_write_to(
    google: GoogleEmulator, calendar: GoogleCalendar, role: str
) -> None:
    google.add_calendar(KIM, role=role)  # type: ignore[arg-type]

    words = (await calendar.check([KIM]))[KIM]

    assert "Make changes to events" in words


async def test_an_event_for_a_calendar_we_may_only_read_is_refused(
    google: GoogleEmulator, calendar: GoogleCalendar
) -> None:
    google.add_calendar(KIM, role="reader")

    with pytest.raises(ProviderRefused, match="requiredAccessLevel") as caught:
        await calendar.put(KIM, appointment())

    assert not caught.value.retryable


@pytest.mark.parametrize("path", ["", "/", "/calendar/v3", "/calendar/v3/"])
async def test_the_settings_build_a_calendar(
    google: GoogleEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    key_file = google.write_key_file(tmp_path / "key.json")
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(key_file))
    monkeypatch.setenv("GOOGLE_CALENDAR_BASE_URL", google.url + path)

    settings = ADAPTER.settings()
    calendar = ADAPTER.build(settings)

    assert ADAPTER.configured(settings)
    assert await calendar.check([LEE]) == {}
    await calendar.close()


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_key_file_google_is_not_the_default(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    if value is not None:
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", value)

    assert not ADAPTER.configured(ADAPTER.settings())


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        (None, "that can be read"),
        ("no json", "that can be read"),
        ("[]", "key file of a service account"),
        ('{"type": "authorized_user"}', "key file of a service account"),
        (json.dumps({"type": "service_account", "client_email": "a@b"}), "private_key"),
        (json.dumps({"type": "service_account", "private_key": "hush"}), "client_email"),
    ],
)
def test_a_wrong_key_file_stops_the_start_and_tells_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str | None, advice: str
) -> None:
    path = tmp_path / "key.json"
    if text is not None:
        path.write_text(text)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))

    with pytest.raises(ValidationError, match=advice) as caught:
        ADAPTER.settings()

    assert "hush" not in str(caught.value)


def test_a_private_key_that_cannot_be_read_stops_the_start_and_is_not_told() -> None:
    account = {"client_email": "a@b", "private_key": "hush", "token_uri": "http://127.0.0.1/"}

    with pytest.raises(ConfigurationError, match="GOOGLE_APPLICATION_CREDENTIALS") as caught:
        GoogleCalendar(account, "http://127.0.0.1")

    assert "hush" not in str(caught.value)


def test_a_base_url_without_a_scheme_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_CALENDAR_BASE_URL", "calendar.example")

    with pytest.raises(ValidationError, match="https://"):
        ADAPTER.settings()


def test_the_default_address_is_googles() -> None:
    assert endpoint("https://www.googleapis.com") == "https://www.googleapis.com/calendar/v3/"

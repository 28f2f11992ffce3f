"""What the mail adapters hand over, and what they make of a server's refusals."""

from collections.abc import AsyncIterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from providers.mail.file import FileMail
from providers.mail.smtp import SmtpMail, SmtpSettings
from receptionist.errors import (
    NumberRefused,
    ProviderLimited,
    ProviderRefused,
    ProviderUnavailable,
)
from receptionist.ports.mail import Mail, OutgoingMail
from tests.commands.secure import certificate
from tests.emulators.smtp import PASSWORD, USERNAME, SmtpEmulator, smtp_emulator

MAIL = OutgoingMail(
    to="manager@example.com",
    subject="Maple Street Clinic: message waiting",
    text="An urgent message has waited 12 minutes.\n.\nSee https://reception.example.com/admin",
    key="inbox.escalate:m1:1:manager@example.com",
)


def adapter(emulator: SmtpEmulator, **more: object) -> SmtpMail:
    values = {"security": "none", **more}
    return SmtpMail(
        SmtpSettings(
            host="127.0.0.1", port=emulator.port, SMTP_FROM="reception@example.com", **values
        )
    )


@pytest.fixture
async def emulator() -> AsyncIterator[SmtpEmulator]:
    async with smtp_emulator() as running:
        yield running


@pytest.fixture(params=["smtp", "file"])
async def mail(request: pytest.FixtureRequest, emulator: SmtpEmulator, tmp_path: Path) -> Mail:
    return adapter(emulator) if request.param == "smtp" else FileMail(tmp_path / "mail")


class TestMailContract:
    async def test_a_working_service_passes_its_check(self, mail: Mail) -> None:
        await mail.check()

    async def test_what_is_sent_arrives_as_it_is(
        self, mail: Mail, emulator: SmtpEmulator, tmp_path: Path
    ) -> None:
        await mail.send(MAIL)
        await mail.close()

        files = sorted((tmp_path / "mail").glob("*.eml"))
        parsed = [message_from_bytes(f.read_bytes(), policy=policy.default) for f in files]
        (arrived,) = [*emulator.mails, *parsed]
        assert arrived["to"] == MAIL.to
        assert arrived["subject"] == MAIL.subject
        assert arrived.get_content().replace("\r\n", "\n").strip() == MAIL.text

    async def test_a_line_break_makes_no_header(self, mail: Mail) -> None:
        evil = OutgoingMail(MAIL.to, "Hello\r\nBcc: everybody@example.com", "x", "k")

        with pytest.raises(ValueError, match=r"linefeed|newline"):
            await mail.send(evil)


async def test_the_same_mail_twice_is_one_file(tmp_path: Path) -> None:
    mail = FileMail(tmp_path)

    await mail.send(MAIL)
    await mail.send(MAIL)

    assert len(list(tmp_path.iterdir())) == 1


async def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    mail = FileMail(tmp_path / "taken")

    with pytest.raises(ProviderUnavailable):
        await mail.send(MAIL)
    with pytest.raises(ProviderUnavailable):
        await mail.check()


async def test_the_same_mail_twice_has_one_id(emulator: SmtpEmulator) -> None:
    await adapter(emulator).send(MAIL)
    await adapter(emulator).send(MAIL)

    first, second = (mail["message-id"] for mail in emulator.mails)
    assert first == second
    assert first.endswith("@example.com>")


async def test_mail_goes_encrypted_and_signed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    async with smtp_emulator(file) as emulator:
        known = {"username": USERNAME, "password": PASSWORD, "security": "starttls"}
        await adapter(emulator, **known).send(MAIL)
        with pytest.raises(ProviderRefused, match="535"):
            await adapter(emulator, **{**known, "password": "guess"}).check()

    assert (emulator.secured, emulator.signed_in) == ([True], [True])


async def test_a_server_that_is_not_who_it_says_gets_no_password(tmp_path: Path) -> None:
    async with smtp_emulator(certificate(tmp_path)) as emulator:
        with pytest.raises(ProviderUnavailable):
            await adapter(emulator, security="starttls").send(MAIL)

    assert emulator.mails == []


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ({"RCPT": "550 5.1.1 no such user"}, NumberRefused),
        ({"RCPT": "450 4.2.1 try later"}, ProviderUnavailable),
        ({"MAIL": "451 4.7.1 too many"}, ProviderLimited),
        ({"DATA": "554 5.7.1 spam"}, ProviderRefused),
    ],
)
async def test_refusals_leave_as_our_errors(
    emulator: SmtpEmulator, answers: dict[str, str], error: type[Exception]
) -> None:
    emulator.answers = answers

    with pytest.raises(error) as raised:
        await adapter(emulator).send(MAIL)

    assert MAIL.to not in str(raised.value)


async def test_no_server_is_unavailable(emulator: SmtpEmulator) -> None:
    emulator.port = 9

    with pytest.raises(ProviderUnavailable):
        await adapter(emulator).check()

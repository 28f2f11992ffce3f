"""E-mail through a mail server (RFC 5321), in a thread: the standard library's client blocks.

The key becomes the Message-ID, so a mail that was sent twice because an answer was lost is
one mail to whoever reads it.
"""

import asyncio
import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email import policy
from email.message import EmailMessage
from email.utils import formatdate
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from receptionist.errors import (
    NumberRefused,
    ProviderLimited,
    ProviderRefused,
    ProviderUnavailable,
)
from receptionist.ports.adapter import Adapter
from receptionist.ports.mail import Mail, OutgoingMail

NAME = "smtp"
TIMEOUT_S = 15.0

Security = Literal["starttls", "tls", "none"]


class SmtpSettings(BaseSettings, env_prefix="SMTP_", extra="ignore"):
    """Environment: SMTP_HOST, SMTP_PORT, SMTP_USERNAME, SMTP_PASSWORD, SMTP_FROM, SMTP_SECURITY
    (`starttls`, `tls` or `none`)."""

    host: str | None = None
    port: int = Field(default=587, ge=1, le=65535)
    username: str | None = None
    password: SecretStr | None = None
    from_: str | None = Field(default=None, validation_alias="SMTP_FROM")
    security: Security = "starttls"

    @field_validator("from_")
    @classmethod
    def _from(cls, value: str | None) -> str | None:
        if value is not None and "@" not in value:
            raise ValueError("expected an address such as reception@example.com")
        return value

    @property
    def complete(self) -> bool:
        """Whether mail can be sent."""
        return bool(self.host and self.from_)


class SmtpMail:
    """Fulfil `Mail` with a mail server."""

    name = NAME

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings

    async def send(self, mail: OutgoingMail) -> None:
        """Raises `NumberRefused` for an address that the server will never take."""
        await asyncio.to_thread(self._send, self._message(mail))

    async def check(self) -> None:
        """Sign in, and send nothing."""
        await asyncio.to_thread(self._greet)

    async def close(self) -> None:
        """Nothing is kept open."""

    def _message(self, mail: OutgoingMail) -> EmailMessage:
        sender = self._settings.from_ or ""
        message = EmailMessage(policy=policy.SMTP)
        message["From"] = sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = formatdate(usegmt=True)
        name = hashlib.sha256(mail.key.encode()).hexdigest()[:32]
        message["Message-ID"] = f"<{name}@{sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message

    def _send(self, message: EmailMessage) -> None:
        with _translated(), self._connected() as server:
            server.send_message(message)

    def _greet(self) -> None:
        with _translated(), self._connected() as server:
            server.noop()

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        settings = self._settings
        host, port = settings.host or "", settings.port
        context = ssl.create_default_context()
        server: smtplib.SMTP
        if settings.security == "tls":
            server = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
        with server:
            if settings.security == "starttls":
                server.starttls(context=context)
            if settings.username and settings.password:
                server.login(settings.username, settings.password.get_secret_value())
            yield server


@contextmanager
def _translated() -> Iterator[None]:
    """The client's errors as ours. Their texts quote addresses, so none is kept."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as exc:
        codes = [code for code, _ in exc.recipients.values()]
        if all(code >= 500 for code in codes):
            raise NumberRefused(NAME, "the address is refused", status=codes[0]) from exc
        raise ProviderUnavailable(NAME, "the address is not taken now", status=codes[0]) from exc
    except smtplib.SMTPResponseException as exc:
        reason = f"code {exc.smtp_code}"
        if exc.smtp_code in (421, 450, 451, 452):
            raise ProviderLimited(NAME, reason, status=exc.smtp_code) from exc
        raise ProviderRefused(NAME, reason, status=exc.smtp_code) from exc
    except (smtplib.SMTPException, OSError) as exc:
        raise ProviderUnavailable(NAME, "cannot be reached") from exc


ADAPTER: Adapter[Mail, SmtpSettings] = Adapter(
    SmtpSettings, SmtpMail, lambda settings: settings.complete
)

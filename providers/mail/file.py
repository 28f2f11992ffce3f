"""No mail server: each e-mail is a file that any mail program opens, and stays here.

One file for each key, so that a mail sent twice is there once.
"""

import asyncio
import hashlib
import os
from email import policy
from email.message import EmailMessage
from pathlib import Path

from pydantic_settings import BaseSettings

from receptionist.errors import ProviderUnavailable
from receptionist.ports.adapter import Adapter
from receptionist.ports.mail import Mail, OutgoingMail


class FileMailSettings(BaseSettings, extra="ignore"):
    """Environment: VAR_DIRECTORY; the mails are in its `mail` folder."""

    var_directory: Path = Path("var")


class FileMail:
    """Fulfil `Mail` with a folder."""

    name = "file"

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def send(self, mail: OutgoingMail) -> None:
        """Whole or not at all."""
        message = EmailMessage(policy=policy.default)
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message.set_content(mail.text)
        name = hashlib.sha256(mail.key.encode()).hexdigest()[:32]
        try:
            await asyncio.to_thread(self._write, name, message.as_bytes())
        except OSError as exc:
            raise ProviderUnavailable(self.name, "cannot write to its folder") from exc

    async def check(self) -> None:
        """Whether the folder can be written to."""
        try:
            await asyncio.to_thread(self._directory.mkdir, parents=True, exist_ok=True)
            can_write = await asyncio.to_thread(os.access, self._directory, os.W_OK)
        except OSError:
            can_write = False
        if not can_write:
            raise ProviderUnavailable(self.name, "cannot write to its folder")

    async def close(self) -> None:
        """Nothing to release."""

    def _write(self, name: str, content: bytes) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        unfinished = self._directory / f".{name}.part"
        unfinished.write_bytes(content)
        unfinished.replace(self._directory / f"{name}.eml")


ADAPTER: Adapter[Mail, FileMailSettings] = Adapter(
    FileMailSettings, lambda settings: FileMail(settings.var_directory / "mail")
)

"""A mail server on loopback (RFC 5321, 3207, 4954) that keeps what it is given."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

USERNAME = "reception"
PASSWORD = "open sesame"


@dataclass
class SmtpEmulator:
    """State, and the faults to show. `certificate` lets it offer STARTTLS."""

    certificate: Path | None = None
    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)
    signed_in: list[bool] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """By command: `{"RCPT": "550 5.1.1 no such user"}`."""
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = _Session(self, reader, writer)
        try:
            await session.run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            return
        finally:
            writer.close()


class _Session:
    def __init__(
        self, server: SmtpEmulator, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._is_secure = False
        self._is_known = False

    async def run(self) -> None:
        await self._say("220 mail.example ESMTP")
        while line := await self._reader.readline():
            command, _, rest = line.decode().strip().partition(" ")
            command = command.upper()
            if command in self._server.answers:
                await self._say(self._server.answers[command])
            elif command == "QUIT":
                await self._say("221 bye")
                return
            else:
                await self._obey(command, rest)

    async def _obey(self, command: str, rest: str) -> None:
        match command:
            case "EHLO":
                offers = ["mail.example", "AUTH PLAIN"]
                if self._server.certificate and not self._is_secure:
                    offers.append("STARTTLS")
                lines = [f"250-{offer}" for offer in offers[:-1]] + [f"250 {offers[-1]}"]
                await self._say("\r\n".join(lines))
            case "STARTTLS":
                await self._start_tls()
            case "AUTH":
                wanted = base64.b64encode(f"\0{USERNAME}\0{PASSWORD}".encode()).decode()
                self._is_known = rest == f"PLAIN {wanted}"
                await self._say("235 ok" if self._is_known else "535 5.7.8 who are you")
            case "RCPT":
                self._server.recipients.append(rest)
                await self._say("250 ok")
            case "DATA":
                await self._take_mail()
            case _:
                await self._say("250 ok")

    async def _start_tls(self) -> None:
        assert self._server.certificate is not None
        await self._say("220 go on")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._server.certificate)
        await self._writer.start_tls(context)
        self._is_secure = True

    async def _take_mail(self) -> None:
        await self._say("354 go on")
        content = await self._reader.readuntil(b"\r\n.\r\n")
        # A dot at the beginning of a line was doubled on its way (RFC 5321, 4.5.2).
        content = content.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        mail = message_from_bytes(content, policy=policy.default)
        self._server.mails.append(mail)
        self._server.secured.append(self._is_secure)
        self._server.signed_in.append(self._is_known)
        await self._say("250 kept")

    async def _say(self, line: str) -> None:
        self._writer.write(f"{line}\r\n".encode())
        await self._writer.drain()


@asynccontextmanager
async def smtp_emulator(certificate: Path | None = None) -> AsyncIterator[SmtpEmulator]:
    """A running emulator."""
    emulator = SmtpEmulator(certificate)
    server = await asyncio.start_server(emulator.serve, "127.0.0.1", 0)
    emulator.port = server.sockets[0].getsockname()[1]
    try:
        yield emulator
    finally:
        server.close()

"""Notification channels: Google's POSTs to a web hook when a calendar changes."""

import asyncio
import secrets
import time
from dataclasses import dataclass
from typing import Any

import httpx

from tests.emulators.google_calendar import ApiError, Body

A_WEEK_MS = 7 * 24 * 3600 * 1000


@dataclass
class Channel:
    """One subscription. `sent` counts its messages, the first of which is `sync`."""

    id: str
    calendar_id: str
    resource_id: str
    address: str
    token: str | None
    expiration_ms: int
    sent: int = 0


class Channels:
    """Open channels. A web hook that does not answer misses its notification."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        """Set by the server; changes may come from any thread."""
        self.open_channels: dict[str, Channel] = {}
        self.longest_ms = A_WEEK_MS
        self.silent = False
        """True: notifications get lost."""
        self._sending: set[asyncio.Task[None]] = set()

    def open(self, calendar_id: str, body: Body, *, https_only: bool) -> Body:
        """`events.watch`."""
        if body.get("type") not in ("web_hook", "webhook"):
            raise ApiError(400, "pushInvalid", "Unknown channel type")
        if https_only and not str(body["address"]).startswith("https://"):
            raise ApiError(400, "pushInvalid", "WebHook callback must be HTTPS")
        if body["id"] in self.open_channels:
            raise ApiError(400, "channelIdNotUnique", "Channel id not unique")
        latest = int(time.time() * 1000) + self.longest_ms
        channel = Channel(
            id=body["id"],
            calendar_id=calendar_id,
            resource_id=secrets.token_urlsafe(16),
            address=body["address"],
            token=body.get("token"),
            expiration_ms=min(int(body.get("expiration", latest)), latest),
        )
        self.open_channels[channel.id] = channel
        self._send(channel, "sync")
        return {
            "kind": "api#channel",
            "id": channel.id,
            "resourceId": channel.resource_id,
            "resourceUri": _resource_uri(channel),
            "token": channel.token,
            "expiration": str(channel.expiration_ms),
        }

    def close(self, body: Body) -> None:
        """`channels.stop`."""
        channel = self.open_channels.get(body["id"])
        if channel is None or channel.resource_id != body.get("resourceId"):
            raise ApiError(404, "notFound", "Channel not found")
        del self.open_channels[channel.id]

    def notify(self, calendar_id: str) -> None:
        """A calendar changed."""
        now_ms = time.time() * 1000
        for channel in self.open_channels.values():
            if channel.calendar_id == calendar_id and channel.expiration_ms > now_ms:
                self._send(channel, "exists")

    async def stop(self) -> None:
        """Give up what is still being sent."""
        for task in self._sending:
            task.cancel()
        if self._sending:
            await asyncio.wait(self._sending)
        self.open_channels.clear()

    def _send(self, channel: Channel, state: str) -> None:
        if self.silent:
            return
        channel.sent += 1
        headers = {
            "X-Goog-Channel-ID": channel.id,
            "X-Goog-Message-Number": str(channel.sent),
            "X-Goog-Resource-ID": channel.resource_id,
            "X-Goog-Resource-State": state,
            "X-Goog-Resource-URI": _resource_uri(channel),
            "X-Goog-Channel-Expiration": time.strftime(
                "%a, %d %b %Y %H:%M:%S GMT", time.gmtime(channel.expiration_ms / 1000)
            ),
        }
        if channel.token is not None:
            headers["X-Goog-Channel-Token"] = channel.token
        assert self.loop is not None
        self.loop.call_soon_threadsafe(self._post, channel.address, headers)

    def _post(self, address: str, headers: dict[str, str]) -> None:
        assert self.loop is not None
        task = self.loop.create_task(_post(address, headers))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)


def _resource_uri(channel: Channel) -> str:
    return f"https://www.googleapis.com/calendar/v3/calendars/{channel.calendar_id}/events"


async def _post(address: str, headers: dict[str, Any]) -> None:
    try:
        async with httpx.AsyncClient() as client:
            await client.post(address, headers=headers, content=b"")
    except httpx.HTTPError:
        return  # The web hook is down: this notification is lost.

"""The addresses Twilio is given: all made from `PUBLIC_URL`."""

from urllib.parse import quote


class Addresses:
    """Webhook and stream URLs below one public base."""

    def __init__(self, public_base: str) -> None:
        self._base = public_base.rstrip("/")

    def webhook(self, name: str) -> str:
        """`https://…/voice/<name>`."""
        return f"{self._base}/voice/{name}"

    def texts(self, name: str) -> str:
        """`https://…/messages/<name>`."""
        return f"{self._base}/messages/{name}"

    def stream(self, token: str) -> str:
        """`wss://…/voice/stream/<token>` (`ws://` where the base is plain http, on loopback)."""
        return f"ws{self._base.removeprefix('http')}/voice/stream/{quote(token, safe='')}"

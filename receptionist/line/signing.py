"""`X-Twilio-Signature` as Twilio makes it, in every form that Twilio's documents leave open."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit, urlunsplit

from twilio.request_validator import SIGNATURE_SETTINGS_HEADER, RequestValidator

from receptionist.line.doubts import Doubts

STANDARD_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}
LATE_PARAMETERS = ("CallToken", "StirVerstat")


class Signer:
    """Signs one account's requests; without a token they go unsigned."""

    def __init__(self, auth_token: str | None, doubts: Doubts) -> None:
        self._token = auth_token
        self._doubts = doubts

    def webhook(self, url: str, form: Mapping[str, str]) -> dict[str, str]:
        """Headers of a webhook to `url`."""
        if self._token is None:
            return {}
        parts = urlsplit(url)
        match self._doubts.webhook_signature:
            case "https-no-port" if parts.scheme == "https":
                parts = _without_port(parts)
            case "port":
                parts = _with_port(parts)
            case "no-port":
                parts = _without_port(parts)
        signed = dict(form)
        if self._doubts.late_parameters_unsigned:
            signed = {name: form[name] for name in form if name not in LATE_PARAMETERS}
        signature = RequestValidator(self._token).compute_signature(
            urlunsplit(parts), signed, self._doubts.signature_algorithm
        )
        return self._headers(str(signature))

    def stream(self, url: str) -> dict[str, str]:
        """Headers of a stream's upgrade."""
        if self._token is None:
            return {}
        parts, form = urlsplit(url), self._doubts.stream_signature
        if form.startswith("port"):
            parts = _with_port(parts)
        elif form.startswith("no-port"):
            parts = _without_port(parts)
        signed = urlunsplit(parts) + ("/" if form.endswith("slash") else "")
        # Twilio's algorithm (A4); the SDK's validator is for http(s) addresses.
        is_new = self._doubts.signature_algorithm == "HMAC_SHA256"
        digest = hashlib.sha256 if is_new else hashlib.sha1
        made = hmac.new(self._token.encode(), signed.encode(), digest).digest()
        return self._headers(base64.b64encode(made).decode())

    def _headers(self, signature: str) -> dict[str, str]:
        headers = {"x-twilio-signature": signature}
        if self._doubts.signature_algorithm != "HMAC_SHA1":
            algorithm = self._doubts.signature_algorithm
            headers[SIGNATURE_SETTINGS_HEADER] = f"key=webhooks_sharedkey_1,algorithm={algorithm}"
        return headers


def _with_port(parts: SplitResult) -> SplitResult:
    port = parts.port or STANDARD_PORTS[parts.scheme]
    return parts._replace(netloc=f"{_host(parts)}:{port}")


def _without_port(parts: SplitResult) -> SplitResult:
    return parts._replace(netloc=_host(parts))


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host

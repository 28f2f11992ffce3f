"""Did Twilio send this? The `X-Twilio-Signature` of webhooks and of the stream's upgrade.

Checked against the public address Twilio was given, never against what a proxy
made of the request. Where Twilio's documents leave a form open (port kept or
not, a slash behind the stream's URL, late-added parameters signed or not),
each of the forms is accepted: all of them need the same secret.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qs, urlsplit, urlunsplit

from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

# One report says Twilio adds these after signing; its documentation says all are signed.
MAYBE_UNSIGNED = ("CallToken", "StirVerstat")
FORWARDING_HEADERS = (
    "forwarded",
    "via",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-real-ip",
    "x-client-ip",
    "cf-connecting-ip",
    "true-client-ip",
)
STANDARD_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}

Form = Mapping[str, list[str]]


class _Parameters(dict[str, list[str]]):
    """Form fields in the shape the SDK reads several values of one name from."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


class RequestVerifier:
    """Decide whether a request may speak for Twilio.

    Without an auth token only direct loopback clients may: that is how the
    terminal caller and the tests reach a server that has no Twilio account.
    """

    def __init__(self, public_base: str, auth_token: str | None) -> None:
        self._base = urlsplit(public_base)
        self._validator = RequestValidator(auth_token) if auth_token else None

    def webhook(
        self,
        path: str,
        query: str,
        headers: Mapping[str, str],
        *,
        form: Form | None,
        body: bytes,
        client: str | None,
    ) -> bool:
        """Whether a webhook is genuine. `path` and `query` are as they came, undecoded."""
        if self._validator is None:
            return is_direct_loopback(client, headers)
        urls = list(_port_forms(self._url(self._base.scheme, path, query)))
        if form is None:
            is_whole = self._json_body_matches(query, body)
            return is_whole and self._any(urls, [_Parameters()], headers)
        return self._any(urls, _parameter_forms(form), headers)

    def stream(
        self, path: str, query: str, headers: Mapping[str, str], *, client: str | None
    ) -> bool:
        """Whether the upgrade request of a media stream is genuine."""
        if self._validator is None:
            return is_direct_loopback(client, headers)
        scheme = "wss" if self._base.scheme == "https" else "ws"
        url = self._url(scheme, path, query)
        slashed = url._replace(path=url.path + "/")
        urls = [form for each in (url, slashed) for form in _port_forms(each)]
        return self._any(urls, [_Parameters()], headers)

    def _url(self, scheme: str, path: str, query: str) -> SplitResult:
        return SplitResult(scheme, self._base.netloc, self._base.path + path, query, "")

    def _any(
        self, urls: Iterable[str], parameters: Iterable[_Parameters], headers: Mapping[str, str]
    ) -> bool:
        signature = headers.get(SIGNATURE_HEADER.lower())
        if not signature or self._validator is None:
            return False
        algorithm = get_signature_algorithm(headers.get(SIGNATURE_SETTINGS_HEADER.lower()))
        forms = list(parameters)
        try:
            candidates = [
                self._validator.compute_signature(url, form, algorithm)
                for url in urls
                for form in forms
            ]
        except ValueError:  # an algorithm that the SDK does not know
            return False
        given = signature.encode("utf-8", "surrogateescape")
        return any(hmac.compare_digest(given, candidate.encode()) for candidate in candidates)

    @staticmethod
    def _json_body_matches(query: str, body: bytes) -> bool:
        wanted = parse_qs(query).get("bodySHA256")
        if wanted is None:
            return not body
        return hmac.compare_digest(wanted[0].lower().encode(), sha256(body).hexdigest().encode())


def _port_forms(url: SplitResult) -> Iterator[str]:
    yield urlunsplit(url)
    host = url.hostname or ""
    host = f"[{host}]" if ":" in host else host
    if url.port is not None:
        yield urlunsplit(url._replace(netloc=host))
    else:
        yield urlunsplit(url._replace(netloc=f"{host}:{STANDARD_PORTS[url.scheme]}"))


def _parameter_forms(form: Form) -> Iterator[_Parameters]:
    yield _Parameters(form)
    if any(name in form for name in MAYBE_UNSIGNED):
        yield _Parameters({k: v for k, v in form.items() if k not in MAYBE_UNSIGNED})


def is_direct_loopback(client: str | None, headers: Mapping[str, str]) -> bool:
    """A tunnel or proxy on this machine also connects from loopback, but says for whom."""
    if client is None or any(name in headers for name in FORWARDING_HEADERS):
        return False
    try:
        return ip_address(client).is_loopback
    except ValueError:
        return False

"""Reading a webhook: verified first, then its form, bounded in size."""

from collections.abc import Iterator, Mapping
from urllib.parse import parse_qs

from starlette.requests import Request

from receptionist.telephony.signature import RequestVerifier, is_direct_loopback

LARGEST_BODY = 64 * 1024
MOST_FIELDS = 500
LONGEST_REQUEST_ID = 128
# A withheld number comes as a word, or as the digits that spell one on a keypad: ANONYMOUS,
# RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE. Two of those digits could pass for a number, and
# would make one caller of all who withhold theirs.
WITHHELD = ("266696687", "7378742833", "2562533", "8656696", "86282452253")


class Webhook(Mapping[str, str]):
    """A webhook's parameters (form, or query of a GET); of several values the first."""

    def __init__(
        self, fields: Mapping[str, list[str]], *, is_local: bool = False, request_id: str = ""
    ) -> None:
        self._fields = fields
        self.request_id = request_id
        """The same again when an answer was lost and the request is repeated; empty: not told."""
        self.is_local = is_local
        """It comes from this machine itself, and so from no phone company."""

    def __getitem__(self, name: str) -> str:
        return self._fields[name][0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    @property
    def call_sid(self) -> str:
        """The call this is about; empty when the request names none."""
        return self.get("CallSid", "")[:64]

    @property
    def caller(self) -> str:
        """Who calls, as Twilio says it; empty when the number is withheld."""
        number = self.get("From", "")
        return "" if number.strip().removeprefix("+") in WITHHELD else number


async def read_webhook(request: Request, verifier: RequestVerifier) -> Webhook | None:
    """The parameters, or None when the request is not Twilio's (or is absurdly large)."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    content_type = request.headers.get("content-type", "")
    is_form = content_type.startswith("application/x-www-form-urlencoded")
    form: dict[str, list[str]] | None = None
    if is_form:
        try:
            text = body.decode("utf-8", "replace")
            form = parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            return None
    elif request.method == "GET" or not body:
        form = {}
    client = request.client.host if request.client else None
    genuine = verifier.webhook(
        raw_path(request.scope),
        request.scope.get("query_string", b"").decode("latin-1"),
        request.headers,
        form=form,
        body=body,
        client=client,
    )
    if not genuine:
        return None
    query = parse_qs(request.url.query, keep_blank_values=True)
    is_local = is_direct_loopback(client, request.headers)
    request_id = request.headers.get("i-twilio-idempotency-token", "")[:LONGEST_REQUEST_ID]
    return Webhook({**query, **(form or {})}, is_local=is_local, request_id=request_id)


def raw_path(scope: Mapping[str, object]) -> str:
    """The path as it came over the wire, still encoded: what the signature was made over."""
    raw = scope.get("raw_path")
    if isinstance(raw, bytes):
        return raw.split(b"?")[0].decode("latin-1")
    return str(scope["path"])

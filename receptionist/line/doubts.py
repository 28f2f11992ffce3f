"""How the line behaves where Twilio's behaviour is not confirmed by its documents.

The first choice of each is the likeliest. A server should hold a call under all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

StreamSignature = Literal["exact", "slash", "port", "port-slash", "no-port", "no-port-slash"]
WebhookSignature = Literal["https-no-port", "exact", "port", "no-port"]
CloseForm = Literal["1000", "1005", "abrupt"]
FailedStream = Literal["next verb", "action", "hang up"]
DialStatus = Literal["no-answer", "completed", "canceled", "busy", "failed"]

STREAM_SIGNATURES: tuple[StreamSignature, ...] = get_args(StreamSignature)
WEBHOOK_SIGNATURES: tuple[WebhookSignature, ...] = get_args(WebhookSignature)
CLOSE_FORMS: tuple[CloseForm, ...] = get_args(CloseForm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubts:
    """One set of choices."""

    stream_signature: StreamSignature = "exact"
    """K1: over which form of the stream's URL the upgrade is signed."""
    webhook_signature: WebhookSignature = "https-no-port"
    """A4: what becomes of the port of a webhook's URL."""
    late_parameters_unsigned: bool = False
    """K2: `CallToken` and `StirVerstat` are left out of what is signed."""
    signature_algorithm: Literal["HMAC_SHA1", "HMAC_SHA256"] = "HMAC_SHA1"
    """K6: the SDK knows a newer one."""
    close_form: CloseForm = "1000"
    """K3: how the stream's socket is closed."""
    ping_interval_s: float | None = None
    """K3: WebSocket pings."""
    compression: Literal["deflate"] | None = None
    """K3: permessage-deflate is offered."""
    frame_ms: int = 20
    """C: 20 ms a message is what was seen, not what is promised."""
    ended_parameters: Mapping[str, str] = field(default_factory=dict)
    """K3: more parameters of the `<Connect>` action."""
    failed_stream: FailedStream = "next verb"
    """K4: what follows when the stream cannot be opened."""
    unbridged_status: DialStatus = "no-answer"
    """K7: `DialCallStatus` when whoever picks up is gone before being connected."""
    recording_digits: Literal["", "hangup"] = "hangup"
    """K7: `Digits` of a recording that the caller ended by hanging up."""

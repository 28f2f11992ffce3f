"""When the records cannot be reached, the line is asked to wait and to ask again.

What Twilio brought that is nowhere else comes back with it in the URL; what a caller said does
not: in plain mode they hear the last answer again.
"""

from collections.abc import Sequence
from urllib.parse import urlencode

import structlog

from receptionist.call import phrases
from receptionist.errors import DatabaseAway
from receptionist.telephony.addresses import Addresses
from receptionist.telephony.answering import Answer
from receptionist.telephony.requests import Webhook
from twiml import wait_and_redirect

MOST_TIMES = 5
"""After half a minute it is a failure like any other."""
PAUSE_S = 2
CARRIED = {"transfer": ("DialCallStatus", "DialBridged")}
ASKING = ("incoming", "ended", "turn", "transfer")
"""The webhooks whose caller waits for the answer."""

log = structlog.get_logger()


def asking_again(name: str, answer: Answer, addresses: Addresses) -> Answer:
    """The same answer, or a moment's wait and the same question."""
    if name not in ASKING:
        return answer

    async def patient(webhook: Webhook) -> str | None:
        try:
            return await answer(webhook)
        except DatabaseAway as exc:
            times = _times(webhook)
            if times >= MOST_TIMES:
                raise
            log.warning("webhook_waits", webhook=name, times=times, code=exc.code)
            carried = {key: webhook[key] for key in CARRIED.get(name, ()) if key in webhook}
            query = urlencode({"again": times + 1, **carried})
            return wait_and_redirect(
                _sentences(times), addresses.webhook(f"{name}?{query}"), pause_s=PAUSE_S
            )

    return patient


def _times(webhook: Webhook) -> int:
    text = webhook.get("again", "")
    return int(text) if len(text) == 1 and text.isascii() and text.isdigit() else 0


def _sentences(times: int) -> Sequence[str]:
    first, later = phrases.RESTARTING
    return [later if times else first]

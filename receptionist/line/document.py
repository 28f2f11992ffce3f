"""Reading a TwiML document: its verbs, their attributes, and what may come after one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.etree import ElementTree

from receptionist.line.webhooks import DOCUMENT_PARSE_FAILURE, Document, WebhookFailed

Verb = ElementTree.Element


@dataclass(frozen=True, slots=True)
class Goto:
    """Ask for another document."""

    url: str
    method: str = "POST"
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class End:
    """The call is over."""

    outcome: str
    ended_by: str


Next = Goto | End | None
CALLER_HUNG_UP = End("completed", "caller")
FELL_OFF = End("completed", "receptionist")
"""No verb is left: Twilio hangs up."""
APPLICATION_ERROR = End("application error", "error")


def parse(document: Document) -> Verb | None:
    """The document's `<Response>`; None for plain text that is to be read aloud."""
    if not document.body.strip() and not document.content_type:
        return ElementTree.Element("Response")
    try:
        # The server under test is ours; expat refuses entity bombs by itself since 2.4.
        root = ElementTree.fromstring(document.body)  # noqa: S314
    except ElementTree.ParseError as exc:
        if document.content_type == "text/plain":
            return None
        raise WebhookFailed(DOCUMENT_PARSE_FAILURE, document.url, f"not XML: {exc}") from exc
    if root.tag != "Response":
        raise WebhookFailed(
            DOCUMENT_PARSE_FAILURE, document.url, f"expected <Response>, got <{root.tag}>"
        )
    return root


def action(verb: Verb, base_url: str, parameters: Mapping[str, str]) -> Goto:
    """The verb's `action`; without one Twilio asks the current URL again."""
    url = urljoin(base_url, verb.get("action", ""))
    return Goto(url, verb.get("method", "POST"), parameters)


def words(verb: Verb) -> str:
    """The text of a `<Say>` or the address in a `<Play>`, `<Redirect>` or `<Number>`."""
    return " ".join("".join(verb.itertext()).split())


def number(verb: Verb, name: str, default: float) -> float:
    """A numeric attribute; words such as `auto` mean the default."""
    try:
        return float(verb.get(name, default))
    except ValueError:
        return default


def digits(pressed: str, verb: Verb) -> str:
    """Which of the keys pressed a `<Gather>` takes."""
    finish = verb.get("finishOnKey", "#")
    for index, key in enumerate(pressed):
        if key in finish:
            pressed = pressed[:index]
            break
    most = verb.get("numDigits")
    return pressed[: int(most)] if most and most.isdigit() else pressed

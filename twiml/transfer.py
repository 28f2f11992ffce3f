"""Putting a person on the line."""

from collections.abc import Sequence

from twilio.twiml.voice_response import Dial, VoiceResponse


def dial_person(
    number: str,
    *,
    action_url: str,
    announcement_url: str,
    sentences: Sequence[str] = (),
    timeout_s: int = 20,
    caller_id: str | None = None,
    language: str = "en-US",
) -> str:
    """Ring a person; `announcement_url` tells whoever picks up what the call is about.

    With `action_url`, later verbs never run: what comes next is decided there.
    """
    response = VoiceResponse()
    for sentence in sentences:
        response.say(sentence, language=language)
    dial = Dial(action=action_url, method="POST", timeout=timeout_s, caller_id=caller_id)
    dial.number(number, url=announcement_url, method="POST")
    response.append(dial)
    return str(response)


def announce_caller(text: str, *, language: str = "en-US") -> str:
    """What the person picking up hears before the caller is put through."""
    response = VoiceResponse()
    response.say(text, language=language)
    return str(response)

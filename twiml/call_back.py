"""Calling somebody back: the staff's phone is asked first, then the caller's rings."""

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse


def ask_before_connecting(
    text: str, *, pressed_url: str, otherwise: str, language: str = "en-US"
) -> str:
    """A key is asked for, because a voice mail picks up as well, and presses none."""
    response = VoiceResponse()
    gather = Gather(input="dtmf", num_digits=1, timeout=8, action=pressed_url, method="POST")
    gather.say(text, language=language)
    response.append(gather)
    response.say(otherwise, language=language)
    response.hangup()
    return str(response)


def connect_caller(number: str, *, caller_id: str, action_url: str, timeout_s: int = 30) -> str:
    """Ring the caller, who sees the practice's number."""
    response = VoiceResponse()
    dial = Dial(action=action_url, method="POST", timeout=timeout_s, caller_id=caller_id)
    dial.number(number)
    response.append(dial)
    return str(response)

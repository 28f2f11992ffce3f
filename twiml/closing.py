"""The last document of a call."""

from twilio.twiml.voice_response import VoiceResponse


def say_and_hang_up(text: str, *, language: str = "en-US") -> str:
    """One sentence, then the end."""
    response = VoiceResponse()
    if text:
        response.say(text, language=language)
    response.hangup()
    return str(response)

"""When nothing of ours can talk: a recording that still reaches the staff."""

from twilio.twiml.voice_response import VoiceResponse


def voicemail(
    text: str, *, done_url: str, recording_url: str, language: str = "en-US", max_s: int = 120
) -> str:
    """Record a message. `done_url` is named because `<Record>` otherwise loops on its own URL."""
    response = VoiceResponse()
    response.say(text, language=language)
    response.record(
        action=done_url,
        method="POST",
        max_length=max_s,
        timeout=5,
        finish_on_key="#",
        play_beep=True,
        trim="trim-silence",
        recording_status_callback=recording_url,
        recording_status_callback_method="POST",
    )
    # An empty recording asks nothing and falls through to here.
    response.say("We did not hear a message. Please call again. Goodbye.", language=language)
    response.hangup()
    return str(response)


def thank_for_voicemail(*, language: str = "en-US") -> str:
    """After a message has been recorded."""
    response = VoiceResponse()
    response.say("Thank you. Your message has been passed on. Goodbye.", language=language)
    response.hangup()
    return str(response)

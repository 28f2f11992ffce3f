"""Putting the call on a media stream."""

from twilio.twiml.voice_response import Connect, Stream, VoiceResponse


def connect_stream(
    *,
    stream_url: str,
    ended_url: str,
    stream_status_url: str,
    parameters: dict[str, str] | None = None,
) -> str:
    """A bidirectional stream; whatever ends it, Twilio asks `ended_url` what comes next.

    The `<Redirect>` behind `</Connect>` leads to the same place, for the case that
    Twilio falls through without asking (PROTOCOLS B: not documented).
    """
    response = VoiceResponse()
    connect = Connect(action=ended_url, method="POST")
    stream = Stream(
        url=stream_url, status_callback=stream_status_url, status_callback_method="POST"
    )
    for name, value in (parameters or {}).items():
        stream.parameter(name=name, value=value)
    connect.append(stream)
    response.append(connect)
    response.redirect(ended_url, method="POST")
    return str(response)


def say_and_redirect(text: str, url: str, *, language: str = "en-US") -> str:
    """Say something in Twilio's voice, then ask `url` for the next document."""
    response = VoiceResponse()
    if text:
        response.say(text, language=language)
    response.redirect(url, method="POST")
    return str(response)

"""Putting the call on a media stream."""

from collections.abc import Sequence

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
    Twilio falls through without asking (seen, not documented).
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


def wait_and_redirect(
    sentences: Sequence[str], url: str, *, pause_s: int, language: str = "en-US"
) -> str:
    """Say these in Twilio's voice with a pause after each, then ask `url` what comes next."""
    response = VoiceResponse()
    for sentence in sentences:
        response.say(sentence, language=language)
        response.pause(length=pause_s)
    response.redirect(url, method="POST")
    return str(response)

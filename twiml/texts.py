"""The answer to a text message."""

from twilio.twiml.messaging_response import MessagingResponse


def reply_by_text(text: str | None) -> str:
    """One text back, or none."""
    response = MessagingResponse()
    if text is not None:
        response.message(text)
    return str(response)

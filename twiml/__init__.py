"""The documents we answer Twilio with, one function each. Every value is escaped by the SDK."""

from twiml.closing import refuse, say_and_hang_up
from twiml.plain import ask, hang_up_after
from twiml.stream import connect_stream, say_and_redirect
from twiml.transfer import announce_caller, dial_person
from twiml.voicemail import thank_for_voicemail, voicemail

__all__ = [
    "announce_caller",
    "ask",
    "connect_stream",
    "dial_person",
    "hang_up_after",
    "refuse",
    "say_and_hang_up",
    "say_and_redirect",
    "thank_for_voicemail",
    "voicemail",
]

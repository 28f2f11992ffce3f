"""The documents we answer Twilio with, one function each. Every value is escaped by the SDK."""

from twiml.call_back import ask_before_connecting, connect_caller
from twiml.closing import say_and_hang_up
from twiml.plain import ask, hang_up_after
from twiml.stream import connect_stream, wait_and_redirect
from twiml.texts import reply_by_text
from twiml.transfer import announce_caller, dial_person
from twiml.voicemail import thank_for_voicemail, voicemail

__all__ = [
    "announce_caller",
    "ask",
    "ask_before_connecting",
    "connect_caller",
    "connect_stream",
    "dial_person",
    "hang_up_after",
    "reply_by_text",
    "say_and_hang_up",
    "thank_for_voicemail",
    "voicemail",
    "wait_and_redirect",
]

"""Sentences the receptionist says by rule, without asking a model."""

STILL_THERE = "Are you still there?"
SILENCE_GOODBYE = "I can't hear anyone, so I'll hang up now. Please call again any time. Goodbye."
TOO_LONG_GOODBYE = (
    "I'm afraid we've reached the longest call I can take. Please call again. Goodbye."
)
REPEAT_PLEASE = "I'm sorry, I didn't catch that. Could you say it again?"
CUT_OFF = "Sorry, we were cut off for a moment."
TROUBLE = "I'm sorry, I'm having trouble just now. Could you say that again?"
UNKNOWN_NUMBER = (
    "Thank you for calling. This number is not connected to a practice at the moment. Goodbye."
)
VOICEMAIL = (
    "Thank you for calling. We can't talk to you just now. "
    "Please leave your name, your number and a message after the tone."
)
SOFTPHONE_TRANSFER = (
    "On a phone line I would now put you through to a person. "
    "Here I can take a message for them instead."
)
RECORDING_NOTICE = "This call may be recorded."

STANDING_PHRASES = (STILL_THERE, SILENCE_GOODBYE, REPEAT_PLEASE, TROUBLE)

# Notes to the model: what happened on the line, in parentheses so that they are not mistaken
# for the caller's words.
PRESSED_ZERO = "(The caller pressed 0 and asks for a person.)"
NOT_UNDERSTOOD = "(The caller could not be understood twice in a row. Offer to take a message.)"
TRANSFER_UNANSWERED = "(The transfer was not answered. Apologise and offer to take a message.)"
RECONNECTED = "(We were cut off and are connected again. Say so briefly and go on.)"


def announcement(practice_name: str, reason: str) -> str:
    """What the person picking up hears before the caller is put through."""
    about = f" It is about: {reason}." if reason else ""
    return f"A caller for {practice_name} is on the line.{about} Connecting you now."


def greeting(text: str, *, recording: bool) -> str:
    """The greeting, with the notice when calls are recorded."""
    return f"{text} {RECORDING_NOTICE}" if recording else text

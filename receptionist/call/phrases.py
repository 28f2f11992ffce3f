"""Sentences the receptionist says by rule, without asking a model."""

from receptionist.conversation.turn import LONG_WAIT_FILLERS, SLOW_MODEL_FILLER
from receptionist.domain.practice import Practice

WELCOME_BACK = "Welcome back."
STILL_THERE = "Are you still there?"
SILENCE_GOODBYE = "I can't hear anyone, so I'll hang up now. Please call again any time. Goodbye."
TOO_LONG_GOODBYE = (
    "I'm afraid we've reached the longest call I can take. Please call again. Goodbye."
)
GOODBYES = {"silence": SILENCE_GOODBYE, "too_long": TOO_LONG_GOODBYE}
REPEAT_PLEASE = "I'm sorry, I didn't catch that. Could you say it again?"
GO_AHEAD = "Sorry, I can't hear you very well. Please go ahead."
CUT_OFF = "Sorry, we were cut off for a moment."
TROUBLE = "I'm sorry, I'm having trouble just now. Could you say that again?"
RESTARTING = (
    "One moment, please. I'll be right back with you.",
    "Thank you for waiting. Just a moment longer.",
)
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
TOO_BUSY = (
    "Thank you for calling. All our lines are busy, so I'll put you through. One moment, please."
)
TAKEN_OVER = "Somebody at the practice would like to speak with you. One moment, please."
STAFF_GOODBYE = "Thank you for calling. Goodbye."
RECORDING_NOTICE = "This call may be recorded."

STANDING_PHRASES = (
    STILL_THERE,
    SILENCE_GOODBYE,
    REPEAT_PLEASE,
    CUT_OFF,
    TROUBLE,
    SLOW_MODEL_FILLER,
    *LONG_WAIT_FILLERS,
)

# Notes to the model: what happened on the line, in parentheses so that they are not mistaken
# for the caller's words.
PRESSED_ZERO = "(The caller pressed 0 and asks for a person.)"
NOT_UNDERSTOOD = "(The caller could not be understood twice in a row. Offer to take a message.)"
TRANSFER_UNANSWERED = "(The transfer was not answered. Apologise and offer to take a message.)"
RECONNECTED = "(We were cut off and are connected again. Say so briefly and go on.)"


def too_many_calls(practice: Practice | None) -> str:
    """To a number that calls over and over."""
    number = practice.emergency_number if practice else "911"
    return (
        f"If this is an emergency, hang up and dial {' '.join(number)}. We have had many calls "
        "from this number within a few minutes. Please try again a little later. Goodbye."
    )


def announcement(practice_name: str, reason: str) -> str:
    """What the person picking up hears before the caller is put through."""
    about = f" It is about: {reason}." if reason else ""
    return f"A caller for {practice_name} is on the line.{about} Connecting you now."


def greeting(practice: Practice, *, called_before: bool = False) -> str:
    """The greeting, with the notice when calls are recorded.

    A number that has called before may be anybody's telephone: it is welcomed, and no name is said.
    """
    welcome = [WELCOME_BACK] if called_before and practice.welcome_back else []
    notice = [RECORDING_NOTICE] if practice.recording else []
    return " ".join([*welcome, practice.greeting, *notice])

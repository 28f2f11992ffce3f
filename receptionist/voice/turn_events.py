"""What the turn machine is told, and what it decides. Values only."""

from dataclasses import dataclass
from typing import Literal

from receptionist.voice.voice_activity import VoiceStarted, VoiceStopped


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """The recogniser hears speech."""


@dataclass(frozen=True, slots=True)
class Partial:
    """Words so far since the last `Final`; replaced by the next."""

    text: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Final:
    """Words that will not change."""

    text: str
    confidence: float = 1.0
    speech_final: bool = False


@dataclass(frozen=True, slots=True)
class EagerEnd:
    """The turn has probably ended with these words."""

    text: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """It had not."""


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The recogniser's end of turn; an empty text means the finals so far."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Key:
    """A key was pressed."""

    digit: str


@dataclass(frozen=True, slots=True)
class ReplyStarted:
    """This sentence has been queued to the caller."""

    text: str


@dataclass(frozen=True, slots=True)
class ReplyComplete:
    """The model has finished and everything is queued."""


@dataclass(frozen=True, slots=True)
class ReplyHeard:
    """The last mark came back."""


@dataclass(frozen=True, slots=True)
class HeardSoFar:
    """Of the reply being spoken, what has been queued and what of it the caller has heard.

    Given with the caller's words, so that a "yes" to a question is told from a listener's.
    """

    said: str
    heard: str


@dataclass(frozen=True, slots=True)
class AttemptEmpty:
    """The model had nothing to say."""


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """No model could answer."""


@dataclass(frozen=True, slots=True)
class ActionRunning:
    """A function that changes the world runs, or has ended."""

    running: bool


@dataclass(frozen=True, slots=True)
class TransferPending:
    """The call is handed on once the reply has been heard."""


TurnEvent = (
    VoiceStarted | VoiceStopped | SpeechBegan | Partial | Final | EagerEnd | Resumed | TurnEnded
    | Key | ReplyStarted | ReplyComplete | ReplyHeard | HeardSoFar | AttemptEmpty | AttemptFailed
    | ActionRunning | TransferPending
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StartAttempt:
    """Let the model answer; of an eager one nothing is spoken before `CommitAttempt`."""

    text: str
    eager: bool = False


@dataclass(frozen=True, slots=True)
class CommitAttempt:
    """The eager attempt may be spoken."""


@dataclass(frozen=True, slots=True)
class DropAttempt:
    """Cancel the attempt; nothing of it was heard."""


@dataclass(frozen=True, slots=True)
class ClearSpeech:
    """Silence at once; hold what was cleared."""


@dataclass(frozen=True, slots=True)
class ResumeSpeech:
    """Go on from where it stopped."""


@dataclass(frozen=True, slots=True)
class AbandonSpeech:
    """Cut the context to what was heard; cancel model and speech."""


@dataclass(frozen=True, slots=True)
class AskStillThere:
    """Silence has lasted."""


@dataclass(frozen=True, slots=True)
class AskRepeat:
    """There was speech and no words, or words and (`trouble`) no answer of ours."""

    trouble: bool = False


@dataclass(frozen=True, slots=True)
class OfferMessage:
    """The second failure in a row, theirs or ours. Counts as an attempt."""


@dataclass(frozen=True, slots=True)
class AskForPerson:
    """Key 0, after these words if any. Counts as an attempt."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class KeysEntered:
    """A number was keyed in. Counts as an attempt."""

    digits: str


@dataclass(frozen=True, slots=True)
class CutMonologue:
    """Take the turn after a very long one. Counts as an attempt."""

    text: str


@dataclass(frozen=True, slots=True)
class SayGoodbyeAndEnd:
    """Nothing is decided after this."""

    reason: Literal["silence", "too_long"]


@dataclass(frozen=True, slots=True)
class HandOver:
    """No attempt works any more: the line must be held in another way. Nothing follows."""


Decision = (
    StartAttempt | CommitAttempt | DropAttempt | ClearSpeech | ResumeSpeech | AbandonSpeech
    | AskStillThere | AskRepeat | OfferMessage | AskForPerson | KeysEntered | CutMonologue
    | SayGoodbyeAndEnd | HandOver
)  # fmt: skip

"""A whole answer at once, for channels that cannot stream it (plain mode)."""

from dataclasses import dataclass, field

from receptionist.call.file import CallFile
from receptionist.conversation.events import ActionDone, EffectRequested, Sentence, TurnTimings
from receptionist.conversation.router import Router
from receptionist.ports.function_handler import Effect


@dataclass(slots=True)
class Reply:
    """What was said, what should follow, and how long the model took."""

    sentences: list[str] = field(default_factory=list)
    effect: Effect | None = None
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentences as one text."""
        return " ".join(self.sentences)


async def whole_reply(router: Router, file: CallFile) -> Reply:
    """Ask the router and wait for the end of its answer."""
    reply = Reply()
    async for event in router.respond(file.conversation):
        match event:
            case Sentence(text=text, filler=False):
                reply.sentences.append(text)
            case EffectRequested(effect=effect):
                reply.effect = effect
            case TurnTimings(first_token_ms=token, first_sentence_ms=sentence):
                reply.timings = {"model_first_token": token, "first_sentence": sentence}
            case Sentence() | ActionDone():
                pass
    return reply

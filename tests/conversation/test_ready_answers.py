"""A question asked in the practice's own words is answered without a model."""

from dataclasses import replace

import pytest

from receptionist.conversation.ready_answers import with_ready_answers
from receptionist.domain.practice import Faq
from receptionist.domain.turn_rules import ANYTHING_ELSE
from receptionist.observability import Metrics
from receptionist.ports.language_model import ChatMessage, ModelRequest, TextDelta, ToolCall
from tests.conversation.fakes import NOW, PRACTICE, ScriptedModel

PARKING = Faq("Where can I park?", "There is free parking behind the building.")
PETS = Faq("Are dogs allowed?", "Guide dogs are.")
ASKED = ChatMessage("user", "hi, where can i park please")
ANSWERED = ChatMessage("assistant", f"{PARKING.answer} {ANYTHING_ELSE}")
LOOKING = ChatMessage("assistant", "", tool_calls=(ToolCall("t1", "find_slots", "{}"),))
FOUND = ChatMessage("tool", "{}", tool_call_id="t1")


class Telling:
    """A model that tells when it was asked, and counts what was asked of it and of us."""

    def __init__(self, language: str = "en") -> None:
        self.metrics = Metrics()
        self._practice = replace(PRACTICE, faqs=(PARKING, PETS), languages=(language,))
        self._model = with_ready_answers(ScriptedModel(["From the model."]), self.metrics)

    async def says(self, *messages: ChatMessage, hints: tuple[str, ...] = ()) -> str:
        prompt = ChatMessage("system", "You are a receptionist.")
        request = ModelRequest((prompt, *messages), (), self._practice, NOW, hints=hints)
        events = [event async for event in self._model.stream(request)]
        return "".join(event.text for event in events if isinstance(event, TextDelta))

    def counted(self, result: str) -> float | None:
        labels = {"result": result}
        return self.metrics.registry.get_sample_value("receptionist_ready_answers_total", labels)


async def test_the_approved_answer_comes_and_the_model_is_not_asked() -> None:
    model = Telling()

    assert await model.says(ASKED) == f"{PARKING.answer} {ANYTHING_ELSE}"
    assert (model.counted("hit"), model.counted("miss")) == (1.0, None)


async def test_one_approved_question_after_the_other() -> None:
    said = await Telling().says(ASKED, ANSWERED, ChatMessage("user", "and are dogs allowed"))

    assert said == f"{PETS.answer} {ANYTHING_ELSE}"


@pytest.mark.parametrize(
    "said",
    [
        (ChatMessage("user", "can i park at the back"),),
        (ChatMessage("user", "i need a check up"), ChatMessage("assistant", "When?"), ASKED),
        (ASKED, LOOKING, FOUND, ASKED),
        (ASKED, ChatMessage("system", "The caller pressed 0.")),
        (ASKED, ANSWERED, ChatMessage("user", "no thanks bye")),
    ],
    ids=["other words", "a wish before", "a function before", "a note", "no question"],
)
async def test_anything_else_is_the_models(said: tuple[ChatMessage, ...]) -> None:
    model = Telling()

    assert await model.says(*said) == "From the model."
    assert (model.counted("hit"), model.counted("miss")) == (None, 1.0)


async def test_an_answer_that_is_left_early_is_broken_off() -> None:
    inner = ScriptedModel(["One.", " Two."])
    model = with_ready_answers(inner, Metrics())
    request = ModelRequest(
        (ChatMessage("system", ""), ChatMessage("user", "hm")), (), PRACTICE, NOW
    )

    events = model.stream(request)
    await anext(events)
    await events.aclose()  # type: ignore[attr-defined]

    assert inner.closed == 1


async def test_what_staff_have_told_the_model_is_not_passed_over() -> None:
    hints = ("The car park is closed today.",)

    assert await Telling().says(ASKED, hints=hints) == "From the model."


async def test_no_english_is_added_to_another_language() -> None:
    assert await Telling("de").says(ASKED) == PARKING.answer

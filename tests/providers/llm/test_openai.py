"""OpenAI, against an emulator of its chat completions."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from providers.llm.openai import ADAPTER, OpenAILanguageModel, OpenAISettings
from receptionist.errors import (
    ProviderError,
    ProviderLimited,
    ProviderRefused,
    ProviderUnavailable,
)
from receptionist.ports.language_model import (
    ChatMessage,
    Completed,
    LanguageModel,
    TextDelta,
    ToolCall,
    ToolCallRequested,
)
from tests.emulators.openai import FunctionCall, OpenAIEmulator, Reply, rules_model
from tests.providers.llm.contract import (
    NOW,
    PRACTICE,
    LanguageModelContract,
    events_of,
    request,
)


@pytest.fixture(params=["sdk", "direct"], autouse=True)
def client(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Either has to do all of it."""
    if request.param == "direct":
        pytest.importorskip("aiohttp")
    monkeypatch.setenv("OPENAI_CLIENT", request.param)
    return str(request.param)


@contextlib.asynccontextmanager
async def model_of(emulator: OpenAIEmulator, key: str = "sk-test") -> AsyncIterator[LanguageModel]:
    async with emulator:
        settings = OpenAISettings(api_key=key, base_url=emulator.base_url)
        model = ADAPTER.build(settings)
        try:
            yield model
        finally:
            await model.close()


class TestOpenAIContract(LanguageModelContract):
    @pytest.fixture
    async def model(self) -> AsyncIterator[LanguageModel]:
        emulator = OpenAIEmulator(lambda _: Reply(["We are open ", "from nine to five."]))
        async with model_of(emulator) as model:
            yield model


async def test_text_comes_as_it_was_sent() -> None:
    async with model_of(OpenAIEmulator([Reply(["Good ", "morning."])])) as model:
        events = await events_of(model, request())

    assert events == [TextDelta("Good "), TextDelta("morning."), Completed("stop")]


async def test_fragments_of_several_calls_are_put_together_by_index() -> None:
    calls = [FunctionCall("answer_faq", {"question": "parking?"}, "a"), FunctionCall("end_call")]
    async with model_of(OpenAIEmulator([Reply("Sure.", calls)])) as model:
        events = await events_of(model, request())

    asked = [event.call for event in events if isinstance(event, ToolCallRequested)]
    assert asked == [
        ToolCall("a", "answer_faq", '{"question": "parking?"}'),
        ToolCall("call_1_1", "end_call", "{}"),
    ]
    assert events[-1] == Completed("tool_calls")


async def test_broken_arguments_are_passed_on_as_written() -> None:
    reply = Reply(calls=[FunctionCall("answer_faq", '{"question": "par', "a")])
    async with model_of(OpenAIEmulator([reply])) as model:
        events = await events_of(model, request())

    assert events[0] == ToolCallRequested(ToolCall("a", "answer_faq", '{"question": "par'))


async def test_a_dialogue_with_calls_and_results_is_accepted() -> None:
    emulator = OpenAIEmulator([Reply("Behind the building.")])
    dialogue = (
        ChatMessage("user", "Where can I park?"),
        ChatMessage("assistant", "", (ToolCall("a", "answer_faq", "{}"),)),
        ChatMessage("tool", '{"ok":true}', tool_call_id="a"),
    )

    async with model_of(emulator) as model:
        await events_of(model, request(*dialogue))

    sent = emulator.requests[0]
    assert sent["model"] == "gpt-4o"
    assert sent["messages"][2]["tool_calls"][0]["function"] == {
        "name": "answer_faq",
        "arguments": "{}",
    }
    assert sent["messages"][3] == {"role": "tool", "content": '{"ok":true}', "tool_call_id": "a"}
    assert [tool["function"]["name"] for tool in sent["tools"]] == ["end_call", "answer_faq"]


async def test_an_unanswered_call_is_refused_as_by_the_real_api() -> None:
    broken = ChatMessage("assistant", "", (ToolCall("a", "answer_faq", "{}"),))
    async with model_of(OpenAIEmulator([Reply("Hello.")])) as model:
        with pytest.raises(ProviderRefused) as raised:
            await events_of(model, request(broken, ChatMessage("user", "Hello?")))

    assert raised.value.status == 400


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(status=401, error_code="invalid_api_key"), ProviderRefused),
        (Reply(status=400, error_code="context_length_exceeded"), ProviderRefused),
        (Reply(status=403), ProviderRefused),
        (Reply(status=429, retry_after="1"), ProviderLimited),
        (Reply(status=429, error_code="insufficient_quota"), ProviderLimited),
        (Reply(status=500), ProviderUnavailable),
        (Reply(status=503), ProviderUnavailable),
        (Reply("We are ", ending="error"), ProviderUnavailable),
        (Reply("We are ", ending="cut"), ProviderUnavailable),
        (Reply("We are ", ending="no_done", finish_reason=None), ProviderUnavailable),
        (Reply("We are ", finish_reason=None), ProviderUnavailable),
    ],
)
async def test_failures_leave_as_ours_after_one_request(
    reply: Reply, expected: type[ProviderError]
) -> None:
    emulator = OpenAIEmulator([reply])
    async with model_of(emulator) as model:
        with pytest.raises(expected):
            await events_of(model, request())

    assert len(emulator.requests) == 1


async def test_a_missing_done_line_does_no_harm_when_the_answer_is_whole() -> None:
    async with model_of(OpenAIEmulator([Reply("Hello.", ending="no_done")])) as model:
        events = await events_of(model, request())

    assert events[-1] == Completed("stop")


async def test_what_callers_say_is_in_no_error_message() -> None:
    secret = "my date of birth is the ninth of May"
    async with model_of(OpenAIEmulator([Reply(status=400)])) as model:
        with pytest.raises(ProviderRefused) as raised:
            await events_of(model, request(ChatMessage("user", secret)))

    assert secret not in str(raised.value)


async def test_no_server_at_all_is_unavailable() -> None:
    model = ADAPTER.build(OpenAISettings(api_key="sk-test", base_url="http://127.0.0.1:9/v1"))

    with pytest.raises(ProviderUnavailable):
        await events_of(model, request())

    await model.warm()
    await model.close()


async def test_cancelling_closes_the_vendors_stream() -> None:
    emulator = OpenAIEmulator([Reply("We are ", ending="stall")])
    async with model_of(emulator) as model:
        listening = asyncio.ensure_future(events_of(model, request()))  # noqa: TID251
        await emulator.began.wait()

        listening.cancel()

        with pytest.raises(asyncio.CancelledError):
            await listening
        await asyncio.wait_for(emulator.broken_off.wait(), 2)


async def test_a_warmed_connection_is_used_for_the_first_answer() -> None:
    emulator = OpenAIEmulator([Reply("Hello.")])
    async with model_of(emulator) as model:
        await model.warm()
        await events_of(model, request())

    assert emulator.connections == 1


async def test_a_connection_outlasts_a_caller_who_talks_for_longer() -> None:
    """Clients of httpx drop an idle one after 5 s, and the next turn waits for TLS."""
    emulator = OpenAIEmulator([Reply("Hello."), Reply("Goodbye.")])
    async with model_of(emulator) as model:
        await events_of(model, request())
        await asyncio.sleep(5.5)
        await events_of(model, request())

    assert emulator.connections == 1


async def test_a_wrong_key_fails_the_check() -> None:
    async with model_of(OpenAIEmulator(api_key="sk-right"), key="sk-wrong") as model:
        with pytest.raises(ProviderRefused):
            await model.check()


async def test_rules_behind_the_emulator_hold_a_conversation() -> None:
    class Rules:
        name = "rules"

        async def stream(self, asked):
            assert asked.practice is PRACTICE
            yield TextDelta(f"You said: {asked.messages[-1].content}")
            yield Completed("stop")

    source = rules_model(Rules(), PRACTICE, lambda: NOW)
    async with model_of(OpenAIEmulator(source)) as model:
        events = await events_of(model, request(ChatMessage("user", "Good day.")))

    assert events[0] == TextDelta("You said: Good day.")


def test_it_is_configured_by_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    without = ADAPTER.settings()
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")

    assert not ADAPTER.configured(without)
    assert ADAPTER.configured(ADAPTER.settings())
    assert OpenAILanguageModel.name == "openai"

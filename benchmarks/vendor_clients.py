"""What a vendor costs through its SDK and past it: `python -m benchmarks.vendor_clients`.

The emulated vendors are in a process of their own. The clients take turns, round by round;
figures are medians of the CPU time of the one thread that does everything, as a call's loop
would. A recogniser hears callers who speak for a third of the time, 80 ms at a time and as
fast as they speak; a voice says sentences and a model answers in a few dozen pieces, ten at once.
"""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from statistics import median
from typing import Any, Literal

import uvloop
from pydantic import SecretStr

from benchmarks.load.outside import vendors
from providers.llm import openai
from providers.stt import deepgram
from providers.tts import elevenlabs
from receptionist.ports.adapter import Adapter, Port
from receptionist.ports.language_model import ChatMessage, LanguageModel
from receptionist.ports.speech_to_text import Recognition, SpeechToText
from receptionist.ports.text_to_speech import TextToSpeech
from receptionist.voice.audio import silence
from tests.emulators.spoken_audio import speak
from tests.providers.llm.contract import request

CLIENTS: tuple[Literal["sdk", "direct"], ...] = ("sdk", "direct")
BATCH_BYTES = 640
SENTENCE = (
    "Somebody from the practice is going to look at it this afternoon, and will let you know."
)
AT_ONCE = 10


async def hearing(stt: SpeechToText, calls: int, length_s: float) -> float:
    """CPU milliseconds a second of a call."""
    spoken = speak("please make a note of that for the doctor")
    audio = spoken + silence(len(spoken) // 4)
    heard = 0
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        calling = [
            await stack.enter_async_context(stt.recognise(language="en")) for _ in range(calls)
        ]

        async def listen(recognition: Recognition) -> None:
            nonlocal heard
            async for _ in recognition.events():
                heard += 1

        listening = [group.create_task(listen(each)) for each in calling]
        began_s, before_s = time.monotonic(), time.thread_time()
        for batch in range(int(length_s / 0.08)):
            start = batch * BATCH_BYTES % (len(audio) - BATCH_BYTES)
            for each in calling:
                await each.send(audio[start : start + BATCH_BYTES])
            await asyncio.sleep(max(0.0, began_s + (batch + 1) * 0.08 - time.monotonic()))
        spent_s = time.thread_time() - before_s
        for task in listening:
            task.cancel()
    if heard < calls:
        raise RuntimeError("the emulated recogniser heard nobody")
    return spent_s * 1000 / (calls * length_s)


async def said(tts: TextToSpeech) -> None:
    """A sentence."""
    async for _ in tts.synthesize(SENTENCE):
        pass


async def asking(once: Callable[[], Awaitable[None]], times: int) -> float:
    """CPU milliseconds a request."""
    left = iter(range(times))
    before_s = time.thread_time()

    async def one_after_another() -> None:
        for _ in left:
            await once()

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(one_after_another())
    return (time.thread_time() - before_s) * 1000 / times


async def compare(
    title: str, adapters: Mapping[Any, Any], once: Callable[[Any], Awaitable[float]], rounds: int
) -> None:
    """One line for each client."""
    found: dict[str, list[float]] = {name: [] for name in adapters}
    for number in range(rounds + 1):
        for name, adapter in adapters.items():
            cost = await once(adapter)
            if number:  # the first opens connections
                found[name].append(cost)
    for name, costs in found.items():
        each = " ".join(f"{cost:.2f}" for cost in costs)
        print(f"{title:34} {name:8} {median(costs):6.2f}   ({each})", flush=True)
    for adapter in adapters.values():
        await adapter.close()


def by_client(
    adapter: Adapter[Port, Any], vendor: str, places: Mapping[str, str]
) -> dict[str, Port]:
    """The same adapter with each of its clients."""
    key, url = SecretStr(places[f"{vendor}_API_KEY"]), places[f"{vendor}_BASE_URL"]
    return {
        name: adapter.build(adapter.settings(api_key=key, base_url=url, client=name))
        for name in CLIENTS
    }


async def main(asked: argparse.Namespace) -> None:
    """All of them."""
    question = request(ChatMessage("user", "Please make a note of that for the doctor."))

    async def answered(model: LanguageModel) -> None:
        async for _ in model.stream(question):
            pass

    async with vendors() as outside:
        places = outside.settings
        await compare(
            "Deepgram, ms a call-second",
            by_client(deepgram.ADAPTER, "DEEPGRAM", places),
            lambda stt: hearing(stt, asked.calls, asked.seconds),
            asked.rounds,
        )
        await compare(
            "ElevenLabs, ms a sentence",
            by_client(elevenlabs.ADAPTER, "ELEVENLABS", places),
            lambda tts: asking(lambda: said(tts), asked.requests),
            asked.rounds,
        )
        await compare(
            "OpenAI, ms an answer",
            by_client(openai.ADAPTER, "OPENAI", places),
            lambda model: asking(lambda: answered(model), asked.requests),
            asked.rounds,
        )


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vendor_clients")
    parser.add_argument("--calls", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--requests", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


if __name__ == "__main__":
    uvloop.run(main(arguments()))

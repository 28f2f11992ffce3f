"""A chat-completions server on loopback that behaves, and misbehaves, as is specified.

It speaks HTTP/1.1 by hand, so that an answer can stall or be cut at any chunk.
Like the real one it refuses a dialogue whose function calls are not answered.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from receptionist.domain.practice import Practice
from receptionist.ports.language_model import (
    ChatMessage,
    LanguageModel,
    ModelRequest,
    TextDelta,
    ToolCall,
    ToolCallRequested,
    ToolSpec,
)

Ending = Literal["done", "no_done", "cut", "stall", "error"]


@dataclass(frozen=True)
class FunctionCall:
    """One function call of a reply. A text as `arguments` goes out as it is, valid or not."""

    name: str
    arguments: Mapping[str, Any] | str = field(default_factory=dict)
    id: str | None = None
    fragments: int = 3

    @property
    def written(self) -> str:
        """The arguments as the model wrote them."""
        return self.arguments if isinstance(self.arguments, str) else json.dumps(self.arguments)


@dataclass(frozen=True)
class Reply:
    """One scripted answer. With a `status` other than 200 it is an error body."""

    text: str | Sequence[str] = ()
    calls: Sequence[FunctionCall] = ()
    finish_reason: str | None = "auto"
    ending: Ending = "done"
    first_delay_s: float = 0.0
    delay_s: float = 0.0
    status: int = 200
    error_code: str = "server_error"
    retry_after: str | None = None
    on_text: Callable[[str], None] = lambda _piece: None
    """Told each piece of text once it is written."""


Source = Sequence[Reply] | Callable[[dict[str, Any]], Reply | Awaitable[Reply]]


class OpenAIEmulator:
    """`async with OpenAIEmulator(replies) as emulator`; point OPENAI_BASE_URL at `base_url`."""

    def __init__(self, source: Source = (), *, api_key: str | None = None) -> None:
        self._replies = list(source) if isinstance(source, Sequence) else []
        self._answer = None if isinstance(source, Sequence) else source
        self._api_key = api_key
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._count = 0
        self.requests: list[dict[str, Any]] = []
        """Bodies of the chat requests, with all messages."""
        self.came_s = 0.0
        """When the newest request was here, `time.monotonic()`; reading it takes a while."""
        self.connections = 0
        self.broken_off = asyncio.Event()
        """The client closed its connection in the middle of an answer."""
        self.began = asyncio.Event()
        """A chunk of an answer has been sent."""

    @property
    def base_url(self) -> str:
        """Ends in `/v1`."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    def then(self, *replies: Reply) -> None:
        """Add to the script."""
        self._replies.extend(replies)

    async def __aenter__(self) -> "OpenAIEmulator":
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._connections:
            task.cancel()
        if self._connections:
            await asyncio.wait(self._connections)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            self.broken_off.set()
        except asyncio.CancelledError:
            pass  # The test is over.
        finally:
            self._connections.discard(task)
            writer.close()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ")
        headers = {
            k.strip().lower(): v.strip() for k, _, v in (x.partition(":") for x in lines[1:])
        }
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.came_s = time.monotonic()
        refusal = self._unauthorised(headers)
        if refusal is not None:
            return await _json(writer, 401, refusal)
        if method == "GET" and path.startswith("/v1/models"):
            name = path.removeprefix("/v1/models").strip("/")
            return await _json(writer, 200, {"id": name, "object": "model"})
        if method == "POST" and path == "/v1/chat/completions":
            return await self._chat(reader, writer, json.loads(body))
        return await _json(writer, 404, _error("unknown route", "not_found"))

    def _unauthorised(self, headers: Mapping[str, str]) -> dict[str, Any] | None:
        given = headers.get("authorization", "").removeprefix("Bearer ")
        if given and self._api_key in (None, given):
            return None
        return _error("Incorrect API key provided", "invalid_api_key")

    async def _chat(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: dict[str, Any]
    ) -> bool:
        self.requests.append(body)
        wrong = what_is_wrong(body)
        if wrong is not None:
            return await _json(writer, 400, _error(wrong, "invalid_request_error"))
        reply = await self._next_reply(body)
        if reply.status != 200:
            extra = {"retry-after": reply.retry_after} if reply.retry_after else {}
            return await _json(
                writer, reply.status, _error("scripted", reply.error_code), extra=extra
            )
        if not body.get("stream"):
            return await _json(writer, 200, _whole(reply, self._identity(body)))
        return await self._stream(reader, writer, body, reply)

    async def _next_reply(self, body: dict[str, Any]) -> Reply:
        if self._answer is not None:
            given = self._answer(body)
            return given if isinstance(given, Reply) else await given
        assert self._replies, "the script has no reply left for this request"
        return self._replies.pop(0)

    def _identity(self, body: Mapping[str, Any]) -> dict[str, Any]:
        self._count += 1
        return {
            "id": f"chatcmpl-{self._count}",
            "created": 1_790_000_000,
            "model": body["model"],
            "service_tier": "default",
            "system_fingerprint": "fp_emulator",
        }

    async def _stream(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        body: dict[str, Any],
        reply: Reply,
    ) -> bool:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        await writer.drain()
        await asyncio.sleep(reply.first_delay_s)
        identity = {**self._identity(body), "object": "chat.completion.chunk"}
        usage = bool((body.get("stream_options") or {}).get("include_usage"))
        for chunk in _chunks(reply, self._count, usage):
            await _event(writer, {**identity, **chunk})
            self.began.set()
            for choice in chunk["choices"]:
                reply.on_text(choice["delta"].get("content") or "")
            await asyncio.sleep(reply.delay_s)
        match reply.ending:
            case "cut":
                writer.transport.abort()
                return False
            case "stall":
                await reader.read()  # Ends when the client gives up.
                self.broken_off.set()
                return False
            case "error":
                await _event(writer, _error("The server had an error", "server_error"))
            case "done":
                await _raw_event(writer, "[DONE]")
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True


def rules_model(
    engine: LanguageModel,
    practice: Practice,
    clock: Callable[[], datetime],
    *,
    caller_number: str | None = None,
) -> Callable[[dict[str, Any]], Awaitable[Reply]]:
    """A source of sensible replies: `engine` answers what arrives in OpenAI's format."""

    async def answer(body: dict[str, Any]) -> Reply:
        request = ModelRequest(
            messages=tuple(_chat_message(message) for message in body["messages"]),
            tools=tuple(_tool_spec(tool["function"]) for tool in body.get("tools", ())),
            practice=practice,
            now=clock().astimezone(practice.zone),
            caller_number=caller_number,
        )
        text: list[str] = []
        calls: list[FunctionCall] = []
        async for event in engine.stream(request):
            match event:
                case TextDelta(text=piece):
                    text.append(piece)
                case ToolCallRequested(call=call):
                    calls.append(FunctionCall(call.name, call.arguments))
        return Reply(text, calls)

    return answer


def what_is_wrong(body: Mapping[str, Any]) -> str | None:
    """Why the real API would answer 400; None when it would not."""
    messages = body.get("messages")
    if not body.get("model") or not messages:
        return "you must provide a model and messages"
    open_calls: list[str] = []
    for place, message in enumerate(messages):
        role = message.get("role")
        if role not in ("system", "developer", "user", "assistant", "tool"):
            return f"messages.[{place}].role: invalid value"
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                return f"messages.[{place}]: a tool message must follow the call that it answers"
            open_calls.remove(message["tool_call_id"])
            continue
        if open_calls:
            return f"tool_call_ids without a response: {', '.join(open_calls)}"
        if role == "assistant" and message.get("tool_calls"):
            open_calls = [call["id"] for call in message["tool_calls"]]
        elif not isinstance(message.get("content"), str | list):
            return f"messages.[{place}].content: expected a string"
    if open_calls:
        return f"tool_call_ids without a response: {', '.join(open_calls)}"
    return None


def _chunks(reply: Reply, number: int, usage: bool) -> list[dict[str, Any]]:
    pieces = [reply.text] if isinstance(reply.text, str) else list(reply.text)
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": "" if pieces else None}]
    deltas += [{"content": piece} for piece in pieces if piece]
    for index, call in enumerate(reply.calls):
        deltas += _call_deltas(index, call, call.id or f"call_{number}_{index}")
    chunks = [_choice(delta, None) for delta in deltas]
    if reply.ending in ("cut", "stall", "error"):
        return chunks
    reason = reply.finish_reason
    if reason == "auto":
        reason = "tool_calls" if reply.calls else "stop"
    if reason is not None:
        chunks.append(_choice({}, reason))
        if usage:
            chunks.append({"choices": [], "usage": _USAGE})
    return chunks


_USAGE = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}


def _call_deltas(index: int, call: FunctionCall, call_id: str) -> list[dict[str, Any]]:
    written = call.written
    size = max(1, -(-len(written) // max(1, call.fragments)))
    first = {
        "index": index,
        "id": call_id,
        "type": "function",
        "function": {"name": call.name, "arguments": ""},
    }
    parts = [written[at : at + size] for at in range(0, len(written), size)]
    fragments = [{"index": index, "function": {"arguments": part}} for part in parts]
    return [{"tool_calls": [fragment]} for fragment in (first, *fragments)]


def _choice(delta: dict[str, Any], reason: str | None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return {"choices": [choice]}


def _whole(reply: Reply, identity: dict[str, Any]) -> dict[str, Any]:
    text = reply.text if isinstance(reply.text, str) else "".join(reply.text)
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {**identity, "object": "chat.completion", "choices": [choice], "usage": _USAGE}


def _chat_message(message: Mapping[str, Any]) -> ChatMessage:
    calls = tuple(
        ToolCall(call["id"], call["function"]["name"], call["function"]["arguments"])
        for call in message.get("tool_calls") or ()
    )
    content = message.get("content") or ""
    return ChatMessage(message["role"], content, calls, message.get("tool_call_id"))


def _tool_spec(function: Mapping[str, Any]) -> ToolSpec:
    return ToolSpec(function["name"], function["description"], function["parameters"])


def _error(message: str, code: str) -> dict[str, Any]:
    return {"error": {"message": message, "type": code, "param": None, "code": code}}


async def _json(
    writer: asyncio.StreamWriter,
    status: int,
    body: Mapping[str, Any],
    *,
    extra: Mapping[str, str] | None = None,
) -> bool:
    data = json.dumps(body).encode()
    headers = {"content-type": "application/json", "content-length": str(len(data))}
    lines = [
        f"HTTP/1.1 {status} X",
        *(f"{k}: {v}" for k, v in {**headers, **(extra or {})}.items()),
    ]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + data)
    await writer.drain()
    return True


async def _event(writer: asyncio.StreamWriter, value: Mapping[str, Any]) -> None:
    await _raw_event(writer, json.dumps(value))


async def _raw_event(writer: asyncio.StreamWriter, data: str) -> None:
    line = f"data: {data}\n\n".encode()
    writer.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
    await writer.drain()

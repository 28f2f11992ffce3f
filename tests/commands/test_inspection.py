"""`understand` and `hear`: what the embedded engine and the voice detector make of input."""

import io
import json
import math
import sys

import pytest

from receptionist.commands.inspection import print_understood
from receptionist.line.voice import encode_mulaw
from tests.commands.terminal import Terminal

NOW = "2026-11-23T09:00"


async def understood(terminal: Terminal, *rows: dict) -> list[dict]:
    ran = await terminal.run("understand", stdin="\n".join(json.dumps(row) for row in rows))
    assert ran.code == 0, ran.err
    return [json.loads(line) for line in ran.lines]


async def test_every_line_in_is_a_line_out(terminal: Terminal) -> None:
    texts = ("hello", "", "book me a check-up", "ünïcode ✓", "goodbye")

    out = await understood(terminal, *({"text": text} for text in texts))

    assert len(out) == len(texts)
    assert all({"intent", "score", "safety"} <= row.keys() for row in out)


async def test_dates_and_times_are_local_to_the_zone(terminal: Terminal) -> None:
    (row,) = await understood(terminal, {"text": "book me tomorrow at half past two", "now": NOW})

    assert row["intent"] == "book"
    assert row["dates"][0] == "2026-11-24"
    assert row["times"][0] == "14:30"
    assert row["datetimes"][0] == "2026-11-24T14:30"


async def test_an_emergency_is_known_as_one(terminal: Terminal) -> None:
    (emergency, none) = await understood(
        terminal, {"text": "my father has chest pain"}, {"text": "where can i park"}
    )

    assert emergency["safety"] == "emergency"
    assert none["safety"] == "none"


@pytest.mark.parametrize(
    "row", [{"words": "hello"}, {"text": 5}, {"text": "x", "now": "soon"}], ids=json.dumps
)
async def test_a_row_that_is_none_is_said_to_be_none(terminal: Terminal, row: dict) -> None:
    ran = await terminal.run("understand", stdin=json.dumps(row))

    assert ran.code == 1
    assert "expected" in ran.err


@pytest.mark.parametrize("line", ["not json", '["a", "list"]', "5", "null", "[" * 100_000])
async def test_a_line_that_is_no_json_object_is_said_to_be_none(
    terminal: Terminal, line: str
) -> None:
    ran = await terminal.run("understand", stdin=line)

    assert ran.code == 1
    assert ran.err.startswith("line 1: expected")
    assert ran.lines == ["{}"]


async def test_a_line_that_cannot_be_read_is_numbered_and_the_others_go_on(
    terminal: Terminal,
) -> None:
    lines = ('{"text": "hello"}', "", "my secret", '{"text": "goodbye"}')

    ran = await terminal.run("understand", stdin="\n".join(lines))

    assert ran.code == 1
    assert ran.err.splitlines() == ['line 3: expected a JSON object, as {"text": "what was said"}']
    assert [json.loads(line).get("intent") for line in ran.lines] == ["greet", None, "goodbye"]


def test_bytes_that_are_no_text_spoil_their_own_line_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = b'{"text": "caf\xe9 tomorrow"}\n\xff\xfe\n{"text": "goodbye"}\n'
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(lines), "ascii"))

    code = print_understood()

    printed = capsys.readouterr()
    assert code == 1
    assert printed.err.startswith("line 2: expected")
    assert [json.loads(line).get("intent") for line in printed.out.splitlines()][1:] == [
        None,
        "goodbye",
    ]


async def test_speech_and_turns_of_a_recording_are_printed(terminal: Terminal) -> None:
    tone = [int(9000 * math.sin(i * 0.35)) for i in range(8000)]
    quiet = encode_mulaw([0] * 16000)
    (terminal.directory / "call.ulaw").write_bytes(quiet + encode_mulaw(tone) + quiet)

    ran = await terminal.run("hear", "call.ulaw", VAD_PROVIDER="energy")

    heard = json.loads(ran.out)
    assert set(heard) == {"speech", "turns"}
    ((start, end),) = heard["speech"]
    assert 1800 <= start <= 2200
    assert 2800 <= end <= 3500


async def test_silence_holds_no_speech(terminal: Terminal) -> None:
    (terminal.directory / "quiet.ulaw").write_bytes(b"\xff" * 16000)

    ran = await terminal.run("hear", "quiet.ulaw")

    assert json.loads(ran.out) == {"speech": [], "turns": []}


async def test_a_recording_that_cannot_be_read_is_named(terminal: Terminal) -> None:
    ran = await terminal.run("hear", "missing.ulaw")

    assert ran.code == 1
    assert ran.err.strip() == "unreadable_file: missing.ulaw: cannot be read"

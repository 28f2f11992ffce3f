"""`retrieve`: ranked passages for each question, and whether one answers."""

import json

import pytest

from tests.commands.terminal import Terminal

PASSAGES = (
    {"id": "park", "title": "Where can I park?", "text": "There is free parking at the back."},
    {"id": 7, "text": "Do not eat for eight hours before a blood test.\u2028Water is fine."},
    {"id": "fees", "title": None, "text": "A missed visit costs forty dollars."},
)


@pytest.fixture
def with_passages(terminal: Terminal) -> Terminal:
    lines = "\n".join(json.dumps(passage, ensure_ascii=False) for passage in PASSAGES)
    (terminal.directory / "passages.jsonl").write_text(f"{lines}\n\n", encoding="utf-8")
    return terminal


async def retrieved(terminal: Terminal, *rows: dict, **options: str) -> list[dict]:
    ran = await terminal.run(
        *("retrieve", "--passages", "passages.jsonl"),
        *(part for name, value in options.items() for part in (f"--{name}", value)),
        stdin="\n".join(json.dumps(row) for row in rows),
    )
    assert ran.code == 0, ran.err
    return [json.loads(line) for line in ran.lines]


async def test_every_question_gets_ranked_passages(with_passages: Terminal) -> None:
    parking, test, neither = await retrieved(
        with_passages,
        {"id": "q1", "question": "where do i put my car"},
        {"id": 2, "question": "can i eat before the blood test"},
        {"id": "q3", "question": "who composed that opera"},
    )

    assert (parking["id"], parking["passages"][0]["id"]) == ("q1", "park")
    assert (test["id"], test["passages"][0]["id"], test["answerable"]) == (2, 7, True)
    assert neither == {"id": "q3", "passages": [], "answerable": False}
    scores = [passage["score"] for passage in test["passages"]]
    assert scores == sorted(scores, reverse=True)


async def test_own_synonyms_are_read_from_a_file(with_passages: Terminal) -> None:
    (with_passages.directory / "words.txt").write_text("venipuncture blood test\n")
    question = {"id": 1, "question": "venipuncture"}

    (without,) = await retrieved(with_passages, question)
    (with_them,) = await retrieved(with_passages, question, synonyms="words.txt")

    assert without["passages"] == []
    assert with_them["passages"][0]["id"] == 7


@pytest.mark.parametrize("line", ["my secret", '{"question": "x"}', '{"id": 1}', "[]"])
async def test_a_question_that_is_none_is_numbered_and_the_others_go_on(
    with_passages: Terminal, line: str
) -> None:
    good = json.dumps({"id": 1, "question": "where is the parking"})

    ran = await with_passages.run(
        "retrieve", "--passages", "passages.jsonl", stdin=f"{line}\n{good}"
    )

    assert ran.code == 1
    assert ran.err.startswith("line 1: expected")
    assert "secret" not in ran.err
    assert [json.loads(each).get("id") for each in ran.lines] == [None, 1]


async def test_every_passage_that_is_none_is_named(terminal: Terminal) -> None:
    (terminal.directory / "bad.jsonl").write_text('{"id": 1, "text": "x"}\nnope\n{"id": 2}\n')

    ran = await terminal.run("retrieve", "--passages", "bad.jsonl", stdin="")

    assert ran.code == 1
    assert "bad.jsonl, line 2: expected" in ran.err
    assert "bad.jsonl, line 3: expected" in ran.err


async def test_a_file_that_cannot_be_read_is_named(terminal: Terminal) -> None:
    ran = await terminal.run("retrieve", "--passages", "missing.jsonl", stdin="")

    assert ran.code == 1
    assert "missing.jsonl: cannot be read" in ran.err

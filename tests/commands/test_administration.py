"""Practices, schema and audit from the command line."""

import yaml

from tests.commands.conftest import EXAMPLE
from tests.commands.terminal import Terminal

WRONG = """\
practice:
  name: Clinic
  timezone: America/Springfield
  numbers: ["5550100"]
  greeting: Hello.
hours:
  monday: ["17:00-08:30"]
services:
  - name: Check-up
    minutes: 2
"""


async def test_a_practice_file_is_loaded_and_again_changes_nothing(terminal: Terminal) -> None:
    await terminal.run("db", "upgrade")

    first = await terminal.run("practice", "load", str(EXAMPLE))
    before = await terminal.run("practice", "show")
    second = await terminal.run("practice", "load", str(EXAMPLE))
    after = await terminal.run("practice", "show")

    assert first.code == second.code == 0
    assert first.out == "loaded Maple Street Clinic, answering +15550100\n"
    assert second.out == first.out
    assert after.out == before.out


async def test_what_is_shown_can_be_loaded_elsewhere(loaded: Terminal) -> None:
    shown = await loaded.run("practice", "show")
    file = loaded.write("shown.yaml", shown.out)

    other = {"VAR_DIRECTORY": str(loaded.directory / "other")}
    await loaded.run("db", "upgrade", "--quiet", **other)
    await loaded.run("practice", "load", file, **other)
    again = await loaded.run("practice", "show", **other)

    assert again.out == shown.out
    practice = yaml.safe_load(shown.out)
    example = yaml.safe_load(EXAMPLE.read_text())
    assert practice["hours"] == example["hours"]
    assert [f["answer"] for f in practice["faqs"]] == [f["answer"] for f in example["faqs"]]


async def test_two_practices_are_shown_as_two_documents(loaded: Terminal) -> None:
    second = (
        EXAMPLE.read_text().replace("Maple Street", "Oak Lane").replace("+15550100", "+15550200")
    )
    await loaded.run("practice", "load", loaded.write("oak.yaml", second))

    shown = await loaded.run("practice", "show")

    names = [each["practice"]["name"] for each in yaml.safe_load_all(shown.out)]
    assert names == ["Maple Street Clinic", "Oak Lane Clinic"]


async def test_every_mistake_of_a_file_is_in_one_message_with_its_line(terminal: Terminal) -> None:
    await terminal.run("db", "upgrade", "--quiet")

    ran = await terminal.run("practice", "load", terminal.write("wrong.yaml", WRONG))

    assert ran.code == 1
    assert ran.out == ""
    for line, words in ((3, "timezone"), (4, "numbers[0]"), (7, "monday"), (10, "minutes")):
        assert any(f"wrong.yaml:{line}:" in text and words in text for text in ran.err.splitlines())
    assert (await terminal.run("practice", "show")).code == 1


async def test_a_file_that_cannot_be_read_is_named(terminal: Terminal) -> None:
    (terminal.directory / "photo.yaml").write_bytes(b"\xff\xd8\xff\xe0")

    for name in ("missing.yaml", "photo.yaml", "."):
        ran = await terminal.run("practice", "load", name)
        assert ran.code == 1
        assert f"{name}: cannot be read as a text file" in ran.err


async def test_if_empty_leaves_a_loaded_practice_alone(loaded: Terminal) -> None:
    changed = EXAMPLE.read_text().replace("How can I help?", "What is it?")

    ran = await loaded.run("practice", "load", loaded.write("new.yaml", changed), "--if-empty")

    assert ran.code == 0
    assert "What is it?" not in (await loaded.run("practice", "show")).out


async def test_before_the_schema_is_there_every_command_says_what_to_run(
    terminal: Terminal,
) -> None:
    for command in (
        ("practice", "load", str(EXAMPLE)),
        ("practice", "show"),
        ("audit", "verify"),
    ):
        ran = await terminal.run(*command)
        assert ran.code == 1
        assert ran.err == "error: the database's schema is old; run receptionist db upgrade\n"


async def test_a_database_that_cannot_be_opened_is_one_sentence_without_its_password(
    terminal: Terminal,
) -> None:
    away = "postgresql://clinic:hush-hush@127.0.0.1:9/clinic"
    terminal.write("notes.txt", "not a database, but long enough to be taken for one" * 20)
    for url in (away, "sqlite:////proc/nowhere/x.db", "sqlite:///notes.txt"):
        for command in (("practice", "show"), ("db", "upgrade"), ("audit", "verify"), ("serve",)):
            ran = await terminal.run(*command, DATABASE_URL=url)
            assert ran.code == 1
            assert "DATABASE_URL: the database cannot be opened" in ran.err
            assert "hush-hush" not in ran.err


async def test_upgrading_twice_is_the_same_as_once(terminal: Terminal) -> None:
    first = await terminal.run("db", "upgrade")
    second = await terminal.run("db", "upgrade")

    assert (first.code, second.code) == (0, 0)
    assert first.out == second.out == "the database has the newest schema\n"


async def test_a_chain_that_holds_is_said_to_hold(loaded: Terminal) -> None:
    await loaded.run("practice", "load", str(EXAMPLE))

    ran = await loaded.run("audit", "verify")

    assert (ran.code, ran.out) == (0, "the audit chain holds\n")


async def test_the_first_row_that_was_tampered_with_is_named(loaded: Terminal) -> None:
    for _ in range(3):
        await loaded.run("practice", "load", str(EXAMPLE))
    loaded.sql(
        "DROP TRIGGER audit_logs_no_update",
        "UPDATE audit_logs SET actor = 'somebody else' WHERE id IN (3, 4)",
    )

    ran = await loaded.run("audit", "verify")

    assert ran.code == 1
    assert "the audit chain is broken at row 3 (" in ran.err


async def test_a_row_that_was_taken_out_breaks_the_chain_behind_it(loaded: Terminal) -> None:
    for _ in range(3):
        await loaded.run("practice", "load", str(EXAMPLE))
    loaded.sql("DROP TRIGGER audit_logs_no_delete", "DELETE FROM audit_logs WHERE id = 2")

    ran = await loaded.run("audit", "verify")

    assert ran.code == 1
    assert "row 3 (" in ran.err

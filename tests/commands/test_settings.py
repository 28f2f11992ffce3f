"""Wrong settings, and the help of every command."""

import pytest

from tests.commands.terminal import Terminal

COMMANDS = (
    (),
    ("serve",),
    ("call",),
    ("simulate",),
    ("doctor",),
    ("connect",),
    ("practice",),
    ("practice", "load"),
    ("practice", "show"),
    ("db",),
    ("db", "upgrade"),
    ("audit",),
    ("audit", "verify"),
    ("understand",),
    ("hear",),
)
WRONG = {
    "PORT": "eighty",
    "PUBLIC_URL": "reception.example.com",
    "PHONE_PAGE": "maybe",
    "LOG_LEVEL": "loud",
    "PRACTICE_FILE": "nowhere.yaml",
}
SECRETS = {
    "TWILIO_AUTH_TOKEN": "hush-twilio",
    "OPENAI_API_KEY": "hush-openai",
    "ADMIN_PASSWORD": "hush-admin",
    "DATABASE_URL": "oracle://scott:hush-tiger@host/db",
}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
async def test_every_command_explains_itself(terminal: Terminal, command: tuple[str, ...]) -> None:
    ran = await terminal.run(*command, "--help")

    assert ran.code == 0
    assert "Usage:" in ran.out
    assert list(terminal.directory.iterdir()) == []


async def test_a_process_of_its_own_ends_with_the_message_and_no_traceback(
    terminal: Terminal,
) -> None:
    wrong = await terminal.run_process("serve", **WRONG)
    helped = await terminal.run_process("--help")

    assert wrong.code == 1
    assert wrong.out == ""
    assert wrong.err.startswith("cannot start; these settings are wrong:\n")
    assert len(wrong.err.splitlines()) == 1 + len(WRONG)
    assert (helped.code, helped.err) == (0, "")


async def test_without_a_command_the_help_is_shown(terminal: Terminal) -> None:
    ran = await terminal.run()

    assert "Usage:" in ran.out + ran.err


async def test_an_unknown_command_is_named(terminal: Terminal) -> None:
    ran = await terminal.run("answer")

    assert ran.code == 2
    assert "answer" in ran.err


@pytest.mark.parametrize("command", ["serve", "doctor"])
async def test_every_wrong_setting_is_named_with_its_value_in_one_message(
    terminal: Terminal, command: str
) -> None:
    ran = await terminal.run(command, **WRONG)

    said = ran.out + ran.err
    assert ran.code == 1
    for name, value in WRONG.items():
        assert f"{name}={value!r}: " in said
    assert "https://reception.example.com" in said
    assert "'auto', 'on' or 'off'" in said


@pytest.mark.parametrize("command", ["serve", "doctor", "call"])
async def test_a_secrets_value_is_never_printed(terminal: Terminal, command: str) -> None:
    for more in ({}, {"PORT": "eighty"}, {"LLM_PROVIDER": "finch"}):
        ran = await terminal.run(command, **SECRETS, **more)
        assert "hush" not in ran.out + ran.err
        assert ran.code == 1


async def test_wrong_adapters_and_databases_are_named_together(terminal: Terminal) -> None:
    ran = await terminal.run(
        "serve", LLM_PROVIDER="finch", STT_PROVIDER="deepgram", DATABASE_URL="oracle://x"
    )

    assert ran.code == 1
    assert "LLM_PROVIDER='finch': is not an adapter; choose from:" in ran.err
    assert "STT_PROVIDER='deepgram': its key is not set" in ran.err
    assert "DATABASE_URL: expected sqlite:///" in ran.err


async def test_a_wrong_port_and_a_wrong_adapter_are_named_together(terminal: Terminal) -> None:
    ran = await terminal.run("serve", PORT="eighty", LLM_PROVIDER="finch")

    assert "PORT='eighty'" in ran.err
    assert "LLM_PROVIDER='finch'" in ran.err


async def test_settings_are_read_from_a_dot_env_file_as_well(terminal: Terminal) -> None:
    terminal.write(".env", "PORT=eighty\nPHONE_PAGE=maybe\n")

    ran = await terminal.run("doctor", PHONE_PAGE="on")

    assert "PORT='eighty'" in ran.out
    assert "PHONE_PAGE" not in ran.out

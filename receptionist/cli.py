"""The `receptionist` command. Each subcommand imports what it needs when it runs."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from receptionist.errors import ConfigurationError, ReceptionistError

app = typer.Typer(
    help="A telephone receptionist for clinics and other practices.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
practice_commands = typer.Typer(help="Practice settings: from YAML into the database, and out.")
database_commands = typer.Typer(help="The database.")
audit_commands = typer.Typer(help="The audit log.")
app.add_typer(practice_commands, name="practice")
app.add_typer(database_commands, name="db")
calendar_commands = typer.Typer(help="The practice's calendars.")
account_commands = typer.Typer(help="Who may sign in.")
app.add_typer(audit_commands, name="audit")
app.add_typer(calendar_commands, name="calendar")
app.add_typer(account_commands, name="account")


def main() -> None:
    """Run the command; what is wrong is said in one message and exits with 1."""
    from receptionist.settings import load_environment

    load_environment()
    try:
        app()
    except ConfigurationError as exc:
        print("cannot start; these settings are wrong:", file=sys.stderr)  # noqa: T201
        print("\n".join(f"  {each}" for each in exc.problems), file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from exc
    except ReceptionistError as exc:
        print(f"{exc.code}: {exc}", file=sys.stderr)  # noqa: T201
        raise SystemExit(1) from exc


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Default: HOST, or 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Default: PORT, or 8000.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes; one per core.")] = 1,
) -> None:
    """Start the server."""
    import os

    from receptionist.commands import garbage

    garbage.collect_later()
    from receptionist.bootstrap.preparing import read_checked_settings
    from receptionist.commands.serving import Address
    from receptionist.commands.serving import serve as run

    # Before the settings are read, because PUBLIC_URL's default is made from the port.
    if host is not None:
        os.environ["HOST"] = host
    if port is not None:
        os.environ["PORT"] = str(port)
    checked = read_checked_settings()
    run(checked, Address(checked.settings.host, checked.settings.port), workers)


@app.command()
def call(
    url: Annotated[str | None, typer.Option(help="The server. Default: this machine.")] = None,
    say: Annotated[list[str] | None, typer.Option(help="What the caller says, in turn.")] = None,
    wav: Annotated[Path | None, typer.Option(help="A recording to play to it.")] = None,
    keys: Annotated[str, typer.Option(help="Keys to press after what is said.")] = "",
    to: Annotated[str | None, typer.Option(help="The number dialled.")] = None,
    from_: Annotated[str, typer.Option("--from", help="The caller's number.")] = "+15550123",
) -> None:
    """Call a running server as Twilio would, and print what both sides said."""
    from receptionist.commands.calling import place_call

    raise typer.Exit(asyncio.run(place_call(url, say or [], wav, keys, to, from_)))


@app.command()
def simulate(
    calls: Annotated[int, typer.Option(min=1)] = 10,
    rate: Annotated[float, typer.Option(min=0.01, help="New calls a second.")] = 1.0,
    scenario: Annotated[
        list[Path] | None,
        typer.Option(help="Steps of a call, YAML; NAME:3 comes 3 times as often."),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Where to write the figures: .json, or .html with plots.")
    ] = None,
    url: Annotated[str | None, typer.Option(help="The server. Default: this machine.")] = None,
    ramp: Annotated[float, typer.Option(min=0, help="Seconds until the rate is reached.")] = 0,
    hold: Annotated[float, typer.Option(min=0, help="Repeat the script for so many seconds.")] = 0,
    barge_in: Annotated[
        float, typer.Option(min=0, max=1, help="Share of what is said as an interruption.")
    ] = 0,
    jitter: Annotated[float, typer.Option(min=0, help="Delay frames up to so many ms.")] = 0,
    bunch: Annotated[
        float, typer.Option(min=0, help="Hold frames back for 200 ms every so many seconds.")
    ] = 0,
    processes: Annotated[int, typer.Option(min=1, help="Of callers.")] = 1,
) -> None:
    """Place many calls and print how they went."""
    from receptionist.commands.calling import place_many
    from receptionist.line.load.plan import Load
    from receptionist.line.network import Weather

    load = Load(
        calls=calls,
        rate=rate,
        ramp_s=ramp,
        hold_s=hold,
        barge_in=barge_in,
        processes=processes,
        weather=Weather(jitter_ms=jitter, bunch_every_s=bunch),
    )
    raise typer.Exit(asyncio.run(place_many(url, load, scenario or [], report)))


@app.command()
def doctor() -> None:
    """Check everything a real call needs, and say what to do about what is wrong."""
    from receptionist.commands.doctor import examine

    raise typer.Exit(asyncio.run(examine()))


@app.command()
def connect(number: Annotated[str, typer.Argument(help="As in +15550100.")]) -> None:
    """Point a Twilio number's voice, fallback and status URLs at this server."""
    from receptionist.commands.doctor import connect_number

    raise typer.Exit(asyncio.run(connect_number(number)))


@practice_commands.command("load")
def practice_load(
    file: Annotated[Path, typer.Argument(help="A practice file (YAML).")],
    if_empty: Annotated[
        bool, typer.Option("--if-empty", help="Only when no practice is loaded.")
    ] = False,
) -> None:
    """Read a practice file into the database; doing it again changes nothing."""
    from receptionist.commands.administration import load

    raise typer.Exit(asyncio.run(load(file, if_empty=if_empty)))


@practice_commands.command("show")
def practice_show() -> None:
    """Print the practices as practice files."""
    from receptionist.commands.administration import show

    raise typer.Exit(asyncio.run(show()))


@database_commands.command("upgrade")
def database_upgrade(
    quiet: Annotated[bool, typer.Option("--quiet", help="Say nothing when it went well.")] = False,
) -> None:
    """Bring the database to the newest schema."""
    from receptionist.commands.administration import upgrade

    raise typer.Exit(asyncio.run(upgrade(quiet=quiet)))


@audit_commands.command("verify")
def audit_verify() -> None:
    """Prove the audit chain; exit 1 and the first broken row otherwise."""
    from receptionist.commands.administration import verify_audit

    raise typer.Exit(asyncio.run(verify_audit()))


@account_commands.command("add")
def account_add(
    username: str,
    role: Annotated[Literal["staff", "manager"], typer.Option()] = "staff",
    phone: Annotated[str | None, typer.Option(help="Rung first when they call back.")] = None,
) -> None:
    """Make an account and print its password."""
    from receptionist.commands.accounts import add

    raise typer.Exit(asyncio.run(add(username, role, phone)))


@account_commands.command("list")
def account_list() -> None:
    """Print who may sign in, and as what."""
    from receptionist.commands.accounts import show

    raise typer.Exit(asyncio.run(show()))


@account_commands.command("password")
def account_password(username: str) -> None:
    """Give an account a new password and print it."""
    from receptionist.commands.accounts import set_password

    raise typer.Exit(asyncio.run(set_password(username)))


@account_commands.command("remove")
def account_remove(username: str) -> None:
    """Take an account away."""
    from receptionist.commands.accounts import remove

    raise typer.Exit(asyncio.run(remove(username)))


@calendar_commands.command("check")
def calendar_check(
    repair: Annotated[bool, typer.Option("--repair", help="Settle what can be settled.")] = False,
) -> None:
    """Compare the database with the vendor's calendars, both ways; exit 1 when they differ."""
    from receptionist.commands.calendar import check

    raise typer.Exit(asyncio.run(check(repair=repair)))


@app.command()
def understand() -> None:
    """JSON lines in, what the embedded engine makes of each out."""
    from receptionist.commands.inspection import print_understood

    raise typer.Exit(print_understood())


@app.command()
def hear(file: Annotated[Path, typer.Argument(help="Raw 8 kHz μ-law.")]) -> None:
    """Where the voice detector hears speech, and where turns end."""
    from receptionist.bootstrap.hearing import hear_file

    typer.echo(json.dumps(hear_file(file)))


@app.command()
def retrieve(
    passages: Annotated[Path, typer.Option(help="JSON lines: id, title, text.")],
    synonyms: Annotated[
        Path | None, typer.Option(help="Words that mean the same here, a row a line.")
    ] = None,
) -> None:
    """JSON lines of questions in, ranked passages and whether one answers out."""
    from receptionist.commands.retrieving import print_retrieved

    raise typer.Exit(print_retrieved(passages, sys.stdin, synonyms))

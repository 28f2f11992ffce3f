"""The Dockerfile: without root, and with all that is needed and nothing else."""

import re
import tomllib

from tests.deploy.files import ROOT

LINES = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
FINAL = LINES[max(n for n, line in enumerate(LINES) if line.startswith("FROM ")) :]


def values(lines: list[str], instruction: str) -> list[str]:
    return [line.split(" ", 1)[1] for line in lines if line.startswith(f"{instruction} ")]


def copied() -> set[str]:
    own = [line for line in values(LINES, "COPY") if not line.startswith("--from")]
    return {name for line in own for name in line.split()[:-1]}


def test_all_that_is_copied_is_there_and_let_through() -> None:
    let_through = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }

    assert copied() == let_through
    assert all((ROOT / name).exists() for name in copied())


def test_every_package_of_ours_is_in_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    packages = project["tool"]["setuptools"]["packages"]["find"]["include"]

    assert {pattern.removesuffix("*") for pattern in packages} <= copied()


def test_the_server_is_not_root_and_its_number_is_the_one_the_manifests_know() -> None:
    (user,) = values(FINAL, "USER")

    assert user == "10001:10001"
    assert LINES.index(f"USER {user}") > LINES.index(FINAL[0])


def test_what_is_fetched_is_what_was_locked_and_tested() -> None:
    (locked,) = [line for line in LINES if "requirements.lock" in line and line.startswith("RUN")]
    bases = values(LINES, "FROM")

    assert "--require-hashes" in locked
    assert "--no-deps" in locked
    assert all(re.match(r"python:\$\{PYTHON\}-slim", base) for base in bases)


def test_the_signal_to_stop_reaches_the_server_itself() -> None:
    (command,) = values(FINAL, "CMD")
    health = [line for line in FINAL if "healthz" in line]

    assert command == '["receptionist", "serve"]'
    assert health

"""What is installed is what was looked at: every package of one version, by its hash."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-audit.lock")
HASH = "--hash=sha256:" + "0" * 64


def checked(*names: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "scripts/check_locks.py", *names]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_is_known_by_its_hash(lock: str) -> None:
    done = checked(lock)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_a_place_to_fetch_from(lock: str) -> None:
    text = (ROOT / lock).read_text()

    assert not re.search(r"^\s*(-i|--index-url|--extra-index-url|--find-links|-e)\b", text, re.M)
    assert "://" not in text


def test_everything_we_ask_for_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [name for names in project["optional-dependencies"].values() for name in names]
    asked = {re.split(r"[\[>=; ]", each)[0].lower() for each in (*project["dependencies"], *extras)}
    locked = {
        line.split("==")[0].split("[")[0].lower()
        for line in (ROOT / "requirements.lock").read_text().splitlines()
        if "==" in line and not line.startswith((" ", "#"))
    }

    assert asked - locked == set()


@pytest.mark.parametrize(
    "line",
    [
        "requests==2.0",
        f"requests>=2.0 {HASH}",
        f"requests @ https://example.com/requests.whl {HASH}",
        f"-e . {HASH}",
        f"--index-url https://example.com/simple\nrequests==2.0 {HASH}",
        "requests==2.0 --hash=md5:abc",
        f"requests==2.0 --hash=sha256:{'0' * 63}",
        "",
    ],
)
def test_a_lock_that_would_let_another_package_in_is_found(tmp_path: Path, line: str) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(line)

    assert checked(str(lock)).returncode == 1


def reported(tmp_path: Path, *packages: dict[str, object]) -> subprocess.CompletedProcess[str]:
    """What is made of a report of pip-audit's."""
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"dependencies": packages, "fixes": []}))
    return checked("--report", str(report))


def test_a_known_hole_is_named_with_the_version_that_mends_it(tmp_path: Path) -> None:
    hole = {"id": "PYSEC-1", "fix_versions": ["2.1"], "aliases": [], "description": ""}
    done = reported(tmp_path, {"name": "requests", "version": "2.0", "vulns": [hole]})

    assert (done.returncode, done.stdout) == (1, "requests 2.0: PYSEC-1; mended in 2.1\n")


def test_packages_that_nobody_could_look_up_are_not_said_to_be_sound(tmp_path: Path) -> None:
    skipped = {"name": "requests", "skip_reason": "Dependency not found"}
    sound = {"name": "httpx", "version": "1.0", "vulns": []}

    assert reported(tmp_path, skipped).returncode == 3
    assert reported(tmp_path, skipped, sound).stdout == "audit: no known holes in 1 packages\n"


def test_the_audit_runs_in_ci() -> None:
    assert "\nscripts/audit\n" in (ROOT / ".ci" / "run").read_text()

"""Every test that the threat model names is there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODEL = (ROOT / "docs" / "security.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", MODEL)
ROWS = re.findall(r"^\| .* \|$", MODEL.split("## What holds it")[1].split("## Limits")[0], re.M)


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_the_test_is_there(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text())
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]

    assert name in {function.name for function in functions}


def test_every_threat_names_a_test() -> None:
    threats = [row for row in ROWS if not row.startswith(("| threat |", "| --- "))]

    assert len(threats) > 30
    assert [row for row in threats if "`tests/" not in row] == []


def test_every_limit_that_can_be_set_is_described() -> None:
    settings = (ROOT / "receptionist" / "settings.py").read_text()
    rates = re.findall(r': HowOften = _setting\("(\w+)"', settings)

    assert rates
    for name in (*rates, "TRUSTED_PROXIES"):
        assert f"| `{name}` |" in MODEL
        assert f"#{name}=" in (ROOT / ".env.example").read_text()

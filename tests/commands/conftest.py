"""A terminal in an empty folder, and one whose database has the example practice."""

from pathlib import Path

import pytest

from tests.commands.terminal import ROOT, Terminal

EXAMPLE = ROOT / "examples" / "maple-street.yaml"


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
async def loaded(terminal: Terminal) -> Terminal:
    assert (await terminal.run("db", "upgrade", "--quiet")).code == 0
    assert (await terminal.run("practice", "load", str(EXAMPLE))).code == 0
    return terminal

"""Databases for whoever asks; and what every run ends with: which tests could not run here, why."""

import os
from collections import Counter

import pytest

from tests.servers import BOTH, fresh_database

_skipped: Counter[str] = Counter()


@pytest.fixture
async def database(tmp_path):
    """An empty SQLite database."""
    async with fresh_database("sqlite", tmp_path) as opened:
        yield opened


@pytest.fixture(params=BOTH)
async def either_database(request, tmp_path):
    """An empty database: the test runs on SQLite and on PostgreSQL."""
    async with fresh_database(request.param, tmp_path) as opened:
        yield opened


def pytest_runtest_logreport(report):
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        _skipped[reason.removeprefix("Skipped: ")] += 1


def pytest_terminal_summary(terminalreporter):
    for reason, count in _skipped.items():
        terminalreporter.write_line(f"could not run here: {count} test(s): {reason}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session, exitstatus):
    if _skipped and os.environ.get("CI") == "true" and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

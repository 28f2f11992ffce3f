"""What every test run ends with: the names of the tests that could not run here, and why."""

import os
from collections import Counter

import pytest

_skipped: Counter[str] = Counter()


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

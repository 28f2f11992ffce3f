"""Which server carries media streams, with and without the package for the faster one."""

import sys

import pytest

from receptionist.commands.serving import stream_protocol
from receptionist.errors import ConfigurationError
from receptionist.settings import read_settings

OURS = "receptionist.commands.stream_socket"


def test_what_is_installed_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = stream_protocol(read_settings())
    monkeypatch.setenv("STREAM_SERVER", "uvicorn")

    assert chosen.__module__ == OURS
    assert stream_protocol(read_settings()) == "websockets-sansio"


def test_without_the_package_uvicorn_carries_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, OURS, raising=False)
    monkeypatch.setitem(sys.modules, "picows", None)

    assert stream_protocol(read_settings()) == "websockets-sansio"


def test_a_package_that_is_asked_for_and_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, OURS, raising=False)
    monkeypatch.setitem(sys.modules, "picows", None)
    monkeypatch.setenv("STREAM_SERVER", "picows")

    with pytest.raises(ConfigurationError) as refused:
        stream_protocol(read_settings())

    assert list(refused.value.problems) == [
        "STREAM_SERVER='picows': install it with: pip install receptionist[fast]"
    ]

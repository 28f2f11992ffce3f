"""What was loaded at the start is not looked through by the garbage collector while calls wait."""

import gc
from collections.abc import Iterator

import pytest

from receptionist.commands import garbage


@pytest.fixture(autouse=True)
def collector() -> Iterator[None]:
    yield
    gc.unfreeze()
    gc.enable()


def test_it_keeps_out_of_a_start_and_of_what_was_loaded_in_it() -> None:
    garbage.collect_later()
    collects_meanwhile = gc.isenabled()
    loaded = [object(), [object()]]

    garbage.collect_what_comes()

    assert not collects_meanwhile
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0
    assert not any(each is loaded for each in gc.get_objects())

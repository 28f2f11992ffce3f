"""What calls cost."""

from collections import Counter
from pathlib import Path

import pytest

from receptionist.errors import ConfigurationError
from receptionist.numbers.prices import DEFAULT_PRICES, Price, PriceTable, costs, read_prices

USE = {
    "stream": Counter(calls=2, seconds=90, started_minutes=3, turns=4, characters=2_000),
    "phone": Counter(calls=2, seconds=600, started_minutes=11, turns=6, characters=9_000),
}
TABLE = PriceTable(
    prices=(
        Price(name="Line", per="started_minute", price=0.01),
        Price(name="Ears", per="minute", price=0.02, vendor="deepgram"),
        Price(name="Model", per="turn", price=0.1, channels=("stream", "phone")),
        Price(name="Voice", per="1000_characters", price=0.5, channels=("stream",)),
        Price(name="Fee", per="call", price=1),
    )
)


def test_each_line_counts_what_was_used_on_its_channels() -> None:
    found = {cost.name: (round(cost.total, 6), round(cost.a_call, 6)) for cost in costs(TABLE, USE)}

    assert found == {
        "Line": (0.03, 0.0075),
        "Ears": (0.03, 0.0075),
        "Model": (1.0, 0.25),
        "Voice": (1.0, 0.25),
        "Fee": (2.0, 0.5),
    }


def test_a_vendor_that_does_not_serve_costs_nothing() -> None:
    assert "Ears" not in [cost.name for cost in costs(TABLE.serving({"embedded"}), USE)]
    assert costs(DEFAULT_PRICES.serving({"embedded"}), USE) == []


def test_without_a_call_nothing_is_divided_by_nothing() -> None:
    assert all(cost.a_call == 0 for cost in costs(TABLE, {}))


def test_a_table_of_one_s_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(
        "currency: EUR\nnote: our contract\nprices:\n"
        "  - {name: Line, per: minute, price: 0.012, channels: [stream, plain]}\n"
    )

    table = read_prices(path)

    assert (table.currency, table.prices[0].price) == ("EUR", 0.012)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("prices:\n  - {name: Line, per: hour, price: 1}\n", "prices.0.per"),
        ("prices:\n  - {name: Line, per: turn, price: -1}\n", "prices.0.price"),
        ("prices:\n  - {name: Line, per: turn, price: .inf}\n", "prices.0.price"),
        ("currency: dollars\nprices: []\n", "currency"),
        ("price: []\n", "prices"),
        ("- [", "cannot be read"),
    ],
)
def test_what_is_wrong_in_a_table_is_named(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text(text)

    with pytest.raises(ConfigurationError) as caught:
        read_prices(path)

    assert any(problem in each for each in caught.value.problems)
    assert all(each.startswith("PRICES_FILE: ") for each in caught.value.problems)

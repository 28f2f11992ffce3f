"""Which country a time zone is in, and with it whether 3/4 is in March or in April.

From `zone.tab` of the IANA database, which the `tzdata` package brings along.
"""

from functools import cache
from importlib.resources import files

MONTH_FIRST = frozenset(["US", "CA", "PH", "PR", "GU", "VI", "AS", "MP"])
"""Countries that write the month before the day; nearly all others do not."""
OLD_NAMES = {"GB": "GB", "GB-Eire": "GB", "Eire": "IE", "NZ": "NZ", "Asia/Calcutta": "IN"}


@cache
def country_of(zone: str) -> str:
    """The ISO 3166 code of the zone's country; US where the zone has none ("UTC")."""
    return _countries().get(zone) or OLD_NAMES.get(zone) or "US"


def is_day_first(zone: str) -> bool:
    """Whether the day is said and written before the month there."""
    return country_of(zone) not in MONTH_FIRST


@cache
def _countries() -> dict[str, str]:
    table = files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows}

"""Who is calling: dates of birth, names and postcodes out of real telephone recognition.

python -m benchmarks.understanding.identity [--misses N]
"""

import argparse
import re
from difflib import SequenceMatcher

from benchmarks.understanding.baselines import identity_answer
from benchmarks.understanding.sources import CLOCK, Row, is_for_tuning, rows
from benchmarks.understanding.tally import Tallies, at, report, worst
from receptionist.domain.understanding import understand

ASKED = {"dob": "date_of_birth", "name": "name", "postcode": "postcode"}
CLOSE_ENOUGH = 0.8


def answers() -> Tallies:
    """The exact value of each answer; names also by likeness, as a caller is looked up by."""
    tallies: Tallies = {}
    for row in rows("text/evi_identity.jsonl"):
        _count_answer(tallies, row)
    return tallies


def _count_answer(tallies: Tallies, row: Row) -> None:
    asked = ASKED[row["item"]]
    said = {"text": row["asr"], "timezone": "Europe/London", "expecting": asked}
    found = understand(said, CLOCK).get("slots", {}).get(asked, "")
    tuning = is_for_tuning(row["dialogue"])
    miss = f"{row['asr']!r}: {found!r}, expected {row['gold']!r}"
    kind = f"{row['item']} {row['attempt']}"
    right = _bare(found) == _bare(row["gold"])
    at(tallies, f"answer, {row['item']}", kind, tuning=tuning).count(
        right=right, given=bool(found), miss=miss
    )
    plain = identity_answer(row["item"], row["asr"])
    at(tallies, f"baseline, {row['item']}", kind, tuning=tuning).count(
        right=_bare(plain) == _bare(row["gold"]), given=bool(plain)
    )
    if row["item"] != "dob":
        near = SequenceMatcher(None, _bare(found), _bare(row["gold"])).ratio() >= CLOSE_ENOUGH
        at(tallies, f"near, {row['item']}", kind, tuning=tuning).count(
            right=near, given=bool(found)
        )
    if row["item"] == "name":
        first = _bare(found.partition(" ")[0]) == _bare(row["gold"].partition(" ")[0])
        at(tallies, "first name", kind, tuning=tuning).count(right=first, given=bool(found))


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())


def main() -> None:
    """Print the figures, and the misses of the half that is for tuning."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--misses", type=int, default=0, metavar="N")
    wanted = arguments.parse_args()
    tallies = answers()
    print("\n".join([*report(tallies), *(worst(tallies, wanted.misses) if wanted.misses else ())]))


if __name__ == "__main__":
    main()

"""Lock files: every package is of one version and known by its hash, and from no place of its own.

With `--report FILE` it is pip-audit's report that is read.
"""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path

PINNED = re.compile(r"^[a-z0-9][a-z0-9._-]*(\[[a-z0-9,._-]+\])?==[^\s;]+(\s*;.*)?$", re.IGNORECASE)
UNREACHED = 3
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}(?=\s|$)")


def problems(text: str) -> list[str]:
    """What is wrong with a lock file, a line each."""
    joined = text.replace("\\\n", " ")
    lines = [line.split(" #")[0].strip() for line in joined.splitlines()]
    wanted = [line for line in lines if line and not line.startswith("#")]
    return ([] if wanted else ["holds no package"]) + [
        problem for line in wanted for problem in _line_problems(line)
    ]


def _line_problems(line: str) -> list[str]:
    name = re.split(r"[\s=;@]", line)[0]
    if not PINNED.match(HASH.sub("", line).strip()):
        return [f"{name}: expected name==version and hashes, and nothing else"]
    return [] if HASH.search(line) else [f"{name}: has no hash"]


def read_report(text: str) -> tuple[list[str], int]:
    """What pip-audit has found, a line each; and how many packages it could look up.

    Where an index knows nothing of a package, or is not there, pip-audit skips it and is content.
    """
    packages = json.loads(text)["dependencies"]
    holes = [
        f"{package['name']} {package['version']}: {hole['id']}; "
        f"mended in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for package in packages
        for hole in package.get("vulns", ())
    ]
    return holes, sum("skip_reason" not in package for package in packages)


def report(text: str) -> int:
    """1 for a hole, 3 when nothing could be looked up."""
    holes, looked_up = read_report(text)
    if holes:
        print("\n".join(holes))
        return 1
    if looked_up:
        print(f"audit: no known holes in {looked_up} packages")
        return 0
    return UNREACHED


def main(arguments: Sequence[str]) -> int:
    """1 when a lock file is wrong, or pip-audit's report names a hole."""
    if arguments[:1] == ["--report"]:
        return report(Path(arguments[1]).read_text())
    found = [f"{name}: {each}" for name in arguments for each in problems(Path(name).read_text())]
    print("\n".join(found) or f"audit: {', '.join(arguments)}: every package by its hash")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

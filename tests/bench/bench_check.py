"""How many recorded operations a second ``check`` judges, in this process, start-up apart.

    python tests/bench/bench_check.py [ROUNDS]

Each figure is the best of all rounds, reading, unzipping and decoding included.
"""

from __future__ import annotations

import gzip
import io
import json
import sys
from itertools import islice
from pathlib import Path
from time import process_time

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.oracle.page_map import PageMap  # noqa: E402 - a script finds the checkout itself
from verified_buddy.oracle.check import check  # noqa: E402 - as above
from verified_buddy.oracle.rules import Level  # noqa: E402 - as above

CLEAN = ("cloudwu.G1", "linux_2_6_34.G1", "linux_5_10.G1", "linux_5_10.G3", "spaskalev.G3")
NAIVE = 5_000
"""So many operations are enough for the page map, which needs the same time for each."""


def judged(content: bytes, level: Level) -> tuple[float, int]:
    """Seconds, and the operations judged in them."""
    begun = process_time()
    verdict = check(io.BytesIO(content), "", level)
    return process_time() - begun, verdict.operations


def naively(content: bytes) -> float:
    """Seconds an operation of the page map of the tests."""
    begun = process_time()
    with gzip.open(io.BytesIO(content)) as lines:
        pages = PageMap(json.loads(next(lines)))
        assert not any(pages.fault(json.loads(line), "complete") for line in islice(lines, NAIVE))
    return (process_time() - begun) / NAIVE


def main() -> None:
    rounds = int(sys.argv[1]) if sys.argv[1:] else 25
    contents = {
        name: (ROOT / "tests" / "data" / "peers" / f"{name}.geo.1.jsonl.gz").read_bytes() for name in CLEAN
    }
    for level in (Level.COMPLETE, Level.EXACT):
        best: dict[str, tuple[float, int]] = {}
        for _ in range(rounds):
            for name, content in contents.items():
                best[name] = min(best.get(name, (float("inf"), 0)), judged(content, level))
        for name, (spent, operations) in best.items():
            if operations > 1000:
                print(f"{name} at {level}: {operations / spent:,.0f} operations/s")  # noqa: T201 - its result
        if level == Level.COMPLETE:
            spent, operations = map(sum, zip(*best.values(), strict=True))
            print(f"all at {level}: {operations / spent:,.0f} operations/s")  # noqa: T201 - its result
            slow = min(naively(contents["linux_5_10.G1"]) for _ in range(3))
            spent, operations = best["linux_5_10.G1"]
            times = slow * operations / spent
            print(f"linux_5_10.G1 against the page map, first {NAIVE} operations: {times:.0f} times as fast")  # noqa: T201 - its result


if __name__ == "__main__":
    main()

"""How many lines of a kernel's trace ``check --snapshot`` judges a second, in this process, start-up apart.

    python tests/bench/bench_replay.py [ROUNDS]

The best of all rounds, reading, unzipping and decoding included; beside it, in the same rounds, unzipping
and one regular expression alone.
"""

from __future__ import annotations

import re
import sys
from io import BytesIO
from pathlib import Path
from time import process_time

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.kmem.kernel_trace import DATA, recording  # noqa: E402 - a script finds the checkout itself
from verified_buddy.oracle.check import no_garbage_collection  # noqa: E402 - as above
from verified_buddy.oracle.source import chunks  # noqa: E402 - as above

ONE = re.compile(rb"\[(\d+)\] \S+ +[\d.]+: (\w+): .*?pfn=0x([0-9a-f]+) order=(\d+)(?: migratetype=(\d))?")


def replayed(content: bytes) -> float:
    begun = process_time()
    with no_garbage_collection():
        assert recording("small", content).conforms
    return process_time() - begun


def asked(content: bytes) -> float:
    """The same of a recording with probes on requests, with the request layer."""
    begun = process_time()
    with no_garbage_collection():
        assert recording("req1", content, zonestate=True).conforms
    return process_time() - begun


def unasked(content: bytes) -> float:
    """The same, without the request layer."""
    begun = process_time()
    with no_garbage_collection():
        assert recording("req1", content).conforms
    return process_time() - begun


def matched(content: bytes) -> float:
    begun = process_time()
    assert sum(len(ONE.findall(text)) for text in chunks(BytesIO(content))) > 0
    return process_time() - begun


MEASURED = {
    "replayed": ("small", replayed),
    "unzipped and matched": ("small", matched),
    "replayed, with requests": ("req1", asked),
    "replayed, without them": ("req1", unasked),
}


def main() -> None:
    rounds = int(sys.argv[1]) if sys.argv[1:] else 10
    contents = {name: (DATA / f"{name}.trace.txt.gz").read_bytes() for name in ("small", "req1")}
    spent = [[measure(contents[name]) for name, measure in MEASURED.values()] for _ in range(rounds)]
    for (what, (name, _)), best in zip(MEASURED.items(), map(min, zip(*spent, strict=True)), strict=True):
        lines = sum(text.count(b"\n") for text in chunks(BytesIO(contents[name])))
        print(f"{what}: {lines / best:,.0f} lines/s")  # noqa: T201 - its result


if __name__ == "__main__":
    main()

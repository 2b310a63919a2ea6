"""What ``conform`` costs and finds: operations a second through a shared library, and every wrong allocator.

    python tests/bench/bench_conform.py [ROUNDS]

Speed is one process on one core: what is asked, the call through ctypes, the record of it, and the model.
Beside it the C allocator alone, driven by C, and the calls alone, driven by Python.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from random import Random
from statistics import median

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.conform.allocators import BUGS, HEADERS, PEERS, RIGHT, build, level_of  # noqa: E402 - a script finds the checkout itself
from verified_buddy.conform import library  # noqa: E402 - as above
from verified_buddy.conform.board import Board  # noqa: E402 - as above
from verified_buddy.conform.conduct import conduct  # noqa: E402 - as above
from verified_buddy.conform.drive import Driver  # noqa: E402 - as above
from verified_buddy.conform.peer import Geometry  # noqa: E402 - as above
from verified_buddy.conform.search import Plan  # noqa: E402 - as above
from verified_buddy.conform.walk import PROFILES, walk  # noqa: E402 - as above
from verified_buddy.oracle.rules import LEVELS, Level  # noqa: E402 - as above

POOL = Geometry(0, 8192, 10)
LENGTH = 1 << 19
ALONE = r"""
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "verified_buddy.h"
int main(void)
{
	static int64_t held[8192];
	static unsigned order[8192];
	unsigned n = 0, calls = 20000000;
	uint64_t seed = 1;
	vb_init(0, 8192, 10);
	clock_t begun = clock();
	for (unsigned i = 0; i < calls; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		unsigned r = seed >> 33, k = __builtin_ctz(r | 1024);
		if (n && (r >> 12 & 1)) {
			unsigned at = (r >> 13) % n;
			vb_free(held[at], order[at]);
			held[at] = held[--n], order[at] = order[n];
		} else if (n < 8192 && (held[n] = vb_alloc(k)) >= 0)
			order[n++] = k;
	}
	printf("%.0f\n", calls / ((double)(clock() - begun) / CLOCKS_PER_SEC));
}
"""


def driven(path: Path, profile: int, level: Level) -> float:
    """Operations a second, model included."""
    driver = Driver(library.load(str(path)), Board(), level)
    judge = driver.begin(POOL)
    assert judge is not None
    begun = time.process_time()
    walk(driver, judge, PROFILES[profile], Random(1), LENGTH)
    return driver.board.count() / (time.process_time() - begun)


def calls(path: Path) -> float:
    """Calls a second through ctypes, with no model and no record."""
    peer = library.load(str(path))
    peer.init(*POOL)
    begun = time.process_time()
    for _ in range(LENGTH // 2):
        peer.free(peer.alloc(0), 0)
    return LENGTH / (time.process_time() - begun)


def alone(directory: Path, name: str) -> float:
    """Calls a second of the allocator, driven by C."""
    (directory / "alone.c").write_text(ALONE)
    out = directory / f"alone-{name}"
    sources = [str(directory / "alone.c"), str(PEERS / f"{name}.c")]
    subprocess.run(["cc", "-O2", "-w", "-I", str(HEADERS), "-o", str(out), *sources], check=True)
    return float(subprocess.run([str(out)], capture_output=True, check=True, text=True).stdout)


def main() -> None:
    say = partial(print, flush=True)
    rounds = int(sys.argv[1]) if sys.argv[1:] else 3
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        for right in RIGHT[:2]:
            path = build(directory, right)
            by_c, by_python = alone(directory, right), calls(path)
            say(f"{right}: driven by C {by_c:,.0f} calls/s, by Python {by_python:,.0f} calls/s")
            for level in (Level.COMPLETE, *((Level.SMALLEST_FIT,) if right == "lists" else ())):
                for number, profile in enumerate(PROFILES):
                    best = max(driven(path, number, level) for _ in range(rounds))
                    say(f"  beside the model at {level}, profile {profile.name}: {best:,.0f} operations/s")
        for vectors in (True, False):
            say(f"\nwrong allocators, {'all phases' if vectors else 'without vectors and tiny pools'}:")
            lengths = []
            for bug in BUGS:
                way = partial(library.load, str(build(directory, "lists", bug)))
                begun = time.monotonic()
                plan = Plan(LEVELS[level_of(bug)], 1, 30, vectors=vectors)
                report = conduct(way, bug, plan)
                spent = time.monotonic() - begun
                (finding,) = report.findings
                lengths.append(len(finding.run.asked))
                found = f"{finding.run.rule:13} after {report.operations:>9,} operations"
                found += f", {report.seconds:5.2f} s; {finding.found:>6} -> {lengths[-1]} operations"
                late = "" if finding.shortest else ", time was up"
                say(f"  {bug:4} {found}; {spent:5.2f} s in all{late}")
            say(f"  median length {median(lengths):g}, longest {max(lengths)}")


if __name__ == "__main__":
    main()

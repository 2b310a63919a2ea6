"""How fast a zone allocates and frees, how that depends on its size, and what it costs to start.

python tests/bench/bench_zone.py
"""

from __future__ import annotations

import gc
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import perf_counter, process_time

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from tests.oracle.page_map import PageMap, header  # noqa: E402 - a script finds the checkout itself
from verified_buddy import Order, Pfn, Zone  # noqa: E402 - as above

BITS = (10, 18, 24, 28)
LIVE = 256
PAIRS = 20_000
ROUNDS = 15

Alloc = Callable[[Order], Pfn | None]
Free = Callable[[Pfn, Order], None]


def filled(bits: int) -> Zone:
    zone = Zone()
    zone.add_range(Pfn(0), Pfn(1 << bits))
    return zone


def seconds(alloc: Alloc, free: Free, pairs: int) -> float:
    """The time of so many frees and allocs, with always the same number of blocks out."""
    random = Random(1)
    orders = [Order(random.choice((0, 0, 0, 1, 1, 2))) for _ in range(LIVE + pairs)]
    slots = [random.randrange(LIVE) for _ in range(pairs)]
    live = []
    for order in orders[:LIVE]:
        pfn = alloc(order)
        assert pfn is not None
        live.append((pfn, order))
    start = process_time()
    for slot, order in zip(slots, orders[LIVE:], strict=True):
        free(*live[slot])
        pfn = alloc(order)
        assert pfn is not None
        live[slot] = pfn, order
    spent = process_time() - start
    for pfn, order in live:
        free(pfn, order)
    return spent


def naive(bits: int) -> tuple[Alloc, Free]:
    """The first aligned run of free pages, in a set of pages."""
    pages = PageMap(header(nr_pages=1 << bits, max_order=10))

    def alloc(order: Order) -> Pfn | None:
        for pfn in range(0, pages.end, 2**order):
            if pages.is_free(pfn, order):
                pages.block_fault(pfn, order, "safety")
                return Pfn(pfn)
        return None

    def free(pfn: Pfn, order: Order) -> None:
        assert pages.free_fault(pfn, order, 0) is None

    return alloc, free


def start(bits: int) -> None:
    """Print what a fresh zone of that size costs: seconds and MiB."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = perf_counter()
    zone = filled(bits)
    spent = perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{spent:.3f} s, {(after - before) / 1024:.0f} MiB ({zone.nr_free_pages()} pages)")  # noqa: T201 - its result


def main() -> None:
    for bits in BITS:
        command = [sys.executable, __file__, str(bits)]
        best = min(
            subprocess.run(command, capture_output=True, check=True, text=True).stdout for _ in range(5)
        )
        print(f"start of 2^{bits} pages: {best.strip()}")  # noqa: T201 - its result
    zones = {bits: filled(bits) for bits in BITS}
    gc.freeze()
    spent = dict.fromkeys(BITS, float("inf"))
    for _ in range(ROUNDS):
        for bits, zone in zones.items():
            spent[bits] = min(spent[bits], seconds(zone.alloc, zone.free, PAIRS))
    for bits in BITS:
        print(f"2^{bits} pages, {LIVE} blocks in play: {2 * PAIRS / spent[bits]:,.0f} operations/s")  # noqa: T201
    print(f"slowest to fastest: {max(spent.values()) / min(spent.values()):.2f}")  # noqa: T201 - its result
    slow = min(seconds(*naive(BITS[0]), PAIRS // 20) for _ in range(3)) * 20
    print(f"naive model at 2^{BITS[0]} pages: {2 * PAIRS / slow:,.0f} operations/s")  # noqa: T201 - its result
    print(f"zone against naive model: {slow / spent[BITS[0]]:.1f} times as fast")  # noqa: T201 - its result


if __name__ == "__main__":
    start(int(sys.argv[1])) if sys.argv[1:] else main()

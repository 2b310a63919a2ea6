"""How many requests a second a machine of live zones answers: on the fast path, and on the slow one.

python tests/bench/bench_requests.py
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from random import Random
from time import process_time

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from verified_buddy import Nodes, NodeSpec, Pfn, Task  # noqa: E402 - a script finds the checkout itself
from verified_buddy.linux import gfp  # noqa: E402 - as above
from verified_buddy.linux.zone_type import DMA, DMA32, NORMAL  # noqa: E402 - as above

LIVE = 256
PAIRS = 10_000
REFUSALS = 2_000
ROUNDS = 5


def machine() -> Nodes:
    """4 GiB on two nodes of two CPUs each."""
    return Nodes(
        [
            NodeSpec([(DMA, 1, 4096), (DMA32, 4096, 1 << 19)], cpus=[0, 1]),
            NodeSpec([(NORMAL, 1 << 19, 1 << 20)], cpus=[2, 3]),
        ]
    )


def fast(nodes: Nodes, pairs: int) -> float:
    """The time of so many requests and frees, with always the same number of blocks out."""
    random = Random(1)
    masks = (gfp.GFP_KERNEL, gfp.GFP_KERNEL, gfp.GFP_HIGHUSER_MOVABLE, gfp.GFP_ATOMIC)
    asked = [
        (random.choice(masks), random.choice((0, 0, 0, 1, 2)), random.randrange(4)) for _ in range(pairs)
    ]
    slots = [random.randrange(LIVE) for _ in range(pairs)]
    live: list[tuple[Pfn, int, Task]] = []
    tasks = [Task(cpu=cpu) for cpu in range(4)]
    for _ in range(LIVE):
        pfn = nodes.alloc_pages(gfp.GFP_KERNEL, 0, 0)
        assert pfn is not None
        live.append((pfn, 0, tasks[0]))
    start = process_time()
    for slot, (mask, order, cpu) in zip(slots, asked, strict=True):
        nodes.free_pages(*live[slot])
        pfn = nodes.alloc_pages(mask, order, cpu // 2, tasks[cpu])
        assert pfn is not None
        live[slot] = pfn, order, tasks[cpu]
    spent = process_time() - start
    for block in live:
        nodes.free_pages(*block)
    return spent


def slow(nodes: Nodes, requests: int, mask: int) -> float:
    """The time of so many requests that nothing is left for; nobody reclaims."""
    taken = []
    for order in (10, 0):
        while (pfn := nodes.alloc_pages(gfp.NOWARN, order, 0, Task(memalloc=True))) is not None:
            taken.append((pfn, order))
    start = process_time()
    for _ in range(requests):
        assert nodes.alloc_pages(mask, 0, 0) is None
    spent = process_time() - start
    for pfn, order in taken:
        nodes.free_pages(pfn, order)
    return spent


def main() -> None:
    nodes = machine()
    gc.freeze()
    spent = min(fast(nodes, PAIRS) for _ in range(ROUNDS))
    print(f"fast path: {PAIRS / spent:,.0f} requests/s, each with a free")  # noqa: T201 - its result
    for name, mask in (("atomic", gfp.GFP_ATOMIC), ("that waits in vain", gfp.GFP_KERNEL)):
        spent = min(slow(nodes, REFUSALS, mask) for _ in range(ROUNDS))
        print(f"slow path, {name}: {REFUSALS / spent:,.0f} requests/s")  # noqa: T201 - its result


if __name__ == "__main__":
    main()

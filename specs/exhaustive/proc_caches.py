"""What /proc/slabinfo says of live caches, beside a count of their objects one by one."""

from __future__ import annotations

from itertools import product
from typing import Any

from specs.ledger.refutation import Refuted, Visited
from specs.ledger.subject import Subject

PAGE = 4096
STEPS = 40
SIZES = (
    "caches of objects of 192, 1024 and 8384 bytes in zones of 12, 40 and 1024 pages",
    f"programs of up to {STEPS} objects; every second or third comes back at once, or all in the end",
)


def counts_of(cache: Any) -> tuple[int, int, int]:
    """Objects that are not free in a partial slab, all objects, and slabs: byte by byte."""
    slabs = sorted({(slab.pfn, slab.order) for slab in cache.slabs.values()})
    objects = [PAGE * 2**order // cache.size for _, order in slabs]
    free = [
        PAGE * 2**slab.order // cache.size - len(slab.in_use)
        for slab in set(cache.slabs.values())
        if slab is not cache.active and 0 <= len(slab.in_use) < PAGE * 2**slab.order // cache.size
    ]
    return sum(objects) - sum(free), sum(objects), len(slabs)


def visit(subject: Subject, _: int) -> Visited:
    """The counts of every cache after every call are those of its objects and slabs."""
    count = 0
    for size, memory, back in product((192, 1024, 8384), (12, 40, 1024), (2, 3, 100)):
        zone = subject.linux.zone.LinuxZone(0, 1024)
        zone.add_range(0, memory)
        cache = subject.slab.cache.SlabCache(subject.slab.pages.ZonePages(zone), size)
        live: list[int] = []
        for step in range(2 * STEPS):
            if step < STEPS:
                address = cache.alloc()
                live += [] if address is None else [address]
            if live and (step >= STEPS or step % back == 1):
                cache.free(live.pop(step % len(live)))
            count += 1
            compare(subject, cache, f"{size} bytes, {memory} pages, every {back}., step {step}")
    return Visited(count, count)


def compare(subject: Subject, cache: Any, said: str) -> None:
    """The counts now."""
    active, objects, slabs = counts_of(cache)
    wanted = ("some", active, objects, cache.size, PAGE * 2**cache.order // cache.size, 2**cache.order, slabs)
    got = tuple(subject.proc.slabinfo.cache_counts("some", cache))
    if got != wanted:
        raise Refuted(said, f"{got}, expected {wanted}")

"""Which part of a state differs from the kernel's, of which only the checksum is known: by trying.

A state that differs in one part alone, and has the kernel's checksum, is as good as certain to be the
kernel's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import islice
from typing import Final, TypeVar

from verified_buddy.free_area import Migratetype
from verified_buddy.kernel_calls.parts import pageblock
from verified_buddy.kernel_calls.state import ENCODER, CpuState, State, ZoneState, checksum
from verified_buddy.linux.migratetype import MIGRATETYPES
from verified_buddy.linux.pageblock import PAGEBLOCK_PAGES
from verified_buddy.linux.pcp import BATCH_SCALE_MAX

T = TypeVar("T")

TRIES: Final = 5000
LARGE: Final = 1 << 20
"""Bytes of a state with which nothing is tried: it would take too long."""
CANNOT_BE_TOLD: Final = "in more than one part: of this state only the checksum is known"


def differing_part(kernel: int, before: State, model: State, first_page: int) -> str:
    """The part in which the model's state is not the one of that checksum, as far as one can tell.

    ``before`` is the state before the call: what the call has not touched is hardly to blame.
    """
    if len(ENCODER.encode(model)) > LARGE:
        return CANNOT_BE_TOLD
    tried = deepcopy(model)
    found = (says for says in islice(variants(before, tried, first_page), TRIES) if checksum(tried) == kernel)
    return next(found, CANNOT_BE_TOLD)


def variants(before: State, now: State, first_page: int) -> Iterator[str]:
    """Change the state in one part after the other; what it has become, as long as nobody asks on."""
    yield from types(now[0].pageblocks, first_page)
    for number, (was, zone) in enumerate(zip(before, now, strict=True)):
        for says in (counters(zone), free_lists(was, zone), per_cpu(was, zone)):
            yield from (f"zone {number}, {each}" for each in says)


def types(pageblocks: list[Migratetype], first_page: int) -> Iterator[str]:
    """Each pageblock under every other type; the list is that of all zones."""
    for number, was in enumerate(pageblocks):
        for other in range(MIGRATETYPES):
            if other != was:
                pageblocks[number] = Migratetype(other)
                yield f"{pageblock(number, first_page)}: {other} in the kernel, {was} in the model"
        pageblocks[number] = was


def counters(zone: ZoneState) -> Iterator[str]:
    """What is counted, a step up or down."""
    for name, step in (("nr_reserved_highatomic", PAGEBLOCK_PAGES), ("nr_isolate_pageblock", 1)):
        was = getattr(zone, name)
        for other in (was - step, was + step):
            setattr(zone, name, other)
            yield f"{name}: {other} in the kernel, {was} in the model"
        setattr(zone, name, was)
    for cpu, each in enumerate(zone.per_cpu):
        yield from factors(f"CPU {cpu}", each)


def factors(name: str, cpu: CpuState) -> Iterator[str]:
    """Every other free factor."""
    was = cpu.free_factor
    for other in range(BATCH_SCALE_MAX + 1):
        cpu.free_factor = other
        yield f"{name}, free_factor: {other} in the kernel, {was} in the model"
    cpu.free_factor = was


def free_lists(was: ZoneState, zone: ZoneState) -> Iterator[str]:
    """Each block that the call has listed, at either end of its list, and of those of other types."""
    for order, lists in enumerate(zone.free_lists):
        for migratetype, blocks in enumerate(lists):
            known = set(was.free_lists[order][migratetype])
            for block in [each for each in blocks if each not in known]:
                lists[migratetype] = [each for each in blocks if each != block]
                for other in range(len(lists)):
                    name = f"free list of order {order}, type {other}"
                    yield from at_ends(name, lists, other, block)
            lists[migratetype] = blocks


def per_cpu(was: ZoneState, zone: ZoneState) -> Iterator[str]:
    """Each block that the call has put on a per-CPU list, at either end of that."""
    for cpu, (before, now) in enumerate(zip(was.per_cpu, zone.per_cpu, strict=True)):
        for pindex, blocks in enumerate(now.lists):
            known = set(before.lists[pindex])
            for block in [each for each in blocks if each not in known]:
                now.lists[pindex] = [each for each in blocks if each != block]
                yield from at_ends(f"CPU {cpu}, per-CPU list {pindex}", now.lists, pindex, block)
            now.lists[pindex] = blocks


def at_ends(name: str, lists: list[list[T]], index: int, block: T) -> Iterator[str]:
    """The block at the head, then at the tail of the list that lacks it."""
    without = lists[index]
    page = block[0] if isinstance(block, Sequence) else block
    for end, blocks in (("head", [block, *without]), ("tail", [*without, block])):
        lists[index] = blocks
        yield f"{name}: page {page} is at the {end} in the kernel, and not in the model"
    lists[index] = without

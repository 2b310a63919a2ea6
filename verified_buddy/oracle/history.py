"""Histories in which calls overlap: what can be said without a guess at the order of their effects.

A call takes effect at one moment between t0, when it was made, and t1, when it was answered.  A block is
*certainly owned* from the answer of its alloc to the call of its free, and *perhaps owned* from the call
of its alloc to the answer of its free.

Decided exactly: ``out-of-range`` and ``misaligned``; ``overlap``, since all blocks are owned least if each
alloc takes effect at its answer and each free at its call, and two are owned at once in every order if they
are owned at once then; a free of what no alloc can have handed out before it.
Said only when it is certain: ``refusal``, if a block was free throughout the call, that is, not even perhaps
owned; ``free-refused``, if the block was certainly owned throughout the call.
Left open: a refusal that no single order of all effects explains though no block was free throughout; which
of several allocs of one block a free belongs to (they are paired in the order of time); smallest fit and the
exact policy, which depend on the order of effects.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from verified_buddy.oracle.adopt import Adopter
from verified_buddy.oracle.judge import Fault, Judge
from verified_buddy.oracle.memory import Memory, brief
from verified_buddy.oracle.rules import Level
from verified_buddy.oracle.trace import (
    Event,
    Free,
    Header,
    Timed,
    TimedAlloc,
    TimedCrash,
    TimedFree,
    TimedTake,
)
from verified_buddy.pfn import Order, Pfn

NEVER = float("inf")


@dataclass(slots=True, eq=False)
class Held:
    """A block that was handed out, from when to when."""

    number: int
    pfn: Pfn
    order: Order
    asked: float
    given: float
    back: float = NEVER
    """When its free was called."""
    gone: float = NEVER
    """When its free was answered."""
    does: str = "alloc of order {} returned page {}"


def timed(events: Sequence[Event]) -> list[Timed]:
    """The operations that tell when they were called and answered."""
    return [event for event in events if isinstance(event, Timed)]


def faults(header: Header, events: Sequence[Timed], level: Level) -> list[tuple[int, Fault]]:
    """The operations that certainly break a rule, each with its number, in the order of the trace."""
    found = [*crashes(events)]
    held = handed_out(events)
    found += frees(events, held)
    found += owned_twice(header, held)
    if level >= Level.COMPLETE:
        found += refusals(header, events, held)
    return sorted(found, key=lambda fault: fault[0])


def crashes(events: Sequence[Timed]) -> Iterator[tuple[int, Fault]]:
    """The implementation died."""
    for number, event in enumerate(events, 1):
        if isinstance(event, TimedCrash):
            during = "" if event.during is None else f" during {brief(event.during)}"
            yield number, Fault("crash", f"the implementation crashed{during}")


def handed_out(events: Sequence[Timed]) -> list[Held]:
    """The blocks that were handed out, by when they were."""
    held = []
    for number, event in enumerate(events, 1):
        if isinstance(event, TimedAlloc | TimedTake) and event.pfn is not None:
            block = Held(number, event.pfn, event.order, event.t0, event.t1)
            if isinstance(event, TimedTake):
                block.does = "take of order {} claimed page {}"
            held.append(block)
    return sorted(held, key=lambda block: block.given)


def frees(events: Sequence[Timed], held: list[Held]) -> Iterator[tuple[int, Fault]]:
    """Give each block its free; what is wrong with the others."""
    waiting: dict[Pfn, list[Held]] = {}
    for block in held:
        waiting.setdefault(block.pfn, []).append(block)
    known = {pfn: list(blocks) for pfn, blocks in waiting.items()}
    told = [(number, event) for number, event in enumerate(events, 1) if isinstance(event, TimedFree)]
    told.sort(key=lambda free: (free[1].t0, free[1].t1))
    for number, free in told:
        blocks = waiting.get(free.pfn, []) if not free.rc else []
        fits = (place for place, block in enumerate(blocks) if may_be(free, block))
        place = next(fits, None)
        if place is not None:
            block = blocks.pop(place)
            block.back, block.gone = free.t0, free.t1
        elif not free.rc:
            does = f"free of page {brief(free.pfn)}"
            does += "" if free.order is None else f" with order {brief(free.order)}"
            says = f"{does} was accepted, but no block can have been live there"
            yield number, Fault("invalid-free", says, free.pfn)
    for number, free in told:
        for block in known.get(free.pfn, []) if free.rc else []:
            if may_be(free, block) and block.given < free.t0 and free.t1 < block.back:
                says = f"free of the block of order {block.order} at page {block.pfn} was refused"
                says += f" (rc {brief(free.rc)}), but it was live throughout the call"
                yield number, Fault("free-refused", says, block.pfn, block.order)
                break


def may_be(free: TimedFree, block: Held) -> bool:
    """Whether the free may be of that block."""
    return free.order in (None, block.order) and block.asked <= free.t1


def owned_twice(header: Header, held: list[Held]) -> Iterator[tuple[int, Fault]]:
    """Blocks that are none of the pool, and pages that two blocks certainly had at once."""
    moments: list[tuple[float, int, Held]] = []
    judge, alone = Judge(Memory(header), Level.SAFETY), Judge(Memory(header), Level.SAFETY)
    for block in held:
        fault = alone.hand_out(block.pfn, block.order, block.number, block.does, Level.SAFETY)
        if fault is not None:
            yield block.number, fault
            continue
        alone.free(Free(block.pfn, block.order))
        if block.given < block.back:
            moments += [(block.given, 1, block), (block.back, 0, block)]
    moments.sort(key=lambda moment: moment[:2])
    lost: set[Held] = set()
    for _, starts, block in moments:
        if not starts:
            if block not in lost:
                judge.free(Free(block.pfn, block.order))
            continue
        fault = judge.hand_out(block.pfn, block.order, block.number, block.does, Level.SAFETY)
        if fault is not None:
            lost.add(block)
            yield block.number, Fault(fault.rule, both(judge.memory, block), block.pfn, block.order)


def both(memory: Memory, block: Held) -> str:
    """Who had the pages of the block at the same time."""
    owners = Adopter(memory).owners(block.pfn, block.order)
    other = next(owner for owner in owners if owner.kind == "live")
    does = block.does.format(block.order, block.pfn)
    return (
        f"{does}, but operation {other.since} certainly had pages {other.start}..{other.end - 1} at that time"
    )


def refusals(header: Header, events: Sequence[Timed], held: list[Held]) -> Iterator[tuple[int, Fault]]:
    """Refusals although a block was free throughout the call."""
    asked = sorted(held, key=lambda block: block.asked)
    told = [
        (number, event)
        for number, event in enumerate(events, 1)
        if isinstance(event, TimedAlloc) and event.pfn is None and event.order <= header.max_order
    ]
    told.sort(key=lambda refusal: refusal[1].t0)
    perhaps: list[tuple[float, int, Held]] = []
    begun = 0
    for number, event in told:
        while begun < len(asked) and asked[begun].asked <= event.t1:
            heappush(perhaps, (asked[begun].gone, begun, asked[begun]))
            begun += 1
        while perhaps and perhaps[0][0] < event.t0:
            heappop(perhaps)
        memory = Memory(header)
        adopter = Adopter(memory)
        for _, _, block in perhaps:
            if block.asked <= event.t1:
                adopter.hand_out(block.pfn, block.order, block.number)
        found = memory.smallest(event.order)
        if found is not None:
            pfn = memory.head(found)
            says = f"alloc of order {event.order} was refused, but the block of order {found} at page {pfn}"
            says += " was free throughout the call"
            yield number, Fault("refusal", says, pfn, found)

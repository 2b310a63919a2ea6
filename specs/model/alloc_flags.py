"""The allocator's own flags, each with the cases in which a request has it: a table, by numbers."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, NamedTuple

HIGH, DIRECT, KSWAPD, MEMALLOC, NOMEMALLOC = 0x20, 0x400, 0x800, 0x20000, 0x80000
MOVABLE, RECLAIMABLE = 0x8, 0x10
"""Gfp flags."""


class Case(NamedTuple):
    """One way to come by a flag; what is not named does not matter."""

    has: int = 0
    """Gfp flags that the request has, all of them."""
    lacks: int = 0
    """Gfp flags of which it has none."""
    given: frozenset[str] = frozenset()
    """What else must be the case."""
    unless: frozenset[str] = frozenset()
    """What must not be the case."""

    def applies(self, facts: Collection[str]) -> bool:
        """Whether all but the gfp flags is as it should be."""
        return self.given <= set(facts) and not self.unless & set(facts)


def given(*facts: str) -> frozenset[str]:
    """A set of facts."""
    return frozenset(facts)


Table = dict[int, tuple[Case, ...]]
"""By flag, which is a bit of the result."""

CONTIGUOUS: Final = (Case(has=MOVABLE, lacks=RECLAIMABLE, given=given("cma")),)

FAST: Final[Table] = {
    0x1: (Case(),),
    0x40: (Case(given=given("cpuset")),),
    0x80: CONTIGUOUS,
    0x100: (Case(given=given("nofragment")),),
    0x800: (Case(has=KSWAPD),),
}
"""The fast path: low watermark, cpuset, contiguous memory, no mixing of types, kswapd."""

SLOW: Final[Table] = {
    0x10: (Case(lacks=DIRECT | NOMEMALLOC),),
    0x20: (Case(has=HIGH), Case(has=DIRECT, given=given("realtime"))),
    0x40: (Case(has=DIRECT), Case(lacks=HIGH)),
    0x80: CONTIGUOUS,
    0x200: (Case(has=HIGH, lacks=DIRECT | NOMEMALLOC, given=given("several pages")),),
    0x800: (Case(has=KSWAPD),),
}
"""The slow path: no waiting, minimum reserve, cpuset, contiguous memory, highatomic, kswapd."""

RESERVES: Final[Table] = {
    0x4: (Case(has=MEMALLOC, lacks=NOMEMALLOC), Case(lacks=NOMEMALLOC, given=given("memalloc"))),
    0x8: (Case(lacks=MEMALLOC | NOMEMALLOC, given=given("oom_victim"), unless=given("memalloc")),),
}
"""What opens the reserves: no watermarks, or half the minimum for a victim."""


def flags(table: Table, gfp_mask: int, facts: Collection[str] = ()) -> int:
    """All flags that some case gives to the request."""
    found = 0
    for flag, cases in table.items():
        if any(
            case.applies(facts) and gfp_mask & case.has == case.has and gfp_mask & case.lacks == 0
            for case in cases
        ):
            found += flag
    return found

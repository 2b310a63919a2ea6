"""A pair: the same zones twice, ours and C's, given the same calls; and the first difference between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from specs.kernel_text.beside.subject import Side
from specs.kernel_text.beside.zones import Call, Shape, State, answer_of, state_of, zone_in, zones_of
from specs.kernel_text.errors import NoTree, Place, Unread
from verified_buddy.linux.migratetype import ISOLATE

PARTS = ("refill_one",)
"""Calls of less than a function: what it counts it counts at its end."""


@dataclass(frozen=True)
class Difference:
    """What differs after a call."""

    says: str
    places: tuple[tuple[str, Place], ...] = ()
    """Of the call: each function of C that ended, and where it reached beyond its text last."""


@dataclass
class Pair:
    """Both sides, and the zones that they are driven on."""

    shape: Shape
    ours: Side
    theirs: Side
    mine: list[Any] = field(default_factory=list)
    others: list[Any] = field(default_factory=list)
    free: list[int] = field(default_factory=list)
    """The pages on C's lists when C began to count them."""

    def begin(self) -> None:
        """Zones with all their memory free."""
        self.mine = zones_of(self.ours.subject, self.shape)
        self.others = zones_of(self.theirs.subject, self.shape)
        self.count()

    def put(self, state: State) -> None:
        """The one zone, in that state."""
        self.mine = [zone_in(self.ours.subject, self.shape, state)]
        self.others = [zone_in(self.theirs.subject, self.shape, state)]
        self.count()

    def count(self) -> None:
        """C counts from here on."""
        self.theirs.trace.free.clear()
        self.free = [other.mobility.nr_free_pages() for other in self.others]

    def drifts(self) -> bool:
        """Whether NR_FREE_PAGES may drift from the lists, as the kernel's does around isolated pageblocks.

        So it may where a block is on ISOLATE's list, and its pageblock is not isolated, or the other way
        round: a pageblock across the edge of its zone moves no block, and isolated pageblocks merge.
        """
        size = self.shape.pageblock
        for zone in (other.mobility for other in self.others):
            for pfn, order, kind in zone.free_area.blocks():
                starts = range(pfn & -size, pfn + (1 << order), size)
                if any((zone.pageblocks.migratetype(at) == ISOLATE) != (kind == ISOLATE) for at in starts):
                    return True
        return False

    def miscounted(self) -> Difference | None:
        """What C added to NR_FREE_PAGES, if that is not by how much its lists have grown."""
        for number, (zone, before) in enumerate(zip(self.others, self.free, strict=True)):
            grown = zone.mobility.nr_free_pages() - before
            counted = self.theirs.trace.free[id(zone.mobility)]
            if grown != counted:
                at = f"zone {number}: " if len(self.mine) > 1 else ""
                return self.told(
                    f"{at}C adds {counted} to NR_FREE_PAGES, and its lists grow by {grown} pages"
                )
        return None

    def compare(self) -> Difference | None:
        """What differs now."""
        for number, (mine, other) in enumerate(zip(self.mine, self.others, strict=True)):
            one, two = state_of(mine, self.shape), state_of(other, self.shape)
            if one != two:
                at = f"zone {number}: " if len(self.mine) > 1 else ""
                return self.told(at + apart(one, two))
        return None

    def told(self, says: str) -> Difference:
        """A difference, with what ran last."""
        return Difference(says, tuple(self.theirs.trace.places))

    def make(self, call: Call) -> Difference | None:
        """Make the call on both sides; what differs then."""
        self.theirs.trace.places.clear()
        drifted = self.drifts()
        answer = answer_of(self.ours.subject, self.mine, call)
        try:
            found = answer_of(self.theirs.subject, self.others, call)
        except (Unread, NoTree):
            raise
        except Exception as error:  # whatever the text does is the finding
            return self.told(f"C fails: {type(error).__name__}: {error}; ours answers {answer}")
        if found != answer:
            return self.told(f"C answers {found}, ours {answer}")
        differs = self.compare()
        counted = self.theirs.counts and call.name not in PARTS
        if differs is None and counted and not (drifted or self.drifts()):
            differs = self.miscounted()
        self.count()
        return differs

    def first(self, calls: Sequence[Call]) -> tuple[int, Difference] | None:
        """After which of the calls something differs first, from zones whose memory is free."""
        try:
            self.begin()
        except (Unread, NoTree):
            raise
        except Exception as error:
            return 0, self.told(f"C fails at boot: {type(error).__name__}: {error}")
        if (found := self.compare()) is not None:
            return 0, found
        for number, call in enumerate(calls):
            found = self.make(call)
            if found is not None:
                return number + 1, found
        return None


def apart(ours: State, theirs: State) -> str:
    """Where two states differ."""
    says: list[str] = []
    for name, one, two in zip(State._fields, ours, theirs, strict=True):
        if one != two:
            says.append(f"{name}: C has {short(two, one)}, ours {short(one, two)}")
    return "; ".join(says)


def short(these: Any, others: Any) -> str:
    """What the other has not, in its order; all of it, if only the order differs."""
    only = tuple(each for each in these if each not in others)
    return str(only or these) if len(these) > 8 else str(these)

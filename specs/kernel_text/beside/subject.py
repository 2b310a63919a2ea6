"""Our package with C's functions in the places of ours, all of them, or none: two sides of a comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from specs.kernel_text.constants import Constants
from specs.kernel_text.counters import free_pages
from specs.kernel_text.edge import Edge, Operation
from specs.kernel_text.errors import Place
from specs.kernel_text.functions import CONTRACTS, ON_INTS, UNITS
from specs.kernel_text.integers import LONG, Int, flag
from specs.kernel_text.lifting import OrderAt
from specs.kernel_text.reader import Text
from specs.kernel_text.units import Backed, Unit
from specs.kernel_text.values import Page
from specs.ledger.subject import LINUX, UNDER_PROOF, Subject, fresh
from specs.prover.models.zone.geometry import Geometry

ALL = (*UNITS, *ON_INTS)
Home = tuple[str, str]
"""A C function, and our function in whose place it stands."""


@dataclass
class Trace:
    """What ran of C."""

    ran: Counter[Home] = field(default_factory=Counter)
    zone: Any = None
    """The zone that was worked on last: functions that are given its lists alone belong to it."""
    helped: Counter[str] = field(default_factory=Counter)
    """What ran inside others."""
    places: list[tuple[str, Place]] = field(default_factory=list)
    """Of the last call: each function that ended, and where it reached beyond its text last."""
    free: Counter[int] = field(default_factory=Counter)
    """What C added to NR_FREE_PAGES, by the id of the zone."""


def area_at(edge: Edge, page: Page) -> Any:
    """The lists of the zone to which a page belongs; None if it belongs to none."""
    pageblocks = getattr(edge.zone, "pageblocks", None)
    return edge.zone.free_area if pageblocks is None else pageblocks.free_area_of(page.pfn)


def order_at(edge: Edge, page: Page) -> OrderAt:
    """buddy_order(): of a free block of any zone."""
    area, orders = area_at(edge, page), range(edge.zone.free_area.max_order + 1)
    return OrderAt(page, [area is not None and area.is_free_block(page.pfn, order) for order in orders])


HELPED = ("__find_buddy_pfn", "find_buddy_page_pfn", "page_is_buddy")
"""Functions that stand by contracts in proofs, and are run as they stand over plain numbers."""
ANYWHERE: dict[str, Operation] = {
    "PageBuddy": lambda edge, page: flag(any(order_at(edge, page).truths)),
    "buddy_order": order_at,
    "page_zone_id": lambda edge, page: Int(LONG, id(area_at(edge, page)) >> 1),
}
"""What they ask of pages of any zone."""


BY_CONTRACT = {name: made for name, made in CONTRACTS.items() if name not in HELPED}


def whole(unit: Unit, trace: Trace) -> Unit:
    """The unit, of which as much is run as can be, on the zone to which the lists belong."""

    def zone(*args: Any, **named: Any) -> Any:
        found = unit.zone(*args, **named)
        if hasattr(found, "pageblocks"):
            trace.zone = found
        elif getattr(trace.zone, "free_area", None) is getattr(found, "free_area", trace):
            return trace.zone
        return found

    return replace(unit, zone=zone, runs=(*unit.runs, *HELPED), callees={**unit.callees, **ANYWHERE})


@dataclass(eq=False)
class Counted(Backed):
    """A stand-in that counts its calls, and has the name of ours."""

    trace: Trace = field(default_factory=Trace)
    home: str = ""

    @property
    def __name__(self) -> str:
        """The name of ours."""
        return self.home.rpartition(".")[2]

    def __call__(self, *args: Any, **named: Any) -> Any:
        """What C answers, as ours would."""
        if not self.unit.meant(*args, **named):
            return self.original(*args, **named)
        self.trace.ran[self.unit.name, self.home] += 1
        before = self.last
        try:
            return super().__call__(*args, **named)
        finally:
            machine = self.last.machine if self.last is not None and self.last is not before else None
            if machine is not None and self.last is not None:
                self.trace.free[id(self.last.zone)] += free_pages(self.last).value
                self.trace.helped.update(name for name in self.last.done if name in HELPED)
                self.trace.places.append(
                    (self.unit.name, machine.places[-1] if machine.places else machine.place)
                )


@dataclass(frozen=True)
class Side:
    """One of the two packages."""

    subject: Subject
    trace: Trace
    counts: bool = False
    """Whether it is C's, which counts free pages; ours has them on its lists."""


def scale(subject: Subject, top: int) -> None:
    """Make the package's zones those of that top order, for good: it is a copy."""
    constants: dict[str, Any] = {**Geometry(top).constants(), "MAX_ORDER": top}
    for name in LINUX:
        module = subject.module(name)
        for key, value in constants.items():
            if hasattr(module, key):
                setattr(module, key, value)


def ours(top: int) -> Side:
    """Our package as it is."""
    subject = fresh()
    scale(subject, top)
    return Side(subject, Trace())


def theirs(text: Text, top: int, units: Iterable[Unit] = ALL) -> Side:
    """Our package with C's functions in the places of ours, wherever their names are used."""
    made = ours(top)
    subject, constants = made.subject, Constants(text)
    homes = [(unit, home) for unit in units for home in unit.homes]
    taken = {home for _, home in homes}
    for unit, home in homes:
        module, _, function = home.rpartition(".")
        found = subject.module(module)
        original = getattr(found, function)
        sizes = subject.module("linux.pageblock")
        stand_in = Counted(
            whole(unit, made.trace),
            text,
            constants,
            found,
            BY_CONTRACT,
            sizes,
            original,
            trace=made.trace,
            home=home,
        )
        setattr(found, function, stand_in)
        for name in UNDER_PROOF:
            other = subject.module(name)
            if f"{name}.{function}" not in taken and getattr(other, function, None) is original:
                setattr(other, function, stand_in)
    return replace(made, counts=True)

"""A search of one zone of any figures, with the tests of watermarks as they are, beside section 7.4."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.subject import Subject
from specs.prover.method.invariants import conjunction
from specs.prover.method.lifted import BITS, LiftedPfn
from specs.prover.method.paths import Path
from specs.prover.models.request.search import LOW, NO_WATERMARKS, TYPE, Claim
from specs.prover.models.request.system import AnySystem, replaced
from specs.prover.models.request.zones import MASK, MOST, any_of, bit, has, term_of


def needed(mark: z3.BitVecRef, flags: int) -> z3.BitVecRef:
    """Section 7.4: what is left of a mark for a request with these flags."""
    if flags & 0x20:
        mark = mark - z3.UDiv(mark, z3.BitVecVal(2, BITS))
        if flags & 0x10:
            mark = mark - z3.UDiv(mark, z3.BitVecVal(4, BITS))
    if flags & 0x8:
        mark = mark - z3.UDiv(mark, z3.BitVecVal(2, BITS))
    return mark


MARKED = ((LOW, 0), (0x30, 0), (0x230, 3), (0x8, 3), (NO_WATERMARKS, 0))
"""Flags with an order, of the kinds that requests have: they cannot wait, or are victims, or free memory."""


class OneZone:
    """A search of one zone, with the tests of watermarks as they are."""

    def __init__(self, subject: Subject, flags: int, order: int, path: Path) -> None:
        self.flags, self.order = flags, order
        self.system = system = AnySystem(subject, path, ((0, 2),))
        system.near, system.zeroes = order > 0, False
        path.assume(z3.Not(bit("init_on_alloc")))
        (ref,) = system.zones
        self.zone = system.figures[ref]
        context = subject.linux.system.AllocContext(system.zones, 2, None, ref, TYPE)
        block = {"has_suitable_block": lambda *request: system.ask("suitable")}
        with replaced(subject.linux.watermark, **block):
            search = subject.linux.page_alloc.search_zones
            self.pfn = search(system, LiftedPfn(path, MASK), order, flags, context)

    def usable(self, free: z3.BitVecRef) -> z3.BitVecRef:
        """Section 7.4: what the request may count on."""
        unusable = z3.BitVecVal((1 << self.order) - 1, BITS)
        if not self.flags & 0x238:
            unusable = unusable + self.zone.term("reserved")
        return free - unusable

    def keeps(self, mark: z3.BitVecRef, free: z3.BitVecRef) -> z3.BoolRef:
        """Whether more than the mark and the reserve is left of what the request may count on."""
        return self.usable(free) > needed(mark, self.flags) + self.zone.term("reserve2")


def keeps_the_mark(one: OneZone) -> Iterator[Claim]:
    """A block is handed out only above the mark, and what is told of the look is what was compared."""
    figure, flags = one.zone.term, one.flags
    name = ("min", "low", "high")[flags & 3]
    mark, free = figure(name) + figure("boost"), figure(f"free{one.zone.reads}")
    lenient = [one.keeps(mark, free)]
    if one.order == 0 and flags & 3 == 0:
        atomic = [has(MASK, 0x200), figure("boost") > 0, one.keeps(figure(name), free)]
        lenient.append(conjunction(atomic))
    if one.pfn is not None and not flags & NO_WATERMARKS:
        yield any_of(lenient), "a block is handed out only if more than the mark and the reserve stay"


def told_of(one: OneZone) -> Iterator[Claim]:
    """What is told of a look, whatever came of it: from the bounds of the figures alone."""
    figure, flags = one.zone.term, one.flags
    mark = figure(("min", "low", "high")[flags & 3]) + figure("boost")
    names = ("min", "low", "high", "boost", "free1", "reserved", "reserve2")
    bounds = conjunction([z3.ULE(figure(name), z3.BitVecVal(MOST, BITS)) for name in names])
    (look,) = [event.args[0] for event in one.system.events if event.name == "look"]
    yield (
        term_of(look.usable) == one.usable(figure("free1")),
        "the usable pages that are told of are those compared",
    )
    same = term_of(look.needed) == needed(mark, flags) + figure("reserve2")
    yield z3.Implies(bounds, same), "and so are those that are needed"
    yield term_of(look.margin) == term_of(look.usable) - term_of(look.needed), "and what is beyond them"

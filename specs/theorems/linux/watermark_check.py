"""What the checks of ``verified_buddy.linux.watermark`` answer: for every number of pages up to 2**52."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from itertools import product
from typing import Any, NamedTuple

import z3

from specs.ledger.subject import Subject
from specs.model import watermark as means
from specs.prover.method.labels import LIMIT
from specs.prover.method.lifted import BITS, LiftedBool, LiftedCount
from specs.prover.method.merged import Merged, merged
from specs.prover.method.paths import Owed, Path
from specs.prover.method.stubs import replaced
from specs.prover.method.terms import id_of
from specs.theorems.linux.watermark_lifted import (
    ALL_GFP,
    BLOCK,
    BOOST,
    BOOSTED,
    FLAGS,
    FREE,
    HIGHATOMIC,
    KEPT,
    LEFT,
    MARK,
    MORE,
    OTHERS,
    RESERVE,
    TOP,
    UNUSABLE,
    ZONEIDX,
    Zone,
    counts,
    named,
    owed_of,
    watermark_row,
)


def _standing(subject: Subject, path: Path, order: int, flags: int) -> AbstractContextManager[None]:
    """Functions that answer anything, if they are asked for this very order, these flags and this reserve."""
    asked = order, flags

    def unusable_free(order: int, alloc_flags: int, reserved_highatomic: LiftedCount) -> LiftedCount:
        assert (order, alloc_flags) == asked, "other pages are unusable"
        assert id_of(reserved_highatomic.term) == id_of(HIGHATOMIC), "other pages are reserved"
        return LiftedCount(path, UNUSABLE)

    def reduced_mark(mark: LiftedCount, alloc_flags: int) -> LiftedCount:
        assert alloc_flags == flags, "less of the mark is left with other flags"
        return LiftedCount(path, LEFT(mark.term))

    def has_suitable_block(zone: Zone, order: int, alloc_flags: int) -> LiftedBool:
        assert (order, alloc_flags) == asked, "other blocks are suitable"
        return LiftedBool(path, BLOCK)

    return replaced(
        subject.linux.watermark,
        unusable_free=unusable_free,
        reduced_mark=reduced_mark,
        has_suitable_block=has_suitable_block,
    )


def _ok(subject: Subject, order: int, flags: int) -> Merged:
    """When ``zone_watermark_ok`` says yes."""

    def run(path: Path) -> Any:
        free, mark = counts(path, FREE, MARK)
        with _standing(subject, path, order, flags):
            return subject.linux.watermark.zone_watermark_ok(Zone(path), order, mark, ZONEIDX, flags, free)

    return merged(run)


def _enough() -> Merged:
    """When the specification says that enough is free."""

    def run(path: Path) -> bool:
        free, unusable, left, reserve = counts(path, FREE, UNUSABLE, LEFT(MARK), RESERVE)
        return means.enough(free, unusable, left, reserve)

    return merged(run)


def _exact(subject: Subject) -> Iterator[Owed]:
    """The check says what the specification says."""
    enough = _enough()
    yield from enough.owes(KEPT)
    for order, flags, others in product(range(TOP + 1), FLAGS, (0, OTHERS)):
        answer = _ok(subject, order, flags | others)
        yield from answer.owes(KEPT)
        wanted = enough.true if order == 0 else z3.And(enough.true, BLOCK)
        says = f"{named(order, flags)}: the zone passes if and only if enough is free, in a block"
        yield owed_of(answer.true == wanted, says, KEPT)


def _steady(subject: Subject) -> Iterator[Owed]:
    """More free pages never hurt, a higher mark never helps, and nothing wraps around."""
    lower = (*KEPT, z3.ULE(MORE, MARK), z3.ULE(LEFT(MORE), LEFT(MARK)))
    for order, flags in product(range(TOP + 1), FLAGS):
        yes = _ok(subject, order, flags).true
        more = z3.substitute(yes, (FREE, MORE))
        less = z3.substitute(yes, (MARK, MORE))
        says = f"{named(order, flags)}: what passes does so with more free pages"
        yield owed_of(z3.Implies(yes, more), says, (*KEPT, z3.ULE(FREE, MORE), z3.ULE(MORE, LIMIT)))
        says = f"{named(order, flags)}: what passes does so with a lower mark"
        yield owed_of(z3.Implies(yes, less), says, lower)
        says = f"{named(order, flags)}: more pages are free than the unusable and reserved ones"
        yield owed_of(z3.Implies(yes, UNUSABLE + RESERVE < FREE), says, KEPT)


def _quick(subject: Subject) -> Iterator[Owed]:
    """The quick test: of single pages only, with the whole mark; never yes where the full check says no."""
    for order, flags in product(range(TOP + 1), FLAGS):

        def run(path: Path, order: int = order, flags: int = flags) -> Any:
            free, mark = counts(path, FREE, MARK)
            with _standing(subject, path, order, flags):
                return subject.linux.watermark.quick_ok(Zone(path), order, mark, ZONEIDX, flags, free)

        answer = merged(run)
        yield from answer.owes(KEPT)
        wanted = z3.And(z3.BoolVal(order == 0), MARK + RESERVE + UNUSABLE < FREE)
        says = f"{named(order, flags)}: the quick test is about single pages, and the whole mark"
        yield owed_of(answer.true == wanted, says, KEPT)
        says = f"{named(order, flags)}: the quick test never says yes where the full check says no"
        yield owed_of(z3.Implies(answer.true, _ok(subject, order, flags).true), says, KEPT)


def _fast(subject: Subject) -> Iterator[Owed]:
    """The fast check: the full one, and for some requests the full one once more without the boost."""
    masks = (0, means.GFP_ATOMIC, ALL_GFP, ALL_GFP & ~means.GFP_ATOMIC)
    full = z3.Function("full", z3.BitVecSort(BITS), z3.BoolSort())
    quick = z3.Bool("quick")
    for order, wmark, mask, flags in product(range(TOP + 1), range(3), masks, (0, FLAGS[-1])):

        def run(path: Path, order: int = order, flags: int = flags | wmark, mask: int = mask) -> Any:
            def ok(zone: Zone, order: int, mark: Any, hz: int, flags: int, free: Any) -> LiftedBool:
                return LiftedBool(path, full(mark.term))

            stubs = {"zone_watermark_ok": ok, "quick_ok": lambda *_: LiftedBool(path, quick)}
            free, mark, boost = counts(path, FREE, MARK, BOOST)
            with replaced(subject.linux.watermark, **stubs):
                return subject.linux.watermark.zone_watermark_fast(
                    Zone(path), order, mark, ZONEIDX, flags, mask, free, boost
                )

        answer = merged(run)
        yield from answer.owes(BOOSTED)
        again = z3.And(z3.BoolVal(means.retried(order, wmark, mask)), BOOST > 0, full(MARK - BOOST))
        says = f"{named(order, flags | wmark)}, gfp {mask:#x}: quick, full, or full again without the boost"
        yield owed_of(answer.true == z3.Or(quick, full(MARK), again), says, BOOSTED)


class Real(NamedTuple):
    """A zone of numbers."""

    lowmem_reserve: Sequence[int]
    nr_reserved_highatomic: int = 0

    def has_free(self, order: int, migratetype: int) -> bool:
        """It has everything."""
        return True


def _reached(subject: Subject) -> Iterator[Owed]:
    """The one exception is real, with each mix of the flags: but for its boost the zone passes."""
    module, zone = subject.linux.watermark, Real((0, 0, 50, 0, 0))
    for flags in FLAGS:
        call = zone, 0, 1000, ZONEIDX, flags
        full = module.zone_watermark_ok(*call, 200)
        atomic = module.zone_watermark_fast(*call, means.GFP_ATOMIC, 200, 900)
        other = module.zone_watermark_fast(*call, 0, 200, 900)
        says = f"{named(0, flags)}: with 200 free pages only an atomic request passes 1000, boosted by 900"
        yield owed_of(z3.BoolVal((full, atomic, other) == (False, True, False)), says, ())


PARTS = ("unusable_free", "reduced_mark", "has_suitable_block")

ROWS = (
    watermark_row(
        "watermark-exact",
        "A zone passes if and only if its usable free pages are more than what is left of the mark and the "
        "lowmem reserve of the request's highest zone, and, above order 0, there is a block to give.  No "
        "other flag matters.",
        "zone_watermark_ok",
        (_exact,),
        "wraps-around reached-is-enough forgets-the-lowmem-reserve order-0-needs-a-list no-list-needed",
        PARTS,
    ),
    watermark_row(
        "watermark-steady",
        "What passes does so with more free pages and with a lower mark.  It never does unless more pages "
        "are free than the unusable and the reserved ones: no difference below 0 is a large number.",
        "zone_watermark_ok",
        (_steady,),
        "wraps-around",
        PARTS,
    ),
    watermark_row(
        "watermark-quick",
        "The quick test is about single pages alone, asks for the whole mark, the lowmem reserve and the "
        "highatomic pages that the request must not count on, and never says yes where the full check "
        "says no.",
        "quick_ok zone_watermark_ok",
        (_quick,),
        "quick-ignores-the-reserve quick-of-any-order quick-ignores-highatomic quick-reached-is-enough "
        "quick-reduces",
        PARTS,
    ),
    watermark_row(
        "watermark-fast",
        "The fast check is the quick test or the full check; and for an atomic request of a single page, at "
        "the lowest mark of a boosted zone, the full check once more without the boost.  There alone it says "
        "yes where the full check says no, and there it does.",
        "zone_watermark_fast",
        (_fast, _reached),
        "retry-for-all retry-of-any-order retry-at-any-mark retry-keeps-the-boost no-retry never-full",
        ("zone_watermark_ok", "quick_ok"),
    ),
)

"""What ``verified_buddy.linux.watermark`` leaves of a mark, and which pages and blocks it counts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import z3

from specs.ledger.subject import Subject
from specs.model import watermark as means
from specs.prover.method.lifted import LiftedCount
from specs.prover.method.merged import merged
from specs.prover.method.paths import Owed, Path
from specs.prover.method.stubs import replaced
from specs.theorems.linux.watermark_lifted import (
    FLAGS,
    HALF,
    HIGHATOMIC,
    LISTS,
    MARK,
    MORE,
    OTHERS,
    PAGES,
    QUARTERS,
    TOP,
    WIDE,
    Zone,
    counts,
    named,
    owed_of,
    term,
    watermark_row,
)


def _parts(subject: Subject) -> Iterator[Owed]:
    """Half of a mark and three quarters are rounded up, and grow with it."""
    for shift, meant in ((1, means.half), (2, means.three_quarters)):
        path = Path()
        mark, more = counts(path, MARK, MORE)
        part, larger = (subject.linux.watermark.without_part(each, shift) for each in (mark, more))
        for each in path.owed:
            yield Owed(each.tag, each.goal, each.says, WIDE, ())
        share = f"what is left without 1/{1 << shift} of a mark"
        yield owed_of(part.term == term(meant(mark)), f"{share} is rounded up", WIDE)
        yield owed_of(part.term <= larger.term, f"{share} grows with the mark", WIDE)
        yield owed_of(z3.ULE(part.term, MARK), f"{share} is between 0 and the mark", WIDE)


def _reduced(subject: Subject) -> Iterator[Owed]:
    """What is left of a mark: the parts that the specification names, in its order."""
    for flags, others in product(FLAGS, (0, OTHERS)):
        said, meant = _left(subject, flags | others, MARK), _meant(flags)
        says = f"flags {flags:#x}: what is left of the mark is what the specification says"
        yield owed_of(said == meant, says)
        larger = _left(subject, flags, MORE)
        facts = (*WIDE, *_monotone(MARK, MORE))
        says = f"flags {flags:#x}: what is left of the mark is between 0 and the mark, and grows with it"
        yield owed_of(z3.And(z3.ULE(said, MARK), said <= larger), says, facts)


def _monotone(one: z3.BitVecRef, other: z3.BitVecRef) -> Iterator[z3.BoolRef]:
    """What is known of halves and quarters, for as many steps as there can be."""
    layer = [(one, other)]
    for _ in range(3):
        following = [(part(a), part(b)) for a, b in layer for part in (HALF, QUARTERS)]
        for (a, b), (c, d) in zip([pair for pair in layer for _ in range(2)], following, strict=True):
            yield z3.And(z3.ULE(c, a), z3.ULE(d, b), z3.Implies(a <= b, c <= d))
        layer = following


def _left(subject: Subject, flags: int, mark: z3.BitVecRef) -> z3.BitVecRef:
    path = Path()

    def part(mark: LiftedCount, shift: int) -> LiftedCount:
        return LiftedCount(path, {1: HALF, 2: QUARTERS}[shift](mark.term))

    with replaced(subject.linux.watermark, without_part=part):
        return subject.linux.watermark.reduced_mark(LiftedCount(path, mark), flags).term


def _meant(flags: int) -> z3.BitVecRef:
    stubs = {"half": HALF, "three_quarters": QUARTERS}
    with replaced(means, **stubs):
        return means.kept(MARK, flags)


def _unusable(subject: Subject) -> Iterator[Owed]:
    """The rest of the block, and the reserve unless the request may use it."""
    for order, flags, others in product(range(TOP + 1), FLAGS, (0, OTHERS)):
        path = Path()
        (reserved,) = counts(path, HIGHATOMIC)
        said = subject.linux.watermark.unusable_free(order, flags | others, reserved)
        meant = means.withheld(order, flags, reserved)
        for each in path.owed:
            yield Owed(each.tag, each.goal, each.says, PAGES, ())
        says = f"{named(order, flags)}: so many free pages are unusable as the specification says"
        yield owed_of(term(said) == term(meant), says)


def _orders(subject: Subject) -> Iterator[Owed]:
    """A suitable block is on one of the lists of the specification, and on no other."""
    for order, flags in product(range(TOP + 1), (0, *means.FLAGS, FLAGS[-1])):

        def run(path: Path, order: int = order, flags: int = flags) -> bool:
            return bool(subject.linux.watermark.has_suitable_block(Zone(path), order, flags))

        free = [LISTS[larger, kind] for larger in means.orders(order) for kind in means.permitted(flags)]
        says = f"{named(order, flags)}: one of a permitted type is large enough, or none is found"
        yield owed_of(merged(run).true == z3.Or(*free), says)


ROWS = (
    watermark_row(
        "watermark-reduced",
        "A request that may dip into the reserves must leave half of the mark, three quarters of that if it "
        "cannot wait either, and half of it all if the OOM killer chose its task: rounded up, and in this "
        "order.  Not being able to wait alone changes nothing.  What is left grows with the mark.",
        "without_part reduced_mark",
        (_parts, _reduced),
        "part-is-kept part-rounds-up non-block-alone quarter-before-half oom-before-half oom-takes-a-quarter",
    ),
    watermark_row(
        "watermark-unusable",
        "A request must not count on all of the block but one page, nor on the highatomic pages unless it "
        "may use reserves.",
        "unusable_free",
        (_unusable,),
        "forgets-the-rest-of-the-block highatomic-in-spite-of-reserves highatomic-never",
    ),
    watermark_row(
        "watermark-lists",
        "A block is found for a request if and only if one that is large enough stands on a list of the "
        "types that fall back to each other, or of the highatomic reserve if the request may use it.",
        "has_suitable_block",
        (_orders,),
        "reserve-for-all reserve-not-for-oom starts-below-the-order forgets-the-top forgets-reclaimable",
    ),
)

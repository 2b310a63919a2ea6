"""What ``verified_buddy.linux.gfp`` says of a request: for every mask of 64 bits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations

import z3

from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.model import gfp as meant
from specs.prover.method.lifted import LiftedPfn, truth
from specs.prover.method.paths import Owed
from specs.prover.models.masks import ANY_MASK, MASK, TAG, any_of, bits, every_path, has, lacks, of_masks

MODULE = "verified_buddy.linux.gfp"
NOT_BITS = bits(0) - bits(2**meant.EXISTING)


def _in_table(subject: Subject, name: str, mask: LiftedPfn, *, off: bool = False) -> None:
    """The function answers as its table does, and raises where the table has no answer."""
    options = {"mobility_off": True} if off else {}
    table, part = {
        "gfp_zone": (meant.ZONES, meant.ZONE_BITS),
        "gfp_migratetype": (meant.MIGRATETYPES, meant.MOBILITY_BITS),
    }[name]
    try:
        answer = getattr(subject.linux.gfp, name)(mask, **options)
    except subject.errors.InvalidGfp:
        answer = None
    wanted = {key: 0 if off and value is not None else value for key, value in table.items()}
    same = any_of(bits(part) & MASK == bits(key) for key, value in wanted.items() if value == answer)
    told = "is rejected" if answer is None else f"is {answer}"
    mask.path.owe(TAG, same, f"{name} {told} for these bits alone{', all being one' if off else ''}")


def _places(subject: Subject, _: int) -> Iterator[Owed]:
    for name in ("gfp_zone", "gfp_migratetype"):
        yield from every_path(partial(_in_table, subject, name), name)
    yield from every_path(partial(_in_table, subject, "gfp_migratetype", off=True), "gfp_migratetype")


def legal() -> z3.BoolRef:
    """Whether a request may have the flags of the mask."""
    zone = any_of(
        bits(meant.ZONE_BITS) & MASK == bits(key) for key, value in meant.ZONES.items() if value is not None
    )
    return z3.And(bits(0) == MASK & NOT_BITS, zone, z3.Not(has(meant.MOBILITY_BITS)))


def _is_legal(subject: Subject, mask: LiftedPfn) -> None:
    answer = subject.linux.gfp.is_legal(mask)
    mask.path.owe(
        TAG, truth(answer) == legal(), f"a mask is {'accepted' if answer else 'rejected'} as the tables say"
    )


def _legal(subject: Subject, _: int) -> Iterator[Owed]:
    yield from every_path(partial(_is_legal, subject), "is_legal")


def _in_context(subject: Subject, facts: tuple[str, ...], mask: LiftedPfn) -> None:
    left = subject.linux.gfp.current_gfp_context(mask, **dict.fromkeys(facts, True)).term
    kept = MASK & ~bits(sum({bit for fact in facts for bit in _bits(meant.DROPS[fact])}))
    mask.path.owe(TAG, left == kept, f"the context takes away its flags alone ({', '.join(facts) or 'none'})")


def _bits(number: int) -> Iterator[int]:
    """The powers of two that make it up."""
    yield from (2**bit for bit in range(number.bit_length()) if number // 2**bit % 2 == 1)


def _without_atomic(subject: Subject, mask: LiftedPfn) -> None:
    left = subject.linux.gfp.slowpath_gfp(mask).term
    both = has(meant.MAY_WAIT | meant.IS_ATOMIC)
    wanted = z3.If(both, MASK - bits(meant.IS_ATOMIC), MASK)
    mask.path.owe(TAG, left == wanted, "ATOMIC goes where the request may wait, and nothing else does")


def _compacts(subject: Subject, mask: LiftedPfn) -> None:
    allowed = truth(subject.linux.gfp.gfp_compaction_allowed(mask))
    mask.path.owe(TAG, allowed == z3.Not(lacks(meant.DOES_IO)), "who may do I/O may have pages migrated")


def _changes(subject: Subject, _: int) -> Iterator[Owed]:
    for count in range(len(meant.DROPS) + 1):
        for facts in combinations(meant.DROPS, count):
            yield from every_path(partial(_in_context, subject, facts), "current_gfp_context")
    yield from every_path(partial(_without_atomic, subject), "slowpath_gfp")
    yield from every_path(partial(_compacts, subject), "gfp_compaction_allowed")


ROWS = (
    Theorem(
        "gfp-zone",
        "The highest zone and the type of a request are those of the table, for every mask; where the table "
        "has none, it is rejected.",
        tuple(f"{MODULE}.{name}" for name in ("gfp_zone", "gfp_migratetype")),
        "z3",
        of_masks(_places),
        (
            "gfp-zone-with-the-mobility",
            "gfp-zone-of-two-bits",
            "gfp-dma32-is-normal",
            "gfp-highmem-moves",
            "gfp-mobility-is-shifted",
            "gfp-both-mobilities",
            "gfp-groups-without-mobility",
        ),
        domain=ANY_MASK,
    ),
    Theorem(
        "gfp-legal",
        "A mask is accepted if and only if all its bits exist, and the tables have a zone and a type for it.",
        (f"{MODULE}.is_legal",),
        "z3",
        of_masks(_legal),
        ("gfp-zone-of-two-bits", "gfp-accepts-both-mobilities", "gfp-accepts-any-bit"),
        domain=ANY_MASK,
    ),
    Theorem(
        "gfp-context",
        "What a task may not do now takes IO and FS, FS, or MOVABLE off its requests, and nothing else; one "
        "that may wait loses ATOMIC; compaction is for who may do I/O.",
        tuple(
            f"{MODULE}.{name}" for name in ("current_gfp_context", "slowpath_gfp", "gfp_compaction_allowed")
        ),
        "z3",
        of_masks(_changes),
        (
            "gfp-noio-keeps-fs",
            "gfp-pin-keeps-movable",
            "gfp-nofs-drops-io",
            "gfp-atomic-waits",
            "gfp-compacts-without-io",
        ),
        domain=ANY_MASK,
    ),
)

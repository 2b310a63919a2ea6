"""What ``verified_buddy.boot.page_ranges`` rounds, cuts and joins, wherever the ranges are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import z3

from specs.exhaustive import boot_ranges
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker, Walk
from specs.ledger.story import Story
from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.prover.method.labels import pfn
from specs.prover.method.lifted import BITS, LiftedPfn
from specs.prover.method.paths import Owed, Path
from specs.prover.method.row import Proof
from specs.prover.method.solve import counterexample
from specs.theorems.core.pfn import each_order

MODULE = "verified_buddy.boot.page_ranges"
ADDRESSES = pfn(1 << 63)
PAGES = pfn(1 << 51)
STARTS, ENDS = ([z3.BitVec(f"{name}{each}", BITS) for each in range(2)] for name in ("start", "end"))
P = z3.BitVec("p", BITS)
"""Any byte, or page."""
Run = Callable[[Subject, int, Path], None]


def term(number: Any) -> z3.BitVecRef:
    """Of a start or an end that the code has told."""
    return z3.BitVecVal(number, BITS) if isinstance(number, int) else number.term


def inside(each: Sequence[Any], page: z3.BitVecRef = P) -> z3.BoolRef:
    """Whether the page is in the range."""
    return z3.And(z3.ULE(term(each[0]), page), z3.ULT(page, term(each[1])))


def any_ranges(subject: Subject, path: Path, count: int, most: z3.BitVecRef = PAGES) -> list[Any]:
    """So many ranges, which may be empty, or end before they start."""
    path.assume(*(z3.ULT(each, most) for each in (*STARTS[:count], *ENDS[:count])))
    return [
        subject.boot.page_ranges.Range(LiftedPfn(path, start), LiftedPfn(path, end))
        for start, end in zip(STARTS[:count], ENDS[:count], strict=True)
    ]


def _rounded(subject: Subject, _: int, path: Path) -> None:
    (each,) = any_ranges(subject, path, 1, ADDRESSES)
    path.assume(z3.ULT(P, PAGES))
    first, size = P << 12, pfn(4096)
    whole = z3.And(z3.ULE(STARTS[0], first), z3.ULE(first + size, ENDS[0]))
    pages = subject.boot.page_ranges.pages_within(*each)
    path.owe("pages", inside(pages) == whole, "just the pages are told whose bytes are all in the range")


def _overlap(subject: Subject, _: int, path: Path) -> None:
    one, other = any_ranges(subject, path, 2)
    both = z3.And(inside(one), inside(other))
    got = subject.boot.page_ranges.overlap(one, other)
    path.owe("pages", inside(got) == both, "a page is in the overlap if and only if it is in both")


def told(subject: Subject, owed: Owed) -> Story:
    """The figures of a counterexample."""
    model = counterexample(owed)
    if model is None:
        return Story(owed.says, owed.says, stateless=True)
    figures = ", ".join(
        sorted(f"{name} = {model[name].as_long():#x}" for name in model.decls() if name.arity() == 0)
    )
    return Story(f"where {figures}", owed.says, stateless=True)


def lemmas(run: Run, last: int, subject: Subject, top: int) -> Iterator[Owed]:
    """For each number of ranges, or once."""
    yield from each_order(run, subject, last)


def _row(name: str, says: str, functions: tuple[str, ...], run: Run, last: int, *rejects: str) -> Theorem:
    """A row about ranges anywhere."""
    return Theorem(
        name,
        says,
        tuple(f"{MODULE}.{function}" for function in functions),
        "z3",
        Proof(lemmas=partial(lemmas, run, last), tops=lambda tops: tops[:1], tell_lemma=told),
        rejects,
        domain=Domain(
            starts="nothing but arguments",
            pages="none; bytes: any below 2**63; numbers of pages: any below 2**51",
            sizes=("ranges may be empty, or end before they start",),
        ),
    )


ROWS = (
    _row(
        "page-ranges-rounding",
        "A page is told of bytes if and only if all its bytes are among them: rounding never makes a page of "
        "which a byte is not usable, and loses none that is.",
        ("pages_within",),
        _rounded,
        0,
        "page-ranges-end-rounded-up",
        "page-ranges-start-rounded-down",
        "page-ranges-start-to-the-next",
    ),
    _row(
        "page-ranges-overlap",
        "A page is in the overlap of two ranges if and only if it is in both, even where they do not meet.",
        ("overlap",),
        _overlap,
        0,
        "page-ranges-overlap-to-the-later-end",
    ),
)

COMPARED = (
    "as many numbers as there are ends: only their order matters to functions that compare and copy them"
)


def _checked_row(name: str, says: str, function: str, check: Walk, sizes: str, *rejects: str) -> Theorem:
    """A row about ranges whose ends lie in every order."""
    return Theorem(
        name=name,
        says=says,
        about=(f"{MODULE}.{function}",),
        method="exhaustive",
        check=Checker(check),
        rejects=rejects,
        domain=Domain(starts="nothing but arguments", pages=COMPARED, sizes=(sizes,)),
        owes=said_by(check),
    )


THEOREMS = (
    _checked_row(
        "page-ranges-within",
        "Of ranges that are cut to bounds just the pages within the bounds are left, in no empty range.",
        "within",
        boot_ranges.cut,
        "two ranges and the bounds; each may be empty, or end before it starts",
        "page-ranges-overlap-to-the-later-end",
        "page-ranges-within-tells-nothing-too",
    ),
    _checked_row(
        "page-ranges-joined",
        "Joined ranges hold the same pages, ascend, and neither overlap nor touch: so no page counts twice.",
        "joined",
        boot_ranges.join,
        "three ranges; each may be empty, or end before it starts",
        "page-ranges-overlap-counted-twice",
        "page-ranges-join-forgets-the-longer",
        "page-ranges-touching-stay-apart",
    ),
    _checked_row(
        "page-ranges-without",
        "Of a range just the pages that are in none of the others are left, ascending, in disjoint ranges.",
        "without",
        boot_ranges.subtract,
        "one range, which may be empty, and up to three others that are joined",
        "page-ranges-last-reserved-lost",
        "page-ranges-nothing-left-behind",
    ),
)

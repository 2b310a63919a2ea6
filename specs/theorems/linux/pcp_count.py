"""What ``verified_buddy.linux.pcp`` counts: the pages of one CPU's lists, block by block."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.prover.method.labels import LIMIT, pfn
from specs.prover.method.lifted import LiftedCount
from specs.prover.method.paths import Owed, Path
from specs.prover.models import of_linux
from specs.prover.models.pcp.lists import COUNT
from specs.prover.models.zone.geometry import Geometry
from specs.theorems.core.pfn import each_order
from specs.theorems.linux.pcp import PCP_MODULE

THERE, NEW, KIND = 1024, 2048, 2
"""The block that is on the list before, the one that comes and goes, and its type."""
TOP = 10


def _counts(subject: Subject, index: int, path: Path) -> None:
    """One block comes to a list that has another, and goes, from any count on."""
    path.assume(z3.ULT(COUNT, LIMIT))
    size, count = pfn(1 << Geometry(TOP).order_of(index)), LiftedCount(path, COUNT)
    for tail in (False, True):
        lists = subject.linux.pcp.PerCpuPages()
        lists.add(index, THERE, 0, tail=True)
        lists.count = count
        lists.add(index, NEW, KIND, tail=tail)
        ends = lists.last(index) if tail else lists.first(index), lists.first(index) if tail else THERE
        path.owe("count", lists.count.term == COUNT + size, "what is added is counted, with all its pages")
        path.owe("count", z3.BoolVal(ends == (NEW, THERE)), "it is at the end of the list that was asked for")
        others = [each for each, blocks in enumerate(lists.lists) if blocks and each != index]
        path.owe("count", z3.BoolVal(not others), "no other list has changed")
        lists.count = count
        kind = lists.remove(index, NEW)
        path.owe("count", lists.count.term == COUNT - size, "what is removed is no longer counted")
        left = kind == KIND and lists.first(index) == lists.last(index) == THERE
        path.owe("count", z3.BoolVal(left), "it is told with its type, and what else was listed stays")


def _lemmas(subject: Subject, top: int) -> Iterator[Owed]:
    """For each of the lists of a real zone, whose new lists count nothing."""
    if top == TOP:
        yield from each_order(_counts, subject, Geometry(TOP).lists - 1)
        yield from each_order(_none, subject, 0)


def _none(subject: Subject, _: int, path: Path) -> None:
    lists = subject.linux.pcp.PerCpuPages()
    empty = lists.count == 0 and not any(lists.lists)
    path.owe("count", z3.BoolVal(empty), "new lists are empty, and count no page")


ROWS = (
    Theorem(
        "pcp-count",
        "A block that is added to a per-CPU list, at either end, adds its pages to the count, and one that "
        "is removed takes them off: the count is the number of the pages on the lists.",
        tuple(f"{PCP_MODULE}.PerCpuPages.{name}" for name in ("add", "remove", "first", "last")),
        "z3",
        of_linux(lemmas=_lemmas),
        ("pcp-counts-blocks", "pcp-count-forgets-what-leaves", "pcp-lists-begin-with-a-page"),
        supposes=("the sum over all blocks: what is added and removed, one by one, makes up the whole",),
        twin_orders=(10,),
    ),
)

"""What rows about ``verified_buddy.linux.watermark`` share: numbers of pages of which nothing is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Any

import z3

from specs.ledger.story import Story
from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem, in_place_of
from specs.model import watermark as means
from specs.prover.method.labels import LIMIT
from specs.prover.method.lifted import BITS, LiftedBool, LiftedCount
from specs.prover.method.paths import Owed, Path
from specs.prover.models import of_linux

MODULE = "verified_buddy.linux.watermark"
NAMES = ("free", "mark", "reserve", "highatomic", "boost")
FREE, MARK, RESERVE, HIGHATOMIC, BOOST = (z3.BitVec(name, BITS) for name in NAMES)
MORE, UNUSABLE = z3.BitVecs("more unusable", BITS)
LEFT, HALF, QUARTERS = (
    z3.Function(name, z3.BitVecSort(BITS), z3.BitVecSort(BITS)) for name in ("left", "half", "quarters")
)
"""What is left of a mark; its half and three quarters, rounded up."""
BLOCK = z3.Bool("a suitable block is free")
LISTS = {(order, kind): z3.Bool(f"free {order} {kind}") for order in range(11) for kind in range(5)}
PAGES = tuple(z3.ULE(each, LIMIT) for each in (FREE, MARK, RESERVE, HIGHATOMIC))
KEPT = (*PAGES, z3.ULE(UNUSABLE, LIMIT), z3.ULE(LEFT(MARK), MARK))
WIDE = (*PAGES, z3.ULE(MORE, LIMIT), z3.ULE(MARK, MORE))
BOOSTED = (*PAGES, z3.ULE(BOOST, MARK))
TOP = 10
FLAGS = tuple(map(sum, chain.from_iterable(combinations(means.FLAGS, many) for many in range(5))))
"""Every combination of the four flags that matter."""
OTHERS = 0xDC1
"""WMARK_LOW, CPUSET, CMA, NOFRAGMENT, KSWAPD and the bit above, which must change nothing."""
ZONEIDX = 2
ALL_GFP = 0xFFFFFF
WHY_NOT = "the numbers are the solver's, and where they come from is anything"

Run = Callable[[Subject], Iterator[Owed]]


@dataclass
class Zone:
    """Any zone; the requests' highest index is 2, other columns of its reserve hold nonsense."""

    path: Path

    @property
    def lowmem_reserve(self) -> Sequence[Any]:
        """The column of the request is any number."""
        return (None, None, LiftedCount(self.path, RESERVE), None, None)

    @property
    def nr_reserved_highatomic(self) -> LiftedCount:
        """Any number."""
        return LiftedCount(self.path, HIGHATOMIC)

    def has_free(self, order: int, migratetype: int) -> LiftedBool:
        """Any list may be empty or not."""
        return LiftedBool(self.path, LISTS[order, migratetype])


def counts(path: Path, *terms: z3.BitVecRef) -> list[Any]:
    """The terms, lifted."""
    return [LiftedCount(path, term) for term in terms]


def owed_of(goal: z3.BoolRef, says: str, facts: tuple[z3.BoolRef, ...] = PAGES) -> Owed:
    """The obligation that the goal follows from the facts."""
    return Owed("watermark", goal, says, facts, ())


def named(order: int, flags: int) -> str:
    """Which request it is."""
    return f"order {order}, flags {flags:#x}"


def term(count: Any) -> z3.BitVecRef:
    """The number of pages, lifted or not."""
    return count.term if isinstance(count, LiftedCount) else z3.BitVecVal(count, BITS)


def tell(subject: Subject, owed: Owed) -> Story:
    """The numbers of a counterexample, as small as they can be; and which lists have a block."""
    solver = z3.Optimize()
    solver.set(timeout=1000, ctrl_c=False)  # an interrupt is ours
    solver.add(*owed.facts, z3.Not(owed.goal))
    for number in (FREE, MARK, RESERVE, HIGHATOMIC, BOOST):
        solver.minimize(number)
    if solver.check() != z3.sat:
        return Story("any numbers", owed.says, stateless=True, why_not=WHY_NOT)
    model = solver.model()
    known = sorted((str(each), str(model[each])) for each in model.decls() if each.arity() == 0)

    shown = ", ".join(f"{name} = {value}" for name, value in known if value != "False")
    return Story(f"with {shown or 'any numbers'}", owed.says, stateless=True, why_not=WHY_NOT)


def watermark_row(
    name: str, says: str, functions: str, runs: Sequence[Run], rejects: str, standing: Sequence[str] = ()
) -> Theorem:
    """A row that z3 decides; of the functions ``standing`` it takes only what their rows say."""

    def lemmas(subject: Subject, top: int) -> Iterator[Owed]:
        """Once, for the orders of real zones."""
        if top == TOP:
            for run in runs:
                yield from run(subject)

    proof = of_linux(lemmas=lemmas, tell_lemma=tell)
    about = tuple(f"{MODULE}.{function}" for function in functions.split())
    twins = tuple(f"watermark-{each}" for each in rejects.split())
    rests = tuple(in_place_of(function, *ROWS_OF[function]) for function in standing)
    return Theorem(name, says, about, "z3", proof, twins, rests, twin_orders=(TOP,))


ROWS_OF = {
    name: tuple(f"watermark-{row}" for row in rows.split())
    for name, rows in {
        "has_suitable_block": "lists",
        "unusable_free": "unusable",
        "reduced_mark": "reduced",
        "zone_watermark_ok": "exact steady",
        "quick_ok": "quick",
    }.items()
}
"""What is proved of each function that others call."""

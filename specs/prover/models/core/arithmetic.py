"""The story of a refuted sentence about page numbers alone: which function says what of which pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, product

import z3

from specs.ledger.story import MAX_PAGES, Story, page
from specs.ledger.subject import Subject
from specs.prover.method.lifted import BITS
from specs.prover.method.paths import Owed

MEANS = {
    "buddy_pfn": "buddy",
    "parent_pfn": "parent",
    "align_down": "align_down",
    "is_aligned": "aligned",
    "covers": "covers",
    "block_size": "size",
}
"""Each function's definition."""

Arguments = tuple[int, ...]


def tell(subject: Subject, owed: Owed) -> Story:
    """The function that differs from its definition at the solver's pages; or at the first small ones."""
    pages = _pages(owed)
    order = int(said.group(1)) if (said := re.search(r"\(order (\d+)\)$", owed.says)) else 0
    nearby = ((start, start + more) for start in range(MAX_PAGES // 2) for more in range(MAX_PAGES // 2))
    for (start, other), name in chain(product([pages], MEANS), product(nearby, MEANS)):
        for arguments in _arguments(name, start - start % 2**order, order, other):
            answer = getattr(subject.pfn, name)(*arguments)
            meant = getattr(subject.definitions, MEANS[name])(*arguments)
            if answer != meant:
                return _story(name, arguments, answer, meant, owed.says)
    return Story(f"with p = {page(pages[0])}, y = {page(pages[1])}", owed.says, (), pages, stateless=True)


def _arguments(name: str, start: int, order: int, other: int) -> Iterator[Arguments]:
    if name in ("align_down", "is_aligned"):
        yield from ((start, order), (other, order))
    else:
        yield {"covers": (start, order, other), "block_size": (order,)}.get(name, (start, order))


def _pages(owed: Owed) -> tuple[int, int]:
    """The block and the page of a counterexample, as small as they can be."""
    solver = z3.Optimize()
    solver.set(timeout=1000, ctrl_c=False)  # an interrupt is ours
    solver.add(*owed.facts, *(fact for stage in owed.pool for fact in stage()), z3.Not(owed.goal))
    names = [z3.BitVec(name, BITS) for name in ("p", "y")]
    for name in names:
        solver.minimize(name)
    if solver.check() != z3.sat:
        return 0, 0
    first, second = (solver.model().eval(name, model_completion=True).as_long() for name in names)
    return first, second


def _story(name: str, arguments: Arguments, answer: object, meant: object, says: str) -> Story:
    order = 0 if name == "block_size" else 1
    shown = [f"order {each}" if at == order else page(each) for at, each in enumerate(arguments)]
    named = [each for at, each in enumerate(arguments) if at != order]
    named += [each for each in (answer, meant) if type(each) is int and name != "block_size"]
    call = f"{name}({', '.join(shown)})"
    return Story(
        call,
        says,
        (),
        tuple(named),
        f"returned {_shown(answer)}",
        f"by definition it is {_shown(meant)}",
        stateless=True,
    )


def _shown(answer: object) -> str:
    return page(answer) if type(answer) is int else str(answer)

"""Ranges that are cut and joined, in every order in which their ends can lie.

The functions compare ends and copy them, and do nothing else with them: so only their order matters, and
as many numbers as there are ends make every order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations, pairwise, product
from typing import Any

from specs.ledger.refutation import Refuted, Visited
from specs.ledger.subject import Subject

JOINED = 3
Pages = frozenset[int]


def ranges(count: int, ends: int) -> Iterator[tuple[tuple[int, int], ...]]:
    """So many ranges with all of so many ends, be they empty or reversed."""
    return product(product(range(ends), range(ends)), repeat=count)


def pages(of: Sequence[tuple[int, int]]) -> Pages:
    """What they hold."""
    return frozenset(page for start, end in of for page in range(start, end))


def judge(says: Callable[[], str], got: Sequence[Any], wanted: Pages, *, ordered: bool, apart: bool) -> None:
    """Just the pages, in ranges that are not empty; each once and ascending; not even touching."""
    if pages(got) != wanted or any(start >= end for start, end in got):
        raise Refuted(f"{says()}: {got}", f"expected the pages {sorted(wanted)}")
    for one, other in pairwise(got):
        if (ordered and one.end > other.start) or (apart and one.end == other.start):
            raise Refuted(f"{says()}: {got}", "they overlap or touch, or do not ascend")


def cut(subject: Subject, _: int) -> Visited:
    """What is within the bounds is left of each range, and nothing else; no empty range is told."""
    module, count = subject.boot.page_ranges, 0
    for bounds, *some in ranges(3, 6):
        count += 1
        made = [module.Range(*each) for each in some]
        got = module.within(made, module.Range(*bounds))
        says = partial("within({}, {})".format, some, bounds)
        judge(says, got, pages(some) & pages([bounds]), ordered=False, apart=False)
    return Visited(count, count)


def join(subject: Subject, _: int) -> Visited:
    """The ranges hold the same pages as before, ascend, and neither overlap nor touch."""
    module, count = subject.boot.page_ranges, 0
    for some in ranges(JOINED, 2 * JOINED):
        count += 1
        got = module.joined(module.Range(*each) for each in some)
        judge(partial("joined({})".format, some), got, pages(some), ordered=True, apart=True)
    return Visited(count, count)


def subtract(subject: Subject, _: int) -> Visited:
    """What is in none of the others is left, ascending and disjoint."""
    module, count = subject.boot.page_ranges, 0
    for whole in product(range(8), range(8)):
        for many in range(4):
            for ends in combinations(range(8), 2 * many):
                count += 1
                others = [module.Range(*each) for each in zip(ends[::2], ends[1::2], strict=True)]
                got = module.without([module.Range(*whole)], others)
                says = partial("without({}, {})".format, whole, others)
                judge(says, got, pages([whole]) - pages(others), ordered=True, apart=False)
    return Visited(count, count)

"""Laws of what is searched: faults that show on few pools only, or only to the last two buddies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conform.allocators import PEERS, needs_cc, way_to
from verified_buddy.conform.conduct import Report, conduct
from verified_buddy.conform.peer import Geometry
from verified_buddy.conform.search import Plan
from verified_buddy.conform.small import ELSEWHERE, POOLS, extended, how_many, small_runs
from verified_buddy.oracle.rules import Level

pytestmark = needs_cc

LAZY = """
#define vb_init any_init
#include "%s"
#undef vb_init
int vb_init(uint64_t start_pfn, uint64_t nr_pages, unsigned max_order)
{
	if (start_pfn || max_order != POOL || nr_pages != 1ull << POOL)
		return -1;
	return any_init(start_pfn, nr_pages, max_order);
}
"""
MERGE = """	t[node] = (int8_t)order;
	for (uint64_t n = node / 2, k = order; n; n /= 2, k++)
		t[n] = above(t, n, (unsigned)k);
	return 0;
"""
LAZILY = """	t[node] = (int8_t)order;
	for (uint64_t n = node / 2, k = order; n; n /= 2, k++) {
		t[n] = above(t, n, (unsigned)k);
		if (k == order && order == ORDER && (node & 1) == HALF && (n & 1) == PARITY && t[n] > ORDER)
			t[n] = ORDER; /* the two halves stay two */
	}
	return 0;
"""
"""One pool only, where two buddies of an order stay two: below one parity of parents, with that half last."""


def lazy(directory: Path, pool: int, order: int, half: int, parity: int) -> Report:
    source = (PEERS / "tree.c").read_text()
    assert source.count(MERGE) == 1
    (directory / "tree.h").write_text(source.replace(MERGE, LAZILY))
    values = (f"POOL={pool}", f"ORDER={order}", f"HALF={half}", f"PARITY={parity}")
    way = way_to(directory, "lazy", *values, text=LAZY % (directory / "tree.h"))
    return conduct(way, "lazy", Plan(Level.COMPLETE, 1, 5))


@pytest.mark.parametrize("half", [0, 1])
@pytest.mark.parametrize("parity", [0, 1])
@pytest.mark.parametrize(
    ("pool", "order"), [(12, 0), (12, 5), (12, 10), (17, 3), (17, 15), (6, 2), (8, 6), (16, 14)]
)
def test_the_last_two_buddies_are_asked_for_their_parent(
    tmp_path: Path, pool: int, order: int, half: int, parity: int
) -> None:
    report = lazy(tmp_path, pool, order, half, parity)
    (finding,) = report.findings
    assert finding.run.rule == "refusal"
    assert finding.run.geometry == Geometry(0, 1 << pool, pool)
    assert len(finding.run.asked) <= 20


def test_all_pools_up_to_sixteen_pages_and_order_four_are_small() -> None:
    wanted = {
        Geometry(start, pages, top) for start in range(16) for pages in range(1, 17) for top in range(5)
    }
    assert {*POOLS} == {pool for pool in wanted if pool.start_pfn == 0}
    assert {*ELSEWHERE} == {pool for pool in wanted if pool.start_pfn and pool.max_order}


def test_the_short_runs_are_all_there_are() -> None:
    """By brute force: every sequence of steps in which a free names an alloc before it, once."""

    def legal(steps: tuple[int, ...]) -> bool:
        frees = [~step for step in steps if step < 0]
        return len({*frees}) == len(frees) and all(
            ~step < index and steps[~step] >= 0 for index, step in enumerate(steps) if step < 0
        )

    from itertools import product

    for length in range(5):
        every = {steps for steps in product(range(-length, 3), repeat=length) if legal(steps)}
        assert {tuple(steps) for steps in extended([], [], length, 2)} == every
        assert how_many(length, 2) == len(every)
    assert sum(1 for _ in small_runs(1, 3)) == sum(
        how_many(length, pool.max_order) for length in (1, 2, 3) for pool in POOLS
    )


SIXTEEN = """
#define vb_alloc any_alloc
#include "%s"
#undef vb_alloc
int64_t vb_alloc(unsigned order)
{
	int64_t pfn = any_alloc(order);

	return order == 3 && count == 16 && pfn == 0 ? -1 : pfn;
}
"""


def test_a_fault_of_a_pool_of_sixteen_pages_is_told_in_two_operations(tmp_path: Path) -> None:
    way = way_to(tmp_path, "sixteen", text=SIXTEEN % (PEERS / "lists.c"))
    (finding,) = conduct(way, "sixteen", Plan(Level.COMPLETE, 1, 5)).findings
    assert len(finding.run.asked) == 2
    assert finding.run.geometry.nr_pages == 16

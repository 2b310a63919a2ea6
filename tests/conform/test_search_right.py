"""Laws of who is right: an allocator that does all that it must conforms, whatever it does not support."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conform.allocators import PEERS, needs_cc, way_to
from tests.conform.zone_pool import pool
from verified_buddy.conform.board import Board
from verified_buddy.conform.child import Nursery
from verified_buddy.conform.conduct import Report, conduct
from verified_buddy.conform.drive import Driver
from verified_buddy.conform.factory import made
from verified_buddy.conform.library_use import python
from verified_buddy.conform.peer import CannotDriveError, Geometry, Way
from verified_buddy.conform.search import GEOMETRIES, Plan
from verified_buddy.conform.steps import Program
from verified_buddy.oracle.rules import Level

pytestmark = needs_cc


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("built")


def report_of(way: Way, seconds: float = 3, level: Level = Level.COMPLETE) -> Report:
    return conduct(way, "right", Plan(level, 1, seconds))


@pytest.mark.parametrize("kind", ["PLAIN", "ASSERT", "NO0", "KEEP"])
def test_a_right_allocator_conforms_whatever_it_asserts_or_keeps(built: Path, kind: str) -> None:
    report = report_of(way_to(built, "ok", kind))
    assert [finding.run.told() for finding in report.findings] == []
    assert report.verdict == "conforms"


@pytest.mark.parametrize("orders", [6, 2 | 8, 1 << 3, 1 | 4 | 16, 0b11111110])
def test_which_orders_can_be_asked_for_is_the_allocators_affair(built: Path, orders: int) -> None:
    text = (PEERS / "ok.c").read_text().replace("return ~1ull;", f"return {orders};")
    report = report_of(way_to(built, f"orders{orders}", "NO0", "ASSERT", text=text), 4)
    assert report.verdict == "conforms"


class Nosy:
    """A pool of a zone that writes down what it is asked, and asserts that it may be asked that."""

    def __init__(self, start: int, pages: int, top: int) -> None:
        self.pool, self.top = pool(start, pages, top), top
        self.orders = [order for order in range(top + 3) if order != 1]
        self.live: dict[int, int] = {}

    def alloc(self, order: int) -> int | None:
        assert order in self.orders
        assert order <= self.top
        pfn = self.pool.alloc(order)
        if pfn is not None:
            self.live[pfn] = order
        return pfn

    def free(self, pfn: int, order: int) -> None:
        if self.live.pop(pfn, None) != order:
            raise SystemExit(3)  # no refusal
        self.pool.free(pfn, order)


def test_nothing_is_asked_that_nobody_may_ask() -> None:
    report = report_of(lambda: made(Nosy), 5)
    assert [finding.run.told() for finding in report.findings] == []
    assert report.verdict == "conforms"


def test_what_nobody_may_ask_is_not_asked_of_any_program() -> None:
    asked: list[str] = []

    class Mute:
        def alloc(self, order: int) -> int | None:
            asked.append(f"alloc {order}")
            return None

        def free(self, pfn: int, order: int) -> None:
            asked.append(f"free {pfn} {order}")

    def program() -> Program:
        for request in (1 + 3, ~(5 << 6), 1 + 2):
            assert (yield request) == -1

    driver = Driver(made(lambda *_: Mute()), Board(), Level.SAFETY)
    judge = driver.begin(Geometry(0, 8, 2))
    assert judge is not None
    driver.play(judge, program())
    assert asked == ["alloc 2"]


def test_powers_of_two_as_one_block_are_a_third_of_the_pools() -> None:
    powers = {top for start, pages, top in GEOMETRIES if (start, pages) == (0, 1 << top)}
    assert {0, 4, 6, 8, 10, 12, 16, 17} <= powers
    assert len(powers) >= 12


ONLY = """
#define vb_init any_init
#include "%s"
#undef vb_init
int vb_init(uint64_t start_pfn, uint64_t nr_pages, unsigned max_order)
{
	return start_pfn || nr_pages != 1ull << max_order ? -1 : any_init(start_pfn, nr_pages, max_order);
}
"""
NAMES = """
#define vb_init any_init
#include "%s"
#undef vb_init
int vb_geometry(unsigned index, uint64_t *start, uint64_t *pages, unsigned *top);
int vb_geometry(unsigned index, uint64_t *start, uint64_t *pages, unsigned *top)
{
	*start = 0;
	*pages = 8ull << 4 * index;
	*top = 3 + 4 * index;
	return index < 3 ? 0 : -1;
}
int vb_init(uint64_t start_pfn, uint64_t nr_pages, unsigned max_order)
{
	if (start_pfn || nr_pages != 1ull << max_order || max_order %% 4 != 3)
		abort(); /* nobody said that it supports this */
	return any_init(start_pfn, nr_pages, max_order);
}
"""


def test_an_allocator_that_takes_powers_of_two_only_is_driven_on_many_pools(built: Path) -> None:
    report = report_of(way_to(built, "only", text=ONLY % (PEERS / "lists.c")))
    assert report.verdict == "conforms"
    assert len(report.geometries) >= 12
    assert {Geometry(0, 1 << order, order) for order in range(5)} <= {*report.extent.supported}


def test_who_names_what_it_supports_is_asked_for_nothing_else(built: Path) -> None:
    report = report_of(way_to(built, "names", text=NAMES % (PEERS / "lists.c")), 4)
    assert report.verdict == "conforms"
    assert report.geometries == [Geometry(0, 8, 3), Geometry(0, 128, 7), Geometry(0, 2048, 11)]
    assert report.extent.tried == report.extent.supported


def named(start: int, pages: int, top: int) -> object:
    assert (start, pages, top) in NAMED
    return pool(start, pages, top)


NAMED = [(0, 8, 3), (64, 100, 5)]
named.geometries = NAMED  # type: ignore[attr-defined]  # what the driver looks for


def test_a_factory_names_what_it_supports() -> None:
    report = report_of(python(f"{__name__}:named"), 4)
    assert report.verdict == "conforms"
    assert report.geometries == [Geometry(*pool) for pool in NAMED]


def few(start: int, pages: int, top: int) -> object:
    if pages > 20:
        raise MemoryError
    return pool(start, pages, top)


def test_memory_errors_are_refusals_of_geometries() -> None:
    report = report_of(python(f"{__name__}:few"), 4)
    assert report.verdict == "conforms"
    assert max(pool.nr_pages for pool in report.extent.supported) <= 20


class Poor:
    """A pool that refuses by MemoryError."""

    def __init__(self, start: int, pages: int, top: int) -> None:
        self.pool = pool(start, pages, top)

    def alloc(self, order: int) -> int:
        pfn = self.pool.alloc(order)
        if pfn is None:
            raise MemoryError
        return pfn

    def free(self, pfn: int, order: int) -> None:
        self.pool.free(pfn, order)


def test_a_memory_error_is_a_refusal() -> None:
    assert report_of(lambda: made(Poor), 5).verdict == "conforms"


def test_when_none_is_supported_it_is_told_which_were_tried() -> None:
    with pytest.raises(CannotDriveError, match=r"no geometry is supported.*\(0, 16, 4\), \(0, 1024, 10\)"):
        report_of(lambda: made(lambda *_: None), 5)


@pytest.mark.parametrize("seconds", [0, 0.02])
def test_without_its_scenarios_done_nothing_conforms(built: Path, seconds: float) -> None:
    report = report_of(way_to(built, "ok", "PLAIN"), seconds)
    assert report.verdict == "vacuous"
    assert not report.conforms
    assert report.extent.missing.startswith("time was up before the scenarios were done")


def test_how_far_the_search_got_is_told(built: Path) -> None:
    report = report_of(way_to(built, "ok", "PLAIN"), 5)
    phases = {phase.name: phase for phase in report.extent.phases}
    assert phases["vectors"].done == phases["vectors"].of == 7
    assert phases["scenarios"].of == 10 * len(report.geometries)
    assert phases["scenarios"].complete
    assert phases["short runs"].complete
    assert phases["walks"].of is None


def eating(eats: bool) -> Callable[[Board], None]:
    """A child that eats little at a time, with no answer for much longer than the deadline; or nothing."""

    def eat(board: Board) -> None:
        kept = []
        while True:
            time.sleep(0.05)
            if eats:
                kept.append(bytearray(b"x") * (1 << 19))

    return eat


def test_what_a_child_grew_is_no_hang_however_long_it_takes() -> None:
    with Nursery() as nursery:
        assert nursery.run(eating(True), deadline=1.5).kind == "memory"
        assert nursery.run(eating(True), deadline=1.5, memory=1 << 25).kind == "memory"
        assert nursery.run(eating(False), deadline=1.5).kind == "hang"


def test_what_a_child_has_of_a_large_parent_is_not_its_own() -> None:
    """Our heap is full of holes, which the child fills for long before it has more in memory than we."""
    bytearray(1 << 20)  # from here on malloc() gives such sizes off the heap
    held = [(bytearray(b"x") * (1 << 19), bytes(3000)) for _ in range(300)]
    pins = [pin for _, pin in held]
    del held
    with Nursery() as nursery:
        assert nursery.run(eating(True), deadline=1.0).kind == "memory"
        assert nursery.run(eating(False), deadline=1.0, memory=1 << 27).kind == "hang"
    assert pins

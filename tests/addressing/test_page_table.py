"""Laws of page tables, on pages of a zone; illegal calls raise one error, and nothing happens."""

from __future__ import annotations

import copy
import doctest

import pytest

from specs.exhaustive import addressing
from specs.ledger.subject import running
from verified_buddy.addressing import page_table
from verified_buddy.addressing.address import Linear, Physical
from verified_buddy.addressing.page_table import PageTable, TablePages, pages_of
from verified_buddy.addressing.paging import USER_TABLE, Access, Geometry
from verified_buddy.errors import (
    AccessDenied,
    AlreadyMapped,
    BuddyError,
    InvalidGeometry,
    NonCanonical,
    NoTablePage,
    NotMapped,
    TablesGone,
    UnalignedAddress,
)
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.pfn import Pfn

DIRECT = Linear(0xFFFF_8880_0000_0000)
MEGABYTES_2 = 2**21


def zone_of_512() -> LinuxZone:
    zone = LinuxZone(Pfn(0x1200), Pfn(0x1400))
    zone.add_range(Pfn(0x1200), Pfn(0x1400))
    return zone


def test_the_example_of_the_module_is_so() -> None:
    assert doctest.testmod(page_table).failed == 0


def test_each_entry_of_a_walk_has_a_physical_address() -> None:
    zone = zone_of_512()
    table = PageTable(pages_of(zone))
    table.map(DIRECT, Physical(0))
    root, pud, pmd, pte = table.walk(DIRECT)
    assert [step.level for step in (root, pud, pmd, pte)] == [4, 3, 2, 1]
    assert root.address == (root.table << 12) + 8 * 273
    assert root.word == (pud.table << 12) | USER_TABLE
    assert sorted(table.tables()) == sorted(zone.live)


def test_pages_of_all_sizes_lie_side_by_side() -> None:
    table = PageTable(pages_of(zone_of_512()))
    table.map(Linear(0), Physical(0x4000_0000), level=3, flags=USER_TABLE)
    table.map(Linear(2**30), Physical(MEGABYTES_2), level=2)
    table.map(Linear(2**30 + MEGABYTES_2), Physical(0x1000))
    assert table.translate(Linear(0x1234_5678)).pa == 0x5234_5678
    assert table.translate(Linear(2**30 + 0x12345)).pa == MEGABYTES_2 + 0x12345
    assert table.translate(Linear(2**30 + MEGABYTES_2 + 5)).pa == 0x1005
    assert [level for _, level, _ in table.leaves()] == [3, 2, 1]


@pytest.mark.parametrize(
    ("error", "va", "pa", "level"),
    [
        (AlreadyMapped, DIRECT, 0, 1),
        (AlreadyMapped, DIRECT, 0, 2),
        (AlreadyMapped, DIRECT + MEGABYTES_2, 0, 1),
        (UnalignedAddress, DIRECT + 4096, 0, 2),
        (UnalignedAddress, DIRECT + 8192, 1, 1),
        (NonCanonical, 2**47, 0, 1),
        (NoTablePage, 0, 0, 1),
    ],
)
def test_an_illegal_map_changes_nothing(error: type[BuddyError], va: int, pa: int, level: int) -> None:
    unused = [Pfn(each) for each in (6, 5, 4, 3, 2, 1)]
    table = PageTable(TablePages(lambda: unused.pop() if unused else None, unused.append))
    table.map(DIRECT, Physical(0))
    table.map(Linear(DIRECT + MEGABYTES_2), Physical(0), level=2)
    before, left = copy.deepcopy(table.memory.words), sorted(unused)
    with pytest.raises(error):
        table.map(Linear(va), Physical(pa), level)
    assert table.memory.words == before
    assert sorted(unused) == left


def test_nothing_is_left_of_tables_that_are_destroyed() -> None:
    zone = zone_of_512()
    table = PageTable(pages_of(zone))
    table.map(DIRECT, Physical(0))
    table.destroy()
    assert not zone.live
    assert table.tables() == []
    assert list(table.leaves()) == []
    with pytest.raises(TablesGone):
        table.translate(DIRECT)


def test_programs_may_not_use_what_is_the_kernels() -> None:
    table = PageTable(pages_of(zone_of_512()))
    table.map(DIRECT, Physical(0))
    assert table.translate(DIRECT, Access(write=True)).pa == 0
    for access in (Access(user=True), Access(fetch=True)):
        with pytest.raises(AccessDenied, match="the access to 0xffff888000000000 is not allowed"):
            table.translate(DIRECT, access)
    with pytest.raises(NotMapped):
        table.unmap(Linear(0))


def test_tables_that_no_page_holds_are_refused() -> None:
    with pytest.raises(InvalidGeometry):
        PageTable(pages_of(zone_of_512()), Geometry(4, 10))


COUNTED = (16**2, 19**2, 26**2, 17**2)
"""Every entry of a root by every other: absent, a page, or a table that is not empty."""


@pytest.mark.parametrize(("small", "states"), list(zip(addressing.SMALL, COUNTED, strict=True)))
def test_there_are_as_many_states_as_can_be_counted(
    small: addressing.Small, states: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addressing, "SMALL", (small,))
    assert addressing.visit(running(), 0).states == states

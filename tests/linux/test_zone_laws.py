"""What becomes of boot memory."""

from __future__ import annotations

import pytest

from tests.linux.zone_setup import boot, listed
from verified_buddy.free_area import UNMOVABLE
from verified_buddy.linux.migratetype import MOVABLE
from verified_buddy.pfn import Order


def test_a_pageblock_whose_first_page_is_no_memory_stays_unmovable() -> None:
    zone = boot(1, 4096, (0x100, 0x1000))
    assert listed(zone) == [(0x100, 8, UNMOVABLE), (0x200, 9, MOVABLE)] + [
        (pfn, 10, MOVABLE) for pfn in (0x400, 0x800, 0xC00)
    ]
    assert zone.mobility.managed == 3840


@pytest.mark.parametrize(
    ("start", "end", "blocks"),
    [
        (0xF43D, 0xF5A0, "f43d/0 f43e/1 f440/6 f480/7 f500/7 f580/5"),
        (0x3811, 0x3C00, "3811/0 3812/1 3814/2 3818/3 3820/5 3840/6 3880/7 3900/8 3a00/9"),
    ],
)
def test_boot_memory_is_cut_into_the_greatest_aligned_blocks(start: int, end: int, blocks: str) -> None:
    found = sorted(listed(boot(0x1000, 0xFFDD, (start, end))))
    assert " ".join(f"{pfn:x}/{order}" for pfn, order, _ in found) == blocks


def test_the_lowest_pages_of_boot_memory_are_taken_first() -> None:
    zone = boot(0x9400, 0xF400, (0x9400, 0xF400))
    assert [pfn for pfn, _, _ in listed(zone)] == list(range(0x9400, 0xF400, 0x400))
    assert zone.alloc(Order(10)) == 0x9400

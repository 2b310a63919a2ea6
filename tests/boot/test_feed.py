"""Machines that start: the lists of a recorded one, large ones, and the zones' laws for maps of any kind."""

from __future__ import annotations

import gzip
import re
import time
import tracemalloc
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from verified_buddy.boot.architecture import X86_32, X86_64
from verified_buddy.boot.described import described
from verified_buddy.boot.feed import Started, boot, free_reserved_page
from verified_buddy.boot.memory_map import MemoryMap, Region
from verified_buddy.boot.page_ranges import Range
from verified_buddy.boot.reader import read_map
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import Pfn

DATA = Path(__file__).parents[1] / "data" / "linux-6.1"
DMA, DMA32 = ZoneRef(0, 0), ZoneRef(0, 1)
Blocks = dict[tuple[int, int], list[int]]
"""By order and type: the first pages of the list."""

EDGES = (Range(0x1000000, 0x3811000), Range(0xF400000, 0xF43D000), Range(0xF5A0000, 0xFA01000))
"""What else was in use when boot2kp's memory was handed over, as its lists tell: the kernel's image with what
it allocated behind it, and what it allocated from the top down.  Its log does not tell these addresses."""


def boot2kp() -> MemoryMap:
    with (DATA / "boot2kp.dmesg").open("rb") as stream:
        return read_map(stream, "boot2kp.dmesg", X86_64)


def recorded_lists(node: int, zone: int) -> Blocks:
    """Those before the first event of boot2kp."""
    text = gzip.decompress((DATA / "boot2kp.fl.start.gz").read_bytes()).decode()
    rows = [line.split("\t") for line in text.splitlines() if line.startswith("F\t")]
    mine = [(int(row[3]), int(row[4]), int(row[6])) for row in rows if row[1:3] == [str(node), str(zone)]]
    return {key: [row[2] for row in of] for key, of in groupby(mine, key=lambda row: row[:2])}


def lists(machine: Started, zone: ZoneRef) -> Blocks:
    blocks = [(order, kind, first) for first, order, kind in machine.zones[zone].free_area.blocks()]
    return {key: [row[2] for row in of] for key, of in groupby(blocks, key=lambda row: row[:2])}


def in_order(some: list[int], whole: list[int]) -> list[int]:
    """Those of the first list that are in the second; they are in the same order there."""
    common = [each for each in some if each in whole]
    assert common == [each for each in whole if each in some]
    return common


def test_dma_of_a_recorded_machine_is_exact_from_its_log_alone() -> None:
    machine = boot(boot2kp(), X86_64)
    assert lists(machine, DMA) == recorded_lists(0, 0)
    assert machine.zones[DMA].mobility.managed == 3840
    assert machine.pageblocks.migratetype(0) == 0
    assert machine.pageblocks.migratetype(512) == 1


def test_untouched_blocks_of_a_recorded_machine_are_in_order() -> None:
    """Of 58 blocks 29 follow from the log alone, and 15 more if what it does not tell is told."""
    recorded = [recorded_lists(0, 0), recorded_lists(0, 1)]
    found = []
    for reserved in ((), EDGES):
        known = boot2kp()
        machine = boot(known._replace(reserved=(*known.reserved, *reserved)), X86_64)
        mine = [lists(machine, DMA), lists(machine, DMA32)]
        found.append(
            sum(
                len(in_order(blocks, of.get(key, [])))
                for of, whole in zip(mine, recorded, strict=True)
                for key, blocks in whole.items()
            )
        )
    assert sum(len(blocks) for of in recorded for blocks in of.values()) == 58
    assert found == [29, 44]


def test_the_longest_list_of_a_recorded_machine_is_a_tail_of_ours() -> None:
    """Lower blocks were consumed first, from the head."""
    whole = lists(boot(boot2kp(), X86_64), DMA32)[10, 1]
    found = recorded_lists(0, 1)[10, 1]
    assert len(found) == 24
    assert whole[whole.index(found[0]) : whole.index(found[-1]) + 1] == found
    assert found[0] == 0x9400
    assert found[-1] == 0xF000


def test_a_machine_of_one_tib_is_started_fast_and_small() -> None:
    tracemalloc.start()
    try:
        boot(described("1 TiB, four nodes"), X86_64)
        assert tracemalloc.get_traced_memory()[1] < 150 << 20
    finally:
        tracemalloc.stop()
    before = time.process_time()
    machine = boot(described("1 TiB, four nodes"), X86_64)
    assert time.process_time() - before < 2
    assert sum(zone.nr_free_pages() for zone in machine.zones.values()) == (1 << 28) - 256
    assert sorted(machine.zones) == [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (3, 2)]


def test_high_memory_is_listed_otherwise_but_is_the_same_memory() -> None:
    machine = boot(described("900 MiB"), X86_32)
    high = machine.zones[ZoneRef(0, 2)]
    assert high.mobility.managed == 4 << 8
    assert list(high.free_area.blocks()) == [(229376, 10, 1)]


def test_later_pages_are_freed_like_any_other() -> None:
    memory_map = described("32 MiB")._replace(reserved=(Range(0x1000000, 0x1002000),))
    machine = boot(memory_map, X86_64)
    zone = machine.zones[DMA32]
    assert machine.reserved(DMA32) == 2
    for pfn in (0x1000, 0x1001):
        free_reserved_page(zone, Pfn(pfn))
    assert machine.reserved(DMA32) == 0
    assert {order for _, order, _ in zone.free_area.blocks()} == {10}


PAGES = 1 << 15


@st.composite
def maps(draw: st.DrawFn) -> MemoryMap:
    """Up to eight ranges, usable or not, and up to six that are reserved; ends anywhere, or at pages."""
    ends = st.integers(0, PAGES << 12) | st.integers(0, PAGES).map(lambda page: page << 12)
    pairs = st.tuples(ends, ends).filter(lambda pair: pair[0] < pair[1])
    regions = draw(st.lists(st.tuples(pairs, st.booleans()), max_size=8))
    reserved = draw(st.lists(pairs, max_size=6))
    return MemoryMap(
        tuple(Region(*pair, usable) for pair, usable in regions), (), tuple(Range(*pair) for pair in reserved)
    )


def bytes_free(memory_map: MemoryMap) -> Iterator[Range]:
    """Between neighbouring ends of anything: where all is usable, and none reserved or of the BIOS."""
    ranges = [(each.start, each.end, each.usable) for each in memory_map.regions]
    taken = [*((each.start, each.end) for each in memory_map.reserved), (0, 0x100000)]
    ends = sorted({end for each in (*ranges, *taken) for end in each[:2]})
    last = None
    for start, end in pairwise(ends):
        over = [usable for low, high, usable in ranges if low <= start and end <= high]
        if over and all(over) and not any(low <= start and end <= high for low, high in taken):
            last = Range(last.start if last and last.end == start else start, end)
        elif last:
            yield last
            last = None
    if last:
        yield last


@given(maps())
def test_just_the_whole_pages_of_free_bytes_are_handed_over(memory_map: MemoryMap) -> None:
    machine = boot(memory_map, X86_64)
    wanted = {page for start, end in bytes_free(memory_map) for page in range(-(-start // 4096), end // 4096)}
    found: set[int] = set()
    for zone in machine.zones.values():
        pages = [
            page for first, order, _ in zone.free_area.blocks() for page in range(first, first + (1 << order))
        ]
        assert len(pages) == zone.mobility.managed == zone.nr_free_pages()
        assert all(zone.mobility.start <= page < zone.mobility.end for page in pages)
        assert not found & set(pages)
        found |= set(pages)
    assert found == wanted
    for span in machine.spans:
        managed = machine.zones[ZoneRef(span.node, span.zone)].mobility.managed
        assert managed + machine.reserved(ZoneRef(span.node, span.zone)) == span.present <= span.spanned


def test_the_log_tells_how_much_was_available() -> None:
    """What is reserved and not in the log is the kernel's image and what it allocated: most of 52388 KiB."""
    (available, total, reserved) = re.findall(
        r"Memory: (\d+)K/(\d+)K available .*?(\d+)K reserved", (DATA / "boot2kp.dmesg").read_text("utf-8")
    )[0]
    assert int(total) - int(available) - int(reserved) == 256
    machine = boot(boot2kp(), X86_64)
    assert sum(machine.reserved(zone) for zone in machine.zones) * 4 < int(reserved)

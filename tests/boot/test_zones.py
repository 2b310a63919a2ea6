"""Zones, spans, present pages and holes of recorded machines, from the e820 lines of their logs alone."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from verified_buddy.boot.architecture import ARM, X86_32, X86_64, highest_zone
from verified_buddy.boot.described import described
from verified_buddy.boot.memory_map import MemoryMap, NodeRegion, Region, node_memory
from verified_buddy.boot.page_ranges import Range
from verified_buddy.boot.reader import read_map
from verified_buddy.boot.zones import ZoneSpan, nodes_of, unavailable, zone_spans
from verified_buddy.linux import gfp
from verified_buddy.linux.zone_type import NAMES
from verified_buddy.linux.zonelist import build_all_zonelists

DATA = Path(__file__).parents[1] / "data" / "linux-6.1"
MACHINES = ("boot2kp", "small", "req1", "req2numa-markers", "req3memcg", "req4compact")
MAP = re.compile("e820: |BIOS-provided|last_pfn = |SRAT: Node")


@cache
def log(name: str) -> str:
    return (DATA / f"{name}.dmesg").read_text(encoding="utf-8")


@cache
def recorded(name: str, tmp: Path) -> tuple[tuple[NodeRegion, ...], tuple[ZoneSpan, ...]]:
    """What is computed of the machine from the lines of its map, and nothing else."""
    path = tmp / name
    path.write_text(
        "".join(line for line in log(name).splitlines(True) if MAP.search(line)), encoding="utf-8"
    )
    with path.open("rb") as stream:
        regions = node_memory(read_map(stream, name, X86_64), X86_64)
    return regions, zone_spans(regions, X86_64)


@pytest.mark.parametrize("name", MACHINES)
def test_early_node_ranges_are_those_that_the_kernel_printed(name: str, tmp_path: Path) -> None:
    regions, _ = recorded(name, tmp_path)
    printed = re.findall(r"\]   node +(\d+): \[mem 0x(\w+)-0x(\w+)\]", log(name))
    assert printed == [
        (str(each.node), f"{each.start << 12:016x}", f"{(each.end << 12) - 1:016x}") for each in regions
    ]


@pytest.mark.parametrize("name", MACHINES)
def test_zone_ranges_are_those_that_the_kernel_printed(name: str, tmp_path: Path) -> None:
    _, spans = recorded(name, tmp_path)
    printed = re.findall(r"\]   (DMA|DMA32|Normal) +(?:empty|\[mem 0x(\w+)-0x(\w+)\])", log(name))
    for number, (zone, start, end) in enumerate(printed):
        mine = [each for each in spans if each.zone == number]
        assert NAMES[number] == zone
        if start:
            assert min(each.start for each in mine) << 12 == int(start, 16)
            assert max(each.end for each in mine) << 12 == int(end, 16) + 1
        else:
            assert not mine


@pytest.mark.parametrize("name", MACHINES)
def test_spanned_and_present_pages_are_those_of_zoneinfo(name: str, tmp_path: Path) -> None:
    _, spans = recorded(name, tmp_path)
    text = (DATA / f"{name}.zoneinfo").read_text(encoding="utf-8")
    found = {(each.node, each.zone): each for each in spans}
    populated = [zone for zone in re.split(r"\n(?=Node)", text) if not re.search(r"spanned +0\n", zone)]
    assert len(populated) == len(spans)
    for zone in populated:
        figures = [re.search(rf"{what} +(\w+)", zone) for what in ("Node", "zone", "spanned", "present")]
        start = re.search(r"start_pfn: +(\d+)", zone)
        node, kind, spanned, present = (figure[1] for figure in figures if figure)
        mine = found[int(node), NAMES.index(kind)]
        assert (mine.spanned, mine.present) == (int(spanned), int(present))
        assert start is not None
        assert mine.start == int(start[1])


@pytest.mark.parametrize("name", MACHINES)
def test_unavailable_ranges_are_those_that_the_kernel_printed(name: str, tmp_path: Path) -> None:
    printed = re.findall(r"On node (\d+), zone (\w+): (\d+) pages in unavailable", log(name))
    regions, spans = recorded(name, tmp_path)
    mine = [(str(node), NAMES[zone], str(pages)) for node, zone, pages in unavailable(regions, spans)]
    assert mine == printed


@pytest.mark.parametrize("name", MACHINES)
def test_memory_is_as_much_as_the_kernel_printed(name: str, tmp_path: Path) -> None:
    """``Memory: .../261612K available`` counts the pages of all zones."""
    (total,) = re.findall(r"Memory: \d+K/(\d+)K available", log(name))
    assert sum(each.present for each in recorded(name, tmp_path)[1]) * 4 == int(total)


@pytest.mark.parametrize("name", MACHINES)
def test_fallback_orders_are_those_that_the_kernel_printed(name: str, tmp_path: Path) -> None:
    lists = build_all_zonelists(nodes_of(recorded(name, tmp_path)[1]))
    printed = re.findall(r"Fallback order for Node (\d+): (.*\d)", log(name))
    assert len(printed) == len(lists)
    for node, order in printed:
        assert " ".join(dict.fromkeys(str(ref.node) for ref in lists[int(node)].fallback)) == order


def test_a_machine_with_a_hole_below_4_gib() -> None:
    """As ``zones3``: DMA32 spans all up to 4 GiB, and has few pages."""
    low = 4096 + 28637
    memory_map = MemoryMap(
        (Region(0, low << 12, usable=True), Region(1 << 32, (1 << 32) + (80 << 20), usable=True))
    )
    dma, dma32, normal = zone_spans(node_memory(memory_map, X86_64), X86_64)
    assert (dma.spanned, dma.present) == (4095, 3999)
    assert (dma32.start, dma32.spanned, dma32.present) == (4096, 1044480, 28637)
    assert (normal.start, normal.spanned, normal.present) == (1 << 20, 20480, 20480)


def test_high_memory_of_32_bits() -> None:
    dma, normal, high = zone_spans(node_memory(described("2 GiB"), X86_32), X86_32)
    assert (dma.end, normal.end, high.end) == (4096, 229376, 524288)
    assert highest_zone(X86_32, gfp.GFP_HIGHUSER) == high.zone
    assert highest_zone(X86_32, gfp.GFP_KERNEL) == normal.zone


def test_arms_low_memory_counts_from_where_memory_begins() -> None:
    base = 0x80000000
    memory_map = MemoryMap((Region(base, base + (1 << 30), usable=True),))
    normal, high = zone_spans(node_memory(memory_map, ARM), ARM)
    assert (normal.start << 12, normal.spanned << 12) == (base, 768 << 20)
    assert (high.spanned << 12) == 256 << 20
    assert normal.memory == (Range(normal.start, normal.end),)

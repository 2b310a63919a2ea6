"""What the files say of a live machine."""

from __future__ import annotations

from io import BytesIO

from specs.model.proc_files import read_buddyinfo, read_pagetypeinfo
from verified_buddy.linux.gfp import GFP_HIGHUSER_MOVABLE, GFP_KERNEL
from verified_buddy.linux.node import Nodes
from verified_buddy.linux.topology import NodeSpec
from verified_buddy.linux.world import Task
from verified_buddy.linux.zone_type import DMA, DMA32
from verified_buddy.pfn import Pfn
from verified_buddy.proc import nodes as shown
from verified_buddy.proc.buddyinfo import show_buddyinfo
from verified_buddy.proc.pagetypeinfo import show_pagetypeinfo
from verified_buddy.proc.vmstat import show_vmstat
from verified_buddy.proc.zoneinfo import show_zoneinfo
from verified_buddy.replay.zoneinfo import read_extents, read_zoneinfo
from verified_buddy.spans import Spans

SMALL = [NodeSpec([(DMA, 16, 4096), (DMA32, 4096, 20480)], cpus=[0, 1])]


def busy() -> Nodes:
    nodes = Nodes(SMALL)
    held = [nodes.alloc_pages(GFP_KERNEL, order, 0, Task(cpu=order % 2)) for order in (0, 3, 5, 0, 10)]
    assert held[1] is not None
    nodes.free_pages(held[1], 3)
    assert nodes.alloc_pages(GFP_HIGHUSER_MOVABLE, 0, 0) is not None
    return nodes


def test_a_machine_at_its_start_has_whole_blocks() -> None:
    columns = "".join(f"{count:6d} " for count in (0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 3))
    largest = "".join(f"{count:6d} " for count in (*[0] * 10, 16))
    assert show_buddyinfo(shown.free_counts(Nodes(SMALL))) == (
        f"Node 0, zone      DMA {columns}\nNode 0, zone    DMA32 {largest}\n"
    )


def test_buddyinfo_is_pagetypeinfo_over_all_types() -> None:
    nodes = busy()
    sums = [
        (node, zone, tuple(map(sum, zip(*lists, strict=True))))
        for node, zone, lists, _ in read_pagetypeinfo(show_pagetypeinfo(shown.type_counts(nodes)))
    ]
    assert sums == read_buddyinfo(show_buddyinfo(shown.free_counts(nodes)))


def test_counted_pages_are_those_that_were_handed_out_and_came_back() -> None:
    assert show_vmstat(shown.counters(busy())).splitlines()[1:] == [
        *("pgalloc_dma 0", "pgalloc_dma32 1067", "pgalloc_normal 0", "pgalloc_movable 0"),
        *("pgalloc_device 0", "pgfree 8"),
    ]


def test_zoneinfo_of_a_machine_is_read_as_a_kernels_is() -> None:
    nodes = busy()
    text = show_zoneinfo(shown.zone_infos(nodes)).encode()
    limits = read_zoneinfo(BytesIO(text))
    assert limits == {
        (0, zone): {cpu: (lists.high, lists.batch) for cpu, lists in enumerate(live.pcp)}
        for (_, zone), live in nodes.zones.items()
    }
    assert read_extents(BytesIO(text)) == {
        (0, DMA): {"spanned": 4080, "start_pfn:": 16},
        (0, DMA32): {"spanned": 16384, "start_pfn:": 4096},
    }


def test_pageblocks_of_a_section_without_memory_do_not_count() -> None:
    nodes = Nodes([NodeSpec([(DMA32, 32768, 131072)], cpus=[0])])
    (zone,) = nodes.ascending
    assert shown.pageblock_counts(zone) == [0, 192, 0, 0, 0]
    zone.spans = Spans()
    zone.spans.add(Pfn(65535), Pfn(65537))
    assert shown.pageblock_counts(zone) == [0, 128, 0, 0, 0]

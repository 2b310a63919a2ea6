"""/proc/vmstat is that of recorded kernels, as far as the model counts."""

from __future__ import annotations

import gzip
import re

from specs.model.proc_files import read_vmstat, read_zoneinfo
from tests.kmem.kernel_trace import DATA
from tests.proc.proc_recorded import WITH_STATE, Moment
from verified_buddy.proc.vmstat import VmStat, show_vmstat
from verified_buddy.replay.proc_files import counters, zone_infos

ALLOC = re.compile(rb": mm_page_alloc: .* pfn=0x([0-9a-f]+) order=(\d+)")
FREE = re.compile(rb": mm_page_free: .* order=(\d+)")
DMA_PAGES = 4096


def test_free_pages_differ_from_the_file_as_those_of_its_zones_do() -> None:
    for moment in WITH_STATE:
        mine = read_vmstat(show_vmstat(counters(moment.state())))
        assert [*mine] == ["nr_free_pages"]
        zones = read_zoneinfo("".join(with_what_we_show(moment)))
        at_mark = sum(zone.free for zone in zone_infos(moment.snapshot(), moment.state()))
        meanwhile = sum(zone[2] for zone in zones) - at_mark
        assert mine["nr_free_pages"] + meanwhile == read_vmstat(moment.text("vmstat"))["nr_free_pages"]


def with_what_we_show(moment: Moment) -> list[str]:
    """The lines of the recorded zoneinfo that the model has state for."""
    foreign = re.compile(r"      (?!nr_free_pages )[a-z]|  per-node|        cma ")
    return [line for line in moment.text("zoneinfo").splitlines(keepends=True) if not foreign.match(line)]


def test_a_block_counts_as_its_pages() -> None:
    taken, back = {False: 0, True: 0}, 0
    text = gzip.decompress((DATA / "req4compact.trace.txt.gz").read_bytes())
    for line in text.splitlines():
        if (alloc := ALLOC.search(line)) and (pfn := int(alloc[1], 16)):
            taken[pfn < DMA_PAGES] += 1 << int(alloc[2])
        elif free := FREE.search(line):
            back += 1 << int(free[1])
    before, after = (read_vmstat(Moment("req4compact", when).text("vmstat")) for when in ("before", "after"))
    counted = {name: after[name] - before[name] for name in ("pgalloc_dma", "pgalloc_dma32", "pgfree")}
    assert counted["pgalloc_dma"] == taken[True] == 2752
    assert (counted["pgalloc_dma32"], taken[False]) == (25_483, 20_703)
    assert (counted["pgfree"], back) == (38_364, 29_717)


def test_what_nobody_counts_is_left_out() -> None:
    assert show_vmstat(VmStat(7)) == "nr_free_pages 7\n"
    assert show_vmstat(VmStat(7, [1, 2, 3, 4, 5], 6)).splitlines() == [
        *("nr_free_pages 7", "pgalloc_dma 1", "pgalloc_dma32 2", "pgalloc_normal 3"),
        *("pgalloc_movable 4", "pgalloc_device 5", "pgfree 6"),
    ]


def test_the_counters_stand_in_the_kernels_order() -> None:
    mine = read_vmstat(show_vmstat(VmStat(7, [1, 2, 3, 4, 5], 6)))
    theirs = read_vmstat(Moment("req1", "after").text("vmstat"))
    assert [name for name in theirs if name in mine] == [*mine]

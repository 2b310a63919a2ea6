"""The replay of what is rare: reserves, isolation, charges that fail, parts of blocks, inferred limits."""

from __future__ import annotations

from io import BytesIO

import pytest

from tests.kmem.kernel_trace import (
    SNAPSHOT,
    ZONEINFO,
    drained,
    freed,
    given_back,
    handed_out,
    judged,
    line,
    machine,
    moved,
    rules,
    taken,
    typed,
)
from tests.replay.test_replay import REFILL, full
from verified_buddy.replay.recording import Given, Judgement, judge
from verified_buddy.replay.replay import ZoneReplay
from verified_buddy.replay.snapshot import read_snapshot
from verified_buddy.replay.zoneinfo import read_zoneinfo

REFUSED = line("mm_page_alloc", "page=0000000000000000 pfn=0x0 order=0 migratetype=1 gfp_flags=GFP_KERNEL")


def framed(*lines: str) -> Judgement:
    """The verdict on a trace in which somebody else frees a page too."""
    return judge(BytesIO("".join([*lines, freed(8000)]).encode()), "trace", Given())


def judge_with(snapshot: str, zoneinfo: bytes, *lines: str) -> Judgement:
    """The verdict on a trace with probes, from these rows and these limits on."""
    limits = read_zoneinfo(BytesIO(zoneinfo))
    given = Given(read_snapshot(BytesIO(snapshot.encode())), None, limits)
    text = "".join([*lines, given_back(7680, 9, probe="fop_ok")])
    return judge(BytesIO(text.encode()), "trace", given)


def test_a_page_of_a_larger_live_block_is_not_handed_out() -> None:
    assert rules(framed(handed_out(4096, 2), handed_out(4097))) == [("frame", "overlap")]
    assert rules(framed(handed_out(4097), handed_out(4096, 2))) == [("frame", "overlap")]
    assert framed(handed_out(4096, 2), handed_out(4100)).conforms


def test_a_block_that_somebody_holds_is_freed_in_parts() -> None:
    found = framed(handed_out(4096, 2), freed(4098, 1), freed(4097), freed(4096), handed_out(4096))
    assert found.conforms
    assert found.findings.notes["tail freed"].count == 2
    still = framed(handed_out(4096, 2), freed(4098, 1), handed_out(4096))
    assert rules(still) == [("frame", "overlap")]


def test_a_block_is_freed_with_its_order() -> None:
    assert rules(framed(handed_out(4096), freed(4096, 1))) == [("frame", "invalid-free")]


def test_a_pageblock_that_is_reserved_serves_from_the_reserve() -> None:
    lines = [typed(4608, 3), moved(4608, 3), taken(4616, kind=3), handed_out(4616)]
    assert judged(machine((4616, 3, 1)), *lines).conforms
    assert not judged(machine((4616, 3, 1)), *lines[2:]).conforms


def test_a_block_that_is_given_back_to_the_tail_is_taken_last() -> None:
    tail = given_back(4200, probe="fop_ok").replace("fpi=0", "fpi=2")
    takes = [taken(4096), taken(4200)]
    assert judged(machine((4096, 0, 1)), tail, *takes).conforms
    assert not judged(machine((4096, 0, 1)), tail.replace("fpi=2", "fpi=0"), *takes).conforms


def test_pages_of_an_isolated_pageblock_drain_under_its_type() -> None:
    refill = [taken(4608), taken(4609), taken(4610)]
    drains = [drained(pfn, kind=4) for pfn in (4610, 4609, 4608)]
    assert judged(machine((4608, 3, 1)), *refill, typed(4608, 4), moved(4608, 4), *drains).conforms
    found = judged(machine((4608, 3, 1)), *refill, *drains)
    assert rules(found)[0] == ("per-CPU", "wrong-order")


def test_a_page_is_freed_under_the_type_that_its_pageblock_got_just_before() -> None:
    refill = [taken(4608), taken(4609), taken(4610), handed_out(4608), typed(4608, 2), moved(4608, 2)]
    again = [freed(4608), handed_out(4608, kind=2)]
    assert judged(machine((4608, 3, 1)), *refill, *again).conforms


def test_a_steal_is_seen_as_one_whatever_happens_in_other_zones() -> None:
    other = "Z\t0\t2\tNormal\t8192\t512\t512\t512\t0\t0x1\nF\t0\t2\t0\t1\t0\t8192\n"
    text = SNAPSHOT + "F\t0\t1\t9\t1\t0\t4608\n" + other
    told = (
        "page=000000000000000a pfn=0x1200 alloc_order=0 fallback_order=9 pageblock_order=9 "
        "alloc_migratetype=0 fallback_migratetype=1 fragmenting=0 change_ownership=1"
    )
    lines = [typed(4608, 0), taken(8192, cpu=1), line("mm_page_alloc_extfrag", told), taken(4608, kind=0)]
    given = Given(read_snapshot(BytesIO(text.encode())))
    lines.append(given_back(7680, 9, probe="fop_ok"))
    assert judge(BytesIO("".join(lines).encode()), "trace", given).conforms


def test_a_page_that_could_not_be_charged_goes_back_at_once() -> None:
    lines = [*REFILL, freed(4096), REFUSED, handed_out(4096)]
    found = judged(machine((4096, 3, 1)), *lines)
    assert found.conforms
    assert found.findings.notes["charge failed"].count == 1
    unexplained = judged(machine((4096, 3, 1)), *REFILL, freed(4096), handed_out(4096))
    assert rules(unexplained) == [("per-CPU", "invalid-free")]


def test_a_drain_takes_neither_more_nor_less_than_was_due() -> None:
    lines, pages = full()
    for many, right in ((2, False), (3, True), (4, False)):
        drains = [drained(pfn) for pfn in pages[:many]]
        assert judged(machine((4096, 4, 1)), *lines, *drains, freed(pages[8])).conforms is right


def test_the_limits_that_were_seen_are_told() -> None:
    lines, pages = full()
    drains = [drained(pfn) for pfn in pages[:3]]
    found = judged(machine((4096, 4, 1)), *lines, *drains, freed(pages[8]), limits=False)
    assert isinstance(found.replay, ZoneReplay)
    (zone,) = found.replay.machine.zones.values()
    assert (zone.cpus[0].inferred_high(), zone.cpus[0].pcp.batch) == (8, 3)


@pytest.mark.parametrize(("number", "name", "right"), [(2, "Normal", True), (1, "DMA32", False)])
def test_the_normal_zone_alone_would_rather_stop_a_refill_than_mix_types(
    number: int, name: str, right: bool
) -> None:
    text = SNAPSHOT + "F\t0\t1\t1\t1\t0\t4096\nF\t0\t1\t5\t2\t0\t4128\n"
    text = text.replace("\t0\t1\t", f"\t0\t{number}\t").replace("DMA32", name)
    limits = read_zoneinfo(BytesIO(ZONEINFO.replace(b"DMA32", name.encode())))
    lines = [*REFILL[:2], handed_out(4096), given_back(7680, 9, probe="fop_ok")]
    given = Given(read_snapshot(BytesIO(text.encode())), None, limits)
    assert judge(BytesIO("".join(lines).encode()), "trace", given).conforms is right

"""Per-CPU lists whose limits change, and drains by another CPU: what no event tells, but the trace shows."""

from __future__ import annotations

import pytest

from tests.kmem.kernel_trace import (
    SNAPSHOT,
    ZONEINFO,
    drained,
    freed,
    given_back,
    handed_out,
    judged,
    machine,
    moved,
    rules,
    taken,
    typed,
)
from tests.replay.test_replay_rare import judge_with
from tests.replay.test_told_late import in_context
from verified_buddy.replay.recording import Judgement

PAGES = list(range(4096, 4112))
BLOCK = (4096, 4, 1)


def out(pages: list[int], cpu: int = 0) -> list[str]:
    """So many pages are handed out, three a refill."""
    lines = []
    for first in range(0, len(pages), 3):
        lines += [taken(pfn, cpu=cpu) for pfn in pages[first : first + 3]]
        lines += [handed_out(pfn, cpu=cpu) for pfn in pages[first : first + 3]]
    return lines


def two_cpus(*lines: str) -> Judgement:
    """The verdict where CPU 0 and CPU 1 have limits of eight pages, and a batch of three."""
    zoneinfo = ZONEINFO + b" cpu: 1\n count: 0\n high: 8\n batch: 3\n"
    return judge_with(SNAPSHOT + "F\t0\t1\t4\t1\t0\t4096\n", zoneinfo, *lines)


def test_lists_that_are_shut_let_every_block_pass_and_are_refilled_with_one() -> None:
    lines = [*out(PAGES[:3])]
    for pfn in PAGES[:2]:
        lines += [freed(pfn), drained(pfn)]
    lines += [taken(4099), handed_out(4099), taken(4096)]
    assert judged(machine(BLOCK), *lines, handed_out(4096)).conforms
    late = [freed(4098), drained(4098), handed_out(4096)]
    nested = [in_context(each, interrupt=True) for each in late[:2]]
    assert judged(machine(BLOCK), *lines, *nested, late[2]).conforms
    assert not judged(machine(BLOCK), *lines, *late).conforms


def test_a_drain_of_one_page_of_several_is_not_that_of_lists_that_are_shut() -> None:
    lines = [*out(PAGES[:6]), *(freed(pfn) for pfn in PAGES[:4]), drained(4096), freed(4100)]
    assert rules(judged(machine(BLOCK), *lines)) == [("per-CPU", "wrong-amount")]


def test_lists_that_are_open_again_have_their_limits() -> None:
    shut = [*out(PAGES[:12]), freed(4096), drained(4096), freed(4097), drained(4097)]
    frees = [freed(pfn) for pfn in PAGES[2:11]]
    assert rules(judged(machine(BLOCK), *shut, *frees)) == [("per-CPU", "wrong-amount")]
    drains = [*frees[:8], *map(drained, PAGES[2:5]), frees[8]]
    assert judged(machine(BLOCK), *shut, *drains).conforms


def test_after_memory_went_offline_the_limits_are_not_those_that_were_told() -> None:
    offline = [typed(7168, 4), moved(7168, 4)]
    shut = [*out(PAGES[:12]), freed(4096), drained(4096, kind=1), freed(4097), drained(4097)]
    frees = [freed(pfn) for pfn in PAGES[2:11]]
    assert judged(machine(BLOCK), *shut[:-2], *offline, *shut[-2:], *frees).conforms
    other = SNAPSHOT + "F\t0\t1\t4\t1\t0\t4096\nZ\t0\t2\tNormal\t8192\t512\t512\t512\t0\t0x1\n"
    zoneinfo = ZONEINFO + ZONEINFO.replace(b"DMA32", b"Normal")
    elsewhere = [typed(8192, 4), moved(8192, 4), freed(8192), given_back(8192, kind=4, probe="fop_one")]
    lines = [*out(PAGES[:12]), *elsewhere, *(freed(pfn) for pfn in PAGES[:11])]
    assert rules(judge_with(other, zoneinfo, *lines))[0] == ("per-CPU", "wrong-amount")


@pytest.mark.parametrize(("pageblocks", "right"), [(64, True), (63, False)])
def test_limits_change_for_every_zone_when_a_section_goes_offline(pageblocks: int, right: bool) -> None:
    """The first nine pages are freed at a limit of eight; a section of another zone is isolated before."""
    rows = SNAPSHOT + "F\t0\t1\t4\t1\t0\t4096\n"
    rows += "Z\t0\t2\tNormal\t32768\t65536\t65536\t65536\t0\t0x1\n"
    zoneinfo = ZONEINFO + ZONEINFO.replace(b"DMA32", b"Normal")
    isolated = range(32768, 32768 + 512 * pageblocks, 512)
    offline = [each for pfn in isolated for each in (typed(pfn, 4), moved(pfn, 4))]
    lines = [*out(PAGES[:12]), *offline, *(freed(pfn) for pfn in PAGES[:10])]
    assert judge_with(rows, zoneinfo, *lines).conforms is right
    online = [typed(pfn, 1) for pfn in isolated]  # for which all are computed once more
    assert judge_with(rows, zoneinfo, *lines[:-10], *online, *lines[-10:]).conforms is right


def test_huge_pages_may_be_freed_after_a_doubled_factor_and_smaller_blocks_drain_all() -> None:
    zoneinfo = ZONEINFO.replace(b"high: 8", b"high: 2000")
    snapshot = SNAPSHOT + "F\t0\t1\t4\t1\t0\t4096\n"
    huge = [freed(pfn, 9) for pfn in (4608, 5120, 5632, 6144)]
    drain = [drained(4608, 9)]
    twice = [*huge, *drain, freed(6656, 9)]
    assert judge_with(snapshot, zoneinfo, *twice).conforms
    small = [*huge, *drain, freed(4104, 3), freed(4112)]
    assert rules(judge_with(snapshot, zoneinfo, *small)) == [("per-CPU", "wrong-amount")]


def remote(*pages: int) -> list[str]:
    """CPU 0 drains the lists of CPU 1."""
    return [drained(pfn, cpu=0) for pfn in pages]


def test_a_drain_of_another_cpu_takes_what_was_listed_at_some_moment_since_it_was_heard() -> None:
    start = [*out(PAGES[:6], 1), freed(4110, cpu=0)]
    frees = [freed(pfn, cpu=1) for pfn in PAGES[:5]]
    for many in (2, 3, 4, 5):
        assert two_cpus(*start, *frees, *remote(*PAGES[:many]), handed_out(4110)).conforms
    heard = [*frees[:4], freed(4109, cpu=0), frees[4]]
    found = two_cpus(*start, *heard, *remote(*PAGES[:2]), handed_out(4109))
    assert rules(found) == [("per-CPU", "wrong-amount")]
    assert two_cpus(*start, *heard, *remote(*PAGES[:4]), handed_out(4109)).conforms


def test_what_its_own_cpu_adds_meanwhile_may_be_left() -> None:
    start = [*out(PAGES[:6], 1), *(freed(pfn, cpu=1) for pfn in PAGES[:3]), freed(4110, cpu=0)]
    drains = [*remote(4096, 4097), freed(4099, cpu=1), *remote(4098), handed_out(4110)]
    assert two_cpus(*start, *drains).conforms


def test_a_drain_of_its_own_lists_leaves_nothing() -> None:
    lines = [*out(PAGES[:6]), *(freed(pfn) for pfn in PAGES[:5]), taken(4102, kind=1)]
    drains = [drained(pfn) for pfn in PAGES[:4]]
    assert rules(judged(machine(BLOCK), *lines[:-1], *drains, freed(4105))) == [("per-CPU", "wrong-amount")]


@pytest.mark.parametrize("pages", [(4097, 4096), (4096, 4098)])
def test_a_drain_of_another_cpu_takes_the_coldest_first(pages: tuple[int, int]) -> None:
    start = [*out(PAGES[:6], 1), *(freed(pfn, cpu=1) for pfn in PAGES[:3]), freed(4110, cpu=0)]
    assert not two_cpus(*start, *remote(*pages), given_back(5120, 9, probe="fop_ok")).conforms

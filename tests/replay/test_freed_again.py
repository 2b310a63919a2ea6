"""A page that is freed again without having been handed out: wrong where the trace would tell, else noted."""

from __future__ import annotations

from io import BytesIO

import pytest

from tests.kmem.kernel_trace import (
    batched,
    freed,
    given_back,
    handed_out,
    judged,
    line,
    machine,
    page,
    rules,
    stolen,
    taken,
    typed,
)
from verified_buddy.pfn import Order, Pfn
from verified_buddy.replay.blocks import Blocks
from verified_buddy.replay.recording import Given, Judgement, judge

BULK = line("bulkpage", f"(__alloc_pages_bulk+0x1/0x2) {page(5000)}")
SPLIT = [handed_out(5002, 1), line("splitpage", f"(split_page+0x0/0x1) {page(5002)} order=1")]
PROBES = [BULK, *SPLIT]
"""Lines from which it is seen that the bulk allocator and splits are told of."""
TWICE = [handed_out(4096), freed(4096), freed(4096)]


def refused(gfp: str = "GFP_KERNEL_ACCOUNT", order: int = 0) -> str:
    told = f"page=0000000000000000 pfn=0x0 order={order} migratetype=1 gfp_flags={gfp}"
    return line("mm_page_alloc", told)


def isolated(pfn: int, order: int, pages: int) -> list[str]:
    answer = f"(compaction_alloc+0x1/0x2 <- __isolate_free_page) ret={pages}"
    return [
        line("isolate", f"(__isolate_free_page+0x0/0x1) {page(pfn)} order={order}"),
        line("isolate_ret", answer),
    ]


def framed(*lines: str) -> Judgement:
    """The frame layer's verdict; the tasks are two, and both kinds of event are told."""
    return judge(BytesIO("".join([handed_out(8000), *lines]).encode()), "trace", Given())


def noted(judgement: Judgement) -> int:
    """How many are noted, and none is wrong."""
    assert judgement.conforms
    undecided = judgement.replay.frame.again.undecided
    note = judgement.findings.notes.get("freed twice")
    assert undecided == (0 if note is None else note.count)
    return undecided


@pytest.mark.parametrize("where", [0, 4])
def test_a_page_freed_twice_is_wrong_where_bulk_allocation_and_splits_are_told(where: int) -> None:
    lines = [*TWICE, freed(7000)]
    found = framed(*lines[:where], *PROBES, *lines[where:])
    assert rules(found) == [("frame", "invalid-free")]
    assert "page 0x1000, order 0, was freed again" in found.findings.violations[0].message
    assert (found.replay.frame.again.undecided, found.replay.frame.unknown) == (0, 1)


@pytest.mark.parametrize("told", [[], [BULK], SPLIT])
def test_a_page_freed_twice_is_noted_where_it_may_have_been_handed_out_unseen(told: list[str]) -> None:
    found = framed(*told, *TWICE, freed(7000))
    assert noted(found) == 1
    assert found.replay.frame.unknown == 1


def test_a_block_of_more_pages_is_handed_out_by_no_other_event() -> None:
    assert rules(framed(handed_out(4096, 2), freed(4096, 2), freed(4096, 2))) == [("frame", "invalid-free")]
    assert rules(framed(freed(4096, 2), freed(4096, 1))) == [("frame", "invalid-free")]
    assert rules(framed(freed(4097), freed(4096, 2))) == [("frame", "invalid-free")]


def test_pages_of_a_freed_block_may_be_handed_out_unseen_each() -> None:
    assert noted(framed(freed(4096, 2), freed(4097), freed(4098))) == 2


def test_memory_may_have_been_offline_before_a_greatest_block_is_freed_again() -> None:
    twice = [freed(4096, 10), freed(4096, 10)]
    assert noted(framed(*twice)) == 1
    assert rules(framed(typed(7168, 0), *twice)) == [("frame", "invalid-free")]
    assert noted(framed(typed(7168, 0), twice[0], typed(4096, 4), typed(4608, 4), twice[1])) == 0


@pytest.mark.parametrize(
    "between",
    [
        [handed_out(4096)],
        [handed_out(4096, 2)],
        [line("bulkpage", f"(__alloc_pages_bulk+0x1/0x2) {page(4096)}")],
        isolated(4096, 0, 1),
        isolated(4096, 3, 8),
        [batched(4096)],
    ],
)
def test_a_page_that_was_handed_out_between_is_freed_once(between: list[str]) -> None:
    found = framed(*PROBES, freed(4096, 0), *between)
    again = framed(*PROBES, freed(4096, 0), *between, freed(4096, 2 if "order=2" in between[0] else 0))
    assert found.conforms
    assert again.conforms is (between != [batched(4096)])  # a second line of the same free hands nothing out


def test_a_block_whose_isolation_was_refused_is_still_free() -> None:
    assert not framed(*PROBES, freed(4096), *isolated(4096, 0, 0), freed(4096)).conforms


def test_an_isolated_block_that_was_put_back_is_free_again() -> None:
    back = line("putback", f"(f+0x1/0x2) {page(4096)} order=2 mt=1")
    assert not framed(*PROBES, freed(4096, 2), *isolated(4096, 2, 4), back, freed(4096)).conforms


def test_where_isolation_is_not_told_single_pages_are_only_noted() -> None:
    """A block is split that no event handed out: it was isolated, and so may single pages have been."""
    split = line("splitpage", f"(split_page+0x0/0x1) {page(4608)} order=2")
    assert noted(framed(*PROBES, freed(4608, 2), split, *TWICE)) == 1


def test_the_rest_of_a_block_stays_free_when_a_part_is_handed_out() -> None:
    lines = [*PROBES, freed(4096, 3), handed_out(4098, 1)]
    assert framed(*lines, freed(4098, 1)).conforms
    for pfn in (4096, 4097, 4100, 4103):
        assert rules(framed(*lines, freed(pfn))) == [("frame", "invalid-free")]


def test_a_page_that_could_not_be_charged_is_freed_again() -> None:
    twice = [*PROBES, *TWICE]
    found = framed(*twice, refused())
    assert (noted(found), found.replay.frame.unknown) == (0, 1)
    for other in (refused("GFP_KERNEL"), refused(order=1), handed_out(7000)):
        assert not framed(*twice, other).conforms
    interrupt = handed_out(7000).replace(" d..3.", " d.h3.")
    assert framed(*twice, interrupt, refused()).conforms


def test_probes_that_are_set_up_later_tell_nothing_of_what_was_before() -> None:
    """A whole pageblock is stolen, and no probe tells that its type was set."""
    late = [stolen(4608, 9, owned=1), *TWICE, typed(7168, 0), *PROBES]
    assert noted(framed(*late, freed(4096))) == 1
    assert not framed(*PROBES, *late).conforms


def test_without_any_allocation_nothing_is_known_of_frees() -> None:
    text = "".join([freed(4096, 2), freed(4096, 2), freed(7000)])
    assert noted(judge(BytesIO(text.encode()), "trace", Given())) == 1


def test_all_are_counted_and_the_first_is_told() -> None:
    found = framed(*[line for pfn in range(5000, 5300) for line in (freed(pfn), freed(pfn))])
    assert noted(found) == 300
    assert found.findings.notes["freed twice"].line == 3
    wrong = framed(*PROBES, *[line for pfn in range(6000, 6300) for line in (freed(pfn), freed(pfn))])
    assert (wrong.findings.count, len(wrong.findings.violations)) == (300, 100)


def test_with_a_snapshot_the_lists_tell_too() -> None:
    lines = [
        taken(4096),
        taken(4097),
        taken(4098),
        *TWICE,
        handed_out(4097),
        given_back(5120, 9, probe="fop_ok"),
    ]
    found = judged(machine((4096, 3, 1)), *PROBES, *lines)
    assert {("frame", "invalid-free"), ("per-CPU", "invalid-free")} <= set(rules(found))


def test_blocks_are_cut_to_the_pages_that_stay() -> None:
    """By a set of pages, which knows nothing of blocks."""
    for start in range(8):
        for order in range(4):
            if start % (1 << order):
                continue
            blocks = Blocks()
            blocks.add(Pfn(0), Order(3))
            blocks.add(Pfn(8), Order(0))
            cut = set(range(start, start + (1 << order)))
            assert blocks.cut_out(Pfn(start), Order(order))
            left = [page for pfn, of in blocks.order_of.items() for page in range(pfn, pfn + (1 << of))]
            assert sorted(left) == [page for page in range(9) if page not in cut]
            assert not blocks.cut_out(Pfn(start), Order(order))

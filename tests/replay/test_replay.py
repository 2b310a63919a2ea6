"""The replay on small examples: what each layer predicts, what it refuses, and what it only notes."""

from __future__ import annotations

from tests.kmem.kernel_trace import (
    batched,
    drained,
    freed,
    given_back,
    handed_out,
    judged,
    line,
    machine,
    rules,
    scores,
    taken,
)

REFILL = [taken(4096), taken(4097), taken(4098)]


def test_a_refill_takes_a_batch_off_the_head_of_the_smallest_list() -> None:
    found = judged(machine((4096, 3, 1)), *REFILL, handed_out(4096), handed_out(4097))
    assert found.conforms
    assert scores(found) == {"taken": (3, 3), "allocated": (2, 2), "drained": (0, 0)}


def test_another_block_of_the_same_list_is_a_violation_and_does_not_cascade() -> None:
    snapshot = machine((4096, 0, 1), (4100, 0, 1), (4104, 0, 1), (4112, 2, 1))
    found = judged(snapshot, taken(4100), taken(4096), taken(4104), taken(4112))
    assert rules(found)[0] == ("zone", "not-head")
    assert scores(found)["taken"][0] >= 2


def test_a_block_of_another_size_is_a_violation() -> None:
    found = judged(machine((4096, 0, 1), (4104, 3, 1)), taken(4104))
    assert rules(found) == [("zone", "not-smallest")]


def test_a_block_that_is_not_free_is_a_violation() -> None:
    assert rules(judged(machine((4096, 0, 1)), taken(5000))) == [("zone", "not-free")]


def test_a_block_given_back_twice_is_a_violation() -> None:
    found = judged(machine((4097, 0, 1)), given_back(4097, probe="fop_ok"))
    assert rules(found) == [("zone", "invalid-free")]


def test_the_page_handed_out_heads_its_list() -> None:
    found = judged(machine((4096, 3, 1)), *REFILL, handed_out(4097))
    assert rules(found) == [("per-CPU", "wrong-page")]
    assert scores(found)["allocated"] == (0, 1)


def test_a_single_block_may_be_taken_past_a_list_that_is_locked() -> None:
    found = judged(
        machine((4096, 3, 1)), *REFILL, handed_out(4096), taken(4099), handed_out(4099), handed_out(4097)
    )
    assert found.conforms
    assert scores(found)["allocated"] == (3, 3)


def test_a_refill_that_stops_short_although_blocks_are_there_is_a_violation() -> None:
    found = judged(machine((4096, 3, 1)), *REFILL[:2], handed_out(4096))
    assert rules(found) == [("per-CPU", "wrong-amount")]


def test_a_refill_is_of_one_order() -> None:
    lines = [taken(4096), taken(4098, 1), taken(4098), handed_out(4096)]
    found = judged(machine((4096, 3, 1)), *lines)
    assert rules(found)[0] == ("per-CPU", "wrong-order")


def test_the_last_blocks_there_are_make_a_short_refill() -> None:
    assert judged(machine((4096, 1, 1)), *REFILL[:2], handed_out(4096)).conforms


def test_the_page_freed_last_is_handed_out_next() -> None:
    lines = [*REFILL, handed_out(4096), handed_out(4097), freed(4096), handed_out(4096), handed_out(4098)]
    assert judged(machine((4096, 3, 1)), *lines).conforms


def test_a_batch_reaches_its_list_in_the_order_of_the_second_events() -> None:
    start = [*REFILL, *(handed_out(page) for page in (4096, 4097, 4098))]
    frees = [freed(4096), freed(4097), batched(4096), batched(4097)]
    assert judged(machine((4096, 3, 1)), *start, *frees, handed_out(4097), handed_out(4096)).conforms
    found = judged(machine((4096, 3, 1)), *start, *frees, handed_out(4096))
    assert rules(found) == [("per-CPU", "wrong-page")]


def full(snapshot_pages: int = 16) -> tuple[list[str], list[int]]:
    """Sixteen pages handed out, and freed up to the limit of eight."""
    lines, pages = [], list(range(4096, 4096 + snapshot_pages))
    for first in range(0, 15, 3):
        lines += [taken(page) for page in pages[first : first + 3]]
        lines += [handed_out(page) for page in pages[first : first + 3]]
    lines += [freed(page) for page in pages[:8]]
    return lines, pages


def test_at_the_limit_a_batch_of_the_oldest_pages_is_drained() -> None:
    lines, pages = full()
    found = judged(machine((4096, 4, 1)), *lines, *(drained(page) for page in pages[:3]), freed(pages[8]))
    assert found.conforms
    assert scores(found)["drained"] == (3, 3)


def test_a_page_drained_out_of_turn_is_a_violation() -> None:
    lines, pages = full()
    found = judged(machine((4096, 4, 1)), *lines, drained(pages[1]), drained(pages[0]), drained(pages[2]))
    assert ("per-CPU", "wrong-page") in rules(found)


def test_a_drain_that_is_too_short_is_a_violation() -> None:
    lines, pages = full()
    found = judged(machine((4096, 4, 1)), *lines, *(drained(page) for page in pages[:2]), freed(pages[8]))
    assert rules(found) == [("per-CPU", "wrong-amount")]


def test_no_drain_at_the_limit_is_a_violation() -> None:
    lines, pages = full()
    assert rules(judged(machine((4096, 4, 1)), *lines, freed(pages[8]))) == [("per-CPU", "wrong-amount")]


def test_limits_that_are_not_told_are_inferred() -> None:
    lines, pages = full()
    found = judged(
        machine((4096, 4, 1)), *lines, *(drained(page) for page in pages[:3]), freed(pages[8]), limits=False
    )
    assert found.conforms


def test_a_drain_without_its_probe_is_a_violation_where_others_have_one() -> None:
    lines, pages = full()
    drains = [drained(pages[0]), drained(pages[1], probe=False), drained(pages[2])]
    found = judged(machine((4096, 4, 1)), *lines, *drains, freed(pages[8]))
    assert rules(found) == [("per-CPU", "wrong-page")]


def test_without_probes_a_block_that_is_taken_again_went_past_its_list() -> None:
    lines = [*REFILL, handed_out(4096), handed_out(4097), handed_out(4098)]
    drains = [
        taken(4099),
        taken(4100),
        taken(4101),
        handed_out(4099),
        freed(4099),
        drained(4101, probe=False),
    ]
    found = judged(machine((4096, 3, 1)), *lines, freed(4096), *drains, limits=False, probes=False)
    assert scores(found)["taken"] == (6, 6)


def test_a_fallback_takes_the_largest_block_of_the_first_type_that_has_one() -> None:
    told = (
        "page=000000000000000a pfn=0x1200 alloc_order=0 fallback_order=9 pageblock_order=9 "
        "alloc_migratetype=0 fallback_migratetype=1 fragmenting=0 change_ownership=1"
    )
    steal = line("mm_page_alloc_extfrag", told)
    snapshot = machine((4096, 8, 1), (4608, 9, 1))
    found = judged(snapshot, steal, taken(4608, kind=0))
    assert found.conforms
    wrong = judged(snapshot, steal.replace("0x1200", "0x1000"), taken(4096, kind=0))
    assert rules(wrong)[0] == ("zone", "wrong-victim")


def test_after_compaction_another_block_of_the_list_is_a_note() -> None:
    isolate = line("isolate", f"(f+0x1/0x2) page={0xFFFFEA0000000000 + 64 * 6144:#x} order=3")
    answer = line("isolate_ret", "(f+0x1/0x2 <- g) ret=8")
    snapshot = machine((4096, 0, 1), (4100, 0, 1), (4104, 0, 1), (4108, 0, 1), (6144, 3, 1))
    takes = [
        taken(page) for page in (4104, 4108, 4096, 4100)
    ]  # the list was rotated to 4104, 4108, 4096, 4100
    found = judged(snapshot, isolate, answer, *takes)
    assert found.conforms
    assert found.findings.notes["not the head"].count == 1
    assert scores(found)["taken"] == (3, 4)


def test_the_lists_at_the_end_are_compared_in_order() -> None:
    snapshot = machine((4096, 0, 1), (4100, 0, 1), (4104, 0, 1))
    lines = [taken(4096), handed_out(4096)]
    right = machine((4100, 0, 1), (4104, 0, 1), (7680, 9, 1))
    assert judged(snapshot, *lines, end=right).conforms
    wrong = judged(snapshot, *lines, end=machine((4104, 0, 1), (4100, 0, 1), (7680, 9, 1)))
    assert rules(wrong) == [("final", "wrong-lists")]
    assert wrong.final is not None
    assert [(each.name, each.pages, each.place) for each in wrong.final.unequal] == [
        ("DMA32, order 0, type 1", (), 0)
    ]


def test_without_probes_lists_that_differ_are_named_and_no_violation() -> None:
    found = judged(machine((4096, 0, 1)), handed_out(5000), end=machine(), probes=False)
    assert found.conforms
    assert found.final is not None
    assert [(each.name, each.pages) for each in found.final.undetermined] == [
        ("DMA32, order 0, type 1", (4096,))
    ]

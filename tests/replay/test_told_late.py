"""Pages that are told late: the charge slept, or an interrupt came between; and only then."""

from __future__ import annotations

import pytest

from tests.kmem.kernel_trace import (
    drained,
    freed,
    handed_out,
    judged,
    line,
    machine,
    page,
    rules,
    scores,
    taken,
)
from verified_buddy.replay.told_late import is_charged, may_wait_for_charge

BLOCK = (4096, 3, 1)
REFILL = [taken(4096), taken(4097), taken(4098)]
ACCOUNT = "GFP_KERNEL_ACCOUNT|__GFP_ZERO"


def told(pfn: int, gfp: str = ACCOUNT, *, interrupt: bool = False) -> str:
    return in_context(handed_out(pfn).replace("GFP_KERNEL", gfp), interrupt=interrupt)


def in_context(text: str, *, interrupt: bool) -> str:
    return text.replace(" d..3.", " d.s3." if interrupt else " d..3.")


def obtained(pfn: int, task: str = "   init-1") -> str:
    return line("gpff_ret", f"(get_page_from_freelist+0x1/0x2) {page(pfn)}", task=task)


@pytest.mark.parametrize(
    ("gfp", "charged", "waits"),
    [
        ("GFP_KERNEL_ACCOUNT", True, True),
        ("GFP_USER|__GFP_ZERO|__GFP_ACCOUNT", True, True),
        ("GFP_NOWAIT|__GFP_ACCOUNT", True, False),
        ("GFP_ATOMIC", False, False),
        ("GFP_KERNEL", False, True),
        ("0x400400", True, True),
        ("__GFP_ZERO|0x400000", True, False),
        ("none", False, False),
    ],
)
def test_a_request_waits_for_its_charge_if_it_is_charged_and_may_sleep(
    gfp: str, charged: bool, waits: bool
) -> None:
    assert is_charged(gfp) is charged
    assert may_wait_for_charge(gfp) is (charged and waits)


def test_a_page_whose_charge_slept_is_told_after_others() -> None:
    found = judged(machine(BLOCK), *REFILL, handed_out(4097), told(4096), handed_out(4098))
    assert (found.conforms, found.findings.notes) == (True, {})
    assert scores(found)["allocated"] == (3, 3)


@pytest.mark.parametrize("gfp", ["GFP_KERNEL", "GFP_NOWAIT|__GFP_ACCOUNT", "GFP_ATOMIC|__GFP_ACCOUNT"])
def test_a_page_that_did_not_wait_for_its_charge_is_told_in_turn(gfp: str) -> None:
    found = judged(machine(BLOCK), *REFILL, handed_out(4097), told(4096, gfp), handed_out(4098))
    assert rules(found) == [("per-CPU", "wrong-page")]
    assert found.findings.violations[0].line == 4
    assert scores(found)["allocated"] == (2, 3)


def test_a_page_that_is_never_told_was_passed_over_wrongly() -> None:
    found = judged(machine(BLOCK), *REFILL, handed_out(4098))
    assert [(each.line, each.rule) for each in found.findings.violations] == [(4, "wrong-page")]


def test_several_pages_may_wait_and_any_of_them_may_be_told_first() -> None:
    lines = [handed_out(4098), told(4097), told(4096)]
    assert judged(machine(BLOCK), *REFILL, *lines).conforms


def test_a_list_is_refilled_while_its_last_page_waits() -> None:
    refill = [taken(page) for page in (4099, 4100, 4101)]
    lines = [*REFILL, handed_out(4096), handed_out(4097), *refill, handed_out(4099)]
    assert judged(machine(BLOCK), *lines, told(4098)).conforms
    assert rules(judged(machine(BLOCK), *lines, handed_out(4098))) == [("per-CPU", "wrong-page")]


def test_a_page_that_could_not_be_charged_after_all_goes_back() -> None:
    refused = line(
        "mm_page_alloc", "page=0000000000000000 pfn=0x0 order=0 migratetype=1 gfp_flags=GFP_KERNEL_ACCOUNT"
    )
    lines = [*REFILL, handed_out(4097), freed(4096)]
    found = judged(machine(BLOCK), *lines, refused, handed_out(4096))
    assert found.conforms
    assert found.findings.notes["charge failed"].count == 1
    assert not judged(machine(BLOCK), *lines, handed_out(4096)).conforms


def test_where_it_is_told_when_a_request_has_its_page_the_order_is_exact() -> None:
    other = handed_out(4097).replace("   init-1", "kswapd0-42")
    lines = [*REFILL, obtained(4096), obtained(4097, "kswapd0-42"), other, told(4096)]
    found = judged(machine(BLOCK), *lines)
    assert found.conforms
    assert scores(found)["allocated"] == (2, 2)
    assert found.findings.operation == 3 + 2 + 1  # what tells more of another event is not counted


def test_a_page_that_a_request_has_is_handed_out_as_it_left_its_list() -> None:
    lines = [*REFILL, obtained(4096)]
    assert rules(judged(machine(BLOCK), *lines, handed_out(4096, 1))) == [("per-CPU", "wrong-order")]
    assert rules(judged(machine(BLOCK), *lines, freed(4096), handed_out(4096))) == [("per-CPU", "wrong-page")]


def test_a_task_ends_a_request_before_its_next() -> None:
    lines = [*REFILL, obtained(4096), obtained(4097), handed_out(4097)]
    assert rules(judged(machine(BLOCK), *lines)) == [("per-CPU", "wrong-page")]


def test_an_interrupt_tells_its_page_before_the_request_that_it_interrupted() -> None:
    nested = [told(4097, "GFP_ATOMIC", interrupt=True), handed_out(4096), handed_out(4098)]
    assert judged(machine(BLOCK), *REFILL, *nested).conforms
    plain = [told(4097, "GFP_ATOMIC"), *nested[1:]]
    assert rules(judged(machine(BLOCK), *REFILL, *plain)) == [("per-CPU", "wrong-page")]


def test_an_interrupt_frees_pages_before_a_request_tells_its_own() -> None:
    lines = [*REFILL, handed_out(4096)]
    nested = [in_context(freed(4096), interrupt=True), handed_out(4097), handed_out(4096)]
    assert judged(machine(BLOCK), *lines, *nested).conforms
    plain = [freed(4096), *nested[1:]]
    assert rules(judged(machine(BLOCK), *lines, *plain)) == [("per-CPU", "wrong-page")]


def test_an_interrupt_may_free_one_page_more_while_another_is_not_told_yet() -> None:
    """The limit is eight pages: an interrupted request has one that is still counted."""
    pages = list(range(4096, 4112))
    lines = []
    for first in range(0, 15, 3):
        lines += [taken(pfn) for pfn in pages[first : first + 3]]
        lines += [handed_out(pfn) for pfn in pages[first : first + 3]]
    lines += [*(taken(pfn, kind=0) for pfn in (4112, 4113, 4114)), *(freed(pfn) for pfn in pages[:4])]
    late = [freed(pages[4]), freed(pages[5]), *map(drained, pages[:3]), freed(pages[6])]
    nested = [in_context(each, interrupt=True) for each in late]
    snapshot = machine((4096, 4, 1), (4112, 4, 0))
    assert judged(snapshot, *lines, *nested).conforms
    assert rules(judged(snapshot, *lines, *late)) == [("per-CPU", "wrong-amount")]


def test_where_a_trace_does_not_tell_of_interrupts_it_is_only_noted() -> None:
    spelled = [each.replace(" d..3.", "") for each in (*REFILL, handed_out(4097), handed_out(4096))]
    found = judged(machine(BLOCK), *spelled)
    assert found.conforms
    assert found.findings.notes["told late"].count == 1

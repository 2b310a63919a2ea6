"""Zones of every top order, those beyond the proved ones too: how they begin, and a run of every path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from specs.ledger.refutation import Endless, Refuted, Visited, cut_if_endless, what_happened
from specs.ledger.subject import Subject
from specs.model import policy
from specs.model.abstract import ORDERS_ACCEPTED, Machine, Rejected
from specs.model.ranges import Ranges
from specs.prover.method.operations import Variant
from specs.prover.models.core.situations import Situation, calls

LARGE = (11, 12, 13, 20, 31, 32)
"""Top orders beyond the proved ones, 0..10; splits and merges of every order are run."""
NO_ORDERS = (-1, 33, 34, 64, True, False, None, 10.0, "10")


def visit_fresh_zones(subject: Subject, _: int) -> Visited:
    """Every order and some others, as the top order of a new zone."""
    known = tuple(ORDERS_ACCEPTED)
    if known != subject.pfn.ORDERS or known[-1] != subject.pfn.ORDER_LIMIT or subject.pfn.MAX_ORDER != 10:
        raise Refuted(f"ORDERS is {subject.pfn.ORDERS}", "expected the orders 0..32, MAX_ORDER 10")
    if subject.free_area.UNMOVABLE != 0:
        raise Refuted(f"UNMOVABLE is {subject.free_area.UNMOVABLE}", "expected 0, as MIGRATE_UNMOVABLE is")
    for top in known:
        begins(subject.zone.Zone(top), top)
        begins(subject.zone.Zone(max_order=top), top)
        area = subject.free_area.FreeArea(top)
        if [len(each.free_list) for each in area.orders] != [1] * (top + 1):
            raise Refuted(f"FreeArea({top})", "expected one list for each order")
    begins(subject.zone.Zone(), 10)
    if subject.free_area.FreeArea().max_order != 10:
        raise Refuted("FreeArea()", "expected max_order 10")
    for wrong in NO_ORDERS:
        try:
            subject.zone.Zone(wrong)
        except subject.errors.InvalidOrder:
            continue
        except Exception as error:
            raise Refuted(f"Zone({wrong!r})", f"expected InvalidOrder, got {what_happened(error)}") from None
        raise Refuted(f"Zone({wrong!r})", "expected InvalidOrder, got a zone")
    return Visited(len(known), 3 * len(known) + 2 + len(NO_ORDERS))


def begins(zone: Any, top: int) -> None:
    """The zone has a list for each order, and nothing else."""
    try:
        area = zone.free_area
        lists = [[len(each) for each in order.free_list] for order in area.orders]
        found = area.max_order, lists, dict(zone.live), zone.spans.ranges(), zone.nr_free_pages()
    except (AttributeError, TypeError) as error:
        raise Refuted(f"Zone({top})", what_happened(error)) from None
    if found != (top, [[0]] * (top + 1), {}, [], 0):
        raise Refuted(f"Zone({top})", f"expected an empty list for each order, and no pages; got {found}")


def visit_large_orders(subject: Subject, _: int) -> Visited:
    """Every call on every situation, compared with the abstract machine and the policy."""
    situations = 0
    for top in LARGE:
        for situation, name, arguments in _calls(top):
            compare(subject, situation, name, arguments)
            situations += 1
    return Visited(situations, situations)


def _calls(top: int) -> Iterator[tuple[Situation, str, tuple[int, ...]]]:
    """Situations and calls: each block of each list split to each order, each possible run of merges."""
    for order in range(top + 1):
        for situation, _ in calls("Zone.alloc", Variant(order), top):
            yield situation, "alloc", (order,)
        for situation, (page,) in calls("free_one_page", Variant(order), top):
            for beside in _beside(situation, page, order):
                yield beside, "free", (page, order)
    for situation, pages in calls("add_range", Variant(), top):
        yield situation, "add_range", pages
    for order in sorted({0, 1, top - 1, top}):
        for situation, (page,) in calls("Zone.take", Variant(order), top):
            yield situation, "take", (page, order)
        for situation, (page,) in calls("Zone.free", Variant(order), top):
            yield situation, "free", (page, order)


def _beside(situation: Situation, page: int, order: int) -> Iterator[Situation]:
    """The same with another block on the list that the result joins; and with its parent about to merge."""
    merged = order + len(situation.free)
    other = 2 ** (situation.top + 2), merged
    yield replace(situation, free=(*situation.free, other))
    if merged < situation.top:
        parent = policy.first_of_parent(page, merged)
        near = policy.other_half(parent, merged + 1), merged + 1
        yield replace(situation, free=(*situation.free, other, near))


def compare(subject: Subject, situation: Situation, name: str, arguments: tuple[int, ...]) -> None:
    """The zone answers and ends as the specification says."""
    pages = Ranges()
    for start, order in situation.free + situation.live:
        pages.add(start, start + 2**order)
    machine = Machine(situation.top, pages)
    machine.live = dict(situation.live)
    lists: policy.Lists = [[] for _ in range(situation.top + 1)]
    for start, order in situation.free:
        lists[order].append(start)
    zone = situation.zone(subject)
    answer, reason, expected, rejection = None, "", None, ""
    try:
        with cut_if_endless():
            answer = getattr(zone, name)(*arguments)
    except subject.errors.BuddyError as error:
        reason = type(error).__name__
    except (Exception, Endless) as error:  # whatever broken code does is the finding
        reason = what_happened(error)
    try:
        getattr(machine, name)(*arguments, *([answer] if name == "alloc" else []))
        expected = getattr(policy, name)(lists, *arguments)
    except (Rejected, AssertionError) as error:
        rejection = str(error)
    told = [[*area.free_list[0]] for area in zone.free_area.orders]
    if (answer, reason) != (expected, rejection) or told != lists or zone.live != machine.live:
        blocks = f"free {list(situation.free)}, live {list(situation.live)}, as (page, order)"
        raise Refuted(
            f"Zone({situation.top}): {blocks}",
            f"{name}{arguments}: expected {rejection or expected}, got {reason or answer}",
            f"expected free, by order: {_shown(lists)}; got {_shown(told)}",
        )


def _shown(lists: policy.Lists) -> str:
    return str({order: pfns for order, pfns in enumerate(lists) if pfns})

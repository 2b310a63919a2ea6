"""The walks through every state of small free areas and small sets of spans, beside plain lists and sets."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterator
from typing import Any

from specs.ledger.refutation import Endless, Refuted, Visited, cut_if_endless, what_happened
from specs.ledger.story import Block, Story
from specs.ledger.subject import Subject
from specs.model.abstract import Plain

ORDERS, TYPES = range(2), range(2)
UNDER_BOTH, UNDER_ONE = range(3), range(4)
"""The pages that may be listed under both orders at once, as no zone would, and under one at a time."""
Lists = tuple[tuple[int, ...], ...]
"""For each order and, within it, each migratetype: the first pages of its blocks, head first."""


def place(order: int, migratetype: int) -> int:
    """Where the list of that order and migratetype stands."""
    return order * len(TYPES) + migratetype


def listed(lists: Lists, pfn: int, order: int) -> list[int]:
    """The migratetypes under which the block is listed."""
    return [migratetype for migratetype in TYPES if pfn in lists[place(order, migratetype)]]


def changed(lists: Lists, index: int, entries: tuple[int, ...]) -> Lists:
    """The lists with one of them replaced."""
    return (*lists[:index], entries, *lists[index + 1 :])


def steps(lists: Lists, keys: range, *, both: bool) -> Iterator[tuple[str, Any, Lists]]:
    """Each call that the contract allows: what it does, for whom, and the lists afterwards.

    ``both``: a page may be listed under both orders, as no zone would.
    """
    for pfn in keys:
        for order in ORDERS:
            for migratetype in listed(lists, pfn, order):
                index = place(order, migratetype)
                rest = tuple(other for other in lists[index] if other != pfn)
                yield "remove", (pfn, order, migratetype), changed(lists, index, rest)
            if any(listed(lists, pfn, other) for other in (ORDERS if not both else (order,))):
                continue
            for migratetype in TYPES:
                index = place(order, migratetype)
                yield "head", (pfn, order, migratetype), changed(lists, index, (pfn, *lists[index]))
                yield "tail", (pfn, order, migratetype), changed(lists, index, (*lists[index], pfn))


def act(area: Any, what: str, block: tuple[int, int, int]) -> None:
    """Make the call."""
    pfn, order, migratetype = block
    if what != "remove":
        area.add(pfn, order, migratetype, tail=what == "tail")
    elif area.remove(pfn, order) != migratetype:
        raise Refuted(f"remove({pfn}, {order}) did not answer the migratetype {migratetype}")


PLAIN = "the primitives do to the lists what is done to plain lists, and show the same"
SETS = "the spans answer as the set of pages does"


def called(what: str, block: tuple[int, int, int]) -> str:
    """The call as it would be written down."""
    pfn, order, migratetype = block
    if what == "remove":
        return f"FreeArea.remove({pfn}, order {order}) of type {migratetype}"
    return f"FreeArea.add({pfn}, order {order}, type {migratetype}, tail={what == 'tail'})"


def differences(area: Any, lists: Lists, keys: range) -> Iterator[str]:
    """Whatever the free area answers differently from the lists."""
    blocks = [(pfn, order, kind) for order in ORDERS for kind in TYPES for pfn in lists[place(order, kind)]]
    if list(area.blocks()) != blocks:
        yield f"blocks() is {list(area.blocks())}"
    if area.nr_free_pages() != sum(2**order for _, order, _ in blocks):
        yield f"nr_free_pages() is {area.nr_free_pages()}"
    for order in ORDERS:
        if area[order].nr_free != sum(order == other for _, other, _ in blocks):
            yield f"[{order}].nr_free is {area[order].nr_free}"
        for kind in TYPES:
            entries = lists[place(order, kind)]
            if tuple(area[order].free_list[kind]) != entries:
                yield f"[{order}].free_list[{kind}] is {list(area[order].free_list[kind])}"
            if area.first(order, kind) != (entries[0] if entries else None):
                yield f"first({order}, {kind}) is {area.first(order, kind)}"
        for pfn in keys:
            if area.is_free_block(pfn, order) is not bool(listed(lists, pfn, order)):
                yield f"is_free_block({pfn}, {order}) is {area.is_free_block(pfn, order)}"


def told(call: str, lists: Lists, after: Lists, difference: str) -> Story:
    """The story of a free area that shows something else than plain lists do."""
    every = [(pfn, order) for order in ORDERS for kind in TYPES for pfn in lists[place(order, kind)]]
    blocks = tuple(Block(pfn, order) for pfn, order in every)
    wrong = f"{difference}; expected lists by order and type: {after}"
    return Story(call, PLAIN, blocks, replayed="ran on these lists", wrong=wrong)


def walk_free_area(subject: Subject, keys: range, *, both: bool) -> Visited:
    """Breadth first over the free areas with these pages; each state a copy of one that was reached."""
    empty: Lists = ((),) * (len(ORDERS) * len(TYPES))
    reached = {empty}
    queue = deque([(empty, subject.free_area.FreeArea(len(ORDERS) - 1, len(TYPES)))])
    transitions = 0
    while queue:
        lists, area = queue.popleft()
        for what, block, after in steps(lists, keys, both=both):
            transitions += 1
            call = called(what, block)
            branch = copy.deepcopy(area)
            try:
                with cut_if_endless():
                    act(branch, what, block)
                    difference = next(differences(branch, after, keys), None)
            except (Exception, Endless) as error:  # whatever broken code does is the finding
                difference = what_happened(error)
            if difference:
                story = told(call, lists, after, difference)
                raise Refuted(
                    f"lists by order and type: {lists}", call, f"expected {after}", difference, story=story
                )
            if after not in reached:
                reached.add(after)
                queue.append((after, branch))
    return Visited(len(reached), transitions)


def visit_free_areas(subject: Subject, max_order: int) -> Visited:
    """Three pages that may stand under both orders; four that may not."""
    first = walk_free_area(subject, UNDER_BOTH, both=True)
    second = walk_free_area(subject, UNDER_ONE, both=False)
    return Visited(first.states + second.states, first.transitions + second.transitions)


SPANS_PAGES = 10


def visit_spans(subject: Subject, max_order: int) -> Visited:
    """Breadth first over the sets of ten pages, reached by adding disjoint ranges."""
    ranges = [(start, end) for end in range(1, SPANS_PAGES + 1) for start in range(end)]
    reached: set[frozenset[int]] = {frozenset()}
    queue = deque([(Plain(), subject.spans.Spans())])
    transitions = 0
    while queue:
        pages, spans = queue.popleft()
        try:
            with cut_if_endless():
                check_spans(spans, pages, ranges)
                for start, end in ranges:
                    if pages.has_any(start, end):
                        continue
                    transitions += 1
                    after, branch = pages.copy(), copy.deepcopy(spans)
                    after.add(start, end)
                    branch.add(start, end)
                    if branch.ranges() != after.runs():
                        raise Refuted(f"add({start}, {end})", f"ranges() is {branch.ranges()}")
                    if (members := frozenset(after.pages)) not in reached:
                        reached.add(members)
                        queue.append((after, branch))
        except Refuted as refuted:
            did = f"ran on the ranges {pages.runs()}"
            story = Story(
                f"Spans.{refuted.args[0].partition(' is ')[0]}",
                SETS,
                (),
                tuple(pages.pages),
                did,
                "; ".join(refuted.args),
                stateless=True,
            )
            raise Refuted(f"ranges {pages.runs()}", *refuted.args, story=story) from None
        except (Exception, Endless) as error:  # whatever broken code does is the finding
            raise Refuted(f"ranges {pages.runs()}", what_happened(error)) from error
    return Visited(len(reached), transitions + len(reached) * 2 * len(ranges))


def check_spans(spans: Any, pages: Plain, ranges: list[tuple[int, int]]) -> None:
    """Both questions about every range have the answers that the set of pages gives."""
    for start, end in ranges:
        if spans.overlaps(start, end) is not pages.has_any(start, end):
            raise Refuted(f"overlaps({start}, {end}) is {spans.overlaps(start, end)}")
        if spans.covers(start, end) is not pages.has_all(start, end):
            raise Refuted(f"covers({start}, {end}) is {spans.covers(start, end)}")

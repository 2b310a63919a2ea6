"""What each function of 6.1 has to add to NR_FREE_PAGES by itself; any other function adds nothing."""

from __future__ import annotations

from typing import Any

from specs.kernel_text.counters import unless_isolated, wrapped
from specs.kernel_text.edge import Edge
from specs.kernel_text.free_lists import order_of
from specs.kernel_text.integers import INT, LONG, Int, combine, convert
from specs.kernel_text.primitives import type_at
from specs.kernel_text.values import Page


def counts_freed(edge: Edge, args: list[Any], answer: None) -> Int:
    """__free_one_page() adds the block's pages, unless they are isolated."""
    _, _, _, size, migratetype, _ = args
    return unless_isolated(edge, migratetype, 1 << order_of(edge, size))


def counts_handed_out(edge: Edge, args: list[Any], answer: Page | None) -> Int:
    """rmqueue_buddy() takes off the pages that it hands out."""
    _, _, size, _, _ = args
    return Int(LONG, 0 if answer is None else -(1 << order_of(edge, size)))


def counts_moved(edge: Edge, args: list[Any], answer: Int) -> Int:
    """rmqueue_bulk() takes off the pages of the blocks that it moved, as it tells."""
    blocks = convert(edge.path, answer, LONG)
    pages = combine(edge.path, "<<", blocks, Int(INT, order_of(edge, args[1])))
    return combine(edge.path, "-", Int(LONG, 0), pages)


def counts_isolated(edge: Edge, args: list[Any], answer: Int) -> Int:
    """set_migratetype_isolate() takes off what moved to the lists that are not counted."""
    moved = edge.given.get("block moved", Int(LONG, 0))
    return wrapped(combine(edge.path, "-", Int(LONG, 0), convert(edge.path, moved, LONG)), INT)


def counts_back(edge: Edge, args: list[Any], answer: Any) -> Int:
    """unset_migratetype_isolate() adds what moved back."""
    return wrapped(edge.given.get("block moved", Int(LONG, 0)), INT)


def counts_taken(edge: Edge, args: list[Any], answer: Int) -> Int:
    """__isolate_free_page() takes off the block's pages, if it takes it and its pageblock is not isolated."""
    page, size = args
    taken = answer.value != 0
    return unless_isolated(edge, type_at(edge, page), -(1 << order_of(edge, size)) if taken else 0)


def counts_one(edge: Edge, args: list[Any], answer: Int) -> Int:
    """take_page_off_buddy() takes off one page, if it takes it out of a block that is not isolated."""
    return counts_unlisted(edge, answer, 1)


def counts_unlisted(edge: Edge, answer: Int, pages: int) -> Int:
    """So many pages of the block that was unlisted go, if one was; of an isolated pageblock none counts."""
    block = edge.given.get("unlisted")
    if answer.value == 0 or block is None:
        return Int(LONG, 0)
    return unless_isolated(edge, type_at(edge, block), -pages)

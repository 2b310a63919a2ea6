"""Scenes of the core: small ones, the fewest blocks first; and others, at random."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import chain, combinations

from specs.prover.method.labels import FREE, LIVE
from specs.prover.method.operations import Call
from specs.prover.method.scene import Listed, Scene
from specs.prover.models.core.situations import Situation


def scene_in(call: Call, before: Situation, pages: tuple[int, ...]) -> Scene:
    """The call in that situation."""
    live = tuple(Listed(start, order, LIVE) for start, order in before.live)
    blocks = (*(Listed(start, order, FREE) for start, order in before.free), *live)
    numbers = dict(zip(call.of.pages, pages, strict=True))
    return Scene(call.of, call.variant, call.top, blocks, numbers)


def situation_of(scene: Scene) -> Situation:
    """The blocks of a scene."""
    free = tuple((block.start, block.order) for block in scene.blocks if block.kind == FREE)
    live = tuple((block.start, block.order) for block in scene.blocks if block.kind == LIVE)
    return Situation(scene.top, free, live)


def small(call: Call, near: Scene | None = None) -> Iterator[Scene]:
    """Those with one block more than the scene that is given; then all that are small."""
    return chain(() if near is None else _around(near), scenes(call))


def scenes(call: Call) -> Iterator[Scene]:
    """The call in each small state."""
    for before in situations(call.top):
        for pages in _pages(call.of.name, call.variant.order, before):
            yield scene_in(call, before, pages)


def _around(near: Scene) -> Iterator[Scene]:
    """The same call, with one block more."""
    top, before = near.top, situation_of(near)
    pages = tuple(near.number(name) for name in near.operation.pages)
    call = Call(near.operation, near.variant, near.top)
    for start, order, free in _blocks(top + 1):
        more = ((start, order),)
        added = Situation(top, before.free + (more if free else ()), before.live + (() if free else more))
        given = {(number, number + 1) for number in pages}
        if near.operation.name.endswith("add_range"):
            given = {(pages[0], pages[1])}
        blocks = [(*block, True) for block in added.free] + [(*block, False) for block in added.live]
        new = not any(start < last and first < start + 2**order for first, last in given)
        if order <= top and new and _legal(tuple(blocks), top):
            yield scene_in(call, added, pages)


def window(top: int) -> int:
    """How many pages are looked at: two of the greatest blocks, or less if these are large."""
    return int(2 ** (min(top, 4) + 1))


@cache
def _blocks(top: int) -> tuple[tuple[int, int, bool], ...]:
    """Every block in the window, free or live."""
    end = window(top)
    return tuple(
        (start, order, free)
        for order in range(top + 1)
        for start in range(0, end, 2**order)
        for free in (True, False)
        if start + 2**order <= end
    )


def situations(top: int) -> Iterator[Situation]:
    """The legal states with at most four blocks in the window, the fewest first."""
    for count in range(5):
        for blocks in combinations(_blocks(top), count):
            if _legal(blocks, top):
                free = tuple((start, order) for start, order, is_free in blocks if is_free)
                live = tuple((start, order) for start, order, is_free in blocks if not is_free)
                yield Situation(top, free, live)


def _legal(blocks: tuple[tuple[int, int, bool], ...], top: int) -> bool:
    """Whether no two share a page, and no two free ones would merge."""
    for (start, order, free), (other, size, other_free) in combinations(blocks, 2):
        if start < other + 2**size and other < start + 2**order:
            return False
        if free and other_free and order == size < top and start ^ other == 2**order:
            return False
    return True


def _pages(operation: str, order: int, before: Situation) -> Iterator[tuple[int, ...]]:
    """The pages that the call may be given there."""
    end = window(before.top)
    if operation in ("rmqueue_smallest", "Zone.alloc"):
        yield ()
    elif operation.startswith("free_one_page"):
        yield from ((start,) for start, size in before.live if size == order)
    elif operation == "take":
        yield from ((start,) for start in range(0, end, 2**order))
    elif operation in ("add_range", "Zone.add_range"):
        for start, stop in combinations(range(end + 1), 2):
            if operation == "Zone.add_range" or not _meet(before, start, stop):
                yield start, stop
    else:
        yield from ((start,) for start in range(end))


def _meet(before: Situation, start: int, stop: int) -> bool:
    return any(start < first + 2**order and first < stop for first, order in (*before.free, *before.live))

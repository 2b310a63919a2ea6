"""Legal states and calls, drawn at random."""

from __future__ import annotations

from random import Random

from specs.agreement.settings import TYPES, Setting
from specs.model.invariants import Block
from specs.prover.models.core.operations import Variant
from specs.prover.models.core.situations import calls

LIMIT = 2**52
Filled = list[tuple[int, int, str]]
"""First page, order, and who owns the block: free, live, held or outside."""


def fill(draw: Random, page: int, order: int, kinds: tuple[str, ...], must: Block | None) -> Filled:
    """The block, whole or split at random; free halves of it are one free block."""
    if must == (page, order):
        return [(page, order, "live")]
    splits = must is not None and page <= must[0] < page + 2**order
    if not splits and (order == 0 or draw.random() < 0.35 + order / 40):
        return [(page, order, draw.choice(kinds))]
    half: int = 2 ** (order - 1)
    parts = [part for start in (page, page + half) for part in fill(draw, start, order - 1, kinds, must)]
    if [part[1:] for part in parts] == [(order - 1, "free")] * 2:
        return [(page, order, "free")]
    return parts


def base_of(draw: Random, top: int) -> int:
    """Where the window begins: at 0, somewhere, or so that it ends at the limit."""
    size: int = 2 ** (top + 1)
    return draw.choice((0, size, draw.randrange(2**40) * size, LIMIT - size))


def drawn(draw: Random, operation: str, variant: Variant, top: int) -> Setting:
    """A setting for that call."""
    in_zone = operation.startswith("Zone.")
    base, size = base_of(draw, top), 2 ** (top + 1)
    freeing = operation.startswith("free_one_page")
    aligned = base + draw.randrange(size // 2**variant.order) * 2**variant.order
    must = (aligned, variant.order) if freeing else None
    kinds = ("free", "live", "outside") if in_zone else ("free", "free", "live", "held", "outside")
    parts = [part for start in (base, base + 2**top) for part in fill(draw, start, top, kinds, must)]
    pages: tuple[int, ...] = ()
    held = [(start, start + 2**order) for start, order, kind in parts if kind == "held"]
    if operation.endswith("add_range"):
        pages = _range(draw, base, size, parts if in_zone else [])
    if operation == "add_range":
        parts = [part for part in parts if part[0] + 2 ** part[1] <= pages[0] or pages[1] <= part[0]]
        held = [pages] if pages[0] < pages[1] else []  # type: ignore[list-item]  # there are two
    elif freeing or operation == "take":
        pages = (aligned,)
    elif operation in ("Zone.free", "Zone.take"):
        pages = (_page(draw, base, size, parts, variant.order),)
    types = [0] if in_zone else [draw.randrange(TYPES) for _ in range(2)]
    free = [(start, order, draw.choice(types)) for start, order, kind in parts if kind == "free"]
    draw.shuffle(free)
    live = tuple((start, order) for start, order, kind in parts if kind == "live")
    return Setting(top, tuple(free), live, tuple(held), types[0], pages)


def from_situations(operation: str, variant: Variant, top: int) -> list[Setting]:
    """The settings from which real runs walk every path; a range that is fed is in hand."""
    made = []
    for situation, pages in calls(operation, variant, top):
        free = tuple((start, order, 0) for start, order in situation.free)
        held = (pages,) if operation == "add_range" and pages[0] < pages[1] else ()
        made.append(Setting(top, free, situation.live, held, 0, pages))  # type: ignore[arg-type]  # two pages
    return made


def _page(draw: Random, base: int, size: int, parts: Filled, order: int) -> int:
    """A block's first page, any page of the window, one beside it, or one near or past the limit."""
    somewhere = draw.randrange(size)
    starts = [start for start, _, _ in parts]
    exact = [start for start, own, kind in parts if (own, kind) == (order, "live")] or starts
    edges = (LIMIT - 2**order, LIMIT - 2**order + 1, LIMIT, 2**64 - 1, base + size, max(base - 1, 0))
    few: int = draw.choice(edges)
    aligned = base + somewhere - somewhere % 2**order
    return draw.choice((draw.choice(exact), draw.choice(starts), aligned, aligned, base + somewhere, few))


def _range(draw: Random, base: int, size: int, parts: Filled) -> tuple[int, int]:
    """Where it may be added, or anywhere in the window; rarely reversed or past the limit."""
    outside = [(start, start + 2**order) for start, order, kind in parts if kind == "outside"]
    if outside and draw.random() < 0.6:
        start, end = draw.choice(outside)
        return draw.randrange(start, end), end
    start, end = sorted(base + draw.randrange(size + 1) for _ in range(2))
    if parts and draw.random() < 0.3:
        return draw.choice(((end, start), (start, LIMIT + 1), (2**64 - 1, end)))
    return start, end

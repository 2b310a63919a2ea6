"""Scenes of the core, at random."""

from __future__ import annotations

from random import Random

from specs.model.invariants import Block
from specs.prover.method.labels import FREE, LIVE
from specs.prover.method.operations import Call
from specs.prover.method.scene import Listed, Scene

TYPES = 8
"""As many migratetypes as a label can tell apart."""
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


def drawn(draw: Random, call: Call) -> Scene:
    """A scene for that call."""
    name, order, top = call.of.name, call.variant.order, call.top
    in_zone = name.startswith("Zone.")
    base, size = base_of(draw, top), 2 ** (top + 1)
    freeing = name.startswith("free_one_page")
    aligned = base + draw.randrange(size // 2**order) * 2**order
    must = (aligned, order) if freeing else None
    kinds = ("free", "live", "outside") if in_zone else ("free", "free", "live", "held", "outside")
    parts = [part for start in (base, base + 2**top) for part in fill(draw, start, top, kinds, must)]
    pages: tuple[int, ...] = ()
    if name.endswith("add_range"):
        pages = _range(draw, base, size, parts if in_zone else [])
    if name == "add_range":
        parts = [part for part in parts if part[0] + 2 ** part[1] <= pages[0] or pages[1] <= part[0]]
    elif freeing or name == "take":
        pages = (aligned,)
    elif name in ("Zone.free", "Zone.take"):
        pages = (_page(draw, base, size, parts, order),)
    types = [0] if in_zone else [draw.randrange(TYPES) for _ in range(2)]
    blocks = [
        Listed(start, size, FREE, draw.choice(types)) if kind == "free" else Listed(start, size, LIVE)
        for start, size, kind in parts
        if kind in ("free", "live")
    ]
    draw.shuffle(blocks)
    held = tuple((start, start + 2**size) for start, size, kind in parts if kind == "held")
    held = () if name == "add_range" else held
    numbers = {"mt": types[0], **dict(zip(call.of.pages, pages, strict=True))}
    return Scene(call.of, call.variant, top, tuple(blocks), numbers, held=held)


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

"""Scenes of a zone with migratetypes, and of its per-CPU lists, at random."""

from __future__ import annotations

from random import Random

from specs.prover.method.labels import FREE, LIVE, PCP
from specs.prover.method.operations import Call
from specs.prover.method.scene import Listed, Scene
from specs.prover.models.zone.geometry import Geometry

GIVEN = ("free_one_page", "putback_isolated_page", "put_page_back_buddy", "free_unref_page_commit")
"""Calls that take a block of the caller's."""
LISTED = ("isolate_free_page", "split_free_page", "steal_suitable_fallback")
"""Calls that take a block that is on a list."""

EMPTIED = ("drain_pages_zone",)
"""Calls that do more at a time than two blocks of a small top order have pages."""


class Filling:
    """A window of two blocks of the top order, filled at random."""

    def __init__(self, draw: Random, call: Call, must: Listed | None, cached: bool) -> None:
        self.draw, self.must, self.geometry = draw, must, Geometry(call.top)
        self.kinds = [FREE, FREE, LIVE, *([PCP] if cached else []), None]
        self.favourite = draw.choice([None, None, FREE, LIVE, *([PCP] if cached else [])])
        self.types = draw.choice([range(5), range(3), [draw.randrange(5)]])
        self.whole = draw.choice([0.1, 0.35, 0.7, 0.95])

    def block(self, page: int, order: int) -> list[Listed]:
        """The block, whole or split at random; free halves below a pageblock's order are one."""
        if self.must is not None and (page, order) == self.must[:2]:
            return [self.must]
        splits = self.must is not None and page <= self.must.start < page + 2**order
        if not splits and (order == 0 or self.draw.random() < self.whole):
            return self._one(page, order)
        parts = [part for half in (0, 1) for part in self.block(page + half * 2 ** (order - 1), order - 1)]
        both = [part.order == order - 1 and part.kind == FREE for part in parts]
        if order - 1 < self.geometry.order and len(parts) == 2 and all(both):
            kept = next((part for part in parts if part is self.must), None)
            return parts[:1] if kept is None and self.draw.random() < 0.5 else [kept or parts[1]]
        return parts

    def _one(self, page: int, order: int) -> list[Listed]:
        kind = self.draw.choice([*self.kinds, self.favourite])
        if kind is None or (kind == PCP and order not in self.geometry.pcp_orders):
            return []
        return [Listed(page, order, kind, 0 if kind == LIVE else self.draw.choice(list(self.types)))]


def drawn(draw: Random, call: Call) -> Scene:
    """A scene for that call."""
    geometry, top = Geometry(call.top), call.top
    module, name = call.of.name.split(",")[0].split(".")
    base, size = draw.choice((0, 2 ** (top + 3), 2 ** (top + 7))), 2 ** (top + (3 if name in EMPTIED else 1))
    order = call.variant.order if name != "put_page_back_buddy" else 0
    page = base + draw.randrange(size)
    aligned = page - page % 2**order
    must = None
    if name in GIVEN:
        must = Listed(aligned, order, LIVE)
    elif name in LISTED:
        must = Listed(aligned, order, FREE, draw.randrange(5))
    filling = Filling(draw, call, must, cached=module == "pcp")
    if name in EMPTIED and draw.random() < 0.5:
        filling.kinds, filling.favourite = [PCP, PCP, PCP, FREE], PCP
    blocks = [block for part in range(size >> top) for block in filling.block(base + part * 2**top, top)]
    start, end = _zone(draw, geometry, base, size, must or Listed(page, 0, LIVE))
    below = tuple(block for block in blocks if block.kind == FREE and block.end <= start)
    elsewhere = ((base, start, below),) if base < start and draw.random() < 0.7 else ()
    blocks = [block for block in blocks if start <= block.start and block.end <= end]
    numbers = {"zone_start": start, "zone_end": end, "p": must.start if must else page}
    numbers |= _figures(draw, geometry)
    held: tuple[tuple[int, int], ...] = ()
    if call.of.loop is not None and call.of.loop.carried is None:
        low, high = sorted(draw.randrange(start, end + 1) for _ in range(2))
        numbers |= {"start": low, "end": high}
        if name == "free_range":
            blocks = [block for block in blocks if block.end <= low or high <= block.start]
    if must is not None:
        numbers |= {"listed_type": must.migratetype, "split": must.start + draw.randrange(2**order + 1)}
    starts = range(base, base + size, geometry.pages)
    types = {each: draw.choice(list(filling.types)) for each in starts if draw.random() < 0.9}
    draw.shuffle(blocks)
    return Scene(call.of, call.variant, top, tuple(blocks), numbers, types, elsewhere, held)


def _zone(draw: Random, geometry: Geometry, base: int, size: int, inside: Listed) -> tuple[int, int]:
    """The whole window; or one that begins or ends in a pageblock, around a block."""
    start, end = base, base + size
    if draw.random() < 0.3:
        start = draw.randrange(max(base, inside.start - geometry.pages), inside.start + 1)
    if draw.random() < 0.3:
        end = draw.randrange(inside.end, min(base + size, inside.end + geometry.pages) + 1)
    return start, end


def _figures(draw: Random, geometry: Geometry) -> dict[str, int]:
    """Counters, limits, and what the caller says."""
    few = (0, 1, geometry.pages, 3 * geometry.pages)
    return {
        "mt": draw.randrange(5),
        "nr_isolate": draw.choice((1, 1, 2)) if draw.random() < 0.6 else 0,
        "nr_reserved": draw.choice(few),
        "managed": draw.choice((0, 100, 100 * geometry.pages)),
        "movable_pages": draw.randrange(geometry.pages + 1),
        "high": draw.choice((0, 2, geometry.pages, 8 * geometry.pages)),
        "batch": draw.choice((1, 2, 3, geometry.pages)),
        "free_factor": draw.choice((0, 0, 1, 5)),
        "blocks1": draw.choice((1, 1, 2, 3)),
        "pages1": draw.choice((0, 1, 2, geometry.pages, (1 << 64) - 1)),
        "pindex": draw.randrange(geometry.lists),
    }

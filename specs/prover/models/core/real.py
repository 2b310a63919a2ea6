"""The core's scenes: real free lists, real zones, with what changes written down."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from specs.ledger.subject import Subject
from specs.prover.method.labels import FREE, LIVE
from specs.prover.method.scene import Change, Listed, RealStage, Scene, View, in_hand, rest_of
from specs.prover.models.core.drawn import TYPES
from specs.prover.models.core.stage import CoreStage, ZoneStage


def recorded_area(stage: RealStage, max_order: int, types: int) -> Any:
    """The subject's free area, which tells the stage of what changes."""

    class Recorded(stage.subject.free_area.FreeArea):  # type: ignore[misc, name-defined]  # of any subject
        """A free area."""

        def add(self, pfn: int, order: int, migratetype: int, *, tail: bool) -> None:
            """As it is."""
            super().add(pfn, order, migratetype, tail=tail)
            stage.change("add", pfn, order, migratetype, tail)

        def remove(self, pfn: int, order: int) -> int:
            """As it is."""
            migratetype: int = super().remove(pfn, order)
            stage.change("remove", pfn, order)
            return migratetype

    return Recorded(max_order, types)


def listed_in(area: Any) -> list[Listed]:
    """The free blocks, in the order of their lists; broken code may list one twice."""
    return [
        Listed(pfn, order, FREE, migratetype)
        for order, lists in enumerate(area.orders)
        for migratetype, pfns in enumerate(lists.free_list)
        for pfn in pfns
    ]


def told(name: str, answer: Any, *args: Any, to_tail: bool = False, **_: Any) -> Change | None:
    """What a function of the buddy module did, as its contract says it."""
    if name == "rmqueue_smallest" and answer is not None:
        return Change("alloc", answer, args[1], args[2])
    if name == "take" and answer is True:
        return Change("take", args[1], args[2])
    if name == "free_one_page":
        return Change("free", args[1], args[2], args[3], to_tail)
    return Change("feed", args[1], 0, args[3]) if name == "add_range" else None


class RealCore(RealStage):
    """What free lists and zones have in common."""

    area: Any

    def put(self, area: Any, blocks: Iterable[Listed]) -> None:
        """List the free ones."""
        for block in blocks:
            if block.kind == FREE:
                area.add(block.start, block.order, block.migratetype, tail=True)
        self.changes.clear()

    def told(self, name: str, answer: Any, *args: Any, **named: Any) -> None:
        """As the contract says it."""
        change = told(name, answer, *args, **named)
        if change is not None:
            self.changes.append(change)


class RealArea(RealCore, CoreStage):
    """Real free lists."""

    def __init__(self, subject: Subject, scene: Scene) -> None:
        super().__init__(subject, scene)
        self.area, self.kind = recorded_area(self, scene.top, TYPES), scene.number("mt")
        self.put(self.area, scene.blocks)

    def given(self) -> int:
        """The caller owns it."""
        page = self.scene.number("p")
        self.owned.append((page, page + int(2**self.order)))
        return page

    def wanted(self) -> int:
        """It may be anybody's."""
        return self.scene.number("p")

    def fed(self) -> tuple[int, int]:
        """The caller owns it."""
        return self.scene.number("start"), self.scene.number("end")

    def view(self) -> View:
        """Whoever has a block has it still; what is in no list is the caller's."""
        return in_hand(self.scene, self.owned, (*listed_in(self.area), *self.of_others(LIVE)))


class RealZone(RealCore, ZoneStage):
    """A real zone."""

    def __init__(self, subject: Subject, scene: Scene) -> None:
        super().__init__(subject, scene)
        self.zone = subject.zone.Zone(scene.top)
        self.zone.free_area = recorded_area(self, scene.top, TYPES)
        self.put(self.zone.free_area, scene.blocks)
        for block in scene.blocks:
            self.zone.spans.add(block.start, block.end)
        live = {block.start: block.order for block in scene.blocks if block.kind == LIVE}
        self.zone.live = RecordedLive(live, self.change)
        self.zone.spans = RecordedSpans(self.zone.spans, self)

    def page(self) -> int:
        """Whoever has it."""
        return self.scene.number("p")

    def span(self) -> tuple[int, int]:
        """Whoever has it."""
        return self.scene.number("start"), self.scene.number("end")

    def told(self, name: str, answer: Any, *args: Any, **named: Any) -> None:
        """The checks of arguments change nothing."""
        if name not in ("pfn_error", "range_error"):
            super().told(name, answer, *args, **named)

    def view(self) -> View:
        """What the zone's pages are, and who has them."""
        live = [Listed(pfn, order, LIVE) for pfn, order in sorted(self.zone.live.items())]
        blocks = (*listed_in(self.zone.free_area), *live)
        return View(blocks, rest_of(list(self.zone.spans.ranges()), blocks), {})


class RecordedLive(dict[int, int]):
    """A real dict of live blocks."""

    def __init__(self, real: dict[int, int], change: Callable[..., None]) -> None:
        super().__init__(real)
        self.change = change

    def __setitem__(self, pfn: int, order: int) -> None:
        super().__setitem__(pfn, order)
        self.change("live", pfn, order)

    def __delitem__(self, pfn: int) -> None:
        self.change("dead", pfn, self[pfn])
        super().__delitem__(pfn)

    def pop(self, pfn: int, default: Any = None) -> Any:
        """As a dict's, with a default."""
        if pfn not in self:
            return default
        order = self[pfn]
        del self[pfn]
        return order


class RecordedSpans:
    """The real ranges."""

    def __init__(self, real: Any, stage: RealStage) -> None:
        self.real, self.stage = real, stage
        self.overlaps, self.covers, self.ranges = real.overlaps, real.covers, real.ranges

    def add(self, start: int, end: int) -> None:
        """As it is; the symbolic side has a new state here."""
        self.real.add(start, end)
        self.stage.change("span", start, 0)
        self.stage.named["s"] = self.stage.view()

"""What a run came to: requests and failures, and in which state it left the memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from rich.table import Table

from verified_buddy.free_area import UNMOVABLE
from verified_buddy.linux.migratetype import HIGHATOMIC, MOVABLE, RECLAIMABLE

TYPES: Final = {
    UNMOVABLE: "unmovable",
    MOVABLE: "movable",
    RECLAIMABLE: "reclaimable",
    HIGHATOMIC: "highatomic",
}
INDEXED: Final = (4, 9)
"""The orders whose indices are told."""
WHOLE: Final = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of a run; indices in thousandths, by order, of all zones together."""

    policy: str
    requests: int
    frees: int
    failed: int
    failed_by_order: dict[str, int]
    endless: int
    """Of the failed: those that Linux would have tried for ever."""
    slow: int
    reclaimed: int
    kswapd_rounds: int
    fallbacks: int
    claims: int
    pageblocks: dict[str, int]
    mixed: int
    """Free blocks on the list of another type than their pageblock's."""
    free_pages: int
    cached_pages: int
    """On per-CPU lists."""
    free_blocks: list[int]
    """By order."""
    unusable_index: dict[str, int]
    fragmentation_index: dict[str, int]
    seconds: float

    def facts(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"seconds": round(self.seconds, 3)}


def as_table(outcomes: Sequence[Outcome], title: str) -> Table:
    """The figures side by side."""
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for outcome in outcomes:
        table.add_column(outcome.policy, justify="right")
    for name, figures in rows(outcomes):
        table.add_row(name, *figures)
    return table


def rows(outcomes: Sequence[Outcome]) -> Iterable[tuple[str, list[str]]]:
    """The lines of the table."""
    yield "requests", [f"{each.requests:,}" for each in outcomes]
    yield "  failed", [f"{each.failed:,}" for each in outcomes]
    for order in sorted({int(order) for each in outcomes for order in each.failed_by_order}):
        yield f"    order {order}", [f"{each.failed_by_order.get(str(order), 0):,}" for each in outcomes]
    if any(each.endless for each in outcomes):
        yield "    would try for ever", [f"{each.endless:,}" for each in outcomes]
    yield "  on the slow path", [f"{each.slow:,}" for each in outcomes]
    yield "blocks given back", [f"{each.frees:,}" for each in outcomes]
    yield "pages reclaimed", [f"{each.reclaimed:,}" for each in outcomes]
    yield "rounds of kswapd", [f"{each.kswapd_rounds:,}" for each in outcomes]
    yield "fallbacks", [f"{each.fallbacks:,}" for each in outcomes]
    yield "  pageblocks claimed", [f"{each.claims:,}" for each in outcomes]
    for kind in TYPES.values():
        yield f"pageblocks {kind}", [f"{each.pageblocks[kind]:,}" for each in outcomes]
    yield "free blocks of another type's pageblock", [f"{each.mixed:,}" for each in outcomes]
    yield "free pages", [f"{each.free_pages:,}" for each in outcomes]
    yield "  on per-CPU lists", [f"{each.cached_pages:,}" for each in outcomes]
    for at in map(str, INDEXED):
        yield f"unusable index, order {at}", [thousandths(each.unusable_index[at]) for each in outcomes]
    for at in map(str, INDEXED):
        figures = [thousandths(each.fragmentation_index[at]) for each in outcomes]
        yield f"fragmentation index, order {at}", figures
    yield "seconds", [f"{each.seconds:.1f}" for each in outcomes]


def thousandths(value: int) -> str:
    """The index as debugfs prints it."""
    return f"{value / WHOLE:.3f}"

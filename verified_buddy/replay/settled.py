"""What a trace cannot decide that lacks something: it is left out, or refused, and held against no kernel."""

from __future__ import annotations

from typing import Final

from verified_buddy.kmem.events import Alloc, Free, FreeOnePage, PcpuDrain, ZoneLocked
from verified_buddy.oracle.rules import Rule
from verified_buddy.oracle.source import Unusable
from verified_buddy.replay.replay import FrameReplay, ZoneReplay

HISTORY: Final = frozenset[Rule]({"overlap", "invalid-free"})
"""What is wrong about a page only because of what was told of it before."""
LATE: Final = 32
"""So many lines are not out of order, unless the clocks differ or another recording begins."""
MANY: Final = 1000
"""So many events are never of one task only, unless no other was recorded."""


def settle(replay: FrameReplay) -> None:
    """Decide what the end of the trace leaves open.

    Raises Unusable if all that is wrong could come of what was not recorded.
    """
    found, again = replay.findings, replay.frame.again
    doubtful = [each for each in found.violations if each.layer == "frame" and each.rule in HISTORY]
    why = replay.recorded.why_incomplete() if doubtful or again.any() else None
    again.finish(complete=why is None)
    if isinstance(replay, ZoneReplay):
        leave_out(replay)
    if doubtful and why is not None:
        found.withdraw("frame", HISTORY)
        if found.count == 0:
            raise Unusable(f"{doubtful[0].message}: this cannot be decided, since {why}", doubtful[0].line)


def leave_out(replay: ZoneReplay) -> None:
    """Judge no layer that needs an event which was not recorded."""
    kinds, lacks = replay.recorded.kinds, "was not recorded"
    if ZoneLocked not in kinds and {Alloc, Free} <= kinds:
        both = f"mm_page_alloc_zone_locked {lacks}"
    elif not {PcpuDrain, FreeOnePage} & kinds and {Free, ZoneLocked} <= kinds:
        both = f"mm_page_pcpu_drain {lacks}, nor the probes of __free_one_page()"
    elif replay.findings.counts.keys() - {("frame", rule) for rule in HISTORY} and (why := unordered(replay)):
        both = why
    else:
        both = None
        drains = replay.drains.drained or replay.drains.told
        if Free not in kinds and drains and (Alloc in kinds or replay.findings.operation >= MANY):
            replay.left_out["per-CPU"] = f"mm_page_free {lacks}"
        if Alloc not in kinds and {Free, ZoneLocked} <= kinds:
            replay.left_out["per-CPU"] = f"mm_page_alloc {lacks}"
    if both is not None:
        replay.left_out |= {"zone": both, "per-CPU": both}
    for layer in replay.left_out:
        replay.findings.withdraw(layer)


def unordered(replay: ZoneReplay) -> str | None:
    """Why what is told of the lists is not all, or not in order; None if it may be."""
    if len(replay.recorded.tasks) == 1 and replay.findings.operation >= MANY:
        return "the events of one task only were recorded"
    why = replay.recorded.why_disordered()
    return why if replay.recorded.headers > 1 or replay.recorded.late >= LATE else None

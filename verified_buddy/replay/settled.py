"""What a trace cannot decide that lacks something: it is left out, or refused, and held against no kernel."""

from __future__ import annotations

from typing import Final

from verified_buddy.kmem.events import (
    Alloc,
    Counted,
    Extfrag,
    Free,
    FreeBatched,
    FreeOnePage,
    Isolate,
    IsolateRet,
    MoveFree,
    Obtained,
    PcpuDrain,
    SetBlock,
    ZoneLocked,
)
from verified_buddy.kmem.requests import FreelistSearch, Request, TryZone, WatermarkLook
from verified_buddy.oracle.rules import Rule
from verified_buddy.oracle.source import Unusable
from verified_buddy.replay.replay import FrameReplay, ZoneReplay

HISTORY: Final = frozenset[Rule]({"overlap", "invalid-free"})
"""What is wrong about a page only because of what was told of it before."""
NEEDED: Final[dict[type, str]] = {
    Request: "req",
    FreelistSearch: "gpff",
    Obtained: "gpff_ret",
    WatermarkLook: "wmf",
    TryZone: "tryz",
    Counted: "nrfree",
}
"""Without what requests cannot be followed, by the names of the probes."""
LATE: Final = 32
"""So many lines are not out of order, unless the clocks differ or another recording begins."""
MANY: Final = 1000
"""So many events are never of one task only, unless no other was recorded."""


def settle(replay: FrameReplay) -> None:
    """Decide what the end of the trace leaves open.

    Raises Unusable if all that is wrong could come of what was not recorded.
    """
    found, again = replay.findings, replay.frame.again
    doubtful = [each for each in found.listed.get("frame", []) if each.rule in HISTORY]
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
    kinds = replay.recorded.kinds
    both = lists_lack(replay)
    wrong = {layer for layer, _ in replay.findings.counts}
    drains = replay.drains.drained or replay.drains.told
    many = replay.findings.operation >= MANY
    if Free not in kinds and drains and (Alloc in kinds or many):
        replay.left_out["per-CPU"] = "mm_page_free was not recorded"
    elif Alloc not in kinds and {Free, ZoneLocked} <= kinds:
        replay.left_out["per-CPU"] = "mm_page_alloc was not recorded"
    elif FreeBatched not in kinds and "per-CPU" in wrong and many:
        replay.left_out["per-CPU"] = "mm_page_free_batched was not recorded"
    if replay.left_out and "zone" in wrong:
        both = both or replay.left_out["per-CPU"]  # with which the free lists were brought in line
    if both is not None:
        replay.left_out |= {"zone": both, "per-CPU": both}
    if (why := both or requests_lack(replay)) is not None and (replay.requests or Request in kinds):
        replay.left_out["request"] = why
    for layer in replay.left_out:
        replay.findings.withdraw(layer)


def requests_lack(replay: ZoneReplay) -> str | None:
    """What no request can be followed without, and is not there; None if all is."""
    for kind, probe in NEEDED.items():
        if kind not in replay.recorded.kinds:
            return f"the probe {probe} was not recorded"
    return "no --zonestate FILE tells what they begin with" if replay.requests is None else None


def lists_lack(replay: ZoneReplay) -> str | None:
    """What was not recorded that the free lists cannot be followed without; None if all was that matters.

    An event that is rare is missed only where something happened that it would have told.
    """
    kinds, untold = replay.recorded.kinds, replay.untold
    if ZoneLocked not in kinds and {Alloc, Free} <= kinds:
        return "mm_page_alloc_zone_locked was not recorded"
    drainless = not {PcpuDrain, FreeOnePage} & kinds and {Free, ZoneLocked} <= kinds
    if drainless and not counters_agree(replay):
        return "mm_page_pcpu_drain was not recorded, nor the probes of __free_one_page()"
    if all(layer == "frame" for layer, _ in replay.findings.counts):
        return None
    if untold.starved and Extfrag not in kinds:
        return "mm_page_alloc_extfrag was not recorded"
    if untold.unmoved and not {SetBlock, MoveFree} <= kinds:
        return "the probes setblock and movefree were not recorded"
    if untold.kept and "fop_ok" not in untold.calls:
        return "the probe fop_ok was not recorded"
    if replay.frame.again.isolation_untold and not {Isolate, IsolateRet} <= kinds:
        return "the probes isolate and isolate_ret were not recorded"
    return unordered(replay)


def counters_agree(replay: ZoneReplay) -> bool:
    """Whether counters of free pages were told and are right, so that nothing was given back unseen."""
    return replay.requests is not None and replay.requests.counts.counters > 0 and replay.findings.count == 0


def unordered(replay: ZoneReplay) -> str | None:
    """Why what is told of the lists is not all, or not in order; None if it may be."""
    if len(replay.recorded.tasks) == 1 and replay.findings.operation >= MANY:
        return "the events of one task only were recorded"
    why = replay.recorded.why_disordered()
    return why if replay.recorded.headers > 1 or replay.recorded.late >= LATE else None

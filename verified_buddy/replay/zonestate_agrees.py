"""A state of zones and a snapshot of free lists are of one machine, at one moment."""

from __future__ import annotations

from verified_buddy.linux.migratetype import ISOLATE
from verified_buddy.oracle.source import Unusable
from verified_buddy.replay.snapshot import Snapshot, ZoneId, ZoneRow
from verified_buddy.replay.zonestate import ZoneFigures, ZoneState


def agree(state: ZoneState, snapshot: Snapshot) -> None:
    """Raise Unusable, with the line of the state, where it contradicts the snapshot."""
    populated = {row.zone for row in snapshot.zones.values() if row.present}
    for zone in sorted(state.zones.keys() ^ populated):
        whose = "the snapshot" if zone in state.zones else "it"
        says = f"of another machine: {whose} has no node {zone[0]}, zone {zone[1]}"
        raise Unusable(says, state.lines.get(zone))
    listed = listed_pages(snapshot)
    for zone, figures in state.zones.items():
        try:
            same_zone(figures, snapshot.zones[zone])
            held = sum(each.diff for each in state.diffs[zone].values())
            same_moment(figures, held, snapshot.zones[zone].nr_free, listed.get(zone, 0))
        except Unusable as error:
            raise Unusable(error.reason, state.lines[zone]) from None


def listed_pages(snapshot: Snapshot) -> dict[ZoneId, int]:
    """By zone: the pages on free lists, but for ISOLATE's, which the counter leaves out."""
    pages: dict[ZoneId, int] = {}
    for row in snapshot.free:
        if row.migratetype != ISOLATE:
            pages[row.zone] = pages.get(row.zone, 0) + (1 << row.order)
    return pages


def same_zone(figures: ZoneFigures, row: ZoneRow) -> None:
    """The zone is the snapshot's.  Raises Unusable."""
    for name, mine, theirs in (
        ("name", figures.name, row.name),
        ("managed", figures.managed, row.managed),
        ("present", figures.present, row.present),
    ):
        if mine != theirs:
            raise Unusable(f"of another machine: {name}={mine} is {theirs} in the snapshot")
    if row.address is not None and figures.address != row.address:
        says = f"addr={figures.address:#x} is {row.address:#x} in the snapshot"
        raise Unusable(f"of another machine: {says}")


def same_moment(figures: ZoneFigures, held: int, nr_free: int | None, listed: int) -> None:
    """The counter is the snapshot's.  Raises Unusable.

    ``held`` is what CPUs hold back of it.  The counter with that is the number of listed pages, unless the
    kernel's has drifted from its lists, as it may for good where isolated pageblocks merged; then the
    snapshot's own column has it too.  Both are of the one moment at which the machine stood still, so that
    events between the trace's markers make no difference between them.
    """
    counter = figures.nr_free_pages
    if counter + held == listed or nr_free in {counter, counter + held}:
        return
    theirs = f"{listed} listed pages" if nr_free is None else f"{listed} listed pages, nr_free {nr_free}"
    says = f"nr_free_pages={counter} and differences of {held}, where the snapshot has {theirs}"
    raise Unusable(f"of another moment: {says}")

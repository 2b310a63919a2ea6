"""The same as objects of JSON, with keys that stay."""

from __future__ import annotations

from typing import Any

from verified_buddy.show import diff
from verified_buddy.show.cells import cells_of
from verified_buddy.show.kinds import LOOKS, Kind
from verified_buddy.show.state import ShownZone, State, broken_up, free_by_order, pages_by_kind, wanted_order
from verified_buddy.show.story import Story
from verified_buddy.show.terminal import ROW


def name_of(kind: Kind) -> str:
    """The kind in a word, as keys have it."""
    return kind.name.lower().replace("_", "-")


def facts(state: State, rows: int) -> dict[str, Any]:
    """A state."""
    return {
        "file": state.title,
        "event": state.event,
        "events": state.of,
        "note": state.note or None,
        "letters": {LOOKS[kind].letter: name_of(kind) for kind in Kind},
        "zones": [zone_facts(state, zone, rows) for zone in state.zones],
    }


def zone_facts(state: State, zone: ShownZone, rows: int) -> dict[str, Any]:
    """A zone of it."""
    counts = state.counts(zone)
    info, unusable, index = broken_up(free_by_order(counts, state.top))
    cells = cells_of(state, zone, rows * ROW, ROW)
    return {
        "name": zone.name,
        "start": zone.start,
        "end": zone.end,
        "pages": {name_of(kind): many for kind, many in found_in(state, zone).items()},
        "blocks": {name_of(kind): orders for kind, orders in counts.items() if any(orders)},
        "free": info.free_pages,
        "order": wanted_order(state.top),
        "unusable_index": unusable,
        "fragmentation_index": index,
        "map": {
            "start": cells.start,
            "cell_pages": cells.pages,
            "cells": [cell.sign for cell in cells.cells],
        },
    }


def found_in(state: State, zone: ShownZone) -> dict[Kind, int]:
    """How many pages of each kind the zone has."""
    return pages_by_kind(state.pieces(zone.start, zone.end))


def difference(one: State, other: State, rows: int) -> dict[str, Any]:
    """Two states."""
    return {
        "file": one.title,
        "event": one.event,
        "other_file": other.title,
        "other_event": other.event,
        "zones": [zone_difference(one, other, zone, rows) for zone in one.zones],
    }


def zone_difference(one: State, other: State, zone: ShownZone, rows: int) -> dict[str, Any]:
    """A zone of both."""
    size, first, words = diff.signs(one, other, zone, rows * ROW)
    return {
        "name": zone.name,
        "start": zone.start,
        "end": zone.end,
        "moved": [
            {"before": name_of(before), "after": name_of(after), "pages": pages}
            for (before, after), pages in diff.moved(one, other, zone).items()
        ],
        "blocks": {name_of(kind): orders for kind, orders in diff.lists(one, other, zone).items()},
        "map": {"start": first, "cell_pages": size, "cells": words},
    }


def page_facts(story: Story, path: str, size: int) -> dict[str, Any]:
    """A page that was written."""
    return {
        "file": story.title,
        "html": path,
        "bytes": size,
        "events": len(story),
        "divergences": len(story.wrong),
        "first_divergence": story.wrong[0].step if story.wrong else None,
        "note": story.note or None,
    }

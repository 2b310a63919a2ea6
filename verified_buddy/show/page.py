"""One page that plays a story: a file that needs no other, and nothing from anywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from typing import Any, Final

from verified_buddy.show.acts import ACTS
from verified_buddy.show.chart import sampled
from verified_buddy.show.kinds import LOOKS, NOTHING, kind_of, order_of
from verified_buddy.show.pack import Packed, cut, packed
from verified_buddy.show.state import wanted_order
from verified_buddy.show.story import Story

MOST: Final = 1_000_000
"""So many events are in a page, or fewer."""
SCRIPTS: Final = ("store.js", "map.js", "lists.js", "chart.js", "page.js")


def page_of(story: Story, events: tuple[int, int] | None = None) -> Iterator[str]:
    """The page of those events, the last included; of all, if there are not too many."""
    total, note = len(story), story.note
    first, last = events or usual(story)
    last = min(last, first + MOST - 1)
    if (first, last) != (1, total):
        story = cut(story, first, last)
        more = f"These are events {first:,} to {last:,} of {total:,}."
        note = f"{more} {note}" if note else more
    data, numbers = packed(story)
    facts = facts_of(story, data, numbers) | {"note": note, "first": first, "total": total}
    yield from filled(story, facts, data, note)


def usual(story: Story) -> tuple[int, int]:
    """The events to play: all, or the first so many; or those around the first divergence, if it is later."""
    last = len(story)
    if not story.wrong or story.wrong[0].step <= MOST:
        return 1, last
    return min(last - MOST, story.wrong[0].step - MOST // 2) + 1, last


def facts_of(story: Story, data: Packed, numbers: list[int]) -> dict[str, Any]:
    """All but the columns."""
    steps, samples = sampled(story)
    return {
        "title": story.title,
        "zones": [zone._asdict() for zone in story.zones],
        "kinds": [look._asdict() for look in LOOKS.values()],
        "acts": [act._asdict() for act in ACTS],
        "texts": list(story.texts),
        "rest": int(story.rest),
        "holes": story.holes,
        "top": story.top,
        "blocks": [None if each == NOTHING else [int(kind_of(each)), order_of(each)] for each in numbers],
        "columns": data.columns,
        "wrong": [each._asdict() for each in story.wrong],
        "order": wanted_order(story.top),
        "steps": steps,
        "samples": samples,
    }


def filled(story: Story, facts: dict[str, Any], data: Packed, note: str) -> Iterator[str]:
    """The page's text, part by part."""
    filling = {
        "title": escape(story.title),
        "note": escape(note),
        "style": asset("style.css"),
        "facts": json.dumps(facts, separators=(",", ":")).replace("<", "\\u003c"),
        "data": data.text(),
        "scripts": "\n".join(map(asset, SCRIPTS)),
        "count": f"{len(story):,}",
        "last": str(len(story)),
    }
    for index, part in enumerate(asset("page.html").split("@@")):
        yield filling[part] if index % 2 else part


def asset(name: str) -> str:
    """A file that the page is made of."""
    return (files("verified_buddy.show") / "assets" / name).read_text(encoding="utf-8")

"""A story as bytes: columns of numbers, byte by byte, squeezed; a browser reads them without a library."""

from __future__ import annotations

import zlib
from array import array
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import sub
from typing import Final

from verified_buddy.show.story import Story

LEVEL: Final = 6
"""Of zlib: the next better ones take twice as long for a percent."""


@dataclass(slots=True)
class Packed:
    """Columns one after the other, and where each of them lies."""

    data: bytearray = field(default_factory=bytearray)
    columns: dict[str, list[int]] = field(default_factory=dict)
    """By name: where it begins, how many numbers it has, of how many bytes each."""

    def add(self, name: str, numbers: Sequence[int]) -> None:
        """A column of numbers from 0 on: the lowest byte of each, then the next one of each."""
        size = max(1, (max(numbers, default=0).bit_length() + 7) // 8)
        raw = array("Q", iter(numbers)).tobytes()
        self.columns[name] = [len(self.data), len(numbers), size]
        for byte in range(size):
            self.data += raw[byte::8]

    def add_steps(self, name: str, numbers: Sequence[int]) -> None:
        """A column that is told by how much each number is more or less than the one before."""
        steps = map(sub, numbers, chain((0,), numbers))
        self.add(name, [step << 1 if step >= 0 else (-step << 1) - 1 for step in steps])

    def text(self) -> str:
        """All of it, as text that a page can hold."""
        return b64encode(zlib.compress(bytes(self.data), LEVEL)).decode("ascii")


def packed(story: Story) -> tuple[Packed, list[int]]:
    """The story's columns, and the codes of the blocks that there are, by the number that a column has."""
    pages = sorted({*story.blocks, *story.heads})
    place = {page: index for index, page in enumerate(pages)}
    numbers = sorted({0, *story.blocks.values(), *story.codes})
    number = {each: index for index, each in enumerate(numbers)}
    found = Packed()
    found.add_steps("pages", pages)
    found.add("begin", [number[story.blocks.get(page, 0)] for page in pages])
    found.add("acts", story.acts)
    found.add_steps("lines", story.lines)
    found.add_steps("pfns", [pfn + 1 for pfn in story.pfns])
    found.add("orders", story.orders)
    found.add("details", story.details)
    found.add_steps("ends", story.ends)
    found.add_steps("places", [place[head] for head in story.heads])
    found.add("codes", [number[each] for each in story.codes])
    add_calls(found, story)
    return found, numbers


def add_calls(found: Packed, story: Story) -> None:
    """The calls, by when they were made, each in a lane of its own while it lasts."""
    calls = sorted(story.calls, key=lambda call: (call.asked, call.answered))
    first = min((call.asked for call in calls), default=0)
    found.add("call_operations", [call.operation for call in calls])
    found.add("call_steps", [call.step for call in calls])
    found.add("call_asked", [call.asked - first for call in calls])
    found.add("call_lasts", [call.answered - call.asked for call in calls])
    found.add("call_lanes", lanes((call.asked, call.answered) for call in calls))


def lanes(calls: Iterable[tuple[int, int]]) -> list[int]:
    """For each call, the first lane that is empty when it is made."""
    busy: list[int] = []
    found = []
    for asked, answered in calls:
        lane = next((lane for lane, until in enumerate(busy) if until < asked), len(busy))
        busy[lane : lane + 1] = [answered]
        found.append(lane)
    return found


def cut(story: Story, first: int, last: int) -> Story:
    """The events of those numbers alone, from 1 on, which begin where those before ended."""
    begun = story.at(first - 1)
    low, high = (story.ends[step - 1] if step else 0 for step in (first - 1, last))
    made = Story(story.title, story.zones, begun.blocks, story.rest, story.holes, story.top)
    made.acts, made.orders = story.acts[first - 1 : last], story.orders[first - 1 : last]
    made.lines, made.pfns = story.lines[first - 1 : last], story.pfns[first - 1 : last]
    made.details, made.texts = story.details[first - 1 : last], story.texts
    made.ends = array("Q", [end - low for end in story.ends[first - 1 : last]])
    made.heads, made.codes = story.heads[low:high], story.codes[low:high]
    made.wrong = [
        each._replace(step=each.step - first + 1) for each in story.wrong if first <= each.step <= last
    ]
    made.calls = [
        each._replace(step=each.step - first + 1) for each in story.calls if first <= each.step <= last
    ]
    made.note = story.note
    return made

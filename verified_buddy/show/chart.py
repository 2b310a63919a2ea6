"""How much is free, and how broken up that is, over a story: a bounded number of samples a zone."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, NamedTuple

from verified_buddy.show.kinds import Kind, kind_of, order_of
from verified_buddy.show.state import broken_up
from verified_buddy.show.story import Story, put

SAMPLES: Final = 400


class Sample(NamedTuple):
    """A zone at one moment; the indices are in thousandths."""

    free: int
    unusable: int
    fragmentation: int


def sampled(story: Story) -> tuple[list[int], list[list[Sample]]]:
    """The steps at which samples were taken, and those of each zone."""
    steps = sorted({len(story) * each // SAMPLES for each in range(SAMPLES + 1)})
    starts = [zone.start for zone in story.zones]
    counts = [[0] * (story.top + 1) for _ in story.zones]
    blocks: dict[int, int] = {}

    def change(head: int, number: int) -> None:
        here = counts[max(0, bisect_right(starts, head) - 1)]
        before = blocks.get(head, 0)
        for each, many in ((before, -1), (number, 1)):
            if each and Kind.FREE <= kind_of(each) <= Kind.FREE_ISOLATE:
                here[order_of(each)] += many
        put(blocks, head, number)

    for head, number in story.blocks.items():
        change(head, number)
    found: list[list[Sample]] = [[] for _ in story.zones]
    done = 0
    for step in steps:
        end = story.ends[step - 1] if step else 0
        for head, number in zip(story.heads[done:end], story.codes[done:end], strict=True):
            change(head, number)
        done = end
        for samples, nr_free in zip(found, counts, strict=True):
            info, unusable, fragmentation = broken_up(nr_free)
            samples.append(Sample(info.free_pages, unusable, fragmentation))
    return steps, found

"""Making a run shorter: no operation can be left out, no order and no pool made smaller, and it still shows.

A long one loses first what does not matter at its end; then every piece is tried.

Delta debugging, with a fresh process for each try.  Zeller, Hildebrandt: Simplifying and isolating
failure-inducing input, IEEE TSE 28(2), 2002.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from verified_buddy.conform.coarse import endings, groups, larger, packed, paired
from verified_buddy.conform.finding import Run
from verified_buddy.conform.peer import Geometry
from verified_buddy.conform.steps import Steps, without

Try = Callable[[Geometry, Steps], Run | None]
"""Repeats the steps in a fresh process; the run, if it diverges."""

WINDOWS: Final = 64
"""Of a run that is not longer, any part may be left out together with the pages that it needs."""


@dataclass(slots=True)
class Shrinker:
    """A run, ever shorter."""

    attempt: Try
    until: float
    run: Run
    tried: set[tuple[Geometry, tuple[int, ...]]] = field(default_factory=set)

    def shrink(self) -> bool:
        """Make the run as short as can be; False if time was up before."""
        at_once = self.endings, self.larger_blocks
        piece_by_piece = self.smaller_pools, self.shorter, self.smaller_orders
        changed = True
        while changed:
            changed = False
            long = len(self.run.steps) > WINDOWS
            for candidates in (*at_once, *piece_by_piece) if long else (*piece_by_piece, *at_once):
                for geometry, steps in candidates():
                    if time.monotonic() > self.until:
                        return False
                    changed |= self.shows(geometry, steps)
        return True

    def shows(self, geometry: Geometry, steps: Steps) -> bool:
        """Whether the same rule is still broken; if so, this is the run from now on."""
        candidate = geometry, tuple(steps)
        if candidate in self.tried:
            return False
        if len(steps) <= WINDOWS:
            self.tried.add(candidate)
        run = self.attempt(geometry, steps)
        if run is None or run.rule != self.run.rule or size(run) >= size(self.run):
            return False
        self.run = run
        return True

    def endings(self) -> Iterator[tuple[Geometry, Steps]]:
        """Only what comes last, and what was out before it."""
        yield from self.each_of(lambda steps, _: endings(steps))

    def larger_blocks(self) -> Iterator[tuple[Geometry, Steps]]:
        """One large block for many small ones: all that stay out, all in a row, in each place, any two."""
        yield from self.each_of(packed)
        run = self.run
        found = groups(run.steps)
        if found:
            yield run.geometry, larger(run.steps, found, run.geometry.max_order)
        for place in range(len(found) - 1, -1, -1):
            now = groups(self.run.steps)
            if place < len(now):
                yield self.run.geometry, larger(self.run.steps, [now[place]], self.run.geometry.max_order)
        if len(self.run.steps) <= WINDOWS:
            yield from self.each_of(paired)

    def each_of(self, shorter: Callable[[Steps, int], Iterator[Steps]]) -> Iterator[tuple[Geometry, Steps]]:
        """What this makes of the run, and of what becomes of it."""
        while True:
            run = self.run
            for steps in shorter(run.steps, run.geometry.max_order):
                yield run.geometry, steps
                if self.run is not run:
                    break
            else:
                return

    def shorter(self) -> Iterator[tuple[Geometry, Steps]]:
        """Without pieces: great ones first, and from the end, where each depends on the least."""
        piece = len(self.run.steps)
        while piece:
            high = len(self.run.steps)
            while high > 0:
                steps = self.run.steps
                low = max(0, high - piece)
                yield self.run.geometry, without(steps, low, high)
                high = min(low, len(self.run.steps))
            piece //= 2

    def smaller_pools(self) -> Iterator[tuple[Geometry, Steps]]:
        """Fewer pages, a lower top order, a lower start; with fewer pages, what was elsewhere is left out."""
        while True:
            run = self.run
            start, pages, top = run.geometry
            yield Geometry(0, pages, top), run.steps
            for bit in range(start.bit_length() - 1, -1, -1):
                lower = self.run.geometry.start_pfn - (1 << bit)
                if lower >= 0:
                    yield Geometry(lower, pages, top), run.steps
            for less in range(top - max([0, *run.steps]), 0, -1):
                yield Geometry(start, max(1, pages >> less), top - less), run.steps
                yield Geometry(start, pages, top - less), run.steps
            power = 1 << (pages - 1).bit_length() >> 1
            for fewer in dict.fromkeys((1, pages >> 4, pages >> 1, power, pages - 8, pages - 2, pages - 1)):
                if 0 < fewer < pages:
                    yield Geometry(start, fewer, top), run.steps
                    yield Geometry(start, fewer, top), run.within(start, start + fewer)
                    yield Geometry(start, fewer, top), run.within(start + pages - fewer, start + pages)
                    for index in range(len(run.steps) if len(run.steps) <= WINDOWS else 0):
                        yield Geometry(start, fewer, top), without_pages(run.steps, index, pages - fewer)
            if self.run is run:
                return

    def smaller_orders(self) -> Iterator[tuple[Geometry, Steps]]:
        """All orders one lower, with the pool; then each alone."""
        while True:
            run = self.run
            start, pages, top = run.geometry
            lower = [max(0, step - 1) if step >= 0 else step for step in run.steps]
            if top:
                yield Geometry(start >> 1, (pages + 1) >> 1, top - 1), lower
                yield Geometry(start, (pages + 1) >> 1, top - 1), lower
            if self.run is run:
                break
        for index in range(len(self.run.steps)):
            for order in (0, 1):
                steps = self.run.steps
                if index < len(steps) and steps[index] > order:
                    step = order if order == 0 else steps[index] - 1
                    yield self.run.geometry, [*steps[:index], step, *steps[index + 1 :]]


def without_pages(steps: Steps, low: int, pages: int) -> Steps:
    """The steps without so many pages' worth of allocs, from that step on."""
    high = low
    while high < len(steps) and pages > 0:
        pages -= 1 << steps[high] if steps[high] >= 0 else 0
        high += 1
    return without(steps, low, high)


def size(run: Run) -> tuple[int, int, int, int, int]:
    """How long a run is: first its operations, then their orders, then the pool."""
    start, pages, top = run.geometry
    return len(run.steps), sum(step for step in run.steps if step > 0), pages, top, start

"""A run as it can be repeated: an alloc is its order, a free names the step that allocated the block."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from typing import Any

from verified_buddy.conform.board import alloc, free
from verified_buddy.oracle.trace import Alloc, Event, Free

Program = Generator[int, int, None]
"""Yields what is asked, as on the board, and is sent the reply."""

Steps = list[int]
"""k is an alloc of order k, ~i a free of what step i (from 0) was handed."""


def steps_of(events: Iterable[Event]) -> Steps:
    """The steps of a run; frees of what was not handed out are dropped."""
    steps: Steps = []
    held: dict[tuple[int, int], int] = {}
    for event in events:
        if type(event) is Alloc:
            if event.pfn is not None:
                held[event.pfn, event.order] = len(steps)
            steps.append(event.order)
        elif type(event) is Free and event.order is not None:
            index = held.pop((event.pfn, event.order), None)
            if index is not None:
                steps.append(~index)
    return steps


def replayed(steps: Sequence[int]) -> Program:
    """The run again, whatever is handed out this time; what was refused is not freed."""
    held: dict[int, tuple[int, int]] = {}
    for index, step in enumerate(steps):
        if step >= 0:
            pfn = yield alloc(step)
            if pfn >= 0:
                held[index] = pfn, step
        elif (block := held.pop(~step, None)) is not None:
            yield free(*block)


def keeping(steps: Sequence[int], indices: Iterable[int]) -> Steps:
    """These of the steps, ascending, but for the frees of what others allocated."""
    kept: Steps = []
    place: dict[int, int] = {}
    for index in indices:
        step = steps[index]
        if step >= 0 or ~step in place:
            place[index] = len(kept)
            kept.append(step if step >= 0 else ~place[~step])
    return kept


def without(steps: Sequence[int], low: int, high: int) -> Steps:
    """The steps but for [low, high), and but for the frees of what these allocated."""
    return keeping(steps, [*range(low), *range(high, len(steps))])


def spelled(steps: Sequence[int]) -> list[dict[str, Any]]:
    """The steps for JSON: a free names the number, from 1, of the operation that allocated."""
    return [
        {"op": "alloc", "order": step} if step >= 0 else {"op": "free", "operation": ~step + 1}
        for step in steps
    ]

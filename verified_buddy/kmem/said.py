"""What all events have, and those that a task is known of."""

from __future__ import annotations

from msgspec import Struct


class Said(Struct, gc=False):
    """A line of a trace that tells something."""

    line: int
    cpu: int


class OfTask(Said, gc=False):
    """The same, with the number of the task that ran: an interrupt runs as the task that it came upon."""

    task: int

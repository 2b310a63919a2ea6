"""What is told of the work behind requests: here, of who is killed."""

from __future__ import annotations

from verified_buddy.kmem.said import OfTask


class MarkVictim(OfTask, gc=False):
    """``mark_victim``: this task is killed for want of memory, and may use the reserves until it is gone."""

    pid: int

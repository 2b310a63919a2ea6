"""What probes tell of requests: here, of tasks that are killed for the charge of one."""

from __future__ import annotations

from verified_buddy.kmem.said import OfTask


class OutOfMemory(OfTask, gc=False):
    """``oom``: a task is to be killed, for a request or for the charge of one."""

    gfp: int
    order: int


class OutOfMemoryRet(OfTask, gc=False):
    """``oom_ret``: whether that gave hope; the caller is a function, or an address."""

    ret: bool
    caller: str

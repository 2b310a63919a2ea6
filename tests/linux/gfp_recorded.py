"""Requests in recordings of real kernels: what was asked for, each look at the zones, and what was told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from tests.kmem.kernel_trace import text_of

RECORDED = ("req1", "req3memcg", "req4compact", "req2numa", "req2numa-markers", "req6offline")
"""The recordings with probes on requests."""
CPUSETS = ("req2numa", "req2numa-markers")
"""Those of machines on which cpusets are in use."""
LINE = re.compile(
    rb"^ *(.+-\d+) +\[\d+\] \S+ +\S+: (req|gpff|slow|slow_ret|mm_page_alloc): (.*)$", re.MULTILINE
)
FIELD = re.compile(rb"(\w+)=(\S+)")
TOP_ORDER = 10


class Look(NamedTuple):
    """A call of get_page_from_freelist()."""

    gfp: int
    order: int
    flags: int
    highest_zone: int
    migratetype: int


@dataclass
class Request:
    """A call of __alloc_pages()."""

    task: str
    gfp: int
    """As the caller gave it."""
    order: int
    has_nodes: bool
    """Whether the caller gave a set of nodes."""
    fast: Look | None = None
    slow_gfp: int | None = None
    """What the slow path was called with; None if it was not."""
    slow: list[Look] = field(default_factory=list)
    told: str = ""
    """The flags of the event in which it ends; empty if the recording ends first."""

    @property
    def looks(self) -> tuple[Look, ...]:
        """All of them."""
        return (*((self.fast,) if self.fast else ()), *self.slow)


@cache
def requests(name: str) -> tuple[Request, ...]:
    """Those of a recording, as they end; where one begins inside another of the task, it ends first."""
    found, open_requests = [], dict[bytes, list[Request]]()
    for task, event, text in LINE.findall(text_of(name)):
        of_task = open_requests.setdefault(task, [])
        said = dict(FIELD.findall(text))
        if event == b"req":
            request = Request(
                task.decode(), int(said[b"gfp"], 16), int(said[b"order"]), said[b"nmask"] != b"0x0"
            )
            if request.order <= TOP_ORDER:
                of_task.append(request)
        elif not of_task:
            continue
        elif event == b"gpff":
            look = Look(
                int(said[b"gfp"], 16),
                int(said[b"order"]),
                int(said[b"flags"], 16),
                int(said[b"hz"]),
                int(said[b"mt"]),
            )
            if of_task[-1].fast is None:
                of_task[-1].fast = look
            else:
                of_task[-1].slow.append(look)
        elif event == b"slow":
            of_task[-1].slow_gfp = int(said[b"gfp"], 16)
        elif event == b"mm_page_alloc" and of_task[-1].order == int(said[b"order"]):
            of_task[-1].told = said[b"gfp_flags"].decode()
            found.append(of_task.pop())
    return (*found, *(request for of_task in open_requests.values() for request in of_task))


def first_looks(name: str) -> Iterator[tuple[Request, Look]]:
    """The requests with their fast path; a recording may end before the last has come so far."""
    waiting = 0
    for request in requests(name):
        if request.fast is None:
            waiting += 1
        else:
            yield request, request.fast
    assert waiting <= 1

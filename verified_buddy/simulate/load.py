"""A load: what is asked of a machine, step by step; as JSON Lines, or as a kernel's trace tells it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, NamedTuple

import msgspec

from verified_buddy.errors import InvalidGfp
from verified_buddy.kmem.events import Alloc, Free
from verified_buddy.kmem.kind import kind_of
from verified_buddy.kmem.reader import read
from verified_buddy.linux.gfp import gfp_error
from verified_buddy.linux.gfp_names import parse_gfp
from verified_buddy.linux.page_counter import PAGE_COUNTER_MAX
from verified_buddy.oracle.source import Unusable, chunks, pieces, twice
from verified_buddy.pfn import MAX_ORDER

ROOT: Final = "root"
"""The group that all others are below."""
GROUPS: Final = 1000

Name = int | str
"""What a load calls a block."""


class Ask(NamedTuple):
    """A request for a block."""

    name: Name
    gfp_mask: int
    order: int
    cpu: int = 0
    node: int | None = None
    """None: the CPU's own."""
    reclaimable: bool = False
    """Whether it may be reclaimed, the oldest first."""
    group: str | None = None
    """The memory cgroup of the task that asks; None for the root."""


class Give(NamedTuple):
    """A block goes back, if it was got and not reclaimed."""

    name: Name
    cpu: int = 0


class Drain(NamedTuple):
    """All per-CPU lists go back."""

    cpu: int = 0


class Fold(NamedTuple):
    """A CPU gives up what it hides of the counters."""

    cpu: int = 0


class Found(NamedTuple):
    """There is a new memory cgroup."""

    name: str
    parent: str
    limit: int
    """Of its pages and those of the groups below it."""
    cpu: int = 0


Step = Ask | Give | Drain | Fold | Found


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """A line of a load."""

    op: str
    id: Name | None = None
    gfp: str | int = "GFP_KERNEL"
    order: int = 0
    cpu: int = 0
    node: int | None = None
    reclaimable: bool = False
    group: str | None = None
    parent: str = ROOT
    limit: int = PAGE_COUNTER_MAX


OPS: Final = ("alloc", "free", "drain", "fold", "group")


def read_load(stream: BinaryIO) -> list[Step]:
    """The load that the stream holds, of whichever kind.  Raises Unusable."""
    begin, rewind = twice(stream)
    traced = is_trace(next(pieces(begin), b""))
    rewind()
    steps = [*(of_trace(begin) if traced else of_lines(begin))]
    if not any(isinstance(step, Ask) for step in steps):
        raise Unusable("a load without a request")
    return steps


def is_trace(begins: bytes) -> bool:
    """Whether a text that begins so is a kernel's trace.  Raises Unusable if it is something else again."""
    return not begins.lstrip().startswith(b"{") and kind_of(iter([begins])) == "recording"


def of_lines(stream: BinaryIO) -> Iterator[Step]:
    """The steps of JSON Lines.  Raises Unusable."""
    decode = msgspec.json.Decoder(Line).decode
    groups = {ROOT}
    number = 0
    for chunk in chunks(stream):
        for text in chunk.splitlines():
            number += 1
            if text.strip():
                try:
                    step = step_of(decode(text))
                    refuse_groups(step, groups)
                    yield step
                except msgspec.DecodeError as error:
                    raise Unusable(str(error), number) from None
                except (InvalidGfp, Unusable) as error:
                    raise Unusable(str(error), number) from None


def step_of(line: Line) -> Step:
    """The step that the line spells.  Raises Unusable, InvalidGfp."""
    if line.op not in OPS:
        raise Unusable(f"op {line.op[:40]!r} is none of {', '.join(OPS)}")
    if not 0 <= line.cpu < 1 << 13 or not 0 <= (line.node or 0) < 1 << 10:
        raise Unusable("no machine has such a CPU, or such a node")
    if line.op == "drain":
        return Drain(line.cpu)
    if line.op == "fold":
        return Fold(line.cpu)
    if line.op == "group" and isinstance(line.id, str):
        return Found(line.id, line.parent, line.limit)
    if line.id is None:
        raise Unusable(f"op {line.op}: no id")
    if line.op == "free":
        return Give(line.id, line.cpu)
    gfp_mask = parse_gfp(line.gfp) if isinstance(line.gfp, str) else line.gfp
    error = gfp_error(gfp_mask)
    if error is not None:
        raise error
    if not 0 <= line.order <= MAX_ORDER:
        raise Unusable(f"order {line.order} is not in 0..{MAX_ORDER}")
    return Ask(line.id, gfp_mask, line.order, line.cpu, line.node, line.reclaimable, line.group)


def refuse_groups(step: Step, groups: set[str]) -> None:
    """A group is there before it is named, and only once.  Raises Unusable."""
    if isinstance(step, Ask) and step.group is not None and step.group not in groups:
        raise Unusable(f"no group {step.group[:40]!r} yet")
    if isinstance(step, Found):
        if step.name in groups or step.parent not in groups:
            raise Unusable(f"group {step.name[:40]!r} is there already, or its parent is not yet")
        if not 0 <= step.limit <= PAGE_COUNTER_MAX or len(groups) > GROUPS:
            raise Unusable(
                f"limit {step.limit} is not in 0..{PAGE_COUNTER_MAX}, or there are too many groups"
            )
        groups.add(step.name)


def of_trace(stream: BinaryIO) -> Iterator[Step]:
    """The requests and frees that a kernel's trace tells of.  Raises Unusable.

    Frees of blocks of which it tells no request are left out.
    """
    live: dict[int, int] = {}
    number = 0
    for batch in read(chunks(stream)):
        for event in batch.events:
            if isinstance(event, Alloc):
                number += 1
                if event.pfn in live:  # it was freed unseen
                    yield Give(live.pop(event.pfn), event.cpu)
                try:
                    gfp_mask = parse_gfp(event.gfp)
                except InvalidGfp as error:
                    raise Unusable(str(error), event.line) from None
                if gfp_error(gfp_mask) is not None or event.order > MAX_ORDER:
                    raise Unusable(f"a request of Linux 6.1 has no such flags: {event.gfp[:60]}", event.line)
                yield Ask(number, gfp_mask, event.order, event.cpu)
                if event.pfn is not None:
                    live[event.pfn] = number
            elif isinstance(event, Free) and event.pfn in live:
                yield Give(live.pop(event.pfn), event.cpu)


def first_requests(steps: Iterable[Step], requests: int) -> Iterator[Step]:
    """The steps up to that many requests."""
    for step in steps:
        requests -= isinstance(step, Ask)
        if requests < 0:
            return
        yield step


def fitted(steps: Iterable[Step], cpus: int, nodes: int) -> Iterator[Step]:
    """The steps, on the CPUs and nodes that there are: those beyond the last begin anew with the first."""
    for step in steps:
        if isinstance(step, Ask) and step.node is not None and step.node >= nodes:
            step = step._replace(node=step.node % nodes)
        yield step if step.cpu < cpus else step._replace(cpu=step.cpu % cpus)

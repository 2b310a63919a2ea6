"""The story of a buddy-trace: each operation done again by the proved code, as ``check`` does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import BinaryIO, Final

from verified_buddy.free_area import FreeArea, Migratetype
from verified_buddy.oracle.check import no_garbage_collection, until_operations
from verified_buddy.oracle.history import faults, timed
from verified_buddy.oracle.judge import Fault, Judge
from verified_buddy.oracle.memory import Memory, brief
from verified_buddy.oracle.rules import THEOREMS, Level
from verified_buddy.oracle.source import BreaksOff, Unusable
from verified_buddy.oracle.trace import Alloc, Batch, Crash, Event, Free, Header, Take, Timed, read
from verified_buddy.pfn import Order, Pfn
from verified_buddy.show import acts
from verified_buddy.show.kinds import NOTHING, Kind, code
from verified_buddy.show.state import ShownZone
from verified_buddy.show.story import Call, Story, Wrong

WRONG: Final = 100
"""So many operations that break a rule are marked."""


class TouchedArea(FreeArea):
    """Free lists that note which blocks come and go."""

    __slots__ = ("touched",)

    def __init__(self, touched: list[int], area: FreeArea) -> None:
        super().__init__(Order(area.max_order), len(area.orders[0].free_list))
        self.touched = touched
        for pfn, order, migratetype in area.blocks():
            super().add(pfn, order, migratetype, tail=True)

    def add(self, pfn: Pfn, order: Order, migratetype: Migratetype, *, tail: bool) -> None:
        """As in any lists."""
        self.touched.append(pfn)
        super().add(pfn, order, migratetype, tail=tail)

    def remove(self, pfn: Pfn, order: Order) -> Migratetype:
        """As in any lists."""
        self.touched.append(pfn)
        return super().remove(pfn, order)


class TouchedLive(dict[Pfn, int]):
    """Live blocks of one order, which are noted as they come and go."""

    def __init__(self, touched: list[int]) -> None:
        super().__init__()
        self.touched = touched

    def __setitem__(self, pfn: Pfn, number: int) -> None:
        self.touched.append(pfn)
        super().__setitem__(pfn, number)

    def __delitem__(self, pfn: Pfn) -> None:
        super().__delitem__(pfn)
        self.touched.append(pfn)

    def pop(self, pfn: Pfn, default: int | None = None) -> int | None:  # type: ignore[override]  # one of its forms
        """As in any dictionary."""
        self.touched.append(pfn)
        return super().pop(pfn, default)


class Told:
    """Puts into the story what a memory does."""

    def __init__(self, title: str, header: Header) -> None:
        self.touched: list[int] = []
        self.memory = Memory(header)
        self.memory.area = TouchedArea(self.touched, self.memory.area)
        self.memory.live = {order: TouchedLive(self.touched) for order in self.memory.orders}
        zone = ShownZone("memory", header.start_pfn, header.end_pfn)
        self.story = Story(title, (zone,), top=header.max_order)
        self.story.blocks = {pfn: code(Kind.FREE, order) for pfn, order, _ in self.memory.area.blocks()}
        self.story.holes = tuple(reserved(header))

    def settle(self) -> None:
        """What was touched is as it is now."""
        for pfn in dict.fromkeys(self.touched):
            self.story.change(pfn, self.found(Pfn(pfn)))
        self.touched.clear()

    def found(self, pfn: Pfn) -> int:
        """What block begins at the page."""
        for order in self.memory.orders:
            if self.memory.area.is_free_block(pfn, order):
                return code(Kind.FREE, order)
            if pfn in self.memory.live[order]:
                return code(Kind.LIVE, order)
        return NOTHING

    def event(self, event: Event, line: int, detail: str = "") -> None:
        """An operation comes."""
        pfn, order = getattr(event, "pfn", None), getattr(event, "order", None)
        self.story.step(act_of(event), line, pfn, order, detail or detail_of(event))

    def wrong(self, line: int, fault: Fault) -> None:
        """The last operation breaks a rule."""
        if len(self.story.wrong) < WRONG:
            found = Wrong(len(self.story), line, fault.rule, THEOREMS[fault.rule], fault.says)
            self.story.wrong.append(found)


def reserved(header: Header) -> Iterator[tuple[int, int]]:
    """The pages that are never handed out, ascending."""
    at = header.start_pfn
    for start, end in header.free_ranges():
        if at < start:
            yield at, start
        at = end
    if at < header.end_pfn:
        yield at, header.end_pfn


def act_of(event: Event) -> int:
    """The number of what the operation does."""
    match event:
        case Alloc(pfn=pfn):
            return acts.ALLOC_REFUSED if pfn is None else acts.ALLOC
        case Free(rc=rc):
            return acts.FREE_REFUSED if rc else acts.FREE
        case Take():
            return acts.TAKE
        case Crash():
            return acts.CRASH


def detail_of(event: Event) -> str:
    """What else the line says, in words."""
    if isinstance(event, Free) and event.rc:
        return f"rc {brief(event.rc)}"
    if isinstance(event, Crash) and event.signal is not None:
        return f"signal {brief(event.signal)}"
    return ""


def story_of(stream: BinaryIO, title: str, progress: Callable[[], None] = lambda: None) -> Story:
    """The story of the trace, as far as it can be read.  Raises Unusable, OSError."""
    with no_garbage_collection():
        header, batches = read(stream)
        told = Told(title, header)
        try:
            begun = [*until_operations(batches)]
            every = chain(begun, batches)
            if begun and timed(begun[-1].events[:1]):
                overlapping(told, header, every)
            else:
                in_order(told, every, progress)
        except BreaksOff as error:
            told.story.note = str(error)
        if not len(told.story):
            raise Unusable(told.story.note or "no operation is in this trace")
    return told.story


def in_order(told: Told, batches: Iterable[Batch], progress: Callable[[], None]) -> None:
    """Operations that took effect one after the other.  Raises Unusable."""
    judge, number = Judge(told.memory, Level.COMPLETE), 0
    for batch in batches:
        lines = [line for line, text in enumerate(batch.text.split(b"\n"), batch.line) if text.strip()]
        for line, event in zip(lines, batch.events, strict=False):
            number += 1
            told.event(event, line)
            for _, fault in judge.faults([event], number):
                told.wrong(line, fault)
            told.settle()
        progress()


def overlapping(told: Told, header: Header, batches: Iterable[Batch]) -> None:
    """A history: an alloc has its effect when it is answered, a free when it is called.  Raises Unusable."""
    events: list[tuple[Timed, int]] = []
    for batch in batches:
        lines = [line for line, text in enumerate(batch.text.split(b"\n"), batch.line) if text.strip()]
        events += zip(timed(batch.events), lines, strict=False)
    for event, line in events:
        if event.t0 is not None and event.t1 is not None and event.t1 < event.t0:
            raise Unusable("t1 is before t0", line)
    found = dict(faults(header, [event for event, _ in events], Level.COMPLETE))
    judge = Judge(told.memory, Level.SAFETY)
    for operation in sorted(range(len(events)), key=lambda index: moment(events[index][0])):
        event, line = events[operation]
        told.event(event, line, f"operation {operation + 1}, from {event.t0} to {event.t1}")
        fault = judge.fault(event, operation + 1)
        if fault is not None:
            judge.adopter.adopt(event, operation + 1)
        told.settle()
        if operation + 1 in found:
            told.wrong(line, found[operation + 1])
        if event.t0 is not None and event.t1 is not None:
            told.story.calls.append(Call(operation + 1, len(told.story), event.t0, event.t1))


def moment(event: Timed) -> float:
    """When the operation is taken to have its effect."""
    time = event.t0 if isinstance(event, Free) else event.t1
    return float("inf") if time is None else time

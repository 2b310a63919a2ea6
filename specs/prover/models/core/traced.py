"""A real zone under a trace, and the real calls on it."""

from __future__ import annotations

from functools import partial
from typing import Any

from specs.ledger.subject import Subject
from specs.prover.method.paths import TooManyPaths
from specs.prover.method.trails import Trace, TracedBool, TracedCursor, TracedInt, Trail
from specs.prover.models.core.operations import STUBBED, Variant, replaced

TYPE = 0


class TracedArea:
    """A ``FreeArea``; its answers are written down as those of the symbolic ``Area`` are."""

    def __init__(self, trace: Trace, real: Any) -> None:
        self.trace, self.real = trace, real
        self.max_order = real.max_order

    def add(self, pfn: int, order: int, migratetype: int, *, tail: TracedBool | bool) -> None:
        """Where the block is listed is nothing that a path decides."""
        self.real.add(int(pfn), order, migratetype, tail=tail.value if isinstance(tail, TracedBool) else tail)

    def remove(self, pfn: int, order: int) -> int:
        """As it is."""
        migratetype: int = self.real.remove(int(pfn), order)
        return migratetype

    def first(self, order: int, migratetype: int) -> TracedInt | None:
        """Writes down whether there is one."""
        head = self.real.first(order, migratetype)
        return TracedInt.of(self.trace, head) if self.trace.record(head is not None) else None

    def is_free_block(self, pfn: int, order: int) -> TracedBool:
        """Writes the answer down once somebody asks for its truth."""
        return TracedBool(self.trace, self.real.is_free_block(int(pfn), order))


class TracedOrder:
    """What the live map had at a page when it was looked up; only to be compared with an order."""

    __hash__ = None  # type: ignore[assignment]  # as its symbolic counterpart

    def __init__(self, live: TracedLive, page: int) -> None:
        self.live, self.page, self.known = live, page, live.known
        self.order = live.real.get(page)

    def asked(self, order: object, *, opposite: bool = False) -> TracedBool:
        """Whether, or whether not, it is that order."""
        key, value = (self.page, order), (self.order == order) != opposite
        return Known(self.live.trace, self.known, key, value, opposite=opposite)

    def __eq__(self, order: object) -> TracedBool:  # type: ignore[override]  # traced on purpose
        return self.asked(order)

    def __ne__(self, order: object) -> TracedBool:  # type: ignore[override]  # traced on purpose
        return self.asked(order, opposite=True)

    def __bool__(self) -> bool:
        raise TypeError("the truth of an order, which its symbolic counterpart does not know")


Answers = dict[tuple[int, object], bool]


class Known(TracedBool):
    """A question to the live map, which the path remembers until the map changes."""

    def __init__(
        self, trace: Trace, known: Answers, key: tuple[int, object], value: bool, *, opposite: bool = False
    ) -> None:
        super().__init__(trace, value, opposite=opposite)
        self.known, self.key = known, key

    def __bool__(self) -> bool:
        if self.key not in self.known:
            self.known[self.key] = self.value != self.opposite
            return super().__bool__()
        return self.value


class TracedLive:
    """A zone's dict of live blocks."""

    def __init__(self, trace: Trace, real: dict[int, int]) -> None:
        self.trace, self.real = trace, real
        self.known: Answers = {}

    def get(self, pfn: int) -> TracedOrder:
        """What may be compared with an order."""
        return TracedOrder(self, int(pfn))

    def __getitem__(self, pfn: int) -> TracedOrder:
        """As ``get``, of a block that is live."""
        if int(pfn) not in self.real:
            raise KeyError(int(pfn))
        return self.get(pfn)

    def __contains__(self, pfn: int) -> bool:
        page = int(pfn)
        return bool(Known(self.trace, self.known, (page, None), page in self.real))

    def __setitem__(self, pfn: int, order: int) -> None:
        self.real[int(pfn)] = order
        self.known = {}

    def __delitem__(self, pfn: int) -> None:
        """Asks for the order, unless the path knows it."""
        page = int(pfn)
        if not self.known.get((page, self.real[page])):
            any(self.get(page).asked(order) for order in range(self.real[page] + 1))
        del self.real[page]
        self.known = {}

    def pop(self, pfn: int, default: None = None) -> TracedOrder | None:
        """As a dict's, with a default."""
        if pfn not in self:
            return default
        order = self.get(pfn)
        del self[pfn]
        return order


class TracedSpans:
    """A ``Spans``; the question is, as on the symbolic side, whether some page is inside, or outside."""

    def __init__(self, trace: Trace, real: Any) -> None:
        self.trace, self.real = trace, real

    def overlaps(self, start: int, end: int) -> bool:
        """Whether some page is inside."""
        return self.trace.record(self.real.overlaps(int(start), int(end)))

    def covers(self, start: int, end: int) -> bool:
        """Whether no page is outside."""
        return not self.trace.record(not self.real.covers(int(start), int(end)))

    def add(self, start: int, end: int) -> None:
        """As it is."""
        self.real.add(int(start), int(end))


def trails(
    subject: Subject, operation: str, variant: Variant, zone: Any, pages: tuple[int, ...]
) -> list[Trail]:
    """The trails of a real call on a real zone: one, or one for each iteration of ``add_range``."""
    trace = Trace()
    call_traced(subject, operation, variant, zone, pages, trace, TYPE)
    return trace.trails


def call_traced(
    subject: Subject,
    operation: str,
    variant: Variant,
    zone: Any,
    pages: tuple[int, ...],
    trace: Trace,
    migratetype: int,
) -> None:
    """A real call on a real zone, with what it decides written down."""
    zone.free_area = TracedArea(trace, zone.free_area)
    zone.live = TracedLive(trace, zone.live)
    zone.spans = TracedSpans(trace, zone.spans)
    stubbed = {"add_range": ("free_one_page",)}.get(operation, STUBBED if "Zone." in operation else ())
    contracts = {name: trace.contract(name, getattr(subject.buddy, name)) for name in stubbed}
    edges = {name: trace.edge(getattr(subject.zone, name)) for name in ("pfn_error", "range_error")}
    call = _call(subject, operation, variant, zone, trace, pages, migratetype)
    with replaced(subject.buddy, **contracts), replaced(subject.zone, **edges):
        try:
            trace.end(call())
        except TooManyPaths:
            raise
        except Exception as error:  # broken code may raise anything; the path must say the same
            trace.end(None, error)


def _call(
    subject: Subject,
    operation: str,
    variant: Variant,
    zone: Any,
    trace: Trace,
    pages: tuple[int, ...],
    migratetype: int,
) -> partial[object]:
    """The call as the symbolic side makes it; the functions of the buddy module are looked up now."""
    given = [TracedInt.of(trace, page) for page in pages]
    area, order = zone.free_area, variant.order
    if operation.startswith("Zone."):
        arguments = given if operation == "Zone.add_range" else [*given, order]
        return partial(getattr(zone, operation.removeprefix("Zone.")), *arguments)
    function = getattr(subject.buddy, operation.split(",")[0])
    if operation == "rmqueue_smallest":
        return partial(function, area, order, migratetype)
    if operation == "take":
        return partial(function, area, *given, order)
    if operation == "add_range":
        return partial(function, area, TracedCursor.of(trace, pages[0]), given[1], migratetype)
    zone.live.real.pop(pages[0])  # the caller owns the block now
    return partial(function, area, *given, order, migratetype, to_tail=variant.to_tail)

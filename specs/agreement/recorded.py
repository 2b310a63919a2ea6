"""Real calls, written down: the states on the way, the changes, the answers and the decisions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from specs.agreement.settings import Setting, Snapshot
from specs.ledger.subject import Subject
from specs.prover.method.trails import ANSWERING, Trace, Trail
from specs.prover.models.core.operations import STUBBED, Variant, replaced
from specs.prover.models.core.traced import call_traced


class Change(NamedTuple):
    """A concrete ``Step``."""

    does: str
    pfn: int
    order: int
    migratetype: int | None = None
    tail: bool | None = None


@dataclass
class Happening:
    """One run, or one iteration of a loop: all that its symbolic path claims to know."""

    states: dict[str, Snapshot]
    """By the name of the symbolic state: "0" at first, a number after each call that has a contract."""
    changes: list[Change] = field(default_factory=list)
    heads: list[int] = field(default_factory=list)
    """The pages that the lists answered."""
    trail: Trail = field(default_factory=lambda: Trail((), ""))
    result: object = None
    error: BaseException | None = None
    final: Snapshot = field(default_factory=lambda: Snapshot({}, {}))


class Recorder(Trace):
    """A trace that also writes down what changes; nothing of what happens inside a contract."""

    def __init__(self, zone: Any) -> None:
        super().__init__()
        self.area, self.live, self.spans = zone.free_area, zone.live, zone.spans
        self.inside = self.calls = 0
        self.entry = self.now()
        self.happenings: list[Happening] = []
        self.current = self.begin()

    def now(self) -> Snapshot:
        """The state as it is."""
        return Snapshot.of(self.area, self.live, self.spans)

    def begin(self) -> Happening:
        """What is written down from here on; "c" is where an iteration of a loop begins."""
        self.calls = 0
        return Happening({"0": self.entry, "c": self.now()})

    def change(self, *change: Any) -> None:
        """Write the change down."""
        if not self.inside:
            self.current.changes.append(Change(*change))

    def name_state(self, name: str) -> None:
        """The symbolic side has a new state of this name."""
        self.current.states[name] = self.now()

    def end(self, result: object, error: BaseException | None = None) -> None:
        """The trail ends here, and so does what happened on it."""
        super().end(result, error)
        self.current.trail, self.current.final = self.trails[-1], self.now()
        self.current.result, self.current.error = result, error
        self.happenings.append(self.current)
        self.current = self.begin()

    def called(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, whose own changes count as one."""

        def recorded(*args: Any, **named: Any) -> Any:
            self.inside += 1
            try:
                answer = function(*args, **named)
            finally:
                self.inside -= 1
            refused = name in ANSWERING and (answer is None or answer is False)
            if not self.inside and not refused:
                if name == "rmqueue_smallest":
                    self.current.heads.append(int(answer))
                self.change(*_change(name, answer, *args[1:], **named))
                self.calls += 1
                self.name_state(str(self.calls))
            return answer

        return recorded


def _change(name: str, answer: Any, *args: Any, to_tail: bool = False) -> Change:
    if name == "rmqueue_smallest":
        return Change("alloc", int(answer), args[0], args[1])
    if name == "take":
        return Change("take", int(args[0]), args[1])
    if name == "free_one_page":
        return Change("free", int(args[0]), args[1], args[2], to_tail)
    return Change("feed", int(args[0]), 0, args[2])


class RecordedArea:
    """The real free area, with what it does written down."""

    def __init__(self, recorder: Recorder, real: Any) -> None:
        self.recorder, self.real = recorder, real
        self.max_order, self.is_free_block = real.max_order, real.is_free_block

    def add(self, pfn: int, order: int, migratetype: int, *, tail: bool) -> None:
        """As it is."""
        self.real.add(pfn, order, migratetype, tail=tail)
        self.recorder.change("add", pfn, order, migratetype, tail)

    def remove(self, pfn: int, order: int) -> int:
        """As it is."""
        migratetype: int = self.real.remove(pfn, order)
        self.recorder.change("remove", pfn, order)
        return migratetype

    def first(self, order: int, migratetype: int) -> int | None:
        """As it is."""
        head: int | None = self.real.first(order, migratetype)
        if head is not None and not self.recorder.inside:
            self.recorder.current.heads.append(head)
        return head


class RecordedLive(dict[int, int]):
    """A real dict of live blocks."""

    def __init__(self, real: dict[int, int]) -> None:
        super().__init__(real)
        self.recorder: Recorder | None = None

    def __setitem__(self, pfn: int, order: int) -> None:
        super().__setitem__(pfn, order)
        if self.recorder:
            self.recorder.change("live", pfn, order)

    def __delitem__(self, pfn: int) -> None:
        if self.recorder:
            self.recorder.change("dead", pfn, self[pfn])
        super().__delitem__(pfn)


class RecordedSpans:
    """The real ranges."""

    def __init__(self, recorder: Recorder, real: Any) -> None:
        self.recorder, self.real = recorder, real
        self.overlaps, self.covers = real.overlaps, real.covers

    def add(self, start: int, end: int) -> None:
        """As it is."""
        self.real.add(start, end)
        self.recorder.change("span", start, 0)
        self.recorder.name_state("s")


def happenings(subject: Subject, operation: str, variant: Variant, setting: Setting) -> list[Happening]:
    """Make the real call from the setting."""
    zone = setting.zone(subject)
    zone.live = live = RecordedLive(zone.live)
    recorder = live.recorder = Recorder(zone)
    zone.free_area = RecordedArea(recorder, zone.free_area)
    zone.spans = RecordedSpans(recorder, zone.spans)
    stubbed = ("free_one_page",) if operation == "add_range" else STUBBED if "Zone." in operation else ()
    functions = {name: recorder.called(name, getattr(subject.buddy, name)) for name in stubbed}
    with replaced(subject.buddy, **functions):
        call_traced(subject, operation, variant, zone, setting.pages, recorder, setting.migratetype)
    return recorder.happenings

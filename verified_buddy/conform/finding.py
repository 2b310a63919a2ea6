"""What was found: a run that diverges, the rule, and the state before the operation that shows it."""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import Final

import msgspec

from verified_buddy.conform.board import FINI, INIT, STAGE, Board
from verified_buddy.conform.child import Ending
from verified_buddy.conform.drive import FORK, OUTPUT
from verified_buddy.conform.peer import HIGHEST, CannotDriveError, Geometry
from verified_buddy.conform.steps import Steps, steps_of
from verified_buddy.oracle.judge import Fault, Judge
from verified_buddy.oracle.memory import Memory
from verified_buddy.oracle.neighbourhood import CELLS, History, around, neighbourhood
from verified_buddy.oracle.rules import THEOREMS, Level
from verified_buddy.oracle.trace import Alloc, Batch, Crash, Event, Free, Header

TOTALITY: Final = "totality"
"""The row of the ledger that says: every call ends, with a result or an error of its own."""
UNANSWERED: Final = ("crash", "hang", "memory", "reply")
"""What happens in the middle of a call."""
AFTER: Final = (OUTPUT, FORK)
"""What is seen after the run."""


@dataclass(frozen=True, slots=True)
class Run:
    """A run that diverges at its last operation."""

    header: Header
    asked: list[Event]
    """The operations; where a call has no answer, the last one looks refused or done."""
    rule: str
    says: str
    where: str
    """The call during which it happened, if that is no operation."""
    steps: Steps
    """The operations, to be repeated."""
    misuse: str = ""
    """The misuse that it shows, which the steps cannot tell."""

    @property
    def geometry(self) -> Geometry:
        """The pool."""
        return Geometry(self.header.start_pfn, self.header.nr_pages, self.header.max_order)

    def within(self, low: int, high: int) -> Steps:
        """The steps without the blocks that do not lie in [low, high)."""
        last = len(self.asked) - 1
        return steps_of(
            event
            for index, event in enumerate(self.asked)
            if index == last or type(event) is not Alloc or event.pfn is None or low <= event.pfn < high
        )

    @property
    def theorem(self) -> str:
        """The row of the ledger behind the rule."""
        return next((name for rule, name in THEOREMS.items() if rule == self.rule), TOTALITY)

    @property
    def events(self) -> list[Event]:
        """The run as a trace tells it."""
        if not (self.where or self.rule in UNANSWERED or self.rule in AFTER):
            return self.asked
        if self.where or self.rule in AFTER or not self.asked:
            return [*self.asked, Crash(self.rule, self.where or None)]
        return [*self.asked[:-1], Crash(self.rule, call(self.asked[-1]))]

    def lines(self) -> list[str]:
        """The operations as a person reads them."""
        return [spelled(event) for event in self.events]

    def told(self) -> str:
        """All of it as text."""
        words, picture = self.picture()
        says = f"{self.rule} (theorem {self.theorem}): {self.says}" + (f": {words}" if words else "")
        return "\n".join([says, str(self.geometry), *self.lines(), *picture])

    def trace(self, source: str = "") -> bytes:
        """The run as a buddy-trace, which may say where it comes from."""
        takes = self.header.free_takes_order
        head = plain(self.header)
        if source:
            head = head[:-1] + b',"source":' + msgspec.json.encode(source) + b"}"
        lines: list[Event] = [
            Free(event.pfn, None, event.rc) if type(event) is Free and not takes else event
            for event in self.events
        ]
        return b"".join(line + b"\n" for line in (head, *map(plain, lines)))

    def picture(self) -> tuple[str, tuple[str, ...]]:
        """Who owns the pages around the operation, in words, and the state before it, drawn."""
        judge, history = Judge(Memory(self.header), Level.SAFETY), History()
        before = self.asked if self.where else self.asked[:-1]
        history.batches.append(Batch(1, 2, b"", self.asked))
        for _ in judge.faults(before, 1):
            pass
        number = len(before) + 1
        judge.level = Level.EXACT
        last = None if self.where or not self.asked else self.asked[-1]
        judged = self.rule in THEOREMS and self.rule != "crash"
        fault = judge.fault(last, number) if last is not None and judged else None
        if fault is None and type(last) is Free and last.order is not None:
            fault = Fault("crash", self.says, last.pfn, last.order)
        header = self.header
        words = ""
        drawing: tuple[str, ...] = ()
        if fault is not None:
            found = around(judge.memory, fault, number, history)
            words, drawing = found.words, found.picture
        if header.nr_pages <= CELLS:
            block = (0, 0)
            if fault is not None and fault.pfn is not None:
                block = (fault.pfn, fault.pfn + (1 << min(fault.order, header.max_order)))
            whole = neighbourhood(judge.memory, block, (header.start_pfn, header.end_pfn), number, history)
            drawing = whole.picture
        return words, drawing


def call(event: Event) -> str:
    """A call as the C interface spells it, with blanks."""
    match event:
        case Alloc(order=order):
            return f"alloc {order}"
        case Free(pfn=pfn, order=order):
            return f"free {pfn} {order}"
    return "take"


def spelled(event: Event) -> str:
    """An operation and its answer on one line."""
    match event:
        case Alloc(order=order, pfn=pfn):
            return (
                f"alloc {order} -> {'refused' if pfn is None else pfn if pfn <= HIGHEST else pfn - (1 << 64)}"
            )
        case Free(pfn=pfn, order=order, rc=rc):
            return f"free {pfn} {order}" + (f" -> {rc}" if rc else "")
        case Crash(signal=what, during=during):
            return f"{during or 'at the end'} -> {what}"
    return "take"


def plain(line: Header | Event) -> bytes:
    """A line of a trace, without what is not told."""
    fields = msgspec.to_builtins(line)
    return msgspec.json.encode(
        {key: value for key, value in fields.items() if key not in ("t0", "t1") and (key, value) != ("rc", 0)}
    )


def run_of(ending: Ending, board: Board, deadline: float) -> Run | None:
    """The run that a child left, if it diverges.  Raises CannotDriveError."""
    header = board.header()
    result = ending.result or {}
    if "cannot" in result:
        raise CannotDriveError(result["cannot"] + in_brackets(ending.words))
    rule = result.get("rule") or ending.kind
    if rule in ("done", "late"):
        return None
    if header is None:
        raise CannotDriveError(f"before the first call: {because(ending, deadline)}")
    stage = board.words[STAGE]
    where = {INIT: "init", FINI: "fini"}.get(stage, "")
    asked = [] if stage == INIT else list(board.events())
    says = result.get("says") or because(ending, deadline)
    if rule == "reply":
        says += in_brackets(ending.words)
    if rule in UNANSWERED:
        during = where or (call(asked[-1]) if asked else "init")
        says = f"{says} during {during}"
    return Run(header, asked, rule, says, where, steps_of(asked))


def because(ending: Ending, deadline: float) -> str:
    """Why there is no answer."""
    words = in_brackets(ending.words)
    status = (ending.result or {}).get("status", ending.status)
    number = -status if status < 0 else ending.signal
    if ending.kind == "hang":
        return f"no answer within {deadline:g} s{words}"
    if ending.kind == "memory":
        return f"its memory grows without end{words}"
    if number:
        return f"ended by {signal.Signals(number).name}{words}"
    return f"ended itself with status {status}{words}"


def in_brackets(words: str) -> str:
    """What it said last, after what is said of it."""
    return f" ({words})" if words else ""

"""Concrete trails: the same functions on real zones, with what they decide written down.

A trail is the tuple of decisions of one run, as ``Path.choices`` holds it on the symbolic side: what
the code asks of page numbers and of the live map, and the answers of the free lists, the spans and the
functions that have contracts.  A comparison counts under the name that z3 gives it: ``a < b`` as
``b <= a``, ``a > b`` as ``a <= b`` and ``a != b`` as ``a == b``, with the opposite answer.

A path knows what it has decided.  The core never asks a page number or the free lists the same thing
twice, so only the live map remembers; code that does ask twice has trails that differ, and fails.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.paths import Cut, TooManyPaths
from specs.prover.models.core.operations import Walk

MAX_ANSWERS = 5000
"""No honest call asks more questions, what its callees ask included."""
ANSWERING = ("rmqueue_smallest", "take")
"""The functions whose contract says yes or no."""


class Trail(NamedTuple):
    """One path: what was decided, and how it ended."""

    decisions: tuple[bool, ...]
    ending: str


def trail_of(walk: Walk) -> Trail:
    """The trail of a symbolic path."""
    return Trail(tuple(walk.path.choices), _ending(walk.path.result, walk.path.error))


def _ending(result: object, error: BaseException | None) -> str:
    if isinstance(error, Cut):
        return "cut"
    if error is not None:
        return type(error).__name__
    return "page" if isinstance(result, LiftedPfn | TracedInt) else repr(result)


class Trace:
    """The decisions of one concrete run."""

    def __init__(self) -> None:
        self.answers: list[bool] = []
        self.iterating = False
        self.muted = False
        self.asked = 0
        self.trails: list[Trail] = []

    def record(self, answer: bool) -> bool:
        """Write the answer down, unless a function that has a contract asks."""
        self.asked += 1
        if self.asked > MAX_ANSWERS:
            raise TooManyPaths(f"more than {MAX_ANSWERS} questions in one call")
        if not self.muted:
            self.answers.append(answer)
        return answer

    def end(self, result: object, error: BaseException | None = None) -> None:
        """The trail ends here."""
        self.trails.append(Trail(tuple(self.answers), _ending(result, error)))
        self.answers = []

    def contract(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function; as its stub, it decides nothing but what its contract says."""

        def called(*args: Any, **named: Any) -> Any:
            before, self.muted = self.muted, True
            try:
                result = function(*args, **named)
            finally:
                self.muted = before
            if name in ANSWERING:
                self.record(result is not None and result is not False)
            return result

        return called

    def edge(self, check: Callable[..., object]) -> Callable[..., object]:
        """The check of an argument, which decides whether there is an error."""

        def called(*args: int) -> object:
            error = check(*map(int, args))
            self.record(error is None)
            return error

        return called


class TracedBool:
    """The answer to a question; asking for its truth writes it down."""

    def __init__(self, trace: Trace, value: bool, *, opposite: bool = False) -> None:
        self.trace, self.value, self.opposite = trace, value, opposite

    def __bool__(self) -> bool:
        return self.trace.record(self.value != self.opposite) != self.opposite


class TracedInt(int):
    """A page frame number with the operators of ``LiftedPfn``; what others do with it is not traced."""

    trace: Trace
    __hash__ = int.__hash__

    @classmethod
    def of(cls, trace: Trace, value: int) -> TracedInt:
        """The number, on that trace."""
        made = cls(value)
        made.trace = trace
        return made

    def __and__(self, other: int) -> int:
        return 0 if type(other) is int and other == 0 else TracedInt.of(self.trace, int(self) & int(other))

    def __or__(self, other: int) -> int:
        return TracedInt.of(self.trace, int(self) | int(other))

    def __xor__(self, other: int) -> int:
        return TracedInt.of(self.trace, int(self) ^ int(other))

    def __add__(self, other: int) -> int:
        return type(self).of(self.trace, int(self) + int(other))

    def __sub__(self, other: int) -> int:
        return TracedInt.of(self.trace, int(self) - int(other))

    def __mod__(self, other: int) -> int:
        return 0 if other == 1 else TracedInt.of(self.trace, int(self) % int(other))

    def __floordiv__(self, other: int) -> int:
        return TracedInt.of(self.trace, int(self) // int(other))

    def __lt__(self, other: int) -> TracedBool:  # type: ignore[override, misc]  # traced on purpose
        return TracedBool(self.trace, int(self) < int(other), opposite=True)

    def __le__(self, other: int) -> TracedBool:  # type: ignore[override, misc]  # traced on purpose
        return TracedBool(self.trace, int(self) <= int(other))

    def __gt__(self, other: int) -> TracedBool:  # type: ignore[override, misc]  # traced on purpose
        return TracedBool(self.trace, int(self) > int(other), opposite=True)

    def __ge__(self, other: int) -> TracedBool:  # type: ignore[override, misc]  # traced on purpose
        return TracedBool(self.trace, int(self) >= int(other))

    def __eq__(self, other: object) -> TracedBool:  # type: ignore[override]  # traced on purpose
        return TracedBool(self.trace, int.__eq__(self, other) is True)

    def __ne__(self, other: object) -> TracedBool:  # type: ignore[override]  # traced on purpose
        return TracedBool(self.trace, int.__eq__(self, other) is not True, opposite=True)


class TracedCursor(TracedInt):
    """The variable of a loop: each of its comparisons ends the trail of the iteration before."""

    def __lt__(self, other: int) -> TracedBool:  # type: ignore[override, misc]  # traced on purpose
        if self.trace.iterating:
            self.trace.end(None, Cut())
        self.trace.iterating = True
        return super().__lt__(other)

"""The way that a call takes through the code: which instructions ran, and what its callees said.

The same text is run from any state and in a real one, so the ways can be compared as they are.  What stands
in for something, and what a function that stands by its contract does inside, is no part of the way; only
what such a function answered is: nothing, no, none at all, or something.
"""

from __future__ import annotations

import ast
import dis
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import CodeType, FrameType, TracebackType
from typing import Any, NamedTuple

from specs.ledger.subject import CORE, HOLDERS, LINUX, PACKAGE, Subject
from specs.prover.method.operations import Call, LoopAt, Operation, Walk
from specs.prover.method.paths import Cut, Path, explore

STOOD_IN = tuple(f"{name}." for name in HOLDERS)
"""How the names of their functions begin."""
MOST = 400_000
"""No honest call runs more instructions in a small scene."""

Place = tuple[int | None, int | None, int | None, int | None]
Step = tuple[str, Place] | str


class Way(NamedTuple):
    """What ran, and how it ended."""

    steps: tuple[Step, ...]
    ending: str


class TooLong(Exception):
    """The call runs on and on."""


@cache
def codes(subject: Subject) -> frozenset[CodeType]:
    """Every function of the code under proof, but for those of the classes that hold the state."""
    found: set[CodeType] = set()
    for name in (*CORE, *LINUX):
        module = subject.module(name)
        for thing in vars(module).values() if name != "errors" else ():
            if getattr(thing, "__module__", None) == module.__name__:
                found |= set(_codes_of(thing))
    return frozenset(code for code in found if PACKAGE in code.co_filename)


def _codes_of(thing: object) -> Iterator[CodeType]:
    if isinstance(thing, type):
        if f"{thing.__name__}." not in STOOD_IN:
            for part in vars(thing).values():
                yield from _codes_of(getattr(part, "fget", part))
    elif isinstance(code := getattr(thing, "__code__", None), CodeType):
        yield from _nested(code)


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


def place_of_loop(subject: Subject, loop: LoopAt) -> Place:
    """Where the condition of the loop stands."""
    return _place(subject.text(loop.module), loop.function)


def cursor_of(subject: Subject, loop: LoopAt) -> str:
    """What the loop goes by, as its condition has it."""
    return _condition(subject.text(loop.module), loop.function)


@cache
def _condition(text: str, function: str) -> str:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            tests = [inner.test for inner in ast.walk(node) if isinstance(inner, ast.While)]
            return ast.unparse(tests[0].left) if tests and isinstance(tests[0], ast.Compare) else "0"
    return "0"


@cache
def _place(text: str, function: str) -> Place:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name == function:
            tests = [inner.test for inner in ast.walk(node) if isinstance(inner, ast.While)]
            if tests:
                return tests[0].lineno, tests[0].end_lineno, tests[0].col_offset, tests[0].end_col_offset
    return None, None, None, None


class Recorder:
    """Writes down the way of one call, as long as the block lasts."""

    def __init__(self, watched: frozenset[CodeType], operation: Operation, loop: Place | None) -> None:
        self.watched, self.loop, self.tells = watched, loop, operation.model.tells
        self.steps: list[Step] = []
        self.tests: list[int] = []
        """Where in the steps the condition of the loop was asked."""
        self.at_test: Callable[[FrameType], None] = lambda frame: None
        """Told each time that the condition of the loop is asked."""
        self.muted = 0
        self.count = 0

    def __enter__(self) -> Recorder:
        self.before = sys.gettrace()
        sys._getframe().f_trace_opcodes = True  # or Python 3.12 tells of no instruction until the next start
        sys.settrace(self._called)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.settrace(self.before)

    def _called(self, frame: FrameType, event: str, arg: object) -> Any:
        if self.muted or frame.f_code not in self.watched:
            return None
        if frame.f_back is not None and frame.f_back.f_code.co_qualname.startswith(STOOD_IN):
            return None
        frame.f_trace = self._runs  # first, or Python 3.13 tells of no instruction before the next call
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return self._runs

    def _runs(self, frame: FrameType, event: str, arg: object) -> Any:
        if event == "opcode" and not self.muted:
            self.count += 1
            if self.count > MOST:
                raise TooLong(f"more than {MOST} instructions in one call")
            code = frame.f_code
            asks, place = _instructions(code)[frame.f_lasti]
            if place is None:
                return self._runs
            if asks and place == self.loop:
                self.tests.append(len(self.steps))
                self.at_test(frame)
            step = (code.co_qualname, place)
            if not self.steps or self.steps[-1] != step:
                self.steps.append(step)
        return self._runs

    def answered(self, name: str, answer: object) -> None:
        """A function that stands by its contract has answered."""
        if not self.muted:
            self.steps.append(f"{name}: {self.tells.get(name, kind_of)(answer)}")

    def ways(self, result: object, error: BaseException | None, before: int) -> list[Way]:
        """The way; or one for each iteration of the loop, behind those before it and the way to them."""
        end = ending(result, error)
        if self.loop is None or len(self.tests) <= before:
            return [Way(tuple(self.steps), end)]
        marks = [*self.tests, len(self.steps)]
        first = tuple(self.steps[: marks[before]])
        pairs = zip(marks[before:], marks[before + 1 :], strict=False)
        parts = [tuple(self.steps[one:two]) for one, two in pairs]
        if isinstance(error, Cut):
            parts.pop()  # the condition that ended the iteration
            return [Way(first + part, "cut") for part in parts]
        return [Way(first + part, "cut") for part in parts[:-1]] + [Way(first + parts[-1], end)]


@cache
def _instructions(code: CodeType) -> Mapping[int, tuple[bool, Place | None]]:
    """By its place in the code: whether an instruction compares, and where its text stands.

    Those that only say where to go on are left out: a loop's end goes on otherwise than its beginning.
    """
    positions = list(code.co_positions())
    return {
        each.offset: (
            each.opname == "COMPARE_OP",
            None if each.opname.startswith(LAYOUT) else positions[each.offset // 2],
        )
        for each in dis.get_instructions(code, show_caches=True)
    }


LAYOUT = ("JUMP", "NOP", "RESUME", "CACHE", "EXTENDED_ARG", "NOT_TAKEN")
"""Instructions that belong to the layout of the code, and not to its text."""


def ways_of(subject: Subject, call: Call) -> list[tuple[Walk, Way]]:
    """Every path of the call, walked anew, and the way that it takes; raises TooManyPaths."""
    operation, recorders = call.of, list[Recorder]()
    loop = None if operation.loop is None else place_of_loop(subject, operation.loop)
    before = 0 if operation.loop is None else operation.loop.before

    def run(path: Path) -> object:
        recorders.append(Recorder(codes(subject), operation, loop))
        with recorders[-1]:
            return operation.run(subject, call.variant, call.top, path, recorders[-1])

    found = []
    for path in explore(run):
        (way,) = recorders[-1].ways(path.result, path.error, before)
        found.append((Walk(*call, path), way))
    return found


def kind_of(answer: object) -> str:
    """An answer, as far as both sides can tell it."""
    return str(answer) if answer is None or isinstance(answer, bool) else "one"


def some_or_none(answer: object) -> str:
    """Of a function that says how many."""
    return "none" if type(answer) is int and answer == 0 else "some"


def ending(result: object, error: BaseException | None) -> str:
    """How the call ended, as far as both sides can tell it."""
    if isinstance(error, Cut):
        return "cut"
    if error is not None:
        return type(error).__name__
    return "nothing" if result is None else "an answer"

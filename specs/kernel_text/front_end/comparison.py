"""Compiled and interpreted, the same functions agree: in values, and in where C defines none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from specs.kernel_text.front_end.compiled import FILE, Answer, Rows, answers
from specs.kernel_text.front_end.corners import corners
from specs.kernel_text.front_end.front import Front
from specs.kernel_text.front_end.programs import Function, Program, arguments, program


@dataclass(frozen=True)
class Batch:
    """Texts, calls of their functions, and what a compiler makes of them."""

    programs: Sequence[Program]
    rows: Rows
    answers: dict[str, list[Answer]]

    @property
    def calls(self) -> int:
        """How many there are."""
        return sum(map(len, self.rows.values()))


class Compared(NamedTuple):
    """A call, and how it came out."""

    function: str
    row: tuple[int, ...]
    outcome: str
    """value, undefined, not compared; or what differs."""

    @property
    def differs(self) -> bool:
        """Whether the two do not agree."""
        return self.outcome not in AGREED


AGREED = ("value", "undefined", "not compared")


def batch(folder: Path, seeds: Iterable[int], many: int, *, loops: bool = True) -> Batch:
    """The texts of the seeds, each function with so many calls."""
    programs = [program(seed, loops=loops) for seed in seeds]
    corner, rows = corners(loops=loops)
    for each in programs:
        for function in each.functions:
            rows[function.name] = arguments(Random(function.name), function, many)  # noqa: S311 # to be repeated
    programs.insert(0, corner)
    return Batch(programs, rows, answers(folder, programs, rows))


def compare(front: Front, made: Batch) -> Iterator[Compared]:
    """Every call, interpreted and compared."""
    for each in made.programs:
        text = front.read(FILE, each.text)
        for function in each.functions:
            line = each.text.splitlines()[text.place(function.name).line - 1 :][:2]
            if f"{function.name}(" not in "".join(line):
                yield Compared(function.name, (), "it does not stand on its line")
            calls = zip(made.rows[function.name], made.answers[function.name], strict=True)
            for row, answer in calls:
                yield Compared(function.name, row, outcome(front, text, function, row, answer))


def outcome(front: Front, text: Any, function: Function, row: tuple[int, ...], answer: Answer) -> str:
    """How a call comes out."""
    args = [front.given(value) for value in row]
    try:
        found, machine = front.run(text, function.name, args)
    except Exception as error:  # a broken twin may do anything
        return f"{type(error).__name__}: {error}"
    if isinstance(found, front.errors.Undefined):
        return _undefined(str(found), machine.place.line, answer)
    if answer.value is None:
        return f"{found.value}, and line {answer.line} has no meaning in C"
    if not found.kind.least <= found.value <= found.kind.most or found.kind.name != function.result.name:
        return f"{found.value} is no {function.result.name}"
    same = found.value & (2**64 - 1) == answer.value
    return "value" if same else f"{found.value & (2**64 - 1):#x}, and compiled {answer.value:#x}"


def _undefined(says: str, line: int, answer: Answer) -> str:
    """A conversion to a signed kind has a meaning for the compiler, and none for us."""
    if "does not fit" in says:
        return "not compared"
    if answer.line is None:
        return f"{says}, and compiled {answer.value}"
    return "undefined" if answer.line == line else f"{says} on line {line}, and compiled on {answer.line}"

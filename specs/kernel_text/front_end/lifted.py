"""The interpreter on terms agrees with itself on numbers, path by path: values, and what is owed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import z3

from specs.kernel_text.front_end.compiled import FILE
from specs.kernel_text.front_end.front import Front
from specs.kernel_text.front_end.programs import Function, Program
from specs.kernel_text.integers import BITS, ULONG, Kind
from specs.prover.method.paths import Path, TooManyPaths, explore

Row = tuple[int, ...]


@dataclass(frozen=True)
class Agreed:
    """How one call came out: value, undefined; or what differs."""

    function: str
    row: Row
    outcome: str

    @property
    def differs(self) -> bool:
        """Whether the two do not agree."""
        return self.outcome not in ("value", "undefined")


def compare(front: Front, program: Program, rows: Mapping[str, Sequence[Row]]) -> Iterator[Agreed]:
    """Each function of the text, on terms and on numbers."""
    text = front.read(FILE, program.text)
    for function in program.functions:
        try:
            paths = walked(front, text, function)
        except TooManyPaths:
            continue
        for row in rows[function.name]:
            yield Agreed(function.name, row, outcome(front, text, function, paths, row))


def unknown(at: int) -> z3.BitVecRef:
    """The term of an argument."""
    return z3.BitVec(f"a{at}", BITS)


def walked(front: Front, text: Any, function: Function) -> list[Path]:
    """The paths of the function, with nothing known of its arguments but their kinds."""

    def run(path: Path) -> Any:
        args = []
        for at, kind in enumerate(function.kinds):
            path.assume(bounds(kind, unknown(at)))
            args.append(
                front.integers.Int(front.kind("unsigned long" if kind == ULONG else "long"), unknown(at))
            )
        return front.run(text, function.name, args, path)[0]

    return list(explore(run))


def bounds(kind: Kind, value: z3.BitVecRef) -> z3.BoolRef:
    """The term holds a number of the kind."""
    if kind.bits == BITS:
        return z3.BoolVal(True)
    return z3.And(value >= kind.least, value <= kind.most)


def outcome(front: Front, text: Any, function: Function, paths: Sequence[Path], row: Row) -> str:
    """How a call comes out: the path that its values take answers what the run on them does."""
    args = [front.given(value) for value in row]
    found = front.run(text, function.name, args)[0]
    at = [(unknown(each), z3.BitVecVal(value, BITS)) for each, value in enumerate(row)]
    broken = [path for path in paths if breaks(front, path, with_names(path, at))]
    if isinstance(found, front.errors.Undefined):
        return "undefined" if broken else f"{found}, which no path owes"
    if broken:
        return f"{found.value}, and a path owes what is not so"
    taken = [path for path in paths if holds((*path.facts, *path.denied), with_names(path, at))]
    if len(taken) != 1:
        return f"{len(taken)} paths are taken"
    return _same(taken[0], found, with_names(taken[0], at), function)


def with_names(path: Path, at: Any) -> Any:
    """The values, and those of the terms to which the path gave names."""
    found = list(at)
    for name, known in path.named:
        found.append((name, z3.simplify(z3.substitute(known, *found))))
    return found


def _same(path: Path, found: Any, at: Any, function: Function) -> str:
    if path.error is not None:
        return f"{found.value}, and the path: {path.error!r}"
    made = path.result
    if made.kind.name != found.kind.name:
        return f"{found.kind.name}, and the path {made.kind.name}"
    value = (
        made.value if isinstance(made.value, int) else z3.simplify(z3.substitute(made.value, *at)).as_long()
    )
    mask = (1 << BITS) - 1
    return "value" if value & mask == found.value & mask else f"{found.value}, and the path {value}"


def breaks(front: Front, path: Path, at: Any) -> bool:
    """Whether something is not so that the path owes, or it ends in what has no meaning, on these values."""
    for owed in path.owed:
        if not holds([owed.goal], at) and holds((*owed.facts, *owed.beyond()), at):
            return True
    wrong = path.error if path.error is not None else path.result
    return isinstance(wrong, front.errors.Undefined) and holds((*path.facts, *path.denied), at)


def holds(facts: Sequence[z3.BoolRef], at: Any) -> bool:
    """Whether all are so on these values."""
    return all(z3.is_true(z3.simplify(z3.substitute(fact, *at))) for fact in facts)

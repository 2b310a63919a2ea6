"""The kill matrix: every mutant, judged; what survives; and what each theorem alone rejects."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from specs.ledger.forks import forked
from specs.ledger.subject import ROOMS, Twin, source_of
from specs.ledger.theorem import Method, Theorem
from specs.mutants.equivalents import EQUIVALENT
from specs.mutants.judge import Judged, judge
from specs.mutants.survey import PROOFS, Reach, prove_first, reaching, survey
from specs.mutants.systematic import Mutant, mutants
from specs.run.methods import by_method
from specs.twins import TWINS

SECONDS_A_MUTANT = 600


def named() -> tuple[Mutant, ...]:
    """The broken twins of the core that somebody thought of, as mutants."""
    return tuple(each for each in every_twin() if each.twin.module.partition(".")[0] not in ROOMS)


def every_twin() -> tuple[Mutant, ...]:
    """The broken twins of the core and of the layers, with the functions that they change."""
    return tuple(_named(twin) for twin in TWINS.values())


def _named(twin: Twin) -> Mutant:
    text = source_of(twin.module)
    start = text.index(twin.old)
    function = f"{twin.module}.{_function_at(text, text.count(chr(10), 0, start) + 1)}"
    if twin.module == "definitions":
        function = f"specs.model.{function}"
    return Mutant(twin, function, twin.source, text.count("\n", 0, start) + 1)


def _function_at(text: str, line: int) -> str:
    """The function, method or constant that stands there."""
    names: list[str] = []
    body = ast.parse(text).body
    while body:
        inside = [each for each in body if each.lineno <= line <= (each.end_lineno or 0)]
        body = []
        if inside and isinstance(inside[0], ast.ClassDef | ast.FunctionDef):
            names.append(inside[0].name)
            body = inside[0].body
        elif inside and not names and isinstance(inside[0], ast.Assign | ast.AnnAssign):
            target = inside[0].target if isinstance(inside[0], ast.AnnAssign) else inside[0].targets[0]
            names.append(ast.unparse(target))
    return ".".join(names)


def chosen(only: Sequence[str], sample: int | None) -> list[Mutant]:
    """The mutants whose names have any of the texts; a sample is spread evenly over them."""
    found = [
        mutant
        for mutant in (*named(), *mutants())
        if not only or any(text in mutant.name or text == mutant.function for text in only)
    ]
    return found if sample is None or sample >= len(found) else found[:: -(-len(found) // sample)]


@dataclass
class Matrix:
    """What a run has found out."""

    mutants: list[Mutant]
    judged: dict[str, Judged] = field(default_factory=dict)

    @property
    def killed(self) -> list[str]:
        """The names of those that a theorem rejects."""
        return [name for name, judged in self.judged.items() if judged.killed]

    @property
    def equivalent(self) -> list[str]:
        """The names of those that are no bugs."""
        return [name for name in self.judged if name in EQUIVALENT]

    @property
    def survivors(self) -> list[str]:
        """The names of those that no theorem rejects, and should."""
        return [name for name, judged in self.judged.items() if not judged.killed and name not in EQUIVALENT]

    @property
    def misjudged(self) -> list[str]:
        """The names of those that are called equivalent, and are not."""
        return [name for name in self.killed if name in EQUIVALENT]

    @property
    def by_method(self) -> dict[Method, int]:
        """How many count under each method: the strongest of those of the rows that reject them."""
        return by_method(judged.killed_by for judged in self.judged.values())

    def alone(self, rows: Iterable[Theorem] = PROOFS) -> dict[str, list[str]]:
        """For each of the theorems the mutants that only it, of these, rejects."""
        names = {row.name for row in rows}
        found: dict[str, list[str]] = {name: [] for name in names}
        for name, judged in self.judged.items():
            killers = names.intersection(judged.killed_by)
            if len(killers) == 1:
                found[killers.pop()].append(name)
        return found

    def as_json(self, *, full: bool) -> dict[str, object]:
        """The stable keys."""
        first = {row.name: 0 for row in PROOFS}
        total = dict(first)
        for judged in self.judged.values():
            for name in judged.killed_by:
                total[name] += 1
            if judged.killed:
                first[judged.killed_by[0]] += 1
        alone, proved = self.alone(), self.alone(row for row in PROOFS if row.method == "z3")
        theorems: dict[str, dict[str, object]] = {name: {"first": count} for name, count in first.items()}
        for name in theorems if full else ():
            theorems[name] |= {"kills": total[name], "only": alone[name]}
            theorems[name] |= {"only_of_proved": proved[name]} if name in proved else {}
        facts = {mutant.name: mutant for mutant in self.mutants}
        rows = [
            {
                "function": facts[name].function,
                "line": facts[name].line,
                "operator": facts[name].operator,
                "equivalent": EQUIVALENT.get(name),
                **judged.as_json(),
            }
            for name, judged in self.judged.items()
        ]
        return {
            "mutants": len(self.judged),
            "killed": len(self.killed),
            "killed_by_method": self.by_method,
            "equivalent": len(self.equivalent),
            "survivors": self.survivors,
            "misjudged": self.misjudged,
            "full": full,
            "theorems": theorems,
            "matrix": rows,
        }


def run(wanted: Iterable[Mutant], jobs: int, *, full: bool, done: Callable[[str], object]) -> Matrix:
    """Judge the mutants in parallel; in their own order."""
    matrix = Matrix(list(wanted))
    reaches = survey(jobs, lambda: done(""))
    prove_first()
    tasks = [partial(_judged, mutant, reaches, full) for mutant in matrix.mutants]
    found: dict[int, Judged] = {}
    for result in forked(tasks, jobs, SECONDS_A_MUTANT):
        mutant = matrix.mutants[result.task]
        lost = Judged(mutant.name, (), ("the process that judged it ended",), 0, 0.0, "")
        judged = result.done or lost
        found[result.task] = replace(judged, seconds=round(result.seconds, 2))
        done(mutant.name)
    matrix.judged = {matrix.mutants[task].name: found[task] for task in sorted(found)}
    return matrix


def _judged(mutant: Mutant, reaches: tuple[Reach, ...], full: bool) -> Judged:
    sys.unraisablehook = lambda _: None  # a signal that cuts an endless loop may fall into a finaliser
    return judge(mutant.twin, reaching(reaches, mutant.function), full=full)

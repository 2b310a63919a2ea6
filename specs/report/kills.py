"""The kill matrix, counted the ways that the page shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from specs.ledger.theorem import Method
from specs.mutants.matrix import named
from specs.mutants.systematic import mutants
from specs.report.saved import SavedMatrix, SavedMutant
from specs.run.methods import by_method, in_words
from specs.theorems import LEDGER

MODULES = ("pfn", "free_area", "buddy", "spans", "zone", "specs.model.definitions")


@dataclass(frozen=True)
class Group:
    """The mutants of one function or module."""

    name: str
    mutants: tuple[SavedMutant, ...]

    @property
    def killed(self) -> int:
        """How many a theorem rejects."""
        return sum(1 for mutant in self.mutants if mutant.killed_by)

    @property
    def equivalent(self) -> int:
        """How many are no bugs."""
        return sum(1 for mutant in self.mutants if mutant.equivalent)

    @property
    def survive(self) -> int:
        """How many no theorem rejects, and one should."""
        return sum(1 for mutant in self.mutants if not (mutant.killed_by or mutant.equivalent))

    @property
    def by_method(self) -> dict[Method, int]:
        """How many count under each method, the strongest first."""
        return by_method(mutant.killed_by for mutant in self.mutants)

    def by(self, theorem: str) -> int:
        """How many this theorem rejects."""
        return sum(1 for mutant in self.mutants if theorem in mutant.killed_by)


@dataclass(frozen=True)
class Kills:
    """What a kill matrix says."""

    full: bool
    mutants: tuple[SavedMutant, ...]
    missing: tuple[str, ...]
    """Mutants of the code as it is that the matrix does not have."""
    gone: tuple[str, ...]
    """Mutants of the matrix that the code as it is does not have."""

    @property
    def killed(self) -> tuple[SavedMutant, ...]:
        """Those that a theorem rejects."""
        return tuple(mutant for mutant in self.mutants if mutant.killed_by)

    @cached_property
    def by_method(self) -> dict[Method, int]:
        """How many count under each method, the strongest first."""
        return by_method(mutant.killed_by for mutant in self.mutants)

    @property
    def split(self) -> str:
        """The same in words; of theorems that today's ledger does not have, nobody knows the method."""
        unknown = len(self.killed) - sum(self.by_method.values())
        return in_words(self.by_method) + (f", {unknown} by theorems that are gone" if unknown else "")

    @property
    def equivalent(self) -> tuple[SavedMutant, ...]:
        """Those that are no bugs, each with its reason."""
        return tuple(mutant for mutant in self.mutants if mutant.equivalent)

    @property
    def survivors(self) -> tuple[SavedMutant, ...]:
        """Those that no theorem rejects, and should."""
        return tuple(mutant for mutant in self.mutants if not (mutant.killed_by or mutant.equivalent))

    @cached_property
    def named(self) -> dict[str, SavedMutant]:
        """Each by its name."""
        return {mutant.name: mutant for mutant in self.mutants}

    @cached_property
    def functions(self) -> tuple[Group, ...]:
        """By the function that they change, in the order of the modules' text."""
        return _groups((mutant.function, mutant) for mutant in self.mutants)

    @cached_property
    def modules(self) -> tuple[Group, ...]:
        """By the module that they change."""
        return _groups((module_of(mutant.function), mutant) for mutant in self.mutants)

    @cached_property
    def killers(self) -> tuple[str, ...]:
        """The theorems that reject any, in the order of the ledger."""
        names = {name for mutant in self.mutants for name in mutant.killed_by}
        ledger = [row.name for row in LEDGER if row.name in names]
        return (*ledger, *sorted(names - set(ledger)))

    def by(self, theorem: str) -> tuple[SavedMutant, ...]:
        """Those that the theorem rejects."""
        return tuple(mutant for mutant in self.mutants if theorem in mutant.killed_by)

    def first(self, theorem: str) -> tuple[SavedMutant, ...]:
        """Those that the theorem rejects before any other is tried."""
        return tuple(mutant for mutant in self.mutants if mutant.killed_by[:1] == (theorem,))

    def only(self, theorem: str) -> tuple[SavedMutant, ...]:
        """Those that no other theorem rejects; known of a full matrix alone."""
        return tuple(mutant for mutant in self.mutants if mutant.killed_by == (theorem,))


def kills(matrix: SavedMatrix) -> Kills:
    """The matrix beside the mutants that there are now."""
    now = list(dict.fromkeys(mutant.name for mutant in (*named(), *mutants())))
    then = [mutant.name for mutant in matrix.matrix]
    return Kills(
        matrix.full,
        matrix.matrix,
        tuple(name for name in now if name not in set(then)),
        tuple(name for name in then if name not in set(now)),
    )


def module_of(function: str) -> str:
    """The module that a function of the matrix stands in."""
    parts = function.split(".")
    return ".".join(parts[: 2 if parts[0] == "specs" else 1])


def _groups(pairs: Iterable[tuple[str, SavedMutant]]) -> tuple[Group, ...]:
    found: dict[str, list[SavedMutant]] = {}
    for name, mutant in pairs:
        found.setdefault(name, []).append(mutant)

    def place(name: str) -> tuple[int, int]:
        module = module_of(name)
        known = MODULES.index(module) if module in MODULES else len(MODULES)
        return known, min(mutant.line for mutant in found[name])

    return tuple(Group(name, tuple(found[name])) for name in sorted(found, key=place))

"""What the page is made from: a run and a kill matrix, as their commands print them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from specs.ledger.theorem import HOLDS, Method

FAILURES = ("refuted", "unknown", "vacuous")


class BadInput(Exception):
    """A file is not what the command that should have written it prints; the message is one line."""


class SavedVerdict(msgspec.Struct, frozen=True):
    """One theorem of a run."""

    name: str
    says: str
    about: tuple[str, ...]
    method: Method
    verdict: str
    paths: int
    obligations: int
    solvers: tuple[str, ...]
    rejects: tuple[str, ...]
    seconds: float
    assumptions: tuple[str, ...]
    story: str
    seconds_by_solver: dict[str, float] = {}
    supposes: tuple[str, ...] = ()
    trust: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """A verdict that this method cannot give is none."""
        if self.verdict not in (HOLDS[self.method], *FAILURES):
            raise ValueError(f"{self.method} gives no verdict {self.verdict!r}")

    @property
    def holds(self) -> bool:
        """Whether the theorem was established, by its method."""
        return self.verdict == HOLDS[self.method]


class SavedRun(msgspec.Struct, frozen=True):
    """The output of ``python -m specs --json``."""

    held: bool
    seconds: float
    commit: str | None
    python: str
    solvers: dict[str, str]
    trusted: tuple[str, ...]
    gates: dict[str, str | None]
    max_orders: tuple[int, ...]
    theorems: tuple[SavedVerdict, ...]

    def __post_init__(self) -> None:
        """The summary says what the theorems say, or somebody has cut the file."""
        if self.held != (bool(self.theorems) and all(row.holds for row in self.theorems)):
            raise ValueError(f"'held' is {str(self.held).lower()}, and the theorems say otherwise")
        _once(row.name for row in self.theorems)


class SavedMutant(msgspec.Struct, frozen=True):
    """One broken version of the core, and what the theorems say of it."""

    name: str
    function: str
    line: int
    operator: str
    equivalent: str | None
    killed_by: tuple[str, ...]
    undecided: tuple[str, ...]
    story: str

    @property
    def fate(self) -> str:
        """The first theorem that rejects it, or what became of it instead."""
        return self.killed_by[0] if self.killed_by else "equivalent" if self.equivalent else "survives"


class SavedMatrix(msgspec.Struct, frozen=True):
    """The output of ``python -m specs mutants --full --json``."""

    mutants: int
    killed: int
    full: bool
    matrix: tuple[SavedMutant, ...]

    def __post_init__(self) -> None:
        """The summary counts the rows, or somebody has cut the file."""
        counted = len(self.matrix), sum(1 for mutant in self.matrix if mutant.killed_by)
        if (self.mutants, self.killed) != counted:
            raise ValueError(f"it counts {self.mutants} mutants, {self.killed} killed; it has {counted}")
        _once(mutant.name for mutant in self.matrix)


Saved = TypeVar("Saved", SavedRun, SavedMatrix)


def read(path: Path, kind: type[Saved], printed_by: str) -> Saved:
    """The file's content; raises BadInput."""
    try:
        return decoded(path.read_bytes(), kind)
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None
    except ValueError as error:
        raise BadInput(f"{path}: not the output of '{printed_by}': {error}") from None


def decoded(text: bytes, kind: type[Saved]) -> Saved:
    """The output of a command; raises ValueError with one line."""
    try:
        return msgspec.json.decode(text, type=kind)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError(" ".join(str(error).split())) from None


def _once(names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{name!r} stands in it twice")
        seen.add(name)

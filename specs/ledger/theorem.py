"""What a row of the ledger is; the rows themselves stand in ``specs.theorems``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from specs.ledger.domain import Domain
from specs.ledger.subject import Subject

Method = Literal["z3", "crosshair", "exhaustive", "hypothesis", "execution"]
Result = Literal["holds", "refuted", "unknown", "vacuous"]

HOLDS: dict[Method, str] = {
    "z3": "proved",
    "crosshair": "confirmed",
    "exhaustive": "checked",
    "hypothesis": "tested",
    "execution": "checked",
}
"""The one word that each method may say of a theorem that holds."""


@dataclass(frozen=True)
class Outcome:
    """What checking a theorem about a subject came to; anything but ``holds`` is a failure."""

    result: Result
    paths: int = 0
    obligations: int = 0
    solvers: tuple[str, ...] = ()
    story: str = ""
    tell: Callable[[], str] | None = field(default=None, compare=False, repr=False)
    """Tells the story of a refutation at length; takes a moment, and only who shows it pays for it."""


@dataclass(frozen=True)
class Assumption:
    """Rows that another one takes for granted."""

    rows: tuple[str, ...]
    why: str
    """As what."""
    function: str = ""
    """The function that does not run itself, but as their sentences say; if it is one."""


def in_place_of(function: str, *rows: str) -> Assumption:
    """The rows say all that a proof knows of the function, where others call it."""
    return Assumption(rows, f"in place of {function}", function)


@dataclass(frozen=True)
class Theorem:
    """One sentence about named functions, and the check that decides it for any subject."""

    name: str
    says: str
    about: tuple[str, ...]
    method: Method
    check: Callable[[Subject, tuple[int, ...]], Outcome] = field(repr=False)
    """Decides the theorem for the subject and for each of the max_orders."""
    rejects: tuple[str, ...] = ()
    assumes: tuple[Assumption, ...] = ()
    supposes: tuple[str, ...] = ()
    """What no row says, of what the code is given: a reason each."""
    twin_orders: tuple[int, ...] = (2,)
    """The max_orders at which the twins are tried; smaller is faster."""
    domain: Domain | None = None
    """For what it is decided; None if that is for its proof to say."""
    owes: tuple[str, ...] = ()
    """What its check looks at, in the check's own words; () if that is for its proof to say."""

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The names of the rows on which it rests."""
        return tuple(dict.fromkeys(name for assumption in self.assumes for name in assumption.rows))

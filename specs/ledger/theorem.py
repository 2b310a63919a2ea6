"""What a row of the ledger is; the rows themselves stand in ``specs.theorems``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

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
class Theorem:
    """One sentence about named functions, and the check that decides it for any subject."""

    name: str
    says: str
    about: tuple[str, ...]
    method: Method
    check: Callable[[Subject, tuple[int, ...]], Outcome] = field(repr=False)
    """Decides the theorem for the subject and for each of the max_orders."""
    rejects: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    twin_orders: tuple[int, ...] = (2,)
    """The max_orders at which the twins are tried; smaller is faster."""

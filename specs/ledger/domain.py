"""For what a row is decided: from which states, for which top orders and pages, and how many of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Domain:
    """What a row that is not proved is decided for; where it is proved, the proof says."""

    starts: str
    """The states from which it begins."""
    pages: str
    """Which page numbers."""
    max_orders: tuple[int, ...] = ()
    """The top orders; () if there is none."""
    sizes: tuple[str, ...] = ()
    """How small all that is small, and which values stand for all."""
    programs: int | None = None
    """How many programs are run; None if it is not programs that are run."""
    invariants: tuple[str, ...] = ()
    """The names of the invariants that those states satisfy, where nothing else says what they are."""


def said_by(*checks: Callable[..., object]) -> tuple[str, ...]:
    """What the checks look at, in the sentences that they are introduced with."""
    return tuple(str(inspect.getdoc(check)).split("\n\n")[0].replace("\n", " ") for check in checks)

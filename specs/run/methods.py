"""By which method broken versions are rejected; only what Z3 rejects is so for every memory size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from specs.ledger.theorem import Method
from specs.theorems import LEDGER

WORDS: dict[Method, str] = {
    "z3": "by Z3 for every memory size",
    "crosshair": "by CrossHair over all paths",
    "exhaustive": "in every small state",
    "execution": "by execution",
}
"""The methods that count, the strongest first; what several reject counts under the first of them."""
OF = {row.name: row.method for row in LEDGER}


def strongest(killed_by: Iterable[str]) -> Method | None:
    """The strongest method of the rows; None if there is none among those of today's ledger."""
    methods = {OF.get(name) for name in killed_by}
    return next((method for method in WORDS if method in methods), None)


def by_method(kills: Iterable[Iterable[str]]) -> dict[Method, int]:
    """How many of those that some row rejects count under each method."""
    found = [strongest(killed_by) for killed_by in kills]
    return {method: found.count(method) for method in WORDS}


def in_words(counts: Mapping[Method, int]) -> str:
    """The counts in one phrase."""
    return ", ".join(f"{counts[method]} {words}" for method, words in WORDS.items())

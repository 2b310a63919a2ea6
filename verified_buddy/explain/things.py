"""Whatever has a name that a verdict may bear: rules, theorems, and the causes that a diagnosis names."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any, Literal, NamedTuple

from verified_buddy.diagnose.remedies import HELPS
from verified_buddy.diagnose.words import BECAUSE
from verified_buddy.explain.rules import RULES, shown
from verified_buddy.explain.theorems import Theorem, theorems
from verified_buddy.oracle.rules import THEOREMS

Kind = Literal["rule", "theorem", "cause"]


class Thing(NamedTuple):
    """Something that can be explained."""

    name: str
    kind: Kind
    says: str


def things() -> list[Thing]:
    """All of them."""
    rules = (Thing(name, "rule", told.says) for name, told in RULES.items())
    causes = (Thing(name, "cause", f"A request failed since {says}.") for name, says in BECAUSE.items())
    rows = (Thing(each.name, "theorem", each.says) for each in theorems().values())
    return [*rules, *causes, *rows]


def named(name: str) -> list[Thing]:
    """Those of that name, of whatever kind."""
    return [each for each in things() if each.name == name]


def near(name: str) -> list[str]:
    """The names that are nearest: spelled alike, or with the words of it."""
    names = [each.name for each in things()]
    close = get_close_matches(name, names, n=5, cutoff=0.6)
    return close or [each for each in names if name and name in each][:5]


def facts(thing: Thing) -> dict[str, Any]:
    """What is known of it, as an object."""
    found: dict[str, Any] = {"name": thing.name, "kind": thing.kind, "says": thing.says}
    for rule, told in RULES.items():
        if thing.kind == "rule" and rule == thing.name:
            return found | {"theorem": THEOREMS[rule], "example": shown(told)}
    if thing.kind == "cause":
        return found | {"helps": HELPS[thing.name], "theorem": "watermark-exact"}
    row = theorems()[thing.name]
    return found | {
        "verdict": row.verdict,
        "about": row.about,
        "rejects": row.rejects,
        "example": broken(row),
        "rules": [rule for rule, theorem in THEOREMS.items() if theorem == row.name],
    }


def broken(row: Theorem) -> list[str]:
    """The example of a theorem: code that it rejects."""
    it = row.example
    return [
        f"It rejects {it.name} ({it.source}): {it.module} with",
        *(f"  - {line}" for line in it.was.splitlines()),
        *(f"  + {line}" for line in it.becomes.splitlines()),
    ]

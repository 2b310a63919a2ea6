"""Proofs of earlier runs, by what they say: the same hypotheses and the same goal need no second proof."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

import z3

from specs.prover.method.paths import Owed
from specs.prover.method.terms import built_once, symbols, text

Used = tuple[str, ...]


@built_once
def digest(term: z3.BoolRef) -> str:
    """By what the term is known, in any process: its text, and the sorts of its names."""
    return sha256(repr((symbols(term), text(term))).encode()).hexdigest()


@dataclass
class Remembered:
    """What was proved: by the facts and the goal, the further hypotheses that each proof used."""

    proofs: dict[str, set[Used]] = field(default_factory=dict)
    own: set[tuple[str, Used]] = field(default_factory=set)
    """Those of them that this process found."""
    new: list[tuple[str, Used]] = field(default_factory=list)
    """Those of its own that nobody has written down yet."""
    found: int = 0
    """How many obligations rest on a proof of an earlier run."""

    def find(self, owed: Owed) -> tuple[z3.BoolRef, ...] | None:
        """What an earlier proof used, if all of it is in this one's pool."""
        key = _key(owed)
        for used in self.proofs.get(key, ()):
            at_hand = dict(_of_pool(owed, set(used)))
            if len(at_hand) == len(set(used)):
                self.found += (key, used) not in self.own
                return tuple(at_hand[each] for each in used)
        return None

    def keep(self, owed: Owed, used: Sequence[z3.BoolRef]) -> None:
        """The obligation is proved, and this is what the proof used of its pool."""
        entry = _key(owed), tuple(digest(fact) for fact in used)
        if entry[1] not in self.proofs.setdefault(entry[0], set()):
            self.proofs[entry[0]].add(entry[1])
            self.own.add(entry)
            self.new.append(entry)


def _key(owed: Owed) -> str:
    facts = sorted({digest(fact) for fact in owed.facts})
    return sha256("\n".join([*facts, "so", digest(owed.goal)]).encode()).hexdigest()


def _of_pool(owed: Owed, wanted: set[str]) -> Iterator[tuple[str, z3.BoolRef]]:
    """The wanted facts; no more stages are built than it takes."""
    missing = set(wanted)
    for stage in owed.pool:
        if not missing:
            return
        for fact in stage():
            if (name := digest(fact)) in missing:
                missing.discard(name)
                yield name, fact

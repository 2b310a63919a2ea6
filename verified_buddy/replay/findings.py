"""What a replay found: violations, and what is worth a note; the first of each kind in full."""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Container
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

from verified_buddy.oracle.rules import Rule

LISTED: Final = 100
"""So many violations are told, and so many of each layer are kept; all are counted."""

Layer = Literal["frame", "zone", "per-CPU", "request", "final"]


class Violation(NamedTuple):
    """Something that a right kernel does not do, as far as the model can know."""

    operation: int
    """The number of the event at which it was noticed, from 1 on."""
    line: int
    """The line that is wrong, or the first that cannot be right any more."""
    layer: Layer
    rule: Rule
    message: str


@dataclass(slots=True)
class Note:
    """Something that no event of the trace explains, and that need not be wrong."""

    kind: str
    operation: int
    line: int
    """Where it was seen first."""
    message: str
    rule: Rule
    """What it would break if it were wrong."""
    layer: Layer
    count: int = 1


@dataclass(slots=True)
class Findings:
    """All that a replay found so far."""

    operation: int = 0
    """The number of the event that is replayed."""
    line: int = 0
    """The line of the last event that was replayed so far."""
    counts: Counter[tuple[Layer, Rule]] = field(default_factory=Counter)
    """How many violations there are of each rule."""
    listed: dict[Layer, list[Violation]] = field(default_factory=dict)
    """The first in each layer."""
    notes: dict[str, Note] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many violations there are."""
        return self.counts.total()

    @property
    def violations(self) -> list[Violation]:
        """The first violations."""
        return sorted(each for layer in self.listed.values() for each in layer)[:LISTED]

    def wrong(
        self, line: int, layer: Layer, rule: Rule, message: str, *, operation: int | None = None
    ) -> None:
        """A violation: of the event that is replayed, or of an earlier one that only now is known for it."""
        self.counts[layer, rule] += 1
        found = Violation(self.operation if operation is None else operation, line, layer, rule, message)
        listed = self.listed.setdefault(layer, [])
        if len(listed) < LISTED or found < listed[-1]:
            insort(listed, found)
            del listed[LISTED:]

    def note(
        self, kind: str, line: int, layer: Layer, rule: Rule, message: str, *, operation: int | None = None
    ) -> None:
        """A note; of each kind the first is told, and all are counted."""
        if kind in self.notes:
            self.notes[kind].count += 1
        else:
            number = self.operation if operation is None else operation
            self.notes[kind] = Note(kind, number, line, message, rule, layer)

    def only(self, violation: Violation) -> None:
        """Forget all but this, as if no more had been replayed."""
        self.listed, self.operation = {violation.layer: [violation]}, violation.operation
        self.counts = Counter({(violation.layer, violation.rule): 1})

    def withdraw(self, layer: Layer, rules: Container[Rule] | None = None) -> None:
        """Forget what was found in a layer, or the violations of some rules there."""
        self.listed[layer] = [
            each for each in self.listed.get(layer, []) if rules is not None and each.rule not in rules
        ]
        for key in list(self.counts):
            if key[0] == layer and (rules is None or key[1] in rules):
                del self.counts[key]
        if rules is None:
            self.notes = {kind: note for kind, note in self.notes.items() if note.layer != layer}

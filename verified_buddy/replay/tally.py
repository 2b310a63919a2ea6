"""What a replay predicted, and where it was wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, NamedTuple

MISSES_KEPT: Final = 100
"""So many misses are kept in full; all are counted."""


class Miss(NamedTuple):
    """A prediction that the recording contradicts."""

    line: int
    kind: str
    predicted: object
    recorded: object


@dataclass(slots=True)
class Score:
    """How many predictions of one kind were made, and how many were exact."""

    exact: int = 0
    total: int = 0

    def __str__(self) -> str:
        return f"{self.exact:,} of {self.total:,}"


@dataclass(slots=True)
class Tally:
    """The score of each kind of prediction, what was only noted, and the first misses."""

    scores: dict[str, Score] = field(default_factory=dict)
    notes: dict[str, int] = field(default_factory=dict)
    misses: list[Miss] = field(default_factory=list)

    def score(self, line: int, kind: str, predicted: object, recorded: object) -> bool:
        """Count a prediction; whether it is exact."""
        score = self.scores.setdefault(kind, Score())
        score.total += 1
        if predicted == recorded:
            score.exact += 1
            return True
        if len(self.misses) < MISSES_KEPT:
            self.misses.append(Miss(line, kind, predicted, recorded))
        return False

    def note(self, kind: str) -> None:
        """Count what was seen that is neither right nor wrong."""
        self.notes[kind] = self.notes.get(kind, 0) + 1

    def all_exact(self) -> bool:
        """Whether every prediction was exact."""
        return all(score.exact == score.total for score in self.scores.values())

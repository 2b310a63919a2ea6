"""How much of what requests did was predicted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(slots=True)
class Counts:
    """Pairs of what was compared, and what of it was as predicted."""

    requests: int = 0
    requests_predicted: int = 0
    looks: int = 0
    """Looks at a zone."""
    looks_predicted: int = 0
    counters: int = 0
    """Readings of a zone's counter of free pages."""
    counters_predicted: int = 0
    answers: int = 0
    """Answers of the watermark's test, whoever asked."""
    answers_predicted: int = 0
    slow: int = 0
    """Requests that took the slow path."""
    slow_predicted: int = 0
    wakes: int = 0
    """Calls that are to wake kswapd."""
    wakes_predicted: int = 0
    balances: int = 0
    """Tests of whether a node is balanced."""
    balances_predicted: int = 0
    charges: int = 0
    """What memory cgroups were charged, refused and given back."""
    charges_predicted: int = 0

    def told(self) -> Iterator[str]:
        """The pairs, in words; those of which there is nothing are left out."""
        for name, what in WORDS.items():
            many, right = getattr(self, name), getattr(self, f"{name}_predicted")
            if many:
                yield f"{what}: {right:,} of {many:,} predicted"


WORDS: Final = {
    "requests": "requests",
    "slow": "of these on the slow path",
    "looks": "looks at zones",
    "counters": "counters of free pages",
    "answers": "answers of watermarks",
    "wakes": "calls that wake kswapd",
    "balances": "tests of a node's balance",
    "charges": "charges",
}
"""What each pair is called."""

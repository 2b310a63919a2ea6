"""What a trace can do wrong, at which level that counts, and which theorem says that we never do it."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Literal

Rule = Literal[
    "out-of-range",
    "misaligned",
    "overlap",
    "refusal",
    "invalid-free",
    "free-refused",
    "crash",
    "not-smallest",
    "not-exact",
    "not-head",
    "not-free",
    "wrong-victim",
    "wrong-pageblock",
    "wrong-page",
    "wrong-amount",
    "wrong-order",
    "wrong-lists",
    "wrong-result",
    "wrong-state",
    "wrong-counter",
    "wrong-flags",
    "wrong-zone",
    "wrong-mark",
    "wrong-step",
    "wrong-wake",
    "wrong-charge",
]

THEOREMS: Final[dict[Rule, str]] = {
    "out-of-range": "contained",
    "misaligned": "aligned",
    "overlap": "no-overlap",
    "refusal": "alloc-refusal",
    "invalid-free": "free-rejects",
    "free-refused": "free-exact",
    "crash": "totality",
    "not-smallest": "alloc-smallest",
    "not-exact": "policy-alloc",
    "not-head": "policy-alloc",
    "not-free": "alloc-exact",
    "wrong-victim": "fallback-order",
    "wrong-pageblock": "steal-exact",
    "wrong-page": "pcp-alloc",
    "wrong-amount": "drain-bulk",
    "wrong-order": "pcp-index",
    "wrong-lists": "policy-typed-free",
    "wrong-result": "typed-runs",
    "wrong-state": "typed-runs",
    "wrong-counter": "typed-runs",
    "wrong-flags": "alloc-flags-slow",
    "wrong-zone": "page-alloc-first-zone",
    "wrong-mark": "watermark-exact",
    "wrong-step": "slowpath-runs",
    "wrong-wake": "kswapd-woken",
    "wrong-charge": "memcg-charge-machine",
}
"""The row of the ledger behind each rule."""


class Level(IntEnum):
    """How much a trace must conform to; each includes the one before."""

    SAFETY = 0
    """Whatever was handed out was free, and every legal free was accepted."""
    COMPLETE = 1
    """A request is refused only if no block exists."""
    SMALLEST_FIT = 2
    """A block is cut out of the smallest free block that would do."""
    EXACT = 3
    """The block is the one that the Linux policy picks."""

    def __str__(self) -> str:
        return self.name.lower().replace("_", "-")


LEVELS: Final = {str(level): level for level in Level}

"""Mutants that are no bugs: what they change cannot be seen.  One line each, with the reason."""

from __future__ import annotations

from typing import NamedTuple

from specs.ledger.subject import Twin

EQUIVALENT: dict[str, str] = {
    "spans.Spans.ranges: strict=True -> strict=False": "there are always as many ends as starts: __init__ "
    "makes both empty, and add replaces as many of one as of the other",
}
"""By the mutant's name; one whose mutant no longer exists is an error (a test asks)."""


class Equal(NamedTuple):
    """A change of the Linux zone's code that changes nothing that it does, and why."""

    twin: Twin
    reason: str


LINUX_EQUIVALENT: tuple[Equal, ...] = (
    Equal(
        Twin(
            "pcp.refill_blocks: batch > 1 -> batch > 2",
            "linux.pcp",
            "max(batch >> order, 2) if batch > 1 else batch",
            "max(batch >> order, 2) if batch > 2 else batch",
        ),
        "they part at a batch of 2 alone, and max(2 >> order, 2) is 2 for every order, which is the batch",
    ),
    Equal(
        Twin(
            "pcp.pcp_limit: delete pcp.high == 0",
            "linux.pcp",
            "if pcp.high == 0 or (pcp.free_factor != 0 and 0 < order <= COSTLY_ORDER):",
            "if pcp.free_factor != 0 and 0 < order <= COSTLY_ORDER:",
        ),
        "they part where high is 0; the answer is then min(batch << 2, 0) or high, and a batch is never "
        "below 0: 0 either way.  The kernel asks too, to be done at once",
    ),
    Equal(
        Twin(
            "fallback.find_victim: current > order -> current >= order",
            "linux.fallback",
            "migratetype == MOVABLE and current > order:",
            "migratetype == MOVABLE and current >= order:",
        ),
        "they part where the victim is of the very order that is asked for; the search for the smallest "
        "begins with that order, and its first answer is the same question's: the same victim",
    ),
)
"""Those of the Linux zone that have been found, with what tells them apart; a test compares the two."""

"""Mutants that are no bugs: what they change cannot be seen.  One line each, with the reason."""

from __future__ import annotations

EQUIVALENT: dict[str, str] = {
    "spans.Spans.ranges: strict=True -> strict=False": "there are always as many ends as starts: __init__ "
    "makes both empty, and add replaces as many of one as of the other",
}
"""By the mutant's name; one whose mutant no longer exists is an error (a test asks)."""

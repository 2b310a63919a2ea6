"""Mutants that are no bugs: what they change cannot be seen.  One line each, with the reason."""

from __future__ import annotations

EQUIVALENT: dict[str, str] = {}
"""By the mutant's name; one whose mutant no longer exists is an error (a test asks)."""

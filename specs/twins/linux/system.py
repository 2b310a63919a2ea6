"""Broken twins of what is told of a look at a zone."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin(
        "page-alloc-look-forgets-the-reserve",
        "linux.system",
        "reduced_mark(self.mark, self.alloc_flags) + self.reserve",
        "reduced_mark(self.mark, self.alloc_flags)",
    ),
)

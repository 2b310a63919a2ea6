"""Broken twins of the migratetypes: which mix, and who falls back to whom."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin(
        "fallback-takes-the-reserve",
        "linux.migratetype",
        "MOVABLE: (RECLAIMABLE, UNMOVABLE),",
        "MOVABLE: (RECLAIMABLE, UNMOVABLE, HIGHATOMIC),",
    ),
    Twin(
        "fallback-in-another-order",
        "linux.migratetype",
        "UNMOVABLE: (RECLAIMABLE, MOVABLE),",
        "UNMOVABLE: (MOVABLE, RECLAIMABLE),",
    ),
    Twin(
        "typed-mergeable-if-reserved",
        "linux.migratetype",
        "return migratetype < PCPTYPES",
        "return migratetype < 4",
    ),
    Twin(
        "typed-counts-all-but-the-reserve",
        "linux.migratetype",
        "return migratetype != ISOLATE",
        "return migratetype != HIGHATOMIC",
    ),
    Twin(
        "typed-fallback-in-another-order",
        "linux.migratetype",
        "MOVABLE: (RECLAIMABLE, UNMOVABLE)",
        "MOVABLE: (UNMOVABLE, RECLAIMABLE)",
    ),
    Twin(
        "typed-fallback-to-the-reserve",
        "linux.migratetype",
        "MOVABLE: (RECLAIMABLE, UNMOVABLE)",
        "MOVABLE: (RECLAIMABLE, UNMOVABLE, HIGHATOMIC)",
    ),
    Twin(
        "typed-fallback-skips-a-type",
        "linux.migratetype",
        "RECLAIMABLE: (UNMOVABLE, MOVABLE)",
        "RECLAIMABLE: (UNMOVABLE,)",
    ),
)

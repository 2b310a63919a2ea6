"""Migratetypes: what a page is used for, and whose memory each use may take when its own runs out."""

from __future__ import annotations

from typing import Final

from verified_buddy.free_area import UNMOVABLE, Migratetype

MOVABLE: Final = Migratetype(1)
RECLAIMABLE: Final = Migratetype(2)
HIGHATOMIC: Final = Migratetype(3)
ISOLATE: Final = Migratetype(4)

PCPTYPES: Final = 3
"""Types below this fall back to each other, merge freely and have per-CPU lists; Linux: MIGRATE_PCPTYPES."""

MIGRATETYPES: Final = 5
"""How many there are in a kernel without CMA; Linux: MIGRATE_TYPES."""

FALLBACKS: Final[dict[Migratetype, tuple[Migratetype, ...]]] = {
    UNMOVABLE: (RECLAIMABLE, MOVABLE),
    MOVABLE: (RECLAIMABLE, UNMOVABLE),
    RECLAIMABLE: (UNMOVABLE, MOVABLE),
    HIGHATOMIC: (),
    ISOLATE: (),
}
"""Whose blocks a request of each type may take, best first.  Linux: fallbacks[], mm/page_alloc.c."""


def is_counted(migratetype: Migratetype) -> bool:
    """Whether free pages of this type count as free: NR_FREE_PAGES, to which watermarks are compared.

    Linux 6.12: account_freepages(), mm/page_alloc.c; before, whoever freed or took a block asked by itself.

    post: __return__ == (migratetype != 4)
    """
    return migratetype != ISOLATE


def is_mergeable(migratetype: Migratetype) -> bool:
    """Whether blocks of this type may merge with those of another across a pageblock's edge.

    Linux: migratetype_is_mergeable(), include/linux/mmzone.h.

    post: __return__ == (migratetype < 3)
    """
    return migratetype < PCPTYPES

"""What compaction says of an attempt, and how hard it tries; compaction itself is the caller's."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class CompactResult(IntEnum):
    """How an attempt ended.  Linux: enum compact_result, include/linux/compaction.h."""

    NOT_SUITABLE_ZONE = 0
    SKIPPED = 1
    """Too few free pages to work with."""
    DEFERRED = 2
    """It failed lately."""
    NO_SUITABLE_PAGE = 3
    CONTINUE = 4
    COMPLETE = 5
    """Every zone was gone through, and no block came of it."""
    PARTIAL_SKIPPED = 6
    CONTENDED = 7
    SUCCESS = 8


WITHDRAWN: Final = frozenset({CompactResult.DEFERRED, CompactResult.PARTIAL_SKIPPED, CompactResult.CONTENDED})
"""It gave up early.  Linux: compaction_withdrawn()."""

SYNC_FULL: Final = 0
SYNC_LIGHT: Final = 1
ASYNC: Final = 2
"""How hard it tries; less is harder.  Linux: enum compact_priority."""

FIRST_PRIORITY: Final = ASYNC
"""Of the first attempt; Linux: INIT_COMPACT_PRIORITY."""
USUAL_PRIORITY: Final = SYNC_LIGHT
"""Of the attempts after reclaim; Linux: DEF_COMPACT_PRIORITY."""
HARDEST_PRIORITY: Final = SYNC_FULL
"""Linux: MIN_COMPACT_PRIORITY."""
HARDEST_COSTLY_PRIORITY: Final = SYNC_LIGHT
"""The same for orders that are asked for rarely; Linux: MIN_COMPACT_COSTLY_PRIORITY."""

"""The small zones every state of which is visited, the quickest first."""

from __future__ import annotations

from typing import Final

from specs.kernel_text.beside.walk import Room, small

ROOMS: Final = (
    Room(small(end=16), (3,), (0, 1)),
    Room(small(start=2), (1,), (0, 1), ("isolated", "no fragments")),
    Room(small(end=4, movable="all"), (0,), (0, 1)),
    Room(small(), (2, 3), (0, 1, 2), ("isolated",)),
    Room(small(end=4), (1, 2), (1,), ("out",)),
    Room(small(start=3), (0, 1), (0, 1), ("isolated",)),
    Room(small(end=4, high=4, batch=2), (0, 1), (0,), ("locked", "drained", "reclaimed")),
    Room(small(), (1, 3), (0, 1, 2)),
    Room(small(end=6), (0, 1), (0, 1)),
    Room(small(), (1, 2, 3), (0, 1), ("isolated",)),
    Room(small(), (1, 2), (0, 1), ("reserved",)),
    Room(small(), (1, 2, 3), (0, 1), ("reserved",)),
    Room(small(end=4, high=4, batch=2), (0, 2), (0, 1), ("locked",)),
    Room(small(), (1, 2, 3), (0, 1, 2), ("no fragments",)),
)
"""A minute's worth."""
LARGER: Final = (
    Room(small(end=4), (0,), (0, 1), ("out",)),
    Room(small(), (1, 3), (0, 1), ("reserved", "isolated")),
    Room(small(), (0, 2), (0, 1)),
    Room(small(end=4, high=8, batch=2), (0,), (0, 1), ("drained", "reclaimed")),
    Room(small(end=4, high=4, batch=2), (1,), (0, 1), ("locked", "drained", "reclaimed")),
    Room(small(end=4, high=4, batch=2), (0, 1), (0, 1), ("drained",)),
    Room(small(), (0, 1, 2, 3), (0, 1)),
)
"""With more time."""

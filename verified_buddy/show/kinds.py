"""What a page can be, as far as is known: a letter, a name, a colour and a pattern for each."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

from verified_buddy.linux.migratetype import MIGRATETYPES
from verified_buddy.pfn import ORDER_LIMIT


class Kind(IntEnum):
    """What a page is; the free kinds and the live ones stand in the order of the migratetypes."""

    REST = 0
    """In use since before, or by what nothing tells of."""
    HOLE = 1
    UNTOLD = 2
    FREE = 3
    FREE_UNMOVABLE = 4
    FREE_MOVABLE = 5
    FREE_RECLAIMABLE = 6
    FREE_HIGHATOMIC = 7
    FREE_ISOLATE = 8
    PER_CPU = 9
    LIVE = 10
    LIVE_UNMOVABLE = 11
    LIVE_MOVABLE = 12
    LIVE_RECLAIMABLE = 13
    LIVE_HIGHATOMIC = 14


class Look(NamedTuple):
    """How a kind is drawn, and what it is called."""

    letter: str
    name: str
    light: str
    dark: str
    ink: str
    """Of what is written on it, where it is light."""
    dark_ink: str
    pattern: str
    """What tells it apart without colour, beside the letter."""
    terminal: str


LOOKS: Final = {
    Kind.REST: Look(
        "#", "in use, owner unknown", "#8b8f96", "#5c626b", "#ffffff", "#ffffff", "cross", "white"
    ),
    Kind.HOLE: Look(
        "-", "no memory, or reserved", "#ffffff", "#0b0d10", "#777777", "#ffffff", "none", "bright_black"
    ),
    Kind.UNTOLD: Look(
        "?", "nothing is told of it", "#eceef0", "#22262c", "#777777", "#ffffff", "dots", "bright_black"
    ),
    Kind.FREE: Look("F", "free", "#c5e8c8", "#2f6b3a", "#000000", "#ffffff", "plain", "green"),
    Kind.FREE_UNMOVABLE: Look(
        "U", "free, Unmovable", "#f4c7a1", "#8a4b14", "#000000", "#ffffff", "plain", "yellow"
    ),
    Kind.FREE_MOVABLE: Look(
        "M", "free, Movable", "#b9dcf5", "#1d5c8c", "#000000", "#ffffff", "plain", "bright_blue"
    ),
    Kind.FREE_RECLAIMABLE: Look(
        "R", "free, Reclaimable", "#c5e8c8", "#2f6b3a", "#000000", "#ffffff", "plain", "bright_green"
    ),
    Kind.FREE_HIGHATOMIC: Look(
        "H", "free, HighAtomic", "#f7d3e6", "#8a2a60", "#000000", "#ffffff", "plain", "bright_magenta"
    ),
    Kind.FREE_ISOLATE: Look(
        "I", "free, Isolate", "#fdf0a8", "#7a6a00", "#000000", "#ffffff", "plain", "bright_yellow"
    ),
    Kind.PER_CPU: Look(
        "P", "on a per-CPU list", "#e3d9f7", "#56418a", "#000000", "#ffffff", "dots", "magenta"
    ),
    Kind.LIVE: Look("x", "handed out", "#4d5561", "#a7b0bd", "#ffffff", "#000000", "rising", "cyan"),
    Kind.LIVE_UNMOVABLE: Look(
        "u", "handed out, Unmovable", "#a14a00", "#f0a25e", "#ffffff", "#000000", "rising", "red"
    ),
    Kind.LIVE_MOVABLE: Look(
        "m", "handed out, Movable", "#0b5fa5", "#7cc0f2", "#ffffff", "#000000", "falling", "blue"
    ),
    Kind.LIVE_RECLAIMABLE: Look(
        "r", "handed out, Reclaimable", "#1f7a34", "#84d396", "#ffffff", "#000000", "level", "green"
    ),
    Kind.LIVE_HIGHATOMIC: Look(
        "h", "handed out, HighAtomic", "#a1246b", "#f09ac6", "#ffffff", "#000000", "upright", "magenta"
    ),
}

FREE_KINDS: Final = tuple(Kind(kind) for kind in range(Kind.FREE, Kind.FREE_ISOLATE + 1))
LIVE_KINDS: Final = tuple(Kind(kind) for kind in range(Kind.LIVE, Kind.LIVE_HIGHATOMIC + 1))

NOTHING: Final = 0
"""The code of a page at which no block begins."""
_ORDERS: Final = ORDER_LIMIT + 1


def free_kind(migratetype: int) -> Kind:
    """Of a block on the free list of that type."""
    return Kind(Kind.FREE_UNMOVABLE + migratetype) if migratetype < MIGRATETYPES else Kind.FREE


def live_kind(migratetype: int) -> Kind:
    """Of a block that was asked for with that type."""
    known = 0 <= migratetype <= Kind.LIVE_HIGHATOMIC - Kind.LIVE_UNMOVABLE
    return Kind(Kind.LIVE_UNMOVABLE + migratetype) if known else Kind.LIVE


def code(kind: Kind, order: int) -> int:
    """A block of that kind and order, as one small number."""
    return 1 + kind * _ORDERS + order


def kind_of(number: int) -> Kind:
    """The kind that the number stands for."""
    return Kind((number - 1) // _ORDERS)


def order_of(number: int) -> int:
    """The order that it stands for."""
    return (number - 1) % _ORDERS


def order_sign(order: int) -> str:
    """The order as one sign: 0 to 9, then A for 10 and so on."""
    return "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[order]

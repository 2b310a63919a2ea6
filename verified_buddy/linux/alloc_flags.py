"""What a request may take from a zone, bit by bit."""

from __future__ import annotations

from typing import Final

WMARK_MIN: Final = 0
WMARK_LOW: Final = 1
WMARK_HIGH: Final = 2
WMARK_MASK: Final = 3
NO_WATERMARKS: Final = 4
OOM: Final = 0x8
NON_BLOCK: Final = 0x10
MIN_RESERVE: Final = 0x20
CPUSET: Final = 0x40
CMA: Final = 0x80
NOFRAGMENT: Final = 0x100
HIGHATOMIC: Final = 0x200
KSWAPD: Final = 0x800
RESERVES: Final = NON_BLOCK | MIN_RESERVE | HIGHATOMIC | OOM

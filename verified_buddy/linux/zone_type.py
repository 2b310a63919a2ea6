"""The zones of a node of x86-64, by number: which addresses their pages have, and what they are called."""

from __future__ import annotations

from typing import Final

DMA: Final = 0
"""Pages below 16 MiB."""
DMA32: Final = 1
"""Pages below 4 GiB."""
NORMAL: Final = 2
MOVABLE: Final = 3
"""For what can be moved away alone; empty unless it is asked for at boot."""
DEVICE: Final = 4

NR_ZONES: Final = 5
"""How many there are; Linux: MAX_NR_ZONES with enum zone_type, include/linux/mmzone.h."""

NAMES: Final = ("DMA", "DMA32", "Normal", "Movable", "Device")
"""As /proc/zoneinfo prints them; Linux: zone_names, mm/page_alloc.c."""

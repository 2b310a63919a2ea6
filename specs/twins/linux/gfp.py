"""Broken twins of what gfp flags say."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "linux.gfp"
TWINS = (
    Twin(
        "gfp-zone-with-the-mobility",
        MODULE,
        "if gfp_mask & ZONEMASK == bits:\n            return",
        "if gfp_mask & (ZONEMASK | RECLAIMABLE) == bits:\n            return",
    ),
    Twin(
        "gfp-zone-of-two-bits",
        MODULE,
        "    MOVABLE | DMA32: zone_type.DMA32,\n",
        "    MOVABLE | DMA32: zone_type.DMA32,\n    DMA | HIGHMEM: zone_type.DMA,\n",
    ),
    Twin(
        "gfp-dma32-is-normal",
        MODULE,
        "    DMA32: zone_type.DMA32,\n    MOVABLE: ",
        "    DMA32: zone_type.NORMAL,\n    MOVABLE: ",
    ),
    Twin("gfp-highmem-moves", MODULE, "    MOVABLE: zone_type.NORMAL", "    MOVABLE: zone_type.MOVABLE"),
    Twin("gfp-mobility-is-shifted", MODULE, "if mobility == MOVABLE else", "if mobility == RECLAIMABLE else"),
    Twin(
        "gfp-both-mobilities",
        MODULE,
        "    if mobility == MOVABLE_MASK:\n        raise InvalidGfp(gfp_mask)\n",
        "",
    ),
    Twin("gfp-groups-without-mobility", MODULE, "if mobility_off or mobility == 0", "if mobility == 0"),
    Twin(
        "gfp-accepts-both-mobilities",
        MODULE,
        "gfp_mask & ~ALL != 0 or gfp_mask & MOVABLE_MASK == MOVABLE_MASK",
        "gfp_mask & ~ALL != 0",
    ),
    Twin("gfp-accepts-any-bit", MODULE, "gfp_mask & ~ALL != 0 or ", ""),
    Twin("gfp-bool-is-a-mask", MODULE, "type(gfp_mask) is not int", "not isinstance(gfp_mask, int)"),
    Twin("gfp-noio-keeps-fs", MODULE, "~(IO | FS)", "~IO"),
    Twin("gfp-nofs-drops-io", MODULE, "gfp_mask & ~FS", "gfp_mask & ~IO"),
    Twin("gfp-pin-keeps-movable", MODULE, "gfp_mask & ~MOVABLE\n", "gfp_mask & ~RECLAIMABLE\n"),
    Twin(
        "gfp-atomic-waits",
        MODULE,
        "gfp_mask & ATOMIC != 0 and gfp_mask & DIRECT_RECLAIM != 0",
        "gfp_mask & ATOMIC != 0 and gfp_mask & DIRECT_RECLAIM == 0",
    ),
    Twin("gfp-compacts-without-io", MODULE, "return gfp_mask & IO != 0", "return gfp_mask & (IO | FS) != 0"),
)

"""Broken twins of the tables of zones."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "boot.architecture"

TWINS = (
    Twin("architecture-highmem-boundary", MODULE, '("Normal", 896 << 8)', '("Normal", 897 << 8)'),
    Twin(
        "architecture-dma-of-fifteen",
        MODULE,
        '(ZoneRow("DMA", 1 << 12), ZoneRow("DMA32", 1 << 20)',
        '(ZoneRow("DMA", 15 << 8), ZoneRow("DMA32", 1 << 20)',
    ),
    Twin("architecture-page-zero-used", MODULE, "(Range(0, 0x1000), Range(", "(Range("),
    Twin("architecture-bios-is-memory", MODULE, ", Range(0xA0000, 0x100000))", ",)"),
    Twin(
        "architecture-first-mib-handed-over",
        MODULE,
        "(Range(0, 0x100000),)",
        "(Range(0, 0x10000),)",
    ),
    Twin("architecture-highmem-is-normal", MODULE, "gfp.HIGHMEM: HIGHMEM,", 'gfp.HIGHMEM: "Normal",'),
    Twin("architecture-contradiction-is-normal", MODULE, "gfp.ZONEMASK)", 'gfp.ZONEMASK, "Normal")'),
)

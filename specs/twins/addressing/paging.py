"""Broken twins of entries and of what an address says."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "addressing.paging"
TWINS = (
    Twin(
        "paging-index-of-eight-bits",
        MODULE,
        "& ((1 << geometry.index_bits) - 1)",
        "& ((1 << (geometry.index_bits - 1)) - 1)",
    ),
    Twin(
        "paging-shift-of-eight",
        MODULE,
        "self.index_bits * (level - 1)",
        "(self.index_bits - 1) * (level - 1)",
    ),
    Twin(
        "paging-offset-of-the-level-above",
        MODULE,
        "va & (geometry.page_bytes(level) - 1)",
        "va & (geometry.page_bytes(level + 1) - 1)",
    ),
    Twin(
        "paging-join-from-below", MODULE, "geometry.shift(geometry.levels - down)", "geometry.shift(down + 1)"
    ),
    Twin("paging-entries-of-four-bytes", MODULE, "ENTRY_BYTES: Final = 8", "ENTRY_BYTES: Final = 4"),
    Twin(
        "paging-huge-leaf-anywhere",
        MODULE,
        "geometry.page_bytes(level if entry.leaf else 1)",
        "geometry.page_bytes(1)",
    ),
    Twin("paging-pat-is-huge", MODULE, "return level == 1 or word & HUGE != 0", "return word & HUGE != 0"),
    Twin(
        "paging-frame-of-40-bits",
        MODULE,
        "Pfn((word & ADDRESS) >> PAGE_SHIFT)",
        "Pfn((word & ADDRESS & 0xFFFF_FFFF_FF) >> PAGE_SHIFT)",
    ),
    Twin("paging-any-flags", MODULE, "entry.flags & NO_FLAGS != 0", "entry.flags & HUGE != 0"),
    Twin(
        "paging-reserved-bits-pass",
        MODULE,
        "(level > 1 and unused & ~PAT_LARGE != 0)",
        "(level > 2 and unused & ~PAT_LARGE != 0)",
    ),
    Twin("paging-a-leaf-in-the-root", MODULE, "level > geometry.largest or", "level > geometry.levels or"),
    Twin(
        "paging-rights-of-any-entry",
        MODULE,
        "(word & rights & (WRITE | USER))",
        "((word | rights) & (WRITE | USER))",
    ),
    Twin("paging-nx-of-every-entry", MODULE, "((word | rights) & NX)", "(word & rights & NX)"),
    Twin(
        "paging-rights-of-the-leaf",
        MODULE,
        "(word & rights & (WRITE | USER)) | ((word | rights) & NX)",
        "word & (WRITE | USER | NX)",
    ),
    Twin(
        "paging-nx-inverted",
        MODULE,
        "if access.fetch and rights & NX != 0:",
        "if access.fetch and rights & NX == 0:",
    ),
    Twin(
        "paging-kernel-writes-anywhere",
        MODULE,
        "if access.write and rights",
        "if access.write and access.user and rights",
    ),
    Twin("paging-smap-keeps-fetches", MODULE, "smep if access.fetch else smap", "smap"),
    Twin("paging-flags-need-not-be-present", MODULE, " or flags & PRESENT == 0:", ":"),
    Twin("paging-a-table-of-two-pages", MODULE, "1 <= index_bits <= 9", "1 <= index_bits <= 10"),
)

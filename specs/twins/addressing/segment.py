"""Broken twins of segments."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "addressing.segment"
TWINS = (
    Twin("segment-base-in-three-bytes", MODULE, "(base & 0xFF000000) << 32", "(base & 0xFF000000) << 24"),
    Twin(
        "segment-limit-of-16-bits",
        MODULE,
        "(descriptor & 0xFFFF) | (descriptor >> 32 & 0xF0000)",
        "descriptor & 0xFFFF",
    ),
    Twin("segment-any-limit", MODULE, "0 <= segment.limit <= LIMIT_MOST", "0 <= segment.limit <= WORD"),
    Twin(
        "segment-expands-down-from-the-limit",
        MODULE,
        "return offset > limit and last <= most",
        "return offset >= limit and last <= most",
    ),
    Twin("segment-limit-of-whole-pages-only", MODULE, "segment.limit << 12 | 0xFFF", "segment.limit << 12"),
    Twin("segment-looks-at-the-first-byte", MODULE, "offset + (size - 1)", "offset"),
    Twin(
        "segment-code-expands-down",
        MODULE,
        "kind == NOT_SYSTEM | EXPAND_DOWN",
        "kind & (NOT_SYSTEM | EXPAND_DOWN) == NOT_SYSTEM | EXPAND_DOWN",
    ),
    Twin(
        "segment-down-to-32-bits-always",
        MODULE,
        "most = WORD if segment.attributes & BIG != 0 else 0xFFFF",
        "most = WORD",
    ),
    Twin("segment-does-not-wrap", MODULE, "(segment.base + offset) & WORD", "segment.base + offset"),
    Twin("segment-only-gs-is-based", MODULE, "    if register in BASED:\n", '    if register == "gs":\n'),
    Twin("segment-sum-off-by-one", MODULE, "offset - room - 1 if", "offset - room if"),
    Twin(
        "segment-any-address",
        MODULE,
        "    if not is_canonical(address):\n        raise NonCanonical(address)\n",
        "",
    ),
)

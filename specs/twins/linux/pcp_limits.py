"""Broken twins of the figures of the per-CPU lists."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin(
        "pcp-batch-is-no-power",
        "linux.pcp_limits",
        "(quarter + quarter // 2).bit_length() - 1) - 1, 1)",
        "quarter.bit_length() - 1) - 1, 1)",
    ),
    Twin("pcp-high-is-the-share", "linux.pcp_limits", "4 * batch)", "batch)"),
)

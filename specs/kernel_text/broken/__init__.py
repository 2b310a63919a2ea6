"""Broken kernels: edits of the kernel's text in memory, each of which a row or the agreement rejects."""

from __future__ import annotations

from specs.kernel_text.broken import core, fallback, highatomic, isolation, pcp
from specs.kernel_text.broken.edit import Edit

EDITS: tuple[Edit, ...] = (*core.EDITS, *fallback.EDITS, *highatomic.EDITS, *isolation.EDITS, *pcp.EDITS)
"""All of them; none has more of the kernel's text than names and single operators."""

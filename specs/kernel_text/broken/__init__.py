"""Broken kernels: edits of the kernel's text in memory, each of which a row or the agreement rejects."""

from __future__ import annotations

from specs.kernel_text.broken import buddies, core, counters, fallback, highatomic, isolation, pcp, request
from specs.kernel_text.broken.edit import Edit

ROOMS = (buddies, core, fallback, highatomic, isolation, pcp, request, counters)
EDITS: tuple[Edit, ...] = tuple(edit for room in ROOMS for edit in room.EDITS)
"""All of them; none has more of the kernel's text than names and single operators."""

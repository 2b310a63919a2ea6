"""What many rows take for granted of others."""

from __future__ import annotations

from specs.ledger.theorem import Assumption, in_place_of

FREE_AREA = Assumption(("free-area-conforms",), "FreeArea meets its contract")
ENDS = Assumption(("free-area-conforms",), "which block is the head of a list, and which the tail")
BRIDGE = Assumption(("pfn-bridge",), "the buddy by bit operations is the specification's")
WHOLLY_FREE = Assumption(("wholly-free",), "the lemma")
SPANS = Assumption(("spans-conform",), "Spans meets its contract")

ARGUMENTS = (
    in_place_of("pfn_error", "arguments-confirmed"),
    in_place_of("range_error", "arguments-confirmed"),
)
CALLS = (
    in_place_of("rmqueue_smallest", "alloc-exact"),
    in_place_of("free_one_page", "free-exact"),
    in_place_of("take", "take-exact"),
    in_place_of("add_range", "init-exact"),
    *ARGUMENTS,
    SPANS,
)
"""The core's functions as a zone calls them: what they do when they do not refuse, after which nothing is
owed."""

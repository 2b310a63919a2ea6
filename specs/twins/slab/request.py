"""Broken twins of the flags with which pages are asked for."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin(
        "slab-request-as-for-the-object",
        "slab.request",
        "gfp_mask & (RECLAIM_MASK | CONSTRAINT_MASK)",
        "gfp_mask",
    ),
    Twin("slab-request-on-any-node", "slab.request", "(RECLAIM_MASK | CONSTRAINT_MASK)", "RECLAIM_MASK"),
    Twin("slab-request-is-not-compound", "slab.request", "COMP if order > 0 else 0", "0"),
    Twin("slab-request-is-compound-always", "slab.request", "COMP if order > 0 else 0", "COMP"),
    Twin("slab-request-forgets-the-cache", "slab.request", "compound | of_cache", "compound"),
    Twin("slab-first-try-warns", "slab.request", "flags | NOWARN | NORETRY", "flags | NORETRY"),
    Twin(
        "slab-first-try-may-not-fail",
        "slab.request",
        "(flags | NOWARN | NORETRY) & ~NOFAIL",
        "flags | NOWARN | NORETRY",
    ),
    Twin("slab-first-try-reclaims", "slab.request", "(flags | NOMEMALLOC) & ~RECLAIM", "flags | NOMEMALLOC"),
    Twin("slab-first-try-wakes-kswapd", "slab.request", "& ~RECLAIM\n", "& ~DIRECT_RECLAIM\n"),
    Twin("slab-first-try-takes-reserves", "slab.request", "(flags | NOMEMALLOC)", "flags"),
    Twin("slab-only-try-does-not-wait", "slab.request", "order > least and flags", "flags"),
    Twin("slab-first-try-of-who-cannot-wait", "slab.request", " and flags & DIRECT_RECLAIM != 0", ""),
)

"""Broken twins of the spelling of gfp flags."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "linux.gfp_names"
TWINS = (
    Twin("gfp-names-one-broken", MODULE, '"__GFP_WRITE": gfp.WRITE', '"__GFP_WRITE": gfp.ZEROTAGS'),
    Twin("gfp-names-say-any-bit", MODULE, "if gfp_mask & bits == bits else", "if gfp_mask & bits != 0 else"),
    Twin("gfp-names-keep-what-was-said", MODULE, "return gfp_mask & ~bits if", "return gfp_mask if"),
    Twin(
        "gfp-names-smallest-first",
        MODULE,
        '    "GFP_NOFS": gfp.GFP_NOFS,\n    "GFP_ATOMIC": gfp.GFP_ATOMIC,\n    "GFP_NOIO": gfp.GFP_NOIO,\n',
        '    "GFP_NOIO": gfp.GFP_NOIO,\n    "GFP_NOFS": gfp.GFP_NOFS,\n    "GFP_ATOMIC": gfp.GFP_ATOMIC,\n',
    ),
    Twin(
        "gfp-names-forget-the-rest",
        MODULE,
        "    if gfp_mask != 0:\n        words",
        "    if not words:\n        words",
    ),
    Twin("gfp-names-any-number", MODULE, ' or word != f"{bits:#x}"', ""),
)

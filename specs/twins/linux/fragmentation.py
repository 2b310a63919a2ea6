"""Broken twins of the indices of fragmentation."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "linux.fragmentation"
SUITABLE = "sum(count << each for each, count in enumerate(nr_free[order:]))"
INDEX = "1000 - (1000 + info.free_pages * 1000 // (1 << order)) // info.blocks_total"
NONE = "    if info.free_pages == 0:\n        return 1000\n"
PERCENT = "    if info.free_pages == 0:\n        return 0\n"
FAILS = "    if info.blocks_suitable > 0:\n        return SUITABLE\n"


def _twin(name: str, old: str, new: str) -> Twin:
    return Twin(f"fragmentation-{name}", MODULE, old, new)


TWINS = (
    _twin("suitable-of-one-order", SUITABLE, "nr_free[order]"),
    _twin("counts-lists", "        sum(nr_free),\n", "        sum(count > 0 for count in nr_free),\n"),
    _twin("suitable-last", FAILS, ""),
    _twin("rounds-down", INDEX, INDEX.replace("1000 - (1000 +", "1000 + -(1000 +")),
    _twin("without-the-one", INDEX, INDEX.replace("(1000 + ", "(")),
    _twin("of-blocks-not-pages", INDEX, INDEX.replace("info.free_pages", "info.blocks_total")),
    _twin("none-is-all-usable", NONE, NONE.replace("1000", "0")),
    _twin("percent-of-none", PERCENT, PERCENT.replace("return 0", "return 100")),
)

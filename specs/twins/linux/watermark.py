"""Broken twins of the watermark checks."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "linux.watermark"
RESERVES = "return within_block if alloc_flags & RESERVES != 0 else within_block + reserved_highatomic"
HALF = "    if alloc_flags & MIN_RESERVE != 0:\n        mark = without_part(mark, 1)\n"
QUARTER = "        if alloc_flags & NON_BLOCK != 0:\n            mark = without_part(mark, 2)\n"
OF_OOM = "    if alloc_flags & OOM != 0:\n        mark = without_part(mark, 1)\n"
USABLE = "    usable = free_pages - unusable_free(order, alloc_flags, zone.nr_reserved_highatomic)\n"
MAY = "alloc_flags & (HIGHATOMIC | OOM) != 0\n"
QUICK = "return usable > mark + zone.lowmem_reserve[highest_zoneidx]"
ONLY = "order != 0 or gfp_mask & gfp.ATOMIC == 0 or alloc_flags & WMARK_MASK != WMARK_MIN"
BOOSTED = "managed >= BOOST_MANAGED and high * factor // BOOST_SHARE != 0"


def _twin(name: str, old: str, new: str, source: str = "ours") -> Twin:
    return Twin(f"watermark-{name}", MODULE, old, new, source)


TWINS = (
    _twin(
        "wraps-around",
        USABLE,
        USABLE.replace("= free", "= (free").replace(")\n", ")) % (1 << 61)\n"),
        "Linux 9282012fc0aa",
    ),
    _twin("reached-is-enough", "usable <= reduced", "usable < reduced"),
    _twin(
        "non-block-alone",
        HALF + QUARTER,
        HALF + QUARTER.replace("        if", "    if").replace("    mark", "mark", 1),
    ),
    _twin("quarter-before-half", HALF + QUARTER, HALF.replace("1)", "2)") + QUARTER.replace("2)", "1)")),
    _twin("oom-before-half", HALF + QUARTER + OF_OOM, OF_OOM + HALF + QUARTER),
    _twin("oom-takes-a-quarter", OF_OOM, OF_OOM.replace("1)", "2)")),
    _twin("part-is-kept", "mark - (mark >> shift)", "mark >> shift"),
    _twin("part-rounds-up", "mark - (mark >> shift)", "mark - ((mark + 1) >> shift)"),
    _twin("forgets-the-rest-of-the-block", "(1 << order) - 1", "0"),
    _twin("highatomic-in-spite-of-reserves", RESERVES, "return within_block + reserved_highatomic"),
    _twin("highatomic-never", RESERVES, "return within_block"),
    _twin(
        "forgets-the-lowmem-reserve", "alloc_flags) + zone.lowmem_reserve[highest_zoneidx]", "alloc_flags)"
    ),
    _twin("order-0-needs-a-list", "return order == 0 or has", "return has"),
    _twin(
        "no-list-needed", "return order == 0 or has_suitable_block(zone, order, alloc_flags)", "return True"
    ),
    _twin("reserve-for-all", MAY, "alloc_flags & RESERVES != 0\n"),
    _twin("reserve-not-for-oom", MAY, "alloc_flags & HIGHATOMIC != 0\n"),
    _twin("starts-below-the-order", "range(order, MAX_ORDER + 1)", "range(MAX_ORDER + 1)"),
    _twin("forgets-the-top", "range(order, MAX_ORDER + 1)", "range(order, MAX_ORDER)"),
    _twin("forgets-reclaimable", ", migratetype.MOVABLE, migratetype.RECLAIMABLE)", ", migratetype.MOVABLE)"),
    _twin("quick-ignores-the-reserve", QUICK, "return usable > mark"),
    _twin("quick-of-any-order", "    if order != 0:\n        return False\n", ""),
    _twin(
        "quick-ignores-highatomic",
        "free_pages - min(free_pages, unusable_free(order, alloc_flags, zone.nr_reserved_highatomic))",
        "free_pages",
    ),
    _twin("quick-reached-is-enough", QUICK, QUICK.replace(">", ">=")),
    _twin("quick-reduces", QUICK, QUICK.replace("mark", "reduced_mark(mark, alloc_flags)")),
    _twin("retry-for-all", ONLY, ONLY.replace("gfp_mask & gfp.ATOMIC == 0 or ", "")),
    _twin("retry-of-any-order", ONLY, ONLY.replace("order != 0 or ", "")),
    _twin("retry-at-any-mark", ONLY, ONLY.replace(" or alloc_flags & WMARK_MASK != WMARK_MIN", "")),
    _twin("retry-keeps-the-boost", "mark - boost, ", "mark, "),
    _twin("no-retry", f"    if {ONLY}:\n        return False\n", "    return False\n"),
    _twin(
        "never-full",
        "    if zone_watermark_ok(zone, order, mark, highest_zoneidx, alloc_flags, free_pages):\n",
        "    if False:\n",
    ),
    _twin(
        "boost-exceeds-its-bound",
        "return min(boost + PAGEBLOCK_PAGES, most)",
        "return boost + PAGEBLOCK_PAGES",
    ),
    _twin(
        "boost-less-than-a-pageblock",
        "max(high * factor // BOOST_SHARE, PAGEBLOCK_PAGES)",
        "high * factor // BOOST_SHARE",
    ),
    _twin("boosts-small-zones", BOOSTED, "high * factor // BOOST_SHARE != 0"),
    _twin("boosts-without-a-factor", BOOSTED, "managed >= BOOST_MANAGED"),
    _twin("boost-is-not-given-back", "boost - min(boost, noted)", "boost"),
    _twin("boost-below-nothing", "boost - min(boost, noted)", "boost - noted"),
)

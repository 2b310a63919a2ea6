"""Broken twins of /proc/slabinfo."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "proc.slabinfo"


def _twin(name: str, old: str, new: str) -> Twin:
    return Twin(f"slabinfo-{name}", MODULE, old, new)


TWINS = (
    _twin(
        "slabs-by-page",
        "{slab.pfn: slab.objects for slab in cache.slabs.values()}",
        "{page: slab.objects for page, slab in cache.slabs.items()}",
    ),
    _twin(
        "active-slab-has-free-ones",
        "for slab in cache.partial.values())",
        "for slab in {*cache.slabs.values()})",
    ),
    _twin("order-for-pages", "1 << cache.order", "cache.order"),
    _twin(
        "objects-swapped",
        "name, active, objects, size, each, pages, slabs = cache",
        "name, objects, active, size, each, pages, slabs = cache",
    ),
    _twin("short-names", "{name:<17}", "{name:<16}"),
    _twin("no-head", 'return HEAD + "".join', 'return "".join'),
)

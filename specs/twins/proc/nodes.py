"""Broken twins of what the files say of live machines."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "proc.nodes"


def _twin(name: str, old: str, new: str) -> Twin:
    return Twin(f"nodes-{name}", MODULE, old, new)


TWINS = (
    _twin(
        "pageblocks-of-half-a-zone",
        "range(zone.mobility.start, zone.mobility.end, PAGEBLOCK_PAGES)",
        "range(zone.mobility.start, zone.mobility.end, 2 * PAGEBLOCK_PAGES)",
    ),
    _twin("free-with-what-cpus-hide", "free=zone.counter.read()", "free=zone.counter.exact()"),
    _twin("given-up-elsewhere", "nodes.kswapds[zone.ref.node].hopeless()", "nodes.kswapds[0].hopeless()"),
    _twin(
        "counts-one-zone", "pgalloc[zone.ref.zone] += zone.pgalloc", "pgalloc[zone.ref.zone] = zone.pgalloc"
    ),
    _twin("present-ignored", "present=spanned if present is None else present", "present=spanned"),
)

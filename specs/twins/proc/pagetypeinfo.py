"""Broken twins of /proc/pagetypeinfo."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "proc.pagetypeinfo"


def _twin(name: str, old: str, new: str) -> Twin:
    return Twin(f"pagetypeinfo-{name}", MODULE, old, new)


TWINS = (
    _twin("one-head", "groupby(zones, lambda each: each.node)", "groupby(zones, lambda each: 0)"),
    _twin("counts-on", "if count < COUNTED_MOST else", "if True else"),
    _twin("counted-too-early", "if count < COUNTED_MOST else", "if count < COUNTED_MOST - 1 else"),
    _twin("node-as-elsewhere", "Node {each.node:4d}, zone", "Node {each.node}, zone"),
    _twin("types-in-narrow-columns", '"{count:12d} "', '"{count:11d} "'),
)

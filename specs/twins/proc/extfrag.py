"""Broken twins of /sys/kernel/debug/extfrag."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "proc.extfrag"


def _twin(name: str, old: str, new: str) -> Twin:
    return Twin(f"extfrag-{name}", MODULE, old, new)


TWINS = (
    _twin(
        "rounds-down",
        "return Thousandths(-whole, -rest) if index < 0 else Thousandths(whole, rest)",
        "return Thousandths(*divmod(index, 1000))",
    ),
    _twin("narrow", '"{0.whole:2d}.', '"{0.whole:d}.'),
    _twin("wide", '"{0.whole:d}.', '"{0.whole:2d}.'),
    _twin("of-the-next-order", "contig_pages(each.nr_free, order)", "contig_pages(each.nr_free, order + 1)"),
)

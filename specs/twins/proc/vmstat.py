"""Broken twins of /proc/vmstat."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "proc.vmstat"


def _twin(name: str, old: str, new: str) -> Twin:
    return Twin(f"vmstat-{name}", MODULE, old, new)


TWINS = (
    _twin("zones-out-of-order", '("dma", "dma32", ', '("dma32", "dma", '),
    _twin(
        "shows-what-nobody-counts",
        '    if counters.pgfree is not None:\n        yield "pgfree", counters.pgfree',
        '    yield "pgfree", counters.pgfree or 0',
    ),
    _twin(
        "pgfree-first",
        '    yield "nr_free_pages", counters.nr_free_pages\n',
        '    if counters.pgfree is not None:\n        yield "pgfree", counters.pgfree\n'
        '    yield "nr_free_pages", counters.nr_free_pages\n',
    ),
)

"""Where watermarks come from, at every border of a value and in every small or odd machine."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, product
from typing import Any

from specs.ledger.refutation import Refuted, Visited
from specs.ledger.subject import Subject
from specs.model import watermark as means

LEAST, MOST = 128, 262144
KBYTES = (0, 3, 4, 128, 1829, 67584, MOST)
MANAGED = (0, 1, 511, 3840, 32767, 32768, 50913, 131072, 1 << 28)
SCALES = (0, 1, 10, 1000)
OTHERS = (1, 3841, 1 << 20)
OF_ZONES = (0, 1, 256, 3840, 62400)
Case = tuple[str, tuple[object, ...], object, object]


def visit(subject: Subject, max_order: int) -> Visited:
    """All three."""
    setup: Any = subject.linux.watermark_setup
    cases = 0
    for name, arguments, got, wanted in chain(reserves(setup), marks(setup), kept(setup)):
        if got != wanted:
            raise Refuted(f"{name}{arguments}", f"it is {got}, expected {wanted}")
        cases += 1
    return Visited(cases, cases)


def kept(setup: Any) -> Iterator[Case]:
    """How much is kept free: at both sides of every amount of memory where it changes, and beyond."""
    for root in range(LEAST, MOST + 1):
        border = (root * root + 15) // 16
        for memory, wanted in ((border, root), (border - 1, max(root - 1, LEAST))):
            yield "min_free_kbytes", (memory,), setup.min_free_kbytes(memory), wanted
    for memory in (0, 1, 1 << 33, 1 << 50):
        wanted = means.min_free_kbytes(memory)
        yield "min_free_kbytes", (memory,), setup.min_free_kbytes(memory), wanted


def marks(setup: Any) -> Iterator[Case]:
    """The marks of a zone that is all of the memory, some of it, or has high memory."""
    for kbytes, managed, others, scale, high in product(KBYTES, MANAGED, OTHERS, SCALES, (False, True)):
        total = max(managed + others - 1, 1)
        got = setup.zone_watermarks(kbytes, managed, total, scale_factor=scale, highmem=high)
        wanted = means.marks(kbytes, managed, total, scale, highmem=high)
        yield "zone_watermarks", (kbytes, managed, total, scale, high), tuple(got), wanted


def reserves(setup: Any) -> Iterator[Case]:
    """The reserves of every zone of a node, whichever of its zones are empty."""
    for managed in product(OF_ZONES, repeat=5):
        got = [list(row) for row in setup.lowmem_reserves(managed)]
        yield "lowmem_reserves", managed, got, means.reserves(managed)

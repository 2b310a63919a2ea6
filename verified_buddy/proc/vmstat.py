"""/proc/vmstat: the counters of pages of the whole machine, as far as the model counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

ZONES: Final = ("dma", "dma32", "normal", "movable", "device")
"""As the names of counters by zone end.  Linux: TEXTS_FOR_ZONES, mm/vmstat.c."""


class VmStat(NamedTuple):
    """The counters; None for one that nobody counts, which is left out."""

    nr_free_pages: int
    pgalloc: Sequence[int] | None = None
    """Pages that were handed out, by type of zone."""
    pgfree: int | None = None
    """Pages that came back."""


def show_vmstat(counters: VmStat) -> str:
    """The file.

    Linux: vmstat_show(), mm/vmstat.c.
    """
    return "".join(f"{name} {value}\n" for name, value in named(counters))


def named(counters: VmStat) -> Iterator[tuple[str, int]]:
    """Each counter with its name, in the kernel's order."""
    yield "nr_free_pages", counters.nr_free_pages
    if counters.pgalloc is not None:
        for zone, pages in zip(ZONES, counters.pgalloc, strict=True):
            yield f"pgalloc_{zone}", pages
    if counters.pgfree is not None:
        yield "pgfree", counters.pgfree

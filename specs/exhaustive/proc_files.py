"""Files of /proc that are shown and read back, with figures of every width in every column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import cycle, islice, product
from typing import Any

from specs.ledger.refutation import Refuted, Visited
from specs.ledger.subject import Subject
from specs.model import fragmentation
from specs.model import proc_files as read

FIGURES = (0, 1, 9, 10, 999, 99_999, 100_000, 999_999, 1_000_000, 123_456_789_012, 2**52)
"""Of each width on both sides of those of columns, and of lists that are counted no further."""
ZONES = ((0, "DMA"), (0, "DMA32"), (1, "Normal"), (9, "Movable"), (10, "DMA"), (1023, "Device"))
CACHES = ("kmalloc-8", "ext4_groupinfo_4k", "request_sock_subflow_v6")
SIZES = (
    f"figures: {', '.join(f'{figure:,}' for figure in FIGURES)}, each in every place",
    "zones: none, one, and six of four nodes",
)


def figures(places: int, start: int = 0) -> tuple[int, ...]:
    """As many, beginning anywhere among them."""
    return tuple(islice(cycle(FIGURES), start, start + places))


def zones_of(figures_of: Callable[[int], tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """No zone; each alone, with each figure first; and all."""
    yield []
    for zone, start in product(ZONES, range(len(FIGURES))):
        yield [(*zone, *figures_of(start))]
    yield [(*zone, *figures_of(start)) for start, zone in enumerate(ZONES)]


def compared(cases: Iterable[tuple[Any, str, Callable[[str], Any]]]) -> Visited:
    """What is read is what was to be shown."""
    count = 0
    for meant, text, reader in cases:
        count += 1
        try:
            got = reader(text)
        except read.Unreadable as error:
            raise Refuted(f"what shows {meant}"[:300], f"cannot be read: {error}") from error
        if got != meant:
            raise Refuted(f"what shows {meant}"[:300], f"reads {got}"[:300])
    return Visited(count, count)


def buddyinfo(subject: Subject, _: int) -> Visited:
    """Every number of free blocks is read back from where it should stand in /proc/buddyinfo."""
    module = subject.proc.buddyinfo
    return compared(
        (zones, module.show_buddyinfo(module.FreeCounts(*zone) for zone in zones), read.read_buddyinfo)
        for zones in zones_of(lambda start: (figures(read.ORDERS, start),))
    )


def pagetypeinfo(subject: Subject, _: int) -> Visited:
    """Every length and number of pageblocks is read back from where it should stand in /proc/pagetypeinfo."""
    module = subject.proc.pagetypeinfo

    def of_types(start: int) -> tuple[Any, ...]:
        lists = tuple(figures(read.ORDERS, start + 3 * kind) for kind in range(read.TYPES))
        return lists, figures(read.TYPES, start)

    def cases() -> Iterator[tuple[Any, str, Callable[[str], Any]]]:
        for zones in zones_of(of_types):
            text = module.show_pagetypeinfo(module.TypeCounts(*zone) for zone in zones)
            meant = [
                (node, zone, tuple(tuple(min(each, read.COUNTED) for each in row) for row in lists), blocks)
                for node, zone, lists, blocks in zones
            ]
            yield meant, text, read.read_pagetypeinfo

    return compared(cases())


def zoneinfo(subject: Subject, _: int) -> Visited:
    """Every figure is read back from its line in /proc/zoneinfo, the marks with the boost."""
    module = subject.proc.zoneinfo

    def shown(zone: tuple[Any, ...]) -> Any:
        *known, rest = zone
        if rest is None:
            return module.ZoneInfo(*known, None)
        sets, *others = rest
        return module.ZoneInfo(*known, module.Populated([module.Pageset(*each) for each in sets], *others))

    def of_zone(start: int) -> tuple[Any, ...]:
        sets = tuple((cpu, *figures(4, start + cpu)) for cpu in range(start % 4))
        rest = None if start % 5 == 4 else (sets, start % 2 == 1, FIGURES[start])
        return (*figures(8, start), figures(read.ZONES, start), rest)

    def cases() -> Iterator[tuple[Any, str, Callable[[str], Any]]]:
        for zones in zones_of(of_zone):
            meant = [
                (node, name, free, boost, *(mark + boost for mark in marks[:3]), *marks[3:])
                for node, name, free, boost, *marks in zones
            ]
            yield meant, module.show_zoneinfo(map(shown, zones)), read.read_zoneinfo

    return compared(cases())


def vmstat(subject: Subject, _: int) -> Visited:
    """Every counter that somebody counts, and no other, is read back from /proc/vmstat."""
    module = subject.proc.vmstat
    names = [f"pgalloc_{zone}" for zone in ("dma", "dma32", "normal", "movable", "device")]

    def cases() -> Iterator[tuple[Any, str, Callable[[str], Any]]]:
        for start, taken, freed in product(range(len(FIGURES)), (False, True), (False, True)):
            free, back, *pages = figures(2 + len(names), start)
            meant = {"nr_free_pages": free}
            meant |= dict(zip(names, pages, strict=True)) if taken else {}
            meant |= {"pgfree": back} if freed else {}
            counters = module.VmStat(free, pages if taken else None, back if freed else None)
            yield [*meant.items()], module.show_vmstat(counters), in_order

    return compared(cases())


def in_order(text: str) -> list[tuple[str, int]]:
    """The counters, in the order of their lines."""
    return [*read.read_vmstat(text).items()]


def slabinfo(subject: Subject, _: int) -> Visited:
    """Every figure of a cache is read back from where it should stand in /proc/slabinfo."""
    module = subject.proc.slabinfo
    rows = [(name, *figures(6, start)) for name, start in product(CACHES, range(len(FIGURES)))]
    return compared(
        (caches, module.show_slabinfo(module.CacheCounts(*each) for each in caches), read.read_slabinfo)
        for caches in ([], *([row] for row in rows), rows)
    )


FEW = (
    *(tuple(int(each == order) for each in range(read.ORDERS)) for order in range(read.ORDERS)),
    (0,) * read.ORDERS,
    (3, 4, 9, 4, 6, 6, 7, 6, 5, 2, 13),
    (9, 13, 9, 10, 5, 1, 2, 1, 0, 0, 0),
    (1000, *(0,) * (read.ORDERS - 1)),
)


def extfrag(subject: Subject, _: int) -> Visited:
    """Both indices, whole ones and thousandths, are read back from debugfs, whatever their sign."""
    module, counts = subject.proc.extfrag, subject.proc.buddyinfo.FreeCounts

    def cases() -> Iterator[tuple[Any, str, Callable[[str], Any]]]:
        for show, index, width in (
            (module.show_extfrag_index, fragmentation.fragmentation_index, 2),
            (module.show_unusable_index, fragmentation.unusable_index, 1),
        ):
            zones = [(*zone, nr_free) for zone, nr_free in product(ZONES, FEW)]
            meant = [
                (node, name, tuple(index(nr_free, order) for order in range(read.ORDERS)))
                for node, name, nr_free in zones
            ]
            text = show(counts(*zone) for zone in zones)
            yield meant, text, partial(read.read_indices, width=width)

    return compared(cases())

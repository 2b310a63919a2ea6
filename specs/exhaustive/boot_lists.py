"""Small machines that start: what is free, on which lists, in which order; pageblocks and their types."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from specs.exhaustive.boot import map_of, pairs, tiny
from specs.ledger.refutation import Endless, Refuted, Visited, cut_if_endless, what_happened
from specs.ledger.subject import Subject
from specs.model.boot import Description, canonical, zones

LISTS = (
    "12 pages; one usable range and one that is not, or one reserved, with ends at whole pages",
    "12 pages that are usable but for one, and three nodes of four pages, in no order",
    "zones that begin with pages 0 and 7",
)
LIMIT = (7,)


def started(subject: Subject, described: Description, architecture: Any) -> Any:
    """The machine."""
    try:
        with cut_if_endless():
            return subject.boot.feed.boot(map_of(subject, described), architecture)
    except (Exception, Endless) as error:  # whatever broken code does is the finding
        raise Refuted(f"boot of {described}", what_happened(error)) from None


def listed(zone: Any) -> list[tuple[int, int, int]]:
    """Its free blocks, by order, type and place."""
    return list(zone.free_area.blocks())


def machines() -> list[Description]:
    """All of them."""
    whole: list[Description] = []
    for one, other in product(pairs(range(0, 25, 2)), repeat=2):
        whole += [Description((one,), (other,)), Description((one,), (), (), (other,))]
    nodes = ((2, (0, 8)), (0, (8, 16)), (1, (16, 24)))
    for page in range(12):
        whole.append(Description(((0, 24),), ((2 * page, 2 * page + 1),), nodes))
        whole.append(Description(((0, 24),), (), nodes, ((2 * page + 1, 2 * page + 2),)))
    return whole


def lists(subject: Subject, _: int) -> Visited:
    """The blocks of each zone are the largest of its free pages, each list ascends, and all is counted."""
    architecture, count = tiny(subject, LIMIT, 12), 0
    for described in machines():
        count += 1
        machine = started(subject, described, architecture)
        wanted = zones(described, LIMIT, range(12))
        if {*machine.zones} != {*wanted} or list(machine.zones) != sorted(wanted):
            raise Refuted(f"of {described}: zones {list(machine.zones)}", f"expected {sorted(wanted)}")
        for key, zone in machine.zones.items():
            expected = wanted[key]
            blocks = [(first, order) for first, order, _type in listed(zone)]
            if blocks != canonical(expected.managed):
                raise Refuted(f"of {described}, zone {key}: {blocks}", f"not {canonical(expected.managed)}")
            managed, reserved = len(expected.managed), len(expected.present) - len(expected.managed)
            if zone.mobility.managed != managed or machine.reserved(key) != reserved:
                raise Refuted(
                    f"of {described}, zone {key}: {zone.mobility.managed} managed", f"not {managed}"
                )
            if zone.spans.ranges() != runs(expected.managed):
                raise Refuted(f"of {described}, zone {key}: {zone.spans.ranges()}", "these are not its pages")
    return Visited(count, count)


def runs(pages: frozenset[int]) -> list[tuple[int, int]]:
    """The pages as ranges that do not touch."""
    starts = [page for page in sorted(pages) if page - 1 not in pages]
    ends = [page + 1 for page in sorted(pages) if page + 1 not in pages]
    return list(zip(starts, ends, strict=True))


BLOCK = 512
ENDS = sorted({block * BLOCK + each for block in range(4) for each in (0, 1, 511)})


def types(subject: Subject, _: int) -> Visited:
    """A pageblock is movable if its first page is memory, and so is each block that begins in it."""
    architecture, count = tiny(subject, (), 4 * BLOCK), 0
    for memory, reserved in product(combinations(ENDS, 2), repeat=2):
        count += 1
        described = Description(
            ((2 * memory[0], 2 * memory[1]),), (), (), ((2 * reserved[0], 2 * reserved[1]),)
        )
        machine = started(subject, described, architecture)
        movable = {block for block in range(4) if memory[0] <= block * BLOCK < memory[1]}
        says = f"memory {memory}, reserved {reserved}"
        for block in range(4):
            if machine.pageblocks.migratetype(block * BLOCK + 511) != int(block in movable):
                raise Refuted(says, f"pageblock {block} is of the wrong type")
        for zone in machine.zones.values():
            for first, _order, kind in listed(zone):
                if kind != int(first // BLOCK in movable):
                    raise Refuted(says, f"block {first} is on the list of type {kind}")
    return Visited(count, count)


def one_by_one(subject: Subject, _: int) -> Visited:
    """The lists, in order, are those of a zone whose pages were all in use and are freed, lowest first."""
    count, linux = 0, subject.linux
    for start, end in combinations(range(13), 2):
        made = [linux.zone.LinuxZone(0, 12) for _ in range(3)]
        model, high, later = made
        for page in range(start, end):
            count += 1
            model.spans.add(page, page + 1)
            linux.mobility.free_one_page(model.mobility, page, 0, 0)
            subject.boot.feed.free_reserved_page(later, page)
        subject.boot.feed.free_highmem(high, start, end)
        for zone in (high, later):
            same = listed(zone) == listed(model) and zone.spans.ranges() == [(start, end)]
            if not same or zone.mobility.managed != end - start or zone.live:
                raise Refuted(f"pages {start}..{end - 1}: {listed(zone)}", f"expected {listed(model)}")
    return Visited(count, count)

"""Small maps of memory: the zones that are made of them, beside their definition."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations, product
from typing import Any

from specs.ledger.refutation import Endless, Refuted, Visited, cut_if_endless, what_happened
from specs.ledger.subject import Subject
from specs.model.boot import Description, Halves, Zone, is_memory, node_of, zone_of, zones

HALF = 2048
PAGES = range(6)
LIMITS = (2, 4)
"""Of tiny zones; the last has all that is left, below the top."""
TOP = 5
RESERVED = (1, 4, 7, 12)
LIMITS_OF = {"X86_64": (1 << 12, 1 << 20), "X86_32": (1 << 12, 229376), "ARM": (196608,)}
"""By architecture: the first page above each zone but the last; ARM's count from the first page of memory."""
MAPS = (
    "six pages in two ranges, parted at every half; and with each half that is not usable",
    "one usable range and one more, usable or not, with ends at every half of 5 pages",
    "three ranges of 5 whole pages, of which the first is usable and each other is or is not",
    "two nodes in either order, parted at every half of 6 pages; memory of one or two ranges of pages; one "
    "reserved range with ends at some halves; and a node between two parts of another",
    "zones that begin with pages 0, 2 and 4, and end with page 5",
)


def bytes_of(part: Halves) -> tuple[int, int]:
    """The range in bytes."""
    return part[0] * HALF, part[1] * HALF


def map_of(subject: Subject, described: Description) -> Any:
    """The map, as the code has it."""
    module = subject.boot.memory_map
    region = module.Region
    return module.MemoryMap(
        (
            *(region(*bytes_of(each), True) for each in described.usable),
            *(region(*bytes_of(each), False) for each in described.unusable),
        ),
        tuple(module.NodeRegion(node, *bytes_of(each)) for node, each in described.nodes),
        tuple(subject.boot.page_ranges.Range(*bytes_of(each)) for each in described.reserved),
    )


def tiny(subject: Subject, limits: tuple[int, ...] = LIMITS, top: int = TOP + 1) -> Any:
    """An architecture whose zones end at these pages."""
    module = subject.boot.architecture
    rows = (*(module.ZoneRow(f"zone {limit}", limit) for limit in limits), module.ZoneRow("Normal", None))
    return module.Architecture("tiny", rows, top)


def pairs(points: range) -> list[Halves]:
    """Every range with these ends."""
    return list(combinations(points, 2))


def maps() -> Iterator[Description]:
    """All of them."""
    for half in range(1, 12):
        yield Description(((0, half), (half, 12)))
        yield Description(((0, 12),), ((half - 1, half),))
    for low, high in combinations(range(2, 11), 2):
        interleaved = ((1, (0, low)), (0, (low, high)), (1, (high, 12)))
        for reserved in pairs(range(0, 13, 2)):
            yield Description(((0, 12),), (), interleaved, (reserved,))
    for border, flip in product(range(1, 12), (0, 1)):
        nodes = ((flip, (0, border)), (1 - flip, (border, 12)))
        for one, other in product(pairs(range(0, 13, 6)), pairs(range(0, 13, 2))):
            for reserved in combinations(RESERVED, 2):
                yield Description((one, other), (), nodes, (reserved,))
    for one, other in product(pairs(range(11)), repeat=2):
        yield Description((one, other))
        yield Description((one,), (other,))
    for one, two, three in product(pairs(range(0, 11, 2)), repeat=3):
        if two < three:
            yield Description((one, two, three))
            yield Description((one,), (two, three))
        yield Description((one, two), (three,))


def told(
    subject: Subject, memory_map: Any, architecture: Any
) -> tuple[dict[tuple[int, int], Zone], list[Any]]:
    """The zones that the code makes of it, and the pages of each node."""
    regions = subject.boot.memory_map.node_memory(memory_map, architecture)
    free = subject.boot.memory_map.free_pages(memory_map, architecture)
    found = {}
    for span in subject.boot.zones.zone_spans(regions, architecture):
        managed = subject.boot.feed.free_of(span, free)
        pages, given = (
            [page for each in ranges for page in range(*each)] for ranges in (span.memory, managed)
        )
        if span.present != len(pages) or span.spanned != span.end - span.start or len(given) != len({*given}):
            raise Refuted(f"{span}", "its pages are not counted right")
        found[span.node, span.zone] = Zone(span.start, span.end, frozenset(pages), frozenset(given))
    return found, list(regions)


def orderly(found: dict[tuple[int, int], Zone], memory: set[int]) -> str:
    """What is wrong with zones of this memory, whatever they should be; nothing, if nothing is."""
    pages = [page for zone in found.values() for page in zone.present]
    if len(pages) != len(set(pages)) or set(pages) != memory:
        return "a page of memory is in no zone, or in two"
    for zone in found.values():
        if not zone.managed <= zone.present <= {*range(zone.start, zone.end)}:
            return "what is managed is not present, or what is present is not spanned"
    return ""


def small_maps(subject: Subject, _: int) -> Visited:
    """Of every map the zones are those of the definition; a page of memory is in one, and is counted once."""
    architecture, count = tiny(subject), 0
    for top in range(TOP):
        count += 1
        found, _regions = told(subject, map_of(subject, Description(((0, 12),))), tiny(subject, (), top))
        if {page for zone in found.values() for page in zone.present} != {*range(top)}:
            raise Refuted(f"of memory up to page 5: {found}", f"there is nothing from page {top} on")
    for described in maps():
        count += 1
        memory = {page for page in PAGES if is_memory(described, page)}
        memory = {page for page in memory if node_of(described, page) is not None}
        wanted = zones(described, LIMITS, PAGES)
        try:
            with cut_if_endless():
                found, regions = told(subject, map_of(subject, described), architecture)
        except (LookupError, TypeError, ValueError, Endless) as error:
            raise Refuted(f"{described}", what_happened(error)) from None
        wrong = orderly(found, memory)
        starts = [each.start for each in regions]
        if wrong or found != wanted or starts != sorted(starts):
            raise Refuted(f"of {described}: {found}", wrong or f"expected {wanted}")
    return Visited(count, count)


def pc(subject: Subject, _: int) -> Visited:
    """Page 0 and pages 0xa0..0xff are no memory, none below 0x100 is free; small nodes are not believed."""
    count = 0
    for name, first, end in product(("X86_64", "X86_32"), (0, 1, 0x9F), (0x80, 0xA0, 0x100, 0x400)):
        architecture = getattr(subject.boot.architecture, name)
        for covers in (None, 0, 0xFF, 0x100, 0x200):
            count += 1
            nodes = () if covers is None else ((3, (0, 2 * covers)),) if covers else ()
            described = Description(((2 * first, 2 * end),), (), nodes) if first < end else Description(())
            memory = {page for page in range(first, end) if page > 0 and not 0xA0 <= page < 0x100}
            found, _regions = told(subject, map_of(subject, described), architecture)
            owned = {page for page in memory if page < (covers or end)}
            believed = covers and len(memory) - len(owned) < 256
            wanted = owned if believed else memory
            present = {page for zone in found.values() for page in zone.present}
            managed = {page for zone in found.values() for page in zone.managed}
            says = f"{name}, pages {first:#x} to {end:#x}, node 3 up to {covers}"
            if present != wanted or managed != {page for page in wanted if page >= 0x100}:
                raise Refuted(
                    f"{says}: {len(present)} pages present, {len(managed)} managed", "too many or few"
                )
            if present and {node for node, _zone in found} != {3 if believed else 0}:
                raise Refuted(says, "the memory is another node's")
    return Visited(count, count)


def partition(subject: Subject, _: int) -> Visited:
    """Each page of memory is in the zone of its limits and in no other; pages before and behind in none."""
    count = 0
    for name, limits in LIMITS_OF.items():
        architecture = getattr(subject.boot.architecture, name)
        edges = sorted({max(0, limit + by) for limit in (1, *limits, 1 << 21) for by in (-1, 0, 1)})
        for first, end in combinations(edges, 2):
            found = subject.boot.zones.zone_limits(architecture, first, end)
            base = first if name == "ARM" else 0
            for page in sorted({*edges, *(base + limit + by for limit in limits for by in (-1, 0))}):
                count += 1
                mine = [zone for zone, (low, high) in enumerate(found) if low <= page < high]
                wanted = [zone_of(page - base, limits)] if first <= page < end else []
                if mine != wanted or len(found) != len(limits) + 1:
                    says = f"{name}, memory [{first}, {end}): page {page} is in zones {mine}"
                    raise Refuted(says, f"expected {wanted}")
    return Visited(count, count)


SECTION = 1 << 15
EDGES = sorted(
    {section * SECTION + each for section in range(4) for each in (0, 1, 4096, 5000)} | {4 * SECTION}
)


def holes(subject: Subject, _: int) -> Visited:
    """Pages of sections that are no memory are told once each, before memory or at its end."""
    count = 0
    for one, other in product(combinations(EDGES, 2), repeat=2):
        if one[1] < other[0] or one == other:
            count += 1
            architecture = tiny(subject, (4096, 1 << 16), 1 << 20)
            ranges = sorted({one, other})
            described = Description(tuple((2 * start, 2 * end) for start, end in ranges))
            regions = subject.boot.memory_map.node_memory(map_of(subject, described), architecture)
            spans = subject.boot.zones.zone_spans(regions, architecture)
            found = subject.boot.zones.unavailable(regions, spans)
            if list(found) != wanted_holes(ranges):
                raise Refuted(f"of {ranges}: {found}", f"expected {wanted_holes(ranges)}")
    return Visited(count, count)


def wanted_holes(ranges: list[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """What is told of holes: by definition, from the counts of pages below each edge."""
    sections = {
        page for start, end in ranges for page in range(start // SECTION, (end + SECTION - 1) // SECTION)
    }

    def pages(start: int, end: int) -> int:
        """Those with descriptors."""
        return sum(max(0, min(end, (each + 1) * SECTION) - max(start, each * SECTION)) for each in sections)

    def zone(page: int) -> int:
        return 0 if page < 4096 else 1 if page < 1 << 16 else 2

    told = [
        (0, zone(start), pages(before, start))
        for before, (start, _) in zip([0, *(end for _, end in ranges)], ranges, strict=False)
    ]
    last = ranges[-1][1]
    told.append((0, zone(last - 1), pages(last, 1 << 20)))
    return [each for each in told if each[2]]


BITS = {1: "DMA", 2: "HighMem", 4: "DMA32"}
NAMES = {
    "X86_64": ("DMA", "DMA32", "Normal", "Movable"),
    "X86_32": ("DMA", "Normal", "HighMem", "Movable"),
    "ARM": ("Normal", "HighMem", "Movable"),
}


def highest_zones(subject: Subject, _: int) -> Visited:
    """The zone of each mask, by name; contradictions are refused, and on x86-64 it is what requests say."""
    count = 0
    for name, low, high in product(NAMES, range(256), (0, 0xFFFF00)):
        count += 1
        mask, names = low | high, NAMES[name]
        architecture = getattr(subject.boot.architecture, name)
        asked = [zone for bit, zone in BITS.items() if mask & bit]
        wanted = asked[0] if len(asked) == 1 else "Normal"
        if asked == ["HighMem"] and mask & 8:
            wanted = "Movable"
        expected = None if len(asked) > 1 else names.index(wanted if wanted in names else "Normal")
        asks = (partial(subject.boot.architecture.highest_zone, architecture), subject.linux.gfp.gfp_zone)
        found: list[int | None] = []
        for ask in asks:
            try:
                found.append(ask(mask))
            except subject.errors.InvalidGfp:
                found.append(None)
        told_names = subject.boot.architecture.zone_names(architecture)
        if found[0] != expected or told_names != names or (name == "X86_64" and found[0] != found[1]):
            raise Refuted(f"{name}, mask {mask:#x}: zones {found}", f"expected {expected}")
    return Visited(count, count)


def figures(subject: Subject, _: int) -> Visited:
    """There is mobility from five pageblocks on; a node has the zones in which it has a page of memory."""
    module, count = subject.boot.zones, 0
    for pages in range(5121):
        count += 1
        if module.groups_by_mobility(pages) != (pages // 512 >= 5):
            raise Refuted(f"groups_by_mobility({pages})", "five pageblocks are needed")
    architecture = tiny(subject)
    for one, other in product(pairs(range(0, 13, 2)), repeat=2):
        count += 1
        described = Description((one, other), (), ((0, (0, 2)), (1, (2, 10)), (0, (10, 12))))
        regions = subject.boot.memory_map.node_memory(map_of(subject, described), architecture)
        found = module.nodes_of(module.zone_spans(regions, architecture))
        owners = {page: 0 < page < 5 for page in PAGES if is_memory(described, page)}
        for node in range(max(owners.values()) + 1):
            zones_of = sorted({min(page // 2, 2) for page, owner in owners.items() if owner == node})
            far = [10 if other == node else 20 for other in range(len(found))]
            if list(found[node].zones) != zones_of or list(found[node].distances) != far:
                raise Refuted(f"node {node} of {described}: {found[node]}", f"it has memory in {zones_of}")
    return Visited(count, count)

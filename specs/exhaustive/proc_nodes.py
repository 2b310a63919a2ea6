"""What the files say of live machines, beside a count of their blocks one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from specs.ledger.refutation import Refuted, Visited
from specs.ledger.subject import Subject

GFP_KERNEL, GFP_MOVABLE = 0xCC0, 0x100CCA
NAMES = ("DMA", "DMA32", "Normal", "Movable", "Device")
MACHINES: tuple[tuple[tuple[Any, ...], ...], ...] = (
    ((((0, 1, 4096), (1, 4096, 40_000)), (0,)),),
    ((((0, 1, 4096), (1, 4096, 36_864)), (0, 1)), (((1, 36_864, 70_007),), (2,))),
)
SIZES = (
    "machines of one node and of two, of one CPU and of three",
    "programs of 0..60 requests of all orders and two types, of which every third block comes back",
)


def programs(subject: Subject) -> Iterator[Any]:
    """Machines on which some requests were served."""
    specs, node_module = subject.linux.topology.NodeSpec, subject.linux.node
    for machine in MACHINES:
        for steps in (0, 7, 60):
            nodes = node_module.Nodes([specs(zones, cpus) for zones, cpus in machine])
            for step in range(steps):
                mask = GFP_MOVABLE if step % 2 else GFP_KERNEL
                task = subject.linux.world.Task(cpu=step % nodes.cpus)
                order = step % 11
                pfn = nodes.alloc_pages(mask, order, step % len(machine), task)
                if pfn is not None and step % 3 == 0:
                    nodes.free_pages(pfn, order, task)
            nodes.kswapds[0].failures = steps
            yield nodes


def visit(subject: Subject, _: int) -> Visited:
    """Each figure is that of the blocks, pageblocks, lists and counters, zone by zone."""
    module, count = subject.proc.nodes, 0
    for nodes in programs(subject):
        for wanted, got in zip(expected(nodes), told(module, nodes), strict=True):
            count += 1
            if wanted != got:
                raise Refuted(f"of {nodes.specs}: {got}"[:300], f"expected {wanted}"[:300])
    return Visited(count, count)


def told(module: Any, nodes: Any) -> Iterator[Any]:
    """What the module says, as plain values."""
    for counts in module.free_counts(nodes):
        yield counts.node, counts.zone, [*counts.nr_free]
    for types in module.type_counts(nodes):
        yield types.node, types.zone, [[*row] for row in types.nr_free], [*types.pageblocks]
    for info in module.zone_infos(nodes):
        *figures, kept, rest = info
        yield [*figures, [*kept], rest and ([tuple(each) for each in rest[0]], *rest[1:])]
    counters = module.counters(nodes)
    yield counters.nr_free_pages, [*counters.pgalloc], counters.pgfree
    yield [info.present for info in module.zone_infos(nodes, dict.fromkeys(nodes.zones, 7)) if info.populated]


def expected(nodes: Any) -> Iterator[Any]:
    """The same, from the blocks themselves."""
    zones = sorted(nodes.zones.items())
    listed = {
        ref: Counter((order, kind) for _, order, kind in zone.free_area.blocks()) for ref, zone in zones
    }
    for (node, index), _ in zones:
        of = listed[node, index]
        yield node, NAMES[index], [sum(of[order, kind] for kind in range(5)) for order in range(11)]
    for (node, index), zone in zones:
        of = listed[node, index]
        rows = [[of[order, kind] for order in range(11)] for kind in range(5)]
        yield node, NAMES[index], rows, blocks_of(nodes, zone)
    for node in range(len(nodes.specs)):
        for index in range(5):
            yield figures_of(nodes, node, index)
    pgalloc = [sum(zone.pgalloc for (_, of), zone in zones if of == index) for index in range(5)]
    free = sum(zone.counter.value for _, zone in zones)
    yield free, pgalloc, sum(zone.pgfree for _, zone in zones)
    yield [7] * len(zones)


def blocks_of(nodes: Any, zone: Any) -> list[int]:
    """The pageblocks of the zone, each by the first of its pages that is the zone's."""
    start, end = zone.mobility.start, zone.mobility.end
    firsts = [pfn for pfn in range(start, end) if (pfn - start) % 512 == 0]
    kinds = Counter(int(zone.mobility.pageblocks.migratetype(pfn)) for pfn in firsts)
    return [kinds[kind] for kind in range(5)]


def figures_of(nodes: Any, node: int, index: int) -> list[Any]:
    """The figures of a zone, all 0 if it has no memory."""
    zone = nodes.zones.get((node, index))
    if zone is None:
        return [node, NAMES[index], *[0] * 8, [0] * 5, None]
    pages = zone.mobility.end - zone.mobility.start
    least, low, high, _ = zone.watermark
    sets = [
        (cpu, sum(size_of(lists)), lists.high, lists.batch, zone.counter.thresholds[cpu])
        for cpu, lists in enumerate(zone.pcp)
    ]
    given_up = nodes.kswapds[node].failures >= 16
    marks = [zone.counter.value, zone.boost, least, low, high]
    rest = (sets, given_up, zone.mobility.start)
    return [node, NAMES[index], *marks, pages, pages, pages, [*zone.lowmem_reserve], rest]


def size_of(lists: Any) -> Iterator[int]:
    """The pages of each block on a CPU's lists: twelve of three types of order 0..3, then two huge ones."""
    for place, blocks in enumerate(lists.lists):
        yield len(blocks) * 2 ** (place // 3 if place < 12 else 9)

"""The nodes of a machine that starts with a map of its memory, for whoever makes requests there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from verified_buddy.boot.architecture import X86_64
from verified_buddy.boot.feed import free_lowmem, free_of, set_types
from verified_buddy.boot.memory_map import MemoryMap, NodeRegion, free_pages, node_memory
from verified_buddy.boot.zones import ZoneSpan, zone_spans
from verified_buddy.linux.topology import NodeSpec
from verified_buddy.linux.zone import LinuxZone
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import Pfn


def node_specs(memory_map: MemoryMap, cpus: int = 1) -> list[NodeSpec]:
    """The nodes of x86-64 that have memory, in order, with the CPUs shared out; what is free is theirs."""
    spans, free = spans_of(memory_map), free_pages(memory_map, X86_64)
    numbers = sorted({span.node for span in spans})
    give = partial(give_memory, spans, free)
    specs = []
    for at, number in enumerate(numbers):
        zones = [(span.zone, span.start, span.end) for span in spans if span.node == number]
        here = range(cpus)[at * cpus // len(numbers) : (at + 1) * cpus // len(numbers)]
        specs.append(NodeSpec(zones, here, hand_over=give))
    return specs


def spans_of(memory_map: MemoryMap) -> tuple[ZoneSpan, ...]:
    """The zones of x86-64 with that memory."""
    return zone_spans(node_memory(memory_map, X86_64), X86_64)


def give_memory(spans: Sequence[ZoneSpan], free: Sequence[NodeRegion], zone: LinuxZone) -> None:
    """Hand the zone what is free of its memory, and give its pageblocks their types."""
    (span,) = (each for each in spans if each.start == zone.mobility.start)
    set_types(zone.mobility.pageblocks, span.memory)
    for start, end in free_of(span, free):
        free_lowmem(zone, Pfn(start), Pfn(end))


def present_pages(memory_map: MemoryMap) -> dict[ZoneRef, int]:
    """How many pages of each zone are memory; the zones as ``node_specs`` numbers their nodes."""
    spans = spans_of(memory_map)
    numbers = sorted({span.node for span in spans})
    return {ZoneRef(numbers.index(span.node), span.zone): span.present for span in spans}

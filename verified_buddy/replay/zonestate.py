"""What requests depend on beside the lists: marks, counters and zonelists of a stopped kernel (zs.start).

Records G, N, Z, D and L, tab-separated key=value, plain or gzip.  Keys that are not known are passed over;
what contradicts the records before it, or the snapshot of the same moment, is refused with its line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import BinaryIO, Final, NamedTuple

from verified_buddy.linux.zone_type import NAMES, NR_ZONES
from verified_buddy.oracle.source import Unusable, chunks
from verified_buddy.pfn import PFN_LIMIT
from verified_buddy.replay.snapshot import CPUS, ZoneId
from verified_buddy.replay.zoneinfo import Limits
from verified_buddy.replay.zonestate_record import NODES, Record

ADDRESS: Final = 1 << 64
BYTE: Final = 128
"""Differences of a CPU from a counter, and their thresholds, have a signed byte."""
FAILURES: Final = 1 << 31


class Globals(NamedTuple):
    """G: what holds for the whole machine."""

    cpus: tuple[int, ...]
    nr_online_nodes: int
    node_reclaim_mode: int
    mobility_off: bool
    gfp_allowed_mask: int


class NodeState(NamedTuple):
    """N: one node; Linux: struct pglist_data."""

    node: int
    pgdat: int
    kswapd_order: int
    kswapd_hz: int
    kswapd_failures: int


class ZoneFigures(NamedTuple):
    """Z: one zone; its marks are without the boost.  Linux: struct zone."""

    zone: ZoneId
    name: str
    address: int
    managed: int
    present: int
    min: int
    low: int
    high: int
    promo: int
    boost: int
    reserved_highatomic: int
    lowmem_reserve: tuple[int, ...]
    nr_free_pages: int
    nr_isolate: int
    flags: int
    drift_mark: int
    batch: int
    high_limit: int


class Difference(NamedTuple):
    """D: what a CPU holds back of the counter of free pages, and how much of it at most."""

    diff: int
    threshold: int


@dataclass(slots=True)
class ZoneState:
    """All records; every zone has a difference of every CPU, and every node both its zonelists."""

    machine: Globals
    nodes: dict[int, NodeState] = field(default_factory=dict)
    zones: dict[ZoneId, ZoneFigures] = field(default_factory=dict)
    diffs: dict[ZoneId, dict[int, Difference]] = field(default_factory=dict)
    fallback: dict[int, tuple[ZoneId, ...]] = field(default_factory=dict)
    nofallback: dict[int, tuple[ZoneId, ...]] = field(default_factory=dict)
    lines: dict[ZoneId, int] = field(default_factory=dict)
    """By zone: the line of its record."""

    def limits(self) -> dict[ZoneId, dict[int, Limits]]:
        """The limits of the per-CPU lists, by zone and CPU."""
        return {
            zone: dict.fromkeys(self.machine.cpus, Limits(row.high_limit, row.batch))
            for zone, row in self.zones.items()
        }


def read_zonestate(stream: BinaryIO) -> ZoneState:
    """The state that the stream holds.  Raises Unusable, OSError."""
    state: ZoneState | None = None
    lists: list[tuple[int, tuple[ZoneId, ...]]] = []
    number = 0
    for chunk in chunks(stream):
        for line in chunk.splitlines():
            number += 1
            try:
                record = Record(line)
                if state is None:
                    state = ZoneState(machine_of(record))
                else:
                    add(state, record, number)
                    if record.letter == "L":
                        lists.append((number, record.zones("order")))
            except Unusable as error:
                raise Unusable(error.reason, number) from None
    if state is None:
        raise Unusable("no state of zones: it is empty")
    for number, order in lists:
        for node, zone in order:
            if (node, zone) not in state.zones:
                raise Unusable(f"a zonelist has node {node}, zone {zone}, which has no record Z", number)
    refuse_incomplete(state)
    return state


def machine_of(record: Record) -> Globals:
    """The record G, which is the first."""
    if record.letter != "G":
        raise Unusable(f"the first record is G, not {record.letter}")
    cpus = record.numbers("cpus", CPUS)
    if len({*cpus}) < len(cpus):
        raise Unusable("cpus: one stands there twice")
    return Globals(
        cpus,
        record.number("nr_online_nodes", NODES + 1),
        record.number("node_reclaim_mode", 8),
        record.number("mobility_off", 2) == 1,
        record.number("gfp_allowed_mask", 1 << 32),
    )


def add(state: ZoneState, record: Record, line: int) -> None:
    """Take the record in.  Raises Unusable."""
    if record.letter not in RECORDS:
        raise Unusable("a second record G")
    RECORDS[record.letter](state, record)
    if record.letter == "Z":
        state.lines[record.zone()] = line


def add_node(state: ZoneState, record: Record) -> None:
    """N: node pgdat kswapd_order kswapd_hz kswapd_failures."""
    node = record.number("node", NODES)
    if node in state.nodes:
        raise Unusable(f"node {node} has a second record N")
    state.nodes[node] = NodeState(
        node,
        record.number("pgdat", ADDRESS),
        record.number("kswapd_order", 64),
        record.number("kswapd_hz", NR_ZONES + 1),
        record.number("kswapd_failures", FAILURES),
    )


def add_zone(state: ZoneState, record: Record) -> None:
    """Z: all of ``ZoneFigures``."""
    zone = record.zone()
    if zone in state.zones:
        raise Unusable(f"node {zone[0]}, zone {zone[1]} has a second record Z")
    if zone[0] not in state.nodes:
        raise Unusable(f"node {zone[0]} has no record N before this one")
    if record.text("name") != NAMES[zone[1]]:
        raise Unusable(f"name={record.text('name')[:32]}: zone {zone[1]} is called {NAMES[zone[1]]}")
    reserves = record.numbers("lowmem_reserve", PFN_LIMIT)
    if len(reserves) not in {NR_ZONES - 1, NR_ZONES}:
        raise Unusable(f"lowmem_reserve: {len(reserves)} figures, where a node has {NR_ZONES} zones")
    found = ZoneFigures(
        zone=zone,
        name=NAMES[zone[1]],
        address=record.number("addr", ADDRESS),
        lowmem_reserve=reserves,
        nr_free_pages=record.number("nr_free_pages", PFN_LIMIT, low=-PFN_LIMIT),
        **{key: record.number(key, end) for key, end in FIGURES.items()},
    )
    if found.managed > found.present:
        raise Unusable(f"managed={found.managed} is more than present={found.present}")
    if not found.min <= found.low <= found.high <= found.promo:
        raise Unusable("min, low, high, promo: each mark is at least the one before")
    if found.batch < 1:
        raise Unusable("batch=0: a batch of no page")
    state.zones[zone] = found


def add_difference(state: ZoneState, record: Record) -> None:
    """D: node zone cpu diff threshold."""
    zone, cpu = record.zone(), record.number("cpu", CPUS)
    if zone not in state.zones:
        raise Unusable(f"node {zone[0]}, zone {zone[1]} has no record Z before this one")
    if cpu not in state.machine.cpus:
        raise Unusable(f"cpu={cpu} is none of the CPUs of record G")
    known = state.diffs.setdefault(zone, {})
    if cpu in known:
        raise Unusable(f"node {zone[0]}, zone {zone[1]}, CPU {cpu} has a second record D")
    known[cpu] = Difference(record.number("diff", BYTE, low=-BYTE), record.number("threshold", BYTE))


def add_zonelist(state: ZoneState, record: Record) -> None:
    """L: node list order; the list is fallback or nofallback, its order node:zone node:zone ..."""
    node, name = record.number("node", NODES), record.text("list")
    if node not in state.nodes:
        raise Unusable(f"node {node} has no record N before this one")
    if name not in {"fallback", "nofallback"}:
        raise Unusable(f"list={name[:32]}: neither fallback nor nofallback")
    lists = state.fallback if name == "fallback" else state.nofallback
    if node in lists:
        raise Unusable(f"node {node} has a second list {name}")
    order = record.zones("order")
    if len({*order}) < len(order):
        raise Unusable("order: a zone stands there twice")
    if name == "nofallback" and any(each != node for each, _ in order):
        raise Unusable(f"the list nofallback of node {node} has a zone of another node")
    lists[node] = order


PAGES: Final = ("managed", "present", "min", "low", "high", "promo", "boost", "reserved_highatomic")
LIMITS: Final = ("nr_isolate", "drift_mark", "batch", "high_limit")
FIGURES: Final = {**dict.fromkeys((*PAGES, *LIMITS), PFN_LIMIT), "flags": ADDRESS}
"""Figures of a zone, and what they are below."""
RECORDS: Final[dict[str, Callable[[ZoneState, Record], None]]] = {
    "N": add_node,
    "Z": add_zone,
    "D": add_difference,
    "L": add_zonelist,
}
"""By their letters, what takes the records in."""


def refuse_incomplete(state: ZoneState) -> None:
    """Raise Unusable if a record is missing."""
    if not state.zones:
        raise Unusable("no zone is in this state of zones")
    for node, zone in state.zones:
        for cpu in state.machine.cpus:
            if cpu not in state.diffs.get((node, zone), {}):
                raise Unusable(
                    f"node {node}, zone {zone}, CPU {cpu} has no record D", state.lines[node, zone]
                )
    for node in state.nodes:
        for name, lists in (("fallback", state.fallback), ("nofallback", state.nofallback)):
            if node not in lists:
                raise Unusable(f"node {node} has no list {name}")

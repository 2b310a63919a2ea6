"""The machine of a recording as requests see it: its zones by node and by address, and its zonelists."""

from __future__ import annotations

from collections.abc import Container, Sequence

from verified_buddy.kmem.requests import FreelistSearch, WatermarkLook
from verified_buddy.linux.kswapd import Kswapd
from verified_buddy.linux.vmstat import ZoneCounter
from verified_buddy.linux.watermark import Watermarks
from verified_buddy.linux.zone_type import NAMES, NR_ZONES
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.oracle.source import Unusable
from verified_buddy.replay.counter import CountedZone, FreeCounters
from verified_buddy.replay.machine import Machine
from verified_buddy.replay.request_log import Log
from verified_buddy.replay.request_zones import LiveZone
from verified_buddy.replay.zonestate import Difference, ZoneFigures, ZoneState


class RequestMachine:
    """What does not change in a recording, and the zones that do."""

    def __init__(self, state: ZoneState, machine: Machine) -> None:
        self.gfp_allowed_mask = state.machine.gfp_allowed_mask
        self.cpus = frozenset(state.machine.cpus)
        self.online_nodes = state.machine.nr_online_nodes
        self.node_reclaim_mode = state.machine.node_reclaim_mode
        self.mobility_off = state.machine.mobility_off
        self.charges_told = False
        """Whether probes tell of charges."""
        self.zones: dict[ZoneRef, LiveZone] = {}
        self.by_address: dict[int, LiveZone] = {}
        self.nodes: dict[int, int] = {}
        """The number of each node, by its address."""
        self.kswapds: dict[int, Kswapd] = {}
        """By node: what its kswapd was asked for."""
        self.zonelists: dict[tuple[int, bool], tuple[ZoneRef, ...]] = {}
        """By node, and whether it must stay there."""
        self._fill(state, machine)
        self.counters = FreeCounters(
            {
                zone.address: CountedZone(
                    self.pgdat(zone),
                    zone.managed,
                    zone.watermark.min,
                    zone.watermark.low,
                    zone.drift_mark,
                    zone.counter,
                )
                for zone in self.zones.values()
            },
            len(state.machine.cpus),
        )

    def _fill(self, state: ZoneState, machine: Machine) -> None:
        for node in state.nodes.values():
            self.nodes[node.pgdat] = node.node
            kswapd = Kswapd(node.kswapd_order, node.kswapd_hz, node.kswapd_failures)
            self.kswapds[node.node] = kswapd
            for stay, refs in ((False, state.fallback), (True, state.nofallback)):
                self.zonelists[node.node, stay] = tuple(ZoneRef(*ref) for ref in refs[node.node])
        for row in state.zones.values():
            ref = ZoneRef(*row.zone)
            lists = machine.zones[row.zone].zone
            lists.nr_reserved_highatomic = row.reserved_highatomic
            self.zones[ref] = self.by_address[row.address] = LiveZone(
                ref,
                row.address,
                lists,
                counter_of(state, row),
                managed=row.managed,
                watermark=Watermarks(row.min, row.low, row.high, row.promo),
                lowmem_reserve=(*row.lowmem_reserve, 0)[:NR_ZONES],
                boost=row.boost,
                drift_mark=row.drift_mark,
            )

    def has_cpu(self, cpu: int, line: int) -> None:
        """Raise Unusable if the machine has no such CPU."""
        if cpu not in self.cpus:
            raise Unusable(f"CPU {cpu} is none of those of the state of zones", line)

    def at(self, address: int) -> LiveZone | None:
        """The zone at that address; None if the machine has none there."""
        return self.by_address.get(address)

    def pgdat(self, zone: LiveZone) -> int:
        """The address of the zone's node."""
        return next(address for address, node in self.nodes.items() if node == zone.ref.node)

    def zones_of(self, node: int) -> list[LiveZone]:
        """The zones of a node, lowest first."""
        return [self.zones[ref] for ref in sorted(self.zones) if ref.node == node]

    def zonelist(self, node: int, *, thisnode: bool) -> Sequence[ZoneRef]:
        """The zones for a request at that node."""
        return self.zonelists.get((node, thisnode), ())

    def name(self, ref: ZoneRef) -> str:
        """What a zone is called in a message."""
        name = NAMES[ref.zone]
        return f"{name} of node {ref.node}" if self.online_nodes > 1 else name

    def called(self, address: int) -> str:
        """The same, of the zone at that address."""
        zone = self.by_address.get(address)
        return "none" if address == 0 else f"{address:#x}" if zone is None else self.name(zone.ref)

    def nodes_of(self, log: Log) -> Container[int]:
        """The nodes that a request with a nodemask may use: as a probe tells, or else as what it did."""
        zones = []
        for entry in log.entries:
            if isinstance(entry.event, WatermarkLook):
                zones.append(entry.event.zone)
            elif isinstance(entry.event, FreelistSearch):
                if entry.event.nodes is not None and entry.event.nodemask != 0:
                    return nodes_in(entry.event.nodes)
                zones.append(entry.event.preferred_zone)
        return {zone.ref.node for zone in map(self.by_address.get, zones) if zone is not None}


def nodes_in(bits: int) -> frozenset[int]:
    """The nodes of a nodemask."""
    return frozenset(node for node in range(bits.bit_length()) if bits >> node & 1)


def counter_of(state: ZoneState, row: ZoneFigures) -> ZoneCounter:
    """The zone's counter of free pages, with what each CPU holds back of it."""
    cpus = max(state.machine.cpus) + 1
    none = Difference(0, 0)
    held = [state.diffs[row.zone].get(cpu, none) for cpu in range(cpus)]
    return ZoneCounter(
        row.nr_free_pages, cpus, [each.threshold for each in held], [each.diff for each in held]
    )

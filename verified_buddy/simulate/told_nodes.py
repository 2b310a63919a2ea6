"""A machine that tells what it does, event by event."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import Any, Final

from verified_buddy.linux import kswapd
from verified_buddy.linux.kswapd import Woken
from verified_buddy.linux.node import Nodes
from verified_buddy.linux.node_zones import Reclaim
from verified_buddy.linux.topology import NodeSpec
from verified_buddy.linux.world import NOBODY, Task, World
from verified_buddy.linux.zone_type import NAMES
from verified_buddy.linux.zonelist import ZoneRef
from verified_buddy.pfn import Pfn
from verified_buddy.simulate.addresses import node_address
from verified_buddy.simulate.policies import DEFAULT, zones_of
from verified_buddy.simulate.teller import Teller, Who, flags_of
from verified_buddy.simulate.told_request import ToldRequest
from verified_buddy.simulate.told_zone import ToldPageblocks, ToldZone
from verified_buddy.simulate.voice import Voice

KSWAPD: Final = 40
"""The number of the first node's kswapd as a task."""


class ToldNodes(Nodes):
    """The memory of a machine; every call tells its teller."""

    pageblocks_type = ToldPageblocks

    def __init__(
        self,
        specs: Sequence[NodeSpec],
        teller: Teller,
        world: World | None = None,
        *,
        policy: str = DEFAULT,
        **options: Any,
    ) -> None:
        """A machine of such nodes, all free, of which nothing is told.  Raises what ``Nodes`` raises."""
        self.zone_type = zones_of(policy, ToldZone)
        super().__init__(specs, world, **options)
        self.teller = teller
        self.voice = voice = Voice(teller)
        self.request_type = lambda nodes, task: ToldRequest(nodes, task, voice)
        for zone in self.ascending:
            assert isinstance(zone, ToldZone)
            zone.begin(teller)

    def alloc_pages(
        self,
        gfp_mask: int,
        order: int,
        node: int,
        task: Task = NOBODY,
        nodemask: Container[int] | None = None,
    ) -> Pfn | None:
        """As any machine."""
        self.voice.asked = gfp_mask, order, node, nodemask
        return super().alloc_pages(gfp_mask, order, node, task, nodemask)

    def drain_all(self, by: int) -> None:
        """As any machine."""
        self.teller.probe(by, "drainall", "zone=0x0 force=0")
        super().drain_all(by)

    def fold(self, cpu: int) -> None:
        """As any machine."""
        super().fold(cpu)
        self.teller.probe(cpu, "vmfold", "pagesets=0")

    # kswapd.
    def wakeup_kswapd(self, ref: ZoneRef, gfp_mask: int, order: int, highest_zoneidx: int) -> Woken:
        """As any machine."""
        daemon, teller = self.kswapds[ref.node], self.teller
        if daemon.asleep and not daemon.hopeless():
            self.tell_balance(ref.node, order, highest_zoneidx, "wakeup_kswapd+0xb4/0x180")
        woken = super().wakeup_kswapd(ref, gfp_mask, order, highest_zoneidx)
        if woken is Woken.KSWAPD:
            fields = f"nid={ref.node} order={order} gfp_flags={flags_of(gfp_mask)}"
            teller.event(teller.cpu, "mm_vmscan_wakeup_kswapd", fields, "vmscan")
        elif woken is Woken.KCOMPACTD:
            fields = f"nid={ref.node} order={order} classzone_idx={NAMES[highest_zoneidx]:<8}"
            teller.event(teller.cpu, "mm_compaction_wakeup_kcompactd", fields, "compaction")
        return woken

    def balance_node(self, node: int, reclaim: Reclaim) -> bool:
        """As any machine; on the node's first CPU."""
        cpu = min(self.specs[node].cpus, default=0)
        with self.teller.acting(Who(f"kswapd{node}", KSWAPD + node), cpu):
            return super().balance_node(node, reclaim)

    def awake(self, node: int, *, awake: bool) -> None:
        """As any machine."""
        how = "pressure_threshold+0x0/0x30" if awake else "normal_threshold+0x0/0x40"
        self.teller.probe(self.teller.cpu, "setthr", f"pgdat={node_address(node):#x} fn=calculate_{how}")
        super().awake(node, awake=awake)

    def reclaim_round(self, node: int, boosts: int, reclaim: Reclaim, order: int, highest: int) -> None:
        """As any machine."""
        teller = self.teller
        teller.probe(teller.cpu, "bal", f"pgdat={node_address(node):#x} order={order} hz={highest}")
        super().reclaim_round(node, boosts, reclaim, order, highest)
        teller.probe(teller.cpu, "bal_ret", f"ret={order}")

    def is_balanced(self, node: int, order: int, highest: int) -> bool:
        """As any machine; asked within a round, or by a kswapd that would sleep."""
        within = any(zone.reclaim_active for _, zone in self.zones_of(node))
        self.tell_balance(
            node, order, highest, "balance_pgdat+0x1bf/0xa40" if within else "prepare_kswapd_sleep+0x5d/0xb0"
        )
        return super().is_balanced(node, order, highest)

    # How it is told.
    def tell_balance(self, node: int, order: int, highest: int, caller: str) -> None:
        """A test of whether the node is balanced: its zones, the lowest first, until one has enough."""
        teller = self.teller
        if not teller.probes:
            return
        teller.probe(teller.cpu, "pbal", f"pgdat={node_address(node):#x} order={order} hz={highest}")
        balanced = kswapd.pgdat_balanced(self.zones_of(node), order, highest)
        for index, zone in self.zones_of(node):
            if index <= highest and zone.managed != 0:
                mark, free = zone.watermark.high + zone.boost, kswapd.safe_free_pages(zone)
                if self.voice.check(zone, order, mark, highest, 0, free):
                    break
        teller.probe(teller.cpu, "pbal_ret", f"ret={int(balanced)}", f"{caller} <- pgdat_balanced")

"""A machine of live zones, watched: what it may do is judged by plain sums and the naive rules."""

from __future__ import annotations

from collections.abc import Callable
from itertools import takewhile
from typing import Any

from specs.ledger.subject import Subject
from specs.model import nodes as naive
from specs.model.nodes import Facts
from specs.random.nodes_state import (
    CACHED,
    Block,
    Place,
    cached_pages,
    everything,
    facts_of,
    hides,
    limits_are_right,
    on_lists,
    pindex,
    zone_is_whole,
)

PATIENCE = 300
GROUPS = {"small": 40, "large": 2000}
"""The pages that each group may be charged for."""


class Beside:
    """The machine under test, who owns what, and the world that the machine asks for memory."""

    def __init__(self, subject: Subject, places: tuple[Place, ...], kbytes: int | None) -> None:
        linux: Any = subject.linux
        self.subject, self.places = subject, places
        self.linux = linux
        self.live: dict[int, Block] = {}
        self.charges: dict[int, str] = {}
        self.helped: list[int] = []
        """How many blocks the next reclaims free, each."""
        self.victims = 0
        """How many tasks may be killed yet."""
        self.told: set[tuple[int, int]] = set()
        """The zones whose boost kswapd must hear of."""
        self.asked: tuple[int, int, Any] = (0, 0, linux.world.Task())
        world = linux.world.World()
        world.reclaim, world.out_of_memory = self.reclaim, self.out_of_memory
        world.charge, world.uncharge = self.charge, self.uncharge
        described = [linux.topology.NodeSpec(*place) for place in places]
        self.nodes = linux.node.Nodes(described, world, min_free_kbytes=kbytes, patience=PATIENCE)
        self.cpus = sum(len(place.cpus) for place in places)
        self.lists = naive.zonelists(
            [[zone for zone, _, _ in place.zones] for place in places],
            [place.distances for place in places],
            [len(place.cpus) for place in places],
        )
        limits_are_right(self.nodes, places, self.cpus, kbytes)
        for zone in self.nodes.ascending:
            zone.rmqueue = self.watched(zone, zone.rmqueue)
        self.wake_up = self.nodes.wakeup_kswapd
        self.nodes.wakeup_kswapd = self.wakeup_kswapd

    # The world.
    def reclaim(self, task: Any, gfp_mask: int, order: int, context: Any) -> int:
        """Free some blocks, if the program said so."""
        return self.free_some(self.helped.pop(0) if self.helped else 0, task)

    def out_of_memory(self, task: Any, gfp_mask: int, order: int) -> bool:
        """Kill, as long as there are victims."""
        self.victims -= 1
        return self.victims >= 0 and self.free_some(8, task) > 0

    def free_some(self, blocks: int, task: Any) -> int:
        """Free the lowest blocks; how many pages."""
        pages = 0
        for pfn in sorted(self.live)[:blocks]:
            pages += 1 << self.live[pfn].order
            self.free(pfn, task)
        return pages

    def charge(self, pfn: int, order: int, gfp_mask: int, task: Any) -> bool:
        """Charge the task's group, within its limit."""
        assert task.memcg in GROUPS, "nobody is to be charged"
        usage = sum(1 << self.live[block].order for block, by in self.charges.items() if by == task.memcg)
        if usage + (1 << order) > GROUPS[task.memcg]:
            return False
        self.charges[pfn] = task.memcg
        self.live[pfn] = Block(order, task.memcg, zeroed=False, compound=False)
        return True

    def uncharge(self, pfn: int, order: int) -> None:
        """Take a charge back."""
        assert pfn in self.charges, f"{pfn} was not charged"
        del self.charges[pfn]

    # What is watched.
    def watched(self, zone: Any, rmqueue: Callable[..., Any]) -> Callable[..., Any]:
        """Taking a block: the marks, the flags and the counter must be right."""

        def taking(order: int, migratetype: int, flags: int, cpu: int) -> Any:
            gfp, asked, task = self.asked
            highest = naive.HIGHEST[gfp & 0xF]
            assert (order, migratetype) == (asked, naive.KIND[gfp & 0x18]), "another order or type"
            assert zone.ref.zone <= highest, f"zone {zone.ref} is too high"
            facts = facts_of(zone)
            slow = gfp & ~0x200 if gfp & 0x400 else gfp
            self.flags_are_due(zone, flags, gfp, order, task)
            if not flags & 4:
                assert naive.allowed_fast(facts, order, highest, flags, slow), f"below its mark: {facts}"
            counter, free = zone.counter, on_lists(zone)
            cached = order in CACHED and len(zone.pcp[cpu].lists[pindex(order, migratetype)]) > 0
            value, diff, threshold = counter.value, counter.diffs[cpu], counter.thresholds[cpu]
            pfn = rmqueue(order, migratetype, flags, cpu)
            got, delta = (counter.value, counter.diffs[cpu]), on_lists(zone) - free
            in_vain = (*naive.counted(value, diff, threshold, 0), threshold)
            expected = naive.counted(value, diff, threshold, delta)
            if delta == 0 and (pfn is not None or order not in CACHED):
                expected = value, diff
            retried = order in CACHED and delta == -(1 << order) and got == naive.counted(*in_vain, delta)
            assert got == expected or retried, f"counter {got}, expected {expected}"
            hears, served = bool(flags & 0x800), pfn is not None
            self.boost_is_due(zone, facts, order, migratetype, cached=cached, served=served, hears=hears)
            usual = cached or any(listed >= order and kind < 3 for listed, kind in facts.listed)
            assert usual or not served or flags & (0x200 | 8 | 0x10), "it took of the reserve"
            return pfn

        return taking

    def boost_is_due(
        self, zone: Any, before: Facts, order: int, kind: int, *, cached: bool, served: bool, hears: bool
    ) -> None:
        """The marks rise if a block was stolen whose pageblock is mixed then, and kswapd must hear of it."""
        most = max(512, before.marks[2] * 15000 // 10000)
        others = {listed for listed, other in before.listed if other in {0, 1, 2} - {kind}}
        own = any(listed >= order for listed, other in before.listed if other == kind)
        whole = any(listed >= 9 for listed in others)
        if zone.boost != before.boost:
            assert before.managed >= 2048, "a small zone was boosted"
            assert before.boost < zone.boost <= most, f"boost {zone.boost}"
            assert not whole, "boosted for a whole pageblock"
            if hears:
                self.told.add(tuple(zone.ref))
        elif served and not (cached or own or whole or before.reserved):
            raised = before.managed >= 2048 and before.marks[2] * 15000 >= 10000 and before.boost < most
            assert not raised, "a mixed pageblock went without a boost"

    def flags_are_due(self, zone: Any, flags: int, gfp: int, order: int, task: Any) -> None:
        """No request uses reserves, or nodes, that are not for it."""
        victim = task.oom_victim and task.in_task
        insists, spared = gfp & 0x8000 and gfp & 0x400, gfp & 0x80000
        assert not flags & 4 or insists or (not spared and (gfp & 0x20000 or task.memalloc)), "no marks"
        assert not flags & 8 or (victim and not spared), "the reserve of victims"
        assert not flags & 0x20 or insists or gfp & 0x20 or (task.realtime and task.in_task), "a reserve"
        assert not flags & 0x200 or (order > 0 and gfp & 0x20 and not gfp & 0x400), "the highatomic reserve"
        strictly = bool(gfp & 0x100000 or flags & 3) and flags & 0x40 != 0
        assert self.may_use(zone.ref.node, task, strictly=strictly), "a node outside of the cpuset"

    def may_use(self, node: int, task: Any, *, strictly: bool) -> bool:
        """Whether the task's cpuset lets it use the node, or does not bind it."""
        bound = strictly and task.cpuset is not None and task.in_task and not task.oom_victim
        return not bound or node in task.cpuset

    def wakeup_kswapd(self, ref: Any, gfp: int, order: int, highest: int) -> Any:
        """Kswapd of the zone's node wakes if it must, and learns what is asked for."""
        daemon = self.nodes.kswapds[ref.node]
        zones = self.facts_of_node(ref.node)
        wakes = daemon.asleep and naive.kswapd_wakes(zones, daemon.failures, order, highest)
        index = highest if daemon.highest_zoneidx == naive.NO_INDEX else max(daemon.highest_zoneidx, highest)
        expected = max(daemon.order, order), index, daemon.asleep and not wakes
        woken = self.wake_up(ref, gfp, order, highest)
        got = daemon.order, daemon.highest_zoneidx, daemon.asleep
        assert got == expected, f"kswapd: {got}, expected {expected}"
        return woken

    def facts_of_node(self, node: int) -> list[tuple[int, Facts]]:
        """The zones of a node at this moment, by their types."""
        return [(zone.ref.zone, facts_of(zone)) for zone in self.nodes.ascending if zone.ref.node == node]

    # What is done.
    def alloc(self, gfp: int, order: int, node: int, task: Any, nodemask: Any) -> int | None:
        """One request, and whether what it did was right."""
        mask = naive.context_gfp(gfp, noio=task.noio, nofs=task.nofs, pin=task.pin)
        self.asked = mask, order, task
        self.told = set()
        try:
            pfn: int | None = self.nodes.alloc_pages(gfp, order, node, task, nodemask)
        except self.subject.errors.Deadlock:
            assert gfp & 0x8000, "only what must not fail may be tried for ever"
            return None
        group = task.memcg if gfp & 0x400000 and task.in_task else None
        if pfn is not None:
            assert self.charges.get(pfn) == group, f"charged to {self.charges.get(pfn)}"
            self.live[pfn] = Block(order, group, bool(gfp & 0x100), bool(order and gfp & 0x40000))
            ref = self.nodes.zone_of(pfn).ref
            assert not gfp & 0x200000 or ref.node == node, f"node {ref.node}, and no other would do"
        wakes = {tuple(wake.zone) for wake in self.nodes.wakes() if wake[1:3] == (0, 0)}
        assert self.told <= wakes, f"kswapd of {self.told - wakes} was not told of the boost"
        self.looked_in_order(mask, node, task, nodemask)
        if pfn is None and group is None:
            self.nothing_was_left(mask, order, node, task, nodemask)
        return pfn

    def eligible(self, gfp: int, node: int, mask: Any) -> list[tuple[int, int]]:
        """The zones that such a request may look at, best first."""
        highest = naive.HIGHEST[gfp & 0xF]
        zones = [zone for zone in self.lists[node] if not gfp & 0x200000 or zone[0] == node]
        return [zone for zone in zones if zone[1] <= highest and (mask is None or zone[0] in mask)]

    def looked_in_order(self, gfp: int, node: int, task: Any, nodemask: Any) -> None:
        """The first search looks at the zones of the node's list, and ends only where a mark is kept."""
        strict = task.cpuset is not None and (not task.in_task or nodemask is not None)
        mask = task.cpuset if task.cpuset is not None and not strict else nodemask
        zones = self.eligible(gfp, node, mask)
        if not zones:
            return
        own = [index for index, _, _ in self.places[zones[0][0]].zones]
        unmixed = zones[0][1] == 2 and (len(self.places) == 1 or 1 in own)
        flags = 1 | (0x40 if strict else 0) | (gfp & 0x800) | (0x100 if unmixed else 0)
        if strict and task.in_task and not task.oom_victim:
            zones = [zone for zone in zones if zone[0] in task.cpuset]
        if unmixed:
            there = self.eligible(gfp, node, mask)[0][0]
            zones = list(takewhile(lambda zone: zone[0] == there, zones))
        looks = [look for look in self.nodes.why() if look.alloc_flags == flags]
        first, passed = [tuple(look.zone) for look in looks], [look.passed for look in looks]
        assert first == zones[: len(first)], f"looked at {first}, expected {zones}"
        assert len(first) == len(zones) or passed[-1:] == [True], f"looked at {first} of {zones} alone"

    def nothing_was_left(self, gfp: int, order: int, node: int, task: Any, nodemask: Any) -> None:
        """A single page is refused to who cannot wait only if no zone may give one."""
        if gfp & 0x400 or order != 0 or task.cpuset is not None or not self.eligible(gfp, node, nodemask):
            return
        flags = naive.slow_flags(gfp, order, realtime=False)
        mask = nodemask if flags & 0x40 else None
        for ref in self.eligible(gfp, node, mask):
            facts = facts_of(self.nodes.zones[ref])
            kept = not naive.allowed_fast(facts, 0, naive.HIGHEST[gfp & 0xF], flags, gfp)
            assert kept or all(kind == 3 for _, kind in facts.listed), f"zone {ref} had pages: {facts}"

    def free(self, pfn: int, task: Any) -> None:
        """Give a block back: the counter changes as it must where that can be told."""
        order, zone = self.live[pfn].order, self.nodes.zone_of(pfn)
        counter, cached, free = zone.counter, cached_pages(zone), on_lists(zone)
        before = counter.value, counter.diffs[task.cpu]
        expected = naive.counted(*before, counter.thresholds[task.cpu], 1 << order)
        self.nodes.free_pages(pfn, order, task)
        del self.live[pfn]
        after = counter.value, counter.diffs[task.cpu]
        if on_lists(zone) == free:
            assert after == before, "what a CPU keeps is counted as free"
            assert cached_pages(zone) == cached + (1 << order), "pages got lost"
        elif cached_pages(zone) == cached and order in (4, 5, 6, 7, 8, 10):
            assert after == expected, f"counter {after}, expected {expected}"

    def balance(self, node: int, helped: list[int]) -> None:
        """Kswapd works if it is awake: boosts are given back, and CPUs hide less meanwhile."""
        daemon = self.nodes.kswapds[node]
        order, highest = daemon.order, daemon.highest_zoneidx
        zones = [zone for zone in self.nodes.ascending if zone.ref.node == node]
        boosts = {zone.ref: zone.boost for zone in zones}
        worked: list[int] = []

        def reclaim(asked: int, index: int) -> int:
            assert (asked, index) == (order, highest), "another order or index"
            for zone in zones:
                assert zone.reclaim_active == (zone.ref.zone <= highest), "whose lists hold less"
                hides(zone, self.cpus, awake=True)
            worked.append(self.free_some(helped.pop(0) if helped else 0, self.asked[2]))
            return worked[-1]

        asleep = daemon.asleep
        rests = self.nodes.balance(node, reclaim)
        for zone in zones:
            gone = not asleep and zone.ref.zone <= highest
            assert zone.boost == (0 if gone else boosts[zone.ref]), f"boost {zone.boost}"
            hides(zone, self.cpus, awake=not rests)
        hopeless = daemon.failures >= 16
        if not asleep:
            assert rests == (hopeless or naive.balanced(self.facts_of_node(node), order, highest)), "no rest"
        assert rests == daemon.asleep, "it does not do as it says"

    # What holds at rest.
    def whole(self) -> None:
        """Every page has one owner, sums and counters agree, and what is recorded of live blocks is true."""
        live = {pfn: order for zone in self.nodes.ascending for pfn, order in zone.live.items()}
        assert live == {pfn: block.order for pfn, block in self.live.items()}, "other live blocks"
        for zone in self.nodes.ascending:
            zone_is_whole(zone, self.cpus)
        recorded = self.nodes.zeroed, self.nodes.compound, self.nodes.charged
        zeroed, compound, charged = (
            {pfn for pfn, block in self.live.items() if block[at]} for at in (2, 3, 1)
        )
        assert recorded == (zeroed, compound, charged), "what is recorded of live blocks is not so"
        assert charged == set(self.charges), "what is charged is not live, or the other way round"
        assert not self.nodes.killing, "nobody is killing any more"

    def everything(self) -> list[object]:
        """All that the machine's future depends on."""
        return [dict(self.live), dict(self.charges), *everything(self.nodes)]

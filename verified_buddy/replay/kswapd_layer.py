"""kswapd in a recording: when it is woken, whether a node is balanced, and what it gives back at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from verified_buddy.kmem.background import (
    BalanceNode,
    BalanceNodeRet,
    NodeBalanced,
    NodeBalancedRet,
    WakeKswapd,
)
from verified_buddy.kmem.events import Handler
from verified_buddy.kmem.requests import WatermarkCheck
from verified_buddy.linux.kswapd import (
    FAILURES_MOST,
    NO_INDEX,
    Kswapd,
    boosted,
    boosts_at_end,
    boosts_at_start,
    pgdat_balanced,
    safe_free_pages,
)
from verified_buddy.replay.findings import Findings
from verified_buddy.replay.request_counts import Counts
from verified_buddy.replay.request_log import Miss
from verified_buddy.replay.request_machine import RequestMachine
from verified_buddy.replay.request_zones import LiveZone, SeenZone


@dataclass(slots=True)
class Node:
    """A node's kswapd, as far as it was told."""

    kswapd: Kswapd
    zones: list[LiveZone]
    """Its zones, lowest first."""
    known: bool = False
    """Whether it is known to be asleep or awake."""
    rounds: int = 0
    """How many rounds of it were told; each may have been in vain."""
    noted: dict[int, int] = field(default_factory=dict)
    """The boosts that its round will give back."""

    def views(self) -> list[tuple[int, SeenZone]]:
        """The zones as they are now."""
        return [(zone.ref.zone, zone.seen(0)) for zone in self.zones]


@dataclass(slots=True)
class Test:
    """A test of whether a node is balanced, which has not been answered."""

    asked: NodeBalanced
    seen: list[tuple[WatermarkCheck, SeenZone]] = field(default_factory=list)


class KswapdLayer:
    """The nodes, as the events of a recording move their kswapds."""

    def __init__(self, machine: RequestMachine, findings: Findings, counts: Counts) -> None:
        self.machine = machine
        self.findings = findings
        self.counts = counts
        self.nodes = {
            pgdat: Node(machine.kswapds[number], machine.zones_of(number))
            for pgdat, number in machine.nodes.items()
        }
        self.balancing: dict[int, int] = {}
        """By task: the node that it balances."""
        self.waking: dict[int, tuple[WakeKswapd, Node]] = {}
        """By task: its call that is to wake kswapd, of which the next line tells more."""
        self.tests: dict[int, Test] = {}
        self.handlers: dict[type, Handler] = {
            NodeBalanced: self.asks,
            NodeBalancedRet: self.answered,
            BalanceNode: self.begins,
            BalanceNodeRet: self.ends,
        }

    def wake(self, event: WakeKswapd, zone: LiveZone) -> None:
        """Somebody asks for blocks; if kswapd sleeps, and there is hope, the node is tested."""
        self.settle(event.task)
        node = self.nodes[self.machine.pgdat(zone)]
        node.kswapd.ask(event.order, event.highest_zoneidx)
        self.waking[event.task] = event, node

    def settle(self, task: int, *, tested: bool = False) -> None:
        """The task went on after it was to wake kswapd: the node was tested, or it was not."""
        waking = self.waking.pop(task, None)
        if waking is None:
            return
        event, node = waking
        self.counts.wakes += 1
        hopeless = node.kswapd.failures + node.rounds >= FAILURES_MOST
        right = node.kswapd.asleep == tested or not node.known or (hopeless and not tested)
        if right:
            self.counts.wakes_predicted += 1
        else:
            how = "was asked whether it is balanced" if tested else "was not asked whether it is balanced"
            state = "asleep" if node.kswapd.asleep else "awake"
            says = f"the node {how}, though its kswapd is {state}"
            self.findings.wrong(event.line, "request", "wrong-wake", says)
        if not hopeless or tested:
            node.kswapd.asleep, node.known = tested, True

    def asks(self, event: NodeBalanced) -> None:
        """A node is tested."""
        self.settle(event.task, tested=True)
        self.tests[event.task] = Test(event)

    def check(self, event: WatermarkCheck, seen: SeenZone) -> bool:
        """A zone is tested; whether that is for a test of its node."""
        test = self.tests.get(event.task)
        if test is None:
            self.settle(event.task)
            return False
        test.seen.append((event, seen))
        return True

    def answered(self, event: NodeBalancedRet) -> None:
        """The node is balanced, or it is not."""
        test = self.tests.pop(event.task, None)
        node = None if test is None else self.nodes.get(test.asked.pgdat)
        if test is None or node is None:
            return
        self.counts.balances += 1
        asked = test.asked
        try:
            due = pgdat_balanced(looked_at(node, test), asked.order, asked.highest_zoneidx)
            if due != event.ret:
                raise Miss(event.line, "wrong-wake", f"balanced: {event.ret}, where {due} is due")
        except Miss as miss:
            self.findings.wrong(miss.line, "request", miss.rule, miss.says)
        else:
            self.counts.balances_predicted += 1
        if event.caller.startswith("wakeup_kswapd"):
            awake = not event.ret or boosted(node.views(), asked.highest_zoneidx)
            node.kswapd.asleep, node.known = not awake, True
        elif event.caller.startswith("prepare_kswapd_sleep"):
            node.kswapd.asleep, node.known = event.ret, True

    def begins(self, event: BalanceNode) -> None:
        """Kswapd begins a round, for what it was asked."""
        node = self.nodes.get(event.pgdat)
        if node is not None:
            node.kswapd.order, node.kswapd.highest_zoneidx = 0, NO_INDEX
            node.kswapd.asleep, node.known = False, True
            node.rounds += 1
            node.noted = boosts_at_start(node.views(), event.highest_zoneidx)
            self.balancing[event.task] = event.pgdat

    def ends(self, event: BalanceNodeRet) -> None:
        """The round has ended, and gives back the boosts that it began with; then kswapd tries to sleep."""
        node = self.nodes.get(self.balancing.pop(event.task, 0))
        if node is not None:
            left = boosts_at_end({zone.ref.zone: zone.boost for zone in node.zones}, node.noted)
            for zone in node.zones:
                zone.boost = left[zone.ref.zone]
            node.kswapd.asleep, node.known = True, True


def looked_at(node: Node, test: Test) -> Iterator[tuple[int, SeenZone]]:
    """The zones of the node, each as it was when it was tested.  Raises Miss."""
    told = iter(test.seen)
    for zone in node.zones:
        if zone.managed == 0 or zone.ref.zone > test.asked.highest_zoneidx:
            continue
        check, seen = next(told, (None, None))
        if check is None or seen is None or check.zone != zone.address:
            raise Miss(test.asked.line, "wrong-wake", f"zone {zone.ref.zone} of the node is to be tested")
        mark, free = seen.watermark.high + seen.boost, safe_free_pages(seen)
        if (check.mark, check.free) != (mark, free):
            says = f"mark {check.mark} was compared with {check.free} free pages, where {mark} and {free}"
            raise Miss(check.line, "wrong-wake", f"{says} are due")
        yield zone.ref.zone, seen

"""A load runs on a machine, and what came of it is counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from verified_buddy.errors import BuddyError, Deadlock
from verified_buddy.linux.topology import NodeSpec
from verified_buddy.linux.world import Task
from verified_buddy.oracle.source import Unusable
from verified_buddy.simulate.groups import Groups
from verified_buddy.simulate.load import ROOT, Ask, Drain, Fold, Found, Give, Step, fitted
from verified_buddy.simulate.memory import Memory
from verified_buddy.simulate.teller import Teller
from verified_buddy.simulate.told_nodes import ToldNodes
from verified_buddy.simulate.watched import WatchedNodes

OFTEN: Final = 256
"""After so many requests another task goes on, and it is told how many there were."""

Simulated = ToldNodes | WatchedNodes


class Run:
    """A machine, its world, and how far the load has come."""

    def __init__(self, specs: Sequence[NodeSpec], policy: str, teller: Teller | None = None) -> None:
        """A machine that is all free; with a teller it tells what it does.  Raises Unusable."""
        self.groups = Groups(teller)
        self.memory, self.policy, self.teller = Memory(self.groups), policy, teller
        try:
            self.nodes: Simulated = (
                WatchedNodes(specs, self.memory, policy=policy)
                if teller is None
                else ToldNodes(specs, teller, self.memory, policy=policy)
            )
        except BuddyError as error:
            raise Unusable(f"no machine: {error}") from None
        self.memory.nodes = self.nodes
        self.home = {cpu: node for node, spec in enumerate(specs) for cpu in spec.cpus}
        """By CPU: its node."""
        self.tasks = [Task(cpu=cpu) for cpu in range(self.nodes.cpus)]
        self.requests = self.frees = self.slow = self.endless = 0
        self.failures: dict[int, int] = {}
        """By order: requests that got no block."""
        self.rounds = 0
        """How often kswapd worked."""
        self.seconds = 0.0

    def play(self, steps: Iterable[Step], watch: Callable[[int], None]) -> None:
        """Run the load; ``watch`` is told how many requests were made, now and then."""
        begun = time.perf_counter()
        for step in fitted(steps, self.nodes.cpus, len(self.nodes.specs)):
            if isinstance(step, Ask):
                self.ask(step)
                if self.requests % OFTEN == 0:
                    watch(self.requests)
                    if self.teller is not None:
                        self.teller.next_task()
            elif isinstance(step, Give):
                self.frees += self.memory.give(step.name, self.tasks[step.cpu]) != 0
            elif isinstance(step, Drain):
                self.nodes.drain(self.tasks[step.cpu])
            elif isinstance(step, Fold):
                self.nodes.fold(step.cpu)
            else:
                self.found(step)
        self.seconds = time.perf_counter() - begun

    def found(self, step: Found) -> None:
        """A memory cgroup is made."""
        self.groups.add(step.name, step.parent, step.limit)
        if isinstance(self.nodes, ToldNodes):
            self.nodes.voice.accounts = True

    def ask(self, ask: Ask) -> None:
        """Make a request; what is asked for under a name again goes back first."""
        task = self.tasks[ask.cpu]
        self.memory.give(ask.name, task)
        if ask.group is not None and ask.group != ROOT:
            task = task._replace(memcg=self.groups.named[ask.group])
        if self.teller is not None:
            self.teller.group = self.groups.number_of(ask.group)
        node = self.home[ask.cpu] if ask.node is None else ask.node
        self.requests += 1
        try:
            pfn = self.nodes.alloc_pages(ask.gfp_mask, ask.order, node, task)
        except Deadlock:
            self.endless += 1
            pfn = None
        last = self.nodes.last
        self.slow += last is not None and last.slow
        if pfn is None:
            self.failures[ask.order] = self.failures.get(ask.order, 0) + 1
        else:
            self.memory.got(ask, pfn)
        for node, daemon in enumerate(self.nodes.kswapds):
            if not daemon.asleep:
                self.rounds += 1
                self.memory.balance(node, min(self.nodes.specs[node].cpus, default=0))

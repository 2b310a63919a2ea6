"""Requests of random tasks on machines of one to three nodes, tested by random programs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from specs.ledger.refutation import cut_if_endless
from specs.model.nodes import legal_gfp
from specs.random.nodes_beside import Beside
from specs.random.nodes_state import Place
from specs.random.programs import Programs

MACHINES = {
    "one node of three zones": (Place(((0, 16, 1024), (1, 1024, 4096), (2, 4096, 16896)), (0,), (10,)),),
    "two nodes, one of them without low memory": (
        Place(((1, 0, 2048), (2, 2048, 4608)), (0, 2), (10, 20)),
        Place(((2, 4608, 7680), (3, 7680, 8192)), (1,), (20, 10)),
    ),
    "two nodes, of which one has no memory": (
        Place((), (0,), (10, 20)),
        Place(((1, 1, 3000),), (1,), (20, 10)),
    ),
    "three nodes, of which one has no CPU": (
        Place(((0, 1, 1000), (1, 1024, 3584)), (0,), (10, 20, 20)),
        Place(((2, 7168, 8192),), (1,), (20, 10, 30)),
        Place(((2, 4096, 7000),), (), (20, 30, 10)),
    ),
}
USUAL = (0xCC0, 0xA20, 0x800, 0xC40, 0xC00, 0x100CC0, 0x100CCA, 0xD0, 0x400CC0, 0x200CC0, 0)
"""What the kernel asks with: GFP_KERNEL, GFP_ATOMIC, GFP_NOWAIT and so on."""
ZONES = (0, 0, 1, 2, 4, 8, 9, 0xA, 0xC, 0x10, 0x14)
EXTRA = tuple(1 << bit for bit in range(5, 23))
TASKS: tuple[dict[str, Any], ...] = (
    *({},) * 6,
    {"memcg": "small"},
    {"memcg": "large"},
    {"memalloc": True},
    {"no_reclaim": True},
    {"oom_victim": True},
    {"realtime": True},
    {"noio": True},
    {"nofs": True, "pin": True},
    {"in_task": False, "memcg": "small"},
    {"in_task": False, "memcg": "large"},
    {"in_task": False, "realtime": True, "oom_victim": True},
    {"fatal_signal": True, "memcg": "large"},
)
NODEMASKS = (None, None, None, frozenset({0}), frozenset({1, 2}), frozenset({0, 2}), frozenset[int]())
ORDERS = (0, 0, 0, 1, 2, 3, 4, 5, 9, 10)
HOSTILE: tuple[Any, ...] = (True, None, 1.0, "0", -1, 10**30)


class NodesMachine(Programs):
    """A machine, and what its tasks do."""

    shrinks = 4

    @initialize(name=st.sampled_from(sorted(MACHINES)), kbytes=st.sampled_from((None, 0, 700, 2000, 4000)))
    def begin(self, name: str, kbytes: int | None) -> None:
        """A machine with all its memory free."""
        with self.telling(f"Nodes of {name}, min_free_kbytes {kbytes}"):
            self.machine = Beside(self.subject, MACHINES[name], kbytes)
        self.nodes = len(MACHINES[name])

    def task(self, fields: dict[str, Any], cpu: int, cpuset: frozenset[int] | None) -> Any:
        """A task of the machine under test."""
        return self.subject.linux.world.Task(cpu=cpu % self.machine.cpus, cpuset=cpuset, **fields)

    @rule(
        base=st.sampled_from(USUAL),
        zone=st.sampled_from(ZONES),
        extra=st.lists(st.sampled_from(EXTRA), max_size=3),
        order=st.sampled_from(ORDERS),
        node=st.integers(0, 2),
        cpu=st.integers(0, 2),
        fields=st.sampled_from(TASKS),
        masks=st.tuples(st.sampled_from(NODEMASKS), st.sampled_from(NODEMASKS)),
        helped=st.lists(st.integers(0, 6), max_size=3),
        victims=st.integers(0, 2),
        times=st.sampled_from((1, 1, 2, 30, 120)),
    )
    def alloc(
        self,
        base: int,
        zone: int,
        extra: list[int],
        order: int,
        node: int,
        cpu: int,
        fields: dict[str, Any],
        masks: tuple[frozenset[int] | None, frozenset[int] | None],
        helped: list[int],
        victims: int,
        times: int,
    ) -> None:
        """The same request so many times, or until it is refused."""
        gfp = base | zone
        for bit in extra:
            gfp ^= bit
        if "memcg" in fields and times != 1:
            gfp |= 0x400000
        if not legal_gfp(gfp):
            gfp &= ~0xF
        task = self.task(fields, cpu, masks[0])
        self.machine.helped, self.machine.victims = list(helped), victims
        words = f"{gfp:#x}, {order}, node {node % self.nodes}, nodemask {masks[1]}, cpu {task.cpu}, {fields}"
        with self.telling(f"alloc {times}: {words}, cpuset {masks[0]}, {helped}, {victims}"):
            for _ in range(times):
                with cut_if_endless():
                    if self.machine.alloc(gfp, order, node % self.nodes, task, masks[1]) is None:
                        break

    @rule(
        order=st.integers(0, 10),
        node=st.integers(0, 2),
        zone=st.sampled_from((0, 8, 0x10, 1, 4)),
        waits=st.sampled_from((0, 0x800, 0xA20)),
        memalloc=st.booleans(),
    )
    def hoard(self, order: int, node: int, zone: int, waits: int, *, memalloc: bool) -> None:
        """A task takes blocks until none is left for it; one that reclaims takes all."""
        task = self.task({"memalloc": memalloc}, 0, None)
        with self.telling(f"hoard {waits | zone:#x}, {order}, node {node % self.nodes}, memalloc {memalloc}"):
            most = 60 if order < 3 else 600
            for _ in range(most):
                if self.machine.alloc(waits | zone, order, node % self.nodes, task, None) is None:
                    break

    @precondition(lambda self: self.machine.live)
    @rule(
        at=st.integers(0, 200),
        step=st.integers(1, 7),
        most=st.sampled_from((1, 3, 40)),
        cpu=st.integers(0, 2),
    )
    def free(self, at: int, step: int, most: int, cpu: int) -> None:
        """Some live blocks."""
        live = sorted(self.machine.live)
        chosen = live[at % len(live) :: step][:most]
        with self.telling(f"free {chosen} on cpu {cpu % self.machine.cpus}"):
            for pfn in chosen:
                self.machine.free(pfn, self.task({}, cpu, None))

    @rule(cpu=st.integers(0, 2))
    def drain(self, cpu: int) -> None:
        """All lists of all CPUs, on one; the others hide what they hid."""
        task, zones = self.task({}, cpu, None), self.machine.nodes.ascending
        hidden = [zone.counter.diffs[:] for zone in zones]
        with self.telling(f"drain on cpu {task.cpu}"):
            self.machine.nodes.drain(task)
            for zone, before in zip(zones, hidden, strict=True):
                after = zone.counter.diffs
                assert all(after[at] == before[at] for at in range(len(after)) if at != task.cpu), "counted"
                assert not any(lists.count for lists in zone.pcp), "a CPU kept pages"

    @rule(cpu=st.integers(0, 2))
    def fold(self, cpu: int) -> None:
        """What one CPU hides, after it has asked every node for a page of a low zone and of any."""
        task = self.task({}, cpu, None)
        with self.telling(f"fold cpu {task.cpu}"):
            for node, gfp in product(range(self.nodes), (0xCC0, 0xCC1)):
                self.machine.alloc(gfp, 0, node, task, None)
            self.machine.nodes.fold(cpu % self.machine.cpus)
            hidden = [zone.counter.diffs[cpu % self.machine.cpus] for zone in self.machine.nodes.ascending]
            assert not any(hidden), f"still hidden: {hidden}"

    @rule(node=st.integers(0, 2), helped=st.lists(st.integers(0, 40), max_size=4))
    def balance(self, node: int, helped: list[int]) -> None:
        """Kswapd of a node."""
        with self.telling(f"balance {node % self.nodes}, {helped}"):
            self.machine.balance(node % self.nodes, list(helped))

    @rule(
        call=st.sampled_from(("gfp", "order", "node", "cpu", "free", "page", "count")),
        bad=st.sampled_from(HOSTILE),
        number=st.integers(0, 2**25),
    )
    def hostile(self, call: str, bad: Any, number: int) -> None:
        """What nobody may ask for is rejected by its name, and nothing changes."""
        nodes, task = self.machine.nodes, self.task({}, 0, None)
        before = self.machine.everything()
        gfp = bad if number % 2 else next(each for each in range(number, number + 64) if not legal_gfp(each))
        pfn = next(page for page in range(number, number + 2**14) if page not in self.machine.live)
        odd = number % 2 == 1
        calls: dict[str, tuple[str, Callable[[], object]]] = {
            "gfp": ("InvalidGfp", lambda: nodes.alloc_pages(gfp, 0, 0, task)),
            "order": ("InvalidOrder", lambda: nodes.alloc_pages(0xCC0, bad if odd else 11, 0, task)),
            "node": ("InvalidNode", lambda: nodes.alloc_pages(0xCC0, 0, bad if odd else self.nodes, task)),
            "cpu": ("InvalidCpu", lambda: nodes.alloc_pages(0xCC0, 0, 0, task._replace(cpu=bad))),
            "free": (
                "InvalidOrder InvalidPfn",
                lambda: nodes.free_pages(*((0, bad) if odd else (bad, 0)), task),
            ),
            "page": ("NotLive OutOfRange Misaligned", lambda: nodes.free_pages(pfn, number % 11, task)),
            "count": (
                "InvalidCpu",
                lambda: nodes.fold(bad) if odd else nodes.drain(task._replace(cpu=bad)),
            ),
        }
        names, make = calls[call]
        with self.telling(f"{call}: {bad!r} or {number}"):
            kinds = {"nothing"}
            try:
                make()
            except self.subject.errors.BuddyError as error:
                kinds = {kind.__name__ for kind in type(error).__mro__}
            assert kinds & set(names.split()), f"{sorted(kinds)}, expected {names}"
            assert self.machine.everything() == before, "what was rejected has changed something"

    @invariant()
    def agree(self) -> None:
        """Every page has one owner, and all sums and records are true."""
        with self.telling(""):
            self.machine.whole()

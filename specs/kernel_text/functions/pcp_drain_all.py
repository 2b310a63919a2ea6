"""Per-CPU lists: all of a CPU are drained."""

from __future__ import annotations

from typing import Any

import z3
from pycparser import c_ast

from specs.kernel_text.edge import Edge
from specs.kernel_text.functions.pcp_drain import drain
from specs.kernel_text.functions.pcp_shared import bounded
from specs.kernel_text.integers import INT, UINT, Int, term
from specs.kernel_text.machine import LoopRule
from specs.kernel_text.turns import EdgeTurns
from specs.kernel_text.values import Scope
from specs.prover.method.labels import is_pcp
from specs.prover.method.loops import LEFT, Countdown
from specs.prover.method.paths import Cut


def enter_drain_all(edge: Edge, zone: Any, pcp: Any) -> list[Any]:
    """drain_pages_zone(cpu, zone)."""
    if isinstance(pcp.count, Countdown):
        edge.given["countdown"] = pcp.count
    bounded(edge, pcp)
    return [Int(UINT, 0), zone]


class EmptyTurn(EdgeTurns):
    """The loop of drain_pages_zone(), which reads the count anew in each turn."""

    keeps = False

    def __init__(self, edge: Edge) -> None:
        super().__init__(edge)
        self.countdown = edge.given["countdown"]

    def enter(self, scope: Scope) -> None:
        """Any state, with as many pages listed as are counted."""
        self.countdown.loop.enter()
        self.countdown.term = LEFT
        self.edge.suppose(z3.And(LEFT >= 0, LEFT < 1 << 24))
        self.edge.count = Int(INT, LEFT)

    def again(self, scope: Scope) -> None:
        """What is left is owed."""
        loop, left = self.countdown.loop, self.edge.pcp.count.term
        loop.owe()
        loop.spent(left)
        loop.world.owe("loop", left < LEFT, f"{loop.name} makes progress")
        raise Cut


def empty_rules(edge: Edge, function: str, loop: c_ast.Node) -> LoopRule | None:
    """Its one loop."""
    return EmptyTurn(edge) if "countdown" in edge.given else None


def drain_some(edge: Edge, zone: Any, count: Int, pcp: Any, index: Int) -> None:
    """Contract of free_pcppages_bulk(): as many pages as are asked for, or more; none are left unlisted."""
    drain(edge, zone, count, pcp, index)
    if edge.path is None or edge.path.world is None:
        return
    left, world = pcp.count.term, edge.path.world
    now = world.state
    edge.suppose(z3.And(left <= LEFT - term(count.value), left > -(1 << 24)))
    world.laws.append(lambda page: z3.Implies(left <= 0, z3.Not(is_pcp(now.owner(page)))))

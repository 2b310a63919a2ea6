"""What ``verified_buddy.linux.zonelist`` puts in order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import z3

from specs.exhaustive import linux_zonelist
from specs.exhaustive.linux_zonelist import BOTH
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.story import Story
from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.prover.method.lifted import BITS, LiftedCount
from specs.prover.method.paths import Owed, Path
from specs.prover.method.row import Proof
from specs.prover.method.solve import counterexample
from specs.prover.models import of_real_zones
from specs.prover.models.zone.geometry import TOP
from specs.theorems.core.pfn import each_order

MODULE = "verified_buddy.linux.zonelist"
NODES = 2
MOST_NODES = 1024
DISTANCES = tuple(z3.BitVec(f"distance{node}", BITS) for node in range(NODES + 1))
LOADS = tuple(z3.BitVec(f"load{node}", BITS) for node in range(NODES + 1))
CHOICES = tuple(
    (local, cpus) for local in range(NODES + 1) for cpus in product(BOTH, repeat=NODES + 1) if cpus[local]
)
"""From which of the nodes, and which have CPUs."""


def before(local: int, cpus: tuple[bool, ...], left: int, right: int) -> z3.BoolRef:
    """Whether the left node is wanted before the right one: nearer, or less loaded, or of a lower number."""
    near, other = (DISTANCES[each] + int(each < local) + int(cpus[each]) for each in (left, right))
    less = z3.Or(LOADS[left] < LOADS[right], z3.And(LOADS[left] == LOADS[right], z3.BoolVal(left < right)))
    return z3.Or(near < other, z3.And(near == other, less))


def _next_best(subject: Subject, number: int, path: Path) -> None:
    local, cpus = CHOICES[number]
    module = subject.linux.zonelist
    path.assume(*(z3.And(each >= 10, each <= 255) for each in DISTANCES))
    path.assume(*(z3.And(each >= 0, each < MOST_NODES) for each in LOADS))
    distances = [LiftedCount(path, each) for each in DISTANCES]
    nodes = [module.Node((1,), distances if node == local else (), has) for node, has in enumerate(cpus)]
    best = module.next_best_node(nodes, local, (local,), [LiftedCount(path, each) for each in LOADS])
    path.owe("order", z3.BoolVal(best not in (local, None)), "a node that is left is chosen")
    for other in range(NODES + 1) if best is not None else ():
        if other not in (local, best):
            says = f"from node {local} it is wanted before node {other}"
            path.owe("order", before(local, cpus, best, other), says)


def _lemmas(subject: Subject, top: int) -> Iterator[Owed]:
    """From each node, whichever nodes have CPUs."""
    yield from each_order(_next_best, subject, len(CHOICES) - 1)


def told(subject: Subject, owed: Owed) -> Story:
    """The distances and loads of a counterexample."""
    model = counterexample(owed)
    if model is None:
        return Story(owed.says, owed.says, stateless=True)
    far, load = (
        [model.eval(each, model_completion=True).as_long() for each in names] for names in (DISTANCES, LOADS)
    )
    return Story(f"next_best_node() at distances {far}, loads {load}", owed.says, stateless=True)


ROWS = (
    Theorem(
        "zonelist-next-best",
        "The next node to fall back to is the nearest, where nodes before one's own and those with CPUs "
        "count as farther; among the nearest the one that is loaded least, and of these the first.",
        (f"{MODULE}.next_best_node", f"{MODULE}.weight"),
        "z3",
        Proof(lemmas=_lemmas, tops=of_real_zones, tell_lemma=told),
        (
            "zonelist-load-is-no-matter",
            "zonelist-load-beats-distance",
            "zonelist-tie-to-the-last",
            "zonelist-farthest-first",
            "zonelist-lower-nodes-first",
            "zonelist-prefers-cpus",
        ),
        domain=Domain(
            starts=f"{NODES} nodes with memory that are left, and one's own",
            pages="below 2^52",
            max_orders=(TOP,),
            sizes=(
                "one's own has any of the three numbers; each of the others has CPUs or not",
                "distances: 10..255; loads: 0..1023",
            ),
        ),
    ),
    Theorem(
        name="zonelist-small-machines",
        says="In every small machine a node's list has each zone with memory once, its own node's first and "
        "each node's highest first, and falls back to nodes in the order of the definition; what must stay "
        "on the node is offered its own zones alone.",
        about=tuple(
            f"{MODULE}.{name}"
            for name in ("build_all_zonelists", "node_order", "node_zones", "next_best_node", "weight")
        ),
        method="exhaustive",
        check=Checker(linux_zonelist.visit),
        rejects=(
            "zonelist-load-is-no-matter",
            "zonelist-load-beats-distance",
            "zonelist-load-not-counted",
            "zonelist-loads-every-node",
            "zonelist-tie-to-the-last",
            "zonelist-distance-backwards",
            "zonelist-own-node-is-not-first",
            "zonelist-a-node-twice",
            "zonelist-loses-the-last",
            "zonelist-lowest-first",
            "zonelist-this-node-falls-back",
        ),
        domain=Domain(
            starts="every small machine; its lists are made from nothing",
            pages="none",
            sizes=linux_zonelist.SIZES,
        ),
        owes=said_by(linux_zonelist.visit, linux_zonelist.orderly),
    ),
    Theorem(
        name="zonelist-eligible",
        says="A request is given the zones of its list up to its highest index and of the nodes of its mask, "
        "in order, and of all nodes if it has no mask; its preferred zone is the first of them.",
        about=(f"{MODULE}.eligible", f"{MODULE}.first_zone"),
        method="exhaustive",
        check=Checker(linux_zonelist.given),
        rejects=(
            "zonelist-below-the-index-only",
            "zonelist-mask-asks-the-first-node",
            "zonelist-no-mask-allows-nothing",
            "zonelist-empty-mask-allows-all",
            "zonelist-first-is-the-last",
        ),
        domain=Domain(
            starts="every list of up to three zones of two nodes, in any order",
            pages="none",
            sizes=("zones 0..4, highest index 0..4; no mask, and every mask of the two nodes",),
        ),
        owes=said_by(linux_zonelist.given),
    ),
    Theorem(
        name="zonelist-refused",
        says="Nodes that make no machine are refused: none or too many, zones that do not exist or stand in "
        "another order, distances that are missing, too small, too large or no ints.  So are nodes that the "
        "machine does not have.",
        about=(f"{MODULE}.machine_error", f"{MODULE}.is_row_of_distances", f"{MODULE}.node_error"),
        method="exhaustive",
        check=Checker(linux_zonelist.refused),
        rejects=(
            "zonelist-zones-in-any-order",
            "zonelist-distances-may-be-missing",
            "zonelist-no-limit-of-distances",
            "zonelist-node-below-zero",
        ),
        domain=Domain(
            starts="machines of one or two nodes, right and wrong, of none and of 1025",
            pages="none",
            sizes=(
                "up to two zones of -1..5",
                "up to three distances of " + ", ".join(map(repr, linux_zonelist.SOME)),
            ),
        ),
        owes=said_by(linux_zonelist.refused),
    ),
)

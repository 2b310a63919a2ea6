"""No path of the layers is empty: some state satisfies all that is assumed there."""

from __future__ import annotations

from collections.abc import Sequence

from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Result, Theorem
from specs.prover.method.paths import TooManyPaths
from specs.prover.method.row import Proof, impossible, solvers_for
from specs.prover.method.solve import Solvers
from specs.prover.method.trails import trail_of
from specs.prover.method.walks import LAYER_OPERATIONS, walks
from specs.prover.models.core.operations import Walk
from specs.theorems.core.hypotheses import on_path, proofs
from specs.theorems.core.paths import shown

SMALL = 3
"""The top order at which all paths are looked at, with pageblocks of order 2."""
PATHS = {
    "mobility.free_one_page": (25, 0),
    "mobility.free_one_page, to_tail": (19, 0),
    "mobility.move_free_block": (5, 0),
    "mobility.move_freepages": (6, 0),
    "mobility.move_freepages_block": (5, 1),  # a pageblock that no zone with the page could have
    "mobility.free_range": (22, 8),  # a cursor from which not even one page fits
    "fallback.find_victim": (102, 0),
    "fallback.steal_suitable_fallback": (65, 10),  # a pageblock in which nothing moves, not even the victim
    "fallback.rmqueue": (54, 18),  # a request that finds nothing after its steal
    "highatomic.rmqueue_buddy": (156, 0),
    "highatomic.reserve_highatomic_pageblock": (4, 0),
    "highatomic.unreserve_first": (28, 0),
    "highatomic.unreserve_highatomic_pageblock": (11, 0),
    "isolation.set_migratetype_isolate": (3, 0),
    "isolation.unset_migratetype_isolate": (8, 0),
    "isolation.isolate_free_page": (18, 4),  # a pageblock that is isolated, and of a type that mixes
    "isolation.split_free_page": (4, 0),
    "isolation.putback_isolated_page": (4, 0),
    "isolation.take_page_off_buddy": (5, 0),
    "isolation.put_page_back_buddy": (1, 0),
    "pcp.refill_one": (24, 0),
    "pcp.rmqueue_bulk": (48, 12),  # no block at all is asked for
    "pcp.rmqueue_pcplist": (39, 13),  # a list that is empty after it was refilled
    "pcp.drain_one": (24, 0),
    "pcp.next_pindex": (72, 0),
    "pcp.free_pcppages_bulk": (10, 0),
    "pcp.free_unref_page_commit": (30, 0),
    "pcp.drain_pages_zone": (3, 0),
}
"""By operation: the paths that some state walks, and those that none does, at that top order."""


class Differs(Exception):
    """Why the row does not hold: the result, and the story."""

    def __init__(self, result: Result, story: str) -> None:
        super().__init__(story)
        self.result, self.story = result, story


def counted(subject: Subject, solvers: Solvers, all_proofs: Sequence[Proof], name: str) -> tuple[int, int]:
    """How many paths of the operation some state walks, and how many none does."""
    walked = never = 0
    for walk in walks(subject, name, SMALL):
        found = solvers.witnesses.decide(on_path(all_proofs, subject, walk))
        if found == "sat":
            walked += 1
        elif found == "unsat" and impossible(solvers, walk):
            never += 1
        else:
            raise Differs("unknown", f"{where(walk)}: the hypotheses contradict each other, not the path")
    return walked, never


def where(walk: Walk) -> str:
    """The path, in words."""
    return f"{walk.operation}, order {walk.variant.order}, max_order {walk.top}: {shown(trail_of(walk))}"


def check(subject: Subject, tops: tuple[int, ...]) -> Outcome:
    """Compare the paths of all operations with what is known of them."""
    solvers, of_all = solvers_for(subject), proofs()
    paths, story = 0, ""
    result: Result = "holds" if tops else "vacuous"
    try:
        for name in LAYER_OPERATIONS if tops else ():
            found = counted(subject, solvers, of_all, name)
            paths += sum(found)
            if found != PATHS.get(name):
                raise Differs(
                    "refuted", f"{name}: {found} paths that are and are not walked, not {PATHS.get(name)}"
                )
    except TooManyPaths as error:
        result, story = "refuted", str(error)
    except Differs as found_out:
        result, story = found_out.result, found_out.story
    return Outcome(result, paths, paths, solvers.names, story)


ROWS = (
    Theorem(
        "layer-hypotheses",
        "On every path of the layers some state satisfies at once all that its obligations may assume, or "
        "the path is proved impossible; there are as many of either as there should be (max_order 3).",
        ("verified_buddy.linux.mobility", "verified_buddy.linux.fallback", "verified_buddy.linux.pcp"),
        "execution",
        check,
        ("typed-never-merges", "fallback-never-happens"),
        twin_orders=(3,),
    ),
)

"""What ``add_range`` does at boot: an inductive step, for any number of iterations."""

from __future__ import annotations

from collections.abc import Iterator

import z3

from specs.ledger.theorem import Theorem, in_place_of
from specs.prover.method.contracts import elsewhere
from specs.prover.method.labels import HELD, is_free
from specs.prover.method.loops import START, STOP
from specs.prover.method.operations import Walk
from specs.prover.method.paths import Owed
from specs.prover.method.world import Y
from specs.prover.models import of_core

ABOUT = ("verified_buddy.buddy.add_range",)
TAGS = ("loop", "fits", "aligned", "owned")


def _exact(walk: Walk) -> Iterator[Owed]:
    of = walk.world
    inside = z3.And(z3.ULE(START, Y), z3.ULT(Y, STOP))
    yield of.owed(
        "init", z3.Implies(inside, is_free(of.state.owner(Y))), "every page of the range is free", Y
    )
    for truth, says in elsewhere(of.entry, of.state, z3.Not(inside), Y):
        yield of.owed("init", truth, says, Y)
    yield of.owed("init", of.state.owner(Y) != HELD, "no page is lost when the call returns", Y)


ROWS = (
    Theorem(
        "init-exact",
        "add_range ends with exactly the pages of the range free and nothing else changed, for any range: "
        "each iteration keeps the loop's invariant and makes progress, from any state.",
        ABOUT,
        "z3",
        of_core(("add_range",), TAGS, _exact),
        (
            "init-past-the-end",
            "init-ignores-alignment",
            "init-skips",
            "init-feeds-the-start",
            "init-stops-early",
        ),
        assumes=(in_place_of("free_one_page", "free-exact"),),
    ),
    Theorem(
        "policy-init",
        "add_range feeds the greatest aligned block that fits, ascending, each to the tail.",
        ABOUT,
        "z3",
        of_core(("add_range",), ("greatest",)),
        ("init-small-blocks", "init-to-head"),
        assumes=(in_place_of("free_one_page", "free-exact"),),
    ),
)

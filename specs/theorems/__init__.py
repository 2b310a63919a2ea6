"""The rows of the ledger, by what they are about."""

from __future__ import annotations

from specs import exhaustive, random_programs, typed_rows
from specs.crosshair_gate import THEOREMS as CONFIRMED
from specs.ledger import Theorem
from specs.theorems import (
    buddy,
    fallback,
    free_area,
    highatomic,
    hypotheses,
    init,
    isolation,
    layer_paths,
    layers,
    mobility,
    moves,
    orders,
    paths,
    pcp,
    pcp_drain,
    pfn,
    policy,
    round_trip,
    runs,
    zone,
)

LEDGER: tuple[Theorem, ...] = (
    *pfn.ROWS,
    *free_area.ROWS,
    *buddy.ROWS,
    *round_trip.ROWS,
    *init.ROWS,
    *policy.ROWS,
    *zone.ROWS,
    *mobility.ROWS,
    *moves.ROWS,
    *fallback.ROWS,
    *highatomic.ROWS,
    *isolation.ROWS,
    *pcp.ROWS,
    *pcp_drain.ROWS,
    *layers.ROWS,
    *layer_paths.ROWS,
    *runs.ROWS,
    *paths.ROWS,
    *hypotheses.ROWS,
    *orders.ROWS,
    *CONFIRMED,
    *exhaustive.THEOREMS,
    *random_programs.THEOREMS,
    *typed_rows.THEOREMS,
)
"""Every theorem, in the order in which the ledger is printed."""

TRUSTED = (
    "the lifted operators on page numbers mean what Python's ints mean (tested on values)",
    "CPython executes the rest: concrete orders, branches, calls; dict, OrderedDict, list and bisect",
    "the path oracle enumerates every path (the trails of concrete runs are the same)",
    "the concrete free area meets the contract of the symbolic one for any keys (checked for four keys)",
    "z3 builds the terms and prints the SMT-LIB text that the second solver reads",
    "a stub stands for a function whose contract is a row of its own, in the same words",
    "induction over the primitives, over orders and over the iterations of unbounded loops; finite sums",
    "one call at a time: no concurrency",
    "CrossHair's model of Python, and Hypothesis's choice of examples, in the rows of those methods",
)
"""What every row rests on and no row establishes."""

"""The rows of the ledger, by what they are about."""

from __future__ import annotations

from specs.crosshair_gate import THEOREMS as CONFIRMED
from specs.ledger.theorem import Theorem
from specs.theorems import core, linux
from specs.theorems.core import hypotheses
from specs.theorems.linux import hypotheses as linux_hypotheses
from specs.theorems.linux import paths

LEDGER: tuple[Theorem, ...] = (
    *core.PROVED,
    *linux.PROVED,
    *linux_hypotheses.ROWS,
    *paths.ROWS,
    *core.WALKED,
    *hypotheses.ROWS,
    *core.TOPS,
    *CONFIRMED,
    *core.RUN,
    *linux.RUN,
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

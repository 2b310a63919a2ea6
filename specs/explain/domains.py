"""From which states a row starts, and for what it is decided; read off its proof, if it has one."""

from __future__ import annotations

import inspect

from specs.ledger.domain import Domain
from specs.ledger.subject import running
from specs.ledger.theorem import Theorem
from specs.model.abstract import PFN_END
from specs.model.invariants import INVARIANTS
from specs.prover.method import invariants
from specs.prover.method.row import Proof
from specs.prover.method.walks import walks
from specs.prover.models import CORE, LINUX
from specs.run.decide import ALL_ORDERS
from specs.theorems.core.runs import Execution
from specs.theorems.trust import operations

BELOW = f"below 2^{PFN_END.bit_length() - 1}"
ANY_STATE = "any state that satisfies these, of any size, with any holes, whatever came before"


def domain(row: Theorem) -> Domain:
    """For what the row is decided."""
    if row.domain is not None:
        return row.domain
    assert isinstance(row.check, Proof | Execution)
    tops = row.check.tops(ALL_ORDERS) if isinstance(row.check, Proof) else ALL_ORDERS
    return Domain(ANY_STATE if operations(row) else "nothing but arguments", BELOW, tops)


def sentences(row: Theorem) -> dict[str, str]:
    """The invariants of the states from which the row starts, by name, each as its own file says it."""
    named = domain(row).invariants
    if named:
        return {each.__name__: _says(each) for each in INVARIANTS if each.__name__ in named}
    names = (*invariants.INVARIANTS, "uniform") if operations(row) else ()
    if any(_at_rest(row, operation) for operation in operations(row)):
        names += invariants.AT_REST
    return {name: _says(invariants.SENTENCES[name]) for name in names}


def _at_rest(row: Theorem, operation: str) -> bool:
    """Whether the operation begins between two calls of a zone."""
    top = min(row.check.tops(row.twin_orders)) if isinstance(row.check, Proof) else min(row.twin_orders)
    return any(walk.world.at_rest for walk in walks(running(), (CORE | LINUX)[operation], top))


def _says(sentence: object) -> str:
    return str(inspect.getdoc(sentence))

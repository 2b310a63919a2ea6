"""What a row owes, in words: the sentences of its obligations as its own check makes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module

from specs.ledger.contracts import contracts
from specs.ledger.domain import said_by
from specs.ledger.subject import running
from specs.ledger.theorem import Theorem
from specs.prover.method.row import ALWAYS, Proof
from specs.run.decide import ALL_ORDERS
from specs.theorems.core.runs import Execution

GENERAL = (
    (re.compile(r"\borders \d+ and \d+\b"), "orders j and k"),
    (re.compile(r"\border \d+\b"), "order k"),
    (re.compile(r"\btype \d+\b"), "type t"),
    (re.compile(r"\blist \d+\b"), "list n"),
)
"""Sentences that differ in a number alone are one."""


def small(row: Theorem) -> tuple[int, ...]:
    """The max_orders at which its obligations are read; others add none that reads otherwise.

    They are small; and the largest is among them if its lemmas are of that one alone.
    """
    if not isinstance(row.check, Proof):
        return ()
    tops, lemmas = row.check.tops(row.twin_orders), row.check.lemmas
    if lemmas is None or any(True for top in tops for _ in lemmas(running(), top)):
        return tops
    return (*tops, ALL_ORDERS[-1])


def owed(row: Theorem) -> tuple[str, ...]:
    """Each sentence once; last those without which no path is read rightly."""
    if isinstance(row.check, Proof):
        found: dict[str, bool] = {}
        for top in small(row):
            found |= {in_general(each.says): each.tag in ALWAYS for each in row.check.owes(running(), (top,))}
        return tuple(sorted(found, key=found.__getitem__))
    if isinstance(row.check, Execution):
        return said_by(row.check.judge)
    return row.owes or tuple(clauses(row))


def clauses(row: Theorem) -> Iterator[str]:
    """The contract clauses of the functions that the row is about."""
    for name in row.about:
        module, _, function = name.rpartition(".")
        for contract in contracts(import_module(module)):
            if contract.function.__name__ == function:
                given = f", given {', '.join(contract.pre)}" if contract.pre else ""
                yield from (f"{function}: {clause}{given}" for clause in contract.post)


def in_general(says: str) -> str:
    """The sentence for any order, type or list."""
    says = " ".join(says.split())
    for number, any_number in GENERAL:
        says = number.sub(any_number, says)
    return says

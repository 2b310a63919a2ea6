"""Every path of every operation, walked once."""

from __future__ import annotations

from functools import cache, partial

from specs.ledger.subject import Subject
from specs.prover.method.operations import Operation, Walk
from specs.prover.method.paths import TooManyPaths, explore


def walks(subject: Subject, operation: Operation, top: int) -> list[Walk]:
    """Every path of the operation for that top order and every variant; raises TooManyPaths."""
    found = _walked(subject, operation, top)
    if isinstance(found, TooManyPaths):
        raise found
    return found


@cache
def _walked(subject: Subject, operation: Operation, top: int) -> list[Walk] | TooManyPaths:
    """What is walked once, though it should come to nothing."""
    try:
        return walked_anew(subject, operation, top)
    except TooManyPaths as error:
        return error


def walked_anew(subject: Subject, operation: Operation, top: int) -> list[Walk]:
    """Every path, with terms of its own; raises TooManyPaths."""
    return [
        Walk(operation, variant, top, path)
        for variant in operation.variants(top)
        for path in explore(partial(operation.run, subject, variant, top))
    ]

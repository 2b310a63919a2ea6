"""Every path of every operation, walked once."""

from __future__ import annotations

from functools import cache, partial

from specs.ledger.subject import Subject
from specs.prover.method.paths import TooManyPaths, explore
from specs.prover.models.core.operations import OPERATIONS, Walk
from specs.prover.models.pcp import operations as pcp_layers
from specs.prover.models.zone import operations as layers
from specs.prover.models.zone.runs import in_geometry

LAYER_OPERATIONS = {
    name: (in_geometry(run), variants)
    for name, (run, variants) in (layers.OPERATIONS | pcp_layers.OPERATIONS).items()
}
"""By the function's name: how it is run, and with which arguments."""
ALL = OPERATIONS | LAYER_OPERATIONS


def walks(subject: Subject, operation: str, top: int) -> list[Walk]:
    """Every path of the operation for that top order and every variant; raises TooManyPaths."""
    found = _walked(subject, operation, top)
    if isinstance(found, TooManyPaths):
        raise found
    return found


@cache
def _walked(subject: Subject, operation: str, top: int) -> list[Walk] | TooManyPaths:
    """What is walked once, though it should come to nothing."""
    try:
        return walked_anew(subject, operation, top)
    except TooManyPaths as error:
        return error


def walked_anew(subject: Subject, operation: str, top: int) -> list[Walk]:
    """Every path, with terms of its own; raises TooManyPaths."""
    run, variants = ALL[operation]
    return [
        Walk(operation, variant, top, path)
        for variant in variants(top)
        for path in explore(partial(run, subject, variant, top))
    ]

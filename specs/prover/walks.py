"""Every path of every operation, walked once."""

from __future__ import annotations

from functools import cache, partial

from specs.prover import layers, pcp_layers
from specs.prover.layer_runs import in_geometry
from specs.prover.operations import OPERATIONS, Walk
from specs.prover.paths import TooManyPaths, explore
from specs.subject import Subject

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

"""What ``verified_buddy.linux.gfp_names`` takes off a mask with each name: for every mask of 64 bits."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import z3

from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.model import gfp as meant
from specs.prover.method.lifted import LiftedPfn
from specs.prover.method.paths import Owed
from specs.prover.models.masks import ANY_MASK, MASK, TAG, bits, every_path, has, of_masks

MODULE = "verified_buddy.linux.gfp_names"


def _step(subject: Subject, name: str, numbers: tuple[int, ...], mask: LiftedPfn) -> None:
    """One name is asked for."""
    flags = sum(2**number for number in numbers)
    left = subject.linux.gfp_names.without(mask, subject.linux.gfp_names.NAMES.get(name, 0))
    if left is None:
        mask.path.owe(TAG, z3.Not(has(flags)), f"{name} is left out only where a bit of it is missing")
        return
    mask.path.owe(TAG, has(flags), f"{name} is said only of a mask that has all its bits")
    mask.path.owe(TAG, left.term | bits(flags) == MASK, f"with {name}, nothing else is lost")
    mask.path.owe(TAG, left.term & bits(flags) == bits(0), f"the bits of {name} are said but once")


def _steps(subject: Subject, _: int) -> Iterator[Owed]:
    for name, numbers in meant.SPELLED:
        yield from every_path(partial(_step, subject, name, numbers), name)


ROWS = (
    Theorem(
        "gfp-names-step",
        "Each name of the format is said of a mask if and only if all its bits are there, and takes these "
        "off and no others: what was said and what is left are the mask, for every mask.",
        (f"{MODULE}.without",),
        "z3",
        of_masks(_steps),
        ("gfp-names-say-any-bit", "gfp-names-one-broken", "gfp-names-keep-what-was-said"),
        domain=ANY_MASK,
    ),
)

"""What the prover knows of each layer: its state, contracts, operations and loops."""

from __future__ import annotations

from functools import partial

from specs.prover.method.row import Proof
from specs.prover.models.core import arithmetic
from specs.prover.models.core.operations import OPERATIONS
from specs.prover.models.pcp.operations import OPERATIONS as PCP
from specs.prover.models.zone.geometry import TOP
from specs.prover.models.zone.operations import OPERATIONS as ZONE

CORE = OPERATIONS
"""The operations of the core, by name."""
LINUX = ZONE | PCP
"""The operations of the zone of Linux 6.1, by name."""


def of_real_zones(tops: tuple[int, ...]) -> tuple[int, ...]:
    """A zone with pageblocks has the top order 10; without it, the largest that is asked for stands in."""
    return (TOP,) if TOP in tops else tuple([max(3, *tops)] if tops else [])


of_core = partial(Proof, CORE, tell_lemma=arithmetic.tell)
"""A proof about the core."""
of_linux = partial(Proof, LINUX, tops=of_real_zones, tell_lemma=arithmetic.tell)
"""A proof about a zone with pageblocks."""

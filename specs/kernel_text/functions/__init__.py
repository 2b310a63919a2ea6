"""The C functions that are proved, each with its unit: how it is called in ours' place, and its contract."""

from __future__ import annotations

from collections.abc import Mapping

from specs.kernel_text.edge import Operation
from specs.kernel_text.functions import (
    buddies,
    core,
    fallback,
    highatomic,
    isolation,
    limits,
    mobility,
    pcp_units,
    request,
)
from specs.kernel_text.units import Unit

ROOMS = (buddies, core, mobility, fallback, highatomic, isolation, pcp_units, request)
UNITS: tuple[Unit, ...] = tuple(unit for room in ROOMS for unit in room.UNITS)
"""Every unit, in the order in which the functions build on each other."""
ON_INTS: tuple[Unit, ...] = (*isolation.ON_INTS, *limits.ON_INTS)
"""Units that are compared over plain numbers alone."""
CONTRACTS: Mapping[str, Operation] = {
    **{unit.name: unit.contract for unit in UNITS if unit.contract is not None},
}
"""By C function: how others call it."""

"""Versions: which units a tree has, by the nearest kernel that is known, and with what each is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from specs.kernel_text.agreement import Case
from specs.kernel_text.cases import CASES
from specs.kernel_text.cases_6_12 import CASES_6_12
from specs.kernel_text.edge import Operation
from specs.kernel_text.functions import CONTRACTS, UNITS
from specs.kernel_text.functions import v6_12 as functions_6_12
from specs.kernel_text.functions.v6_12_counts import COUNTING, COUNTS
from specs.kernel_text.units import Unit


@dataclass(frozen=True, eq=False)
class Version:
    """What is known of the text of one kernel."""

    series: str
    units: tuple[Unit, ...]
    contracts: Mapping[str, Operation]
    """By C function: how others call it."""
    cases: Mapping[tuple[str, str], Case]
    """By C function and ours: the calls by which both are compared."""


def counting(unit: Unit) -> Unit:
    """The unit as 6.12 counts free pages: who lists or unlists a block accounts for it."""
    return replace(unit, counts=COUNTS.get(unit.name, unit.counts), runs=(*unit.runs, *COUNTING))


LINUX_6_1: Final = Version("6.1", UNITS, CONTRACTS, CASES)
_REPLACED: Final = {(unit.name, unit.homes) for unit in functions_6_12.UNITS}
_KEPT: Final = tuple(
    unit
    for unit in UNITS
    if unit.name not in functions_6_12.GONE and (unit.name, unit.homes) not in _REPLACED
)
LINUX_6_12: Final = Version(
    "6.12",
    tuple(counting(unit) for unit in (*_KEPT, *functions_6_12.UNITS)),
    {name: made for name, made in CONTRACTS.items() if name not in functions_6_12.GONE}
    | {unit.name: unit.contract for unit in functions_6_12.UNITS if unit.contract is not None},
    CASES | CASES_6_12,
)
VERSIONS: Final = (LINUX_6_1, LINUX_6_12)
FIRST_LIKE_6_12: Final = (6, 10)
"""The first kernel whose pageblocks are claimed whole, and whose lists are told the type of each block."""


def nearest(series: str) -> Version:
    """The known kernel whose text a tree of that version is tried with."""
    major, minor = (int(part) for part in series.split("."))
    return LINUX_6_12 if (major, minor) >= FIRST_LIKE_6_12 else LINUX_6_1


def functions() -> tuple[str, ...]:
    """Every C function of any version, those of 6.1 first."""
    return tuple(dict.fromkeys(unit.name for version in VERSIONS for unit in version.units))

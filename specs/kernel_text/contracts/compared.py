"""Every operation of the edge, and every member, over many random states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from specs.kernel_text.contracts import members
from specs.kernel_text.contracts.lists import LISTS
from specs.kernel_text.contracts.others import OTHERS
from specs.kernel_text.contracts.scene import Law, breaks, scene
from specs.kernel_text.front_end.front import Front

LAWS: Final[Mapping[str, Law]] = {**LISTS, **OTHERS}
"""By name of the operation."""


ELEMENT: Final = "element"
"""Stands for the elements of arrays, where an operation is named."""


def wrong(front: Front, seeds: range, only: str = "") -> Iterator[str]:
    """What is wrong with the edge, or with one operation of it, in scenes of those seeds."""
    tables = (
        (LAWS, front.primitives.PRIMITIVES),
        (members.READ, front.members.READ),
        (members.STORED, front.members.STORED),
    )
    for seed in seeds:
        for laws, operations in tables:
            for name, law in laws.items():
                if only in ("", name):
                    yield from breaks(front, name, law, seed, operations[name])
        if only in ("", ELEMENT):
            yield from _elements(front, seed)


def _elements(front: Front, seed: int) -> Iterator[str]:
    """An element is the right one; beyond its end an array has none."""
    made = scene(front, seed)
    for _ in range(8):
        (array, index), wanted = members.elements(made)
        found: Any = None
        try:
            found = members.shape(front.members.element_of(made.edge, array, index))
        except front.errors.Undefined:
            found = None
        except Exception as error:  # a broken edge may do anything
            found = error
        if found != wanted:
            yield f"element {index.value} is {found}, and not {wanted}"

"""How large a pageblock is, and what follows from it: as the code has it, or smaller, for faster twins."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import TypeAlias

from specs.ledger.subject import LINUX, Subject
from specs.prover.method.stubs import replaced

TOP = 10
"""The top order of every ``MobilityZone``: what is proved is proved for this one."""
Constants: TypeAlias = "dict[str, int | tuple[int, ...]]"


@dataclass(frozen=True)
class Geometry:
    """A zone's top order; its pageblocks have half the size of its largest blocks, as on x86-64."""

    top: int

    @property
    def order(self) -> int:
        """A pageblock's order."""
        return self.top - 1

    @property
    def pages(self) -> int:
        """A pageblock's pages."""
        return int(2**self.order)

    @property
    def steal(self) -> int:
        """The order from which a block brings its pageblock along."""
        return self.order // 2

    @property
    def claim(self) -> int:
        """With so many pages free or alike, a pageblock changes its type."""
        return self.pages // 2

    @property
    def costly(self) -> int:
        """The largest order but the pageblock's that has per-CPU lists."""
        return min(3, self.order - 1)

    @property
    def lists(self) -> int:
        """How many per-CPU lists there are."""
        return 3 * (self.costly + 1) + 2

    @property
    def pcp_orders(self) -> tuple[int, ...]:
        """The orders that pass through per-CPU lists."""
        return (*range(self.costly + 1), self.order)

    def order_of(self, index: int) -> int:
        """The order of a per-CPU list's blocks."""
        return self.order if index >= self.lists - 2 else index // 3

    def constants(self) -> Constants:
        """The constants of the code, as the specification has them."""
        return {
            "PAGEBLOCK_ORDER": self.order,
            "PAGEBLOCK_PAGES": self.pages,
            "STEAL_ORDER": self.steal,
            "CLAIM_PAGES": self.claim,
            "COSTLY_ORDER": self.costly,
            "NR_PCP_LISTS": self.lists,
            "PCP_PAGES": tuple(2 ** self.order_of(index) for index in range(self.lists)),
        }


def faults(subject: Subject) -> Iterator[str]:
    """Constants of the code that are not the specification's."""
    wanted = Geometry(TOP).constants()
    for name in LINUX:
        for constant, value in wanted.items():
            if getattr(subject.module(name), constant, value) != value:
                yield f"{name}.{constant} is {value}"


def in_geometry(subject: Subject, top: int) -> AbstractContextManager[None]:
    """The code, as a zone of that top order would have it."""
    return scaled(subject, Geometry(top))


@contextmanager
def scaled(subject: Subject, geometry: Geometry) -> Iterator[None]:
    """The code with smaller pageblocks; for the top order of a real zone, the code as it is."""
    if geometry.top == TOP:
        yield
        return
    with ExitStack() as stack:
        for module, known in _to_scale(subject, geometry):
            stack.enter_context(replaced(module, **known))
        yield


@cache
def _to_scale(
    subject: Subject, geometry: Geometry
) -> list[tuple[ModuleType, dict[str, int | tuple[int, ...]]]]:
    """The modules that have constants of the geometry, and these."""
    wanted = geometry.constants()
    modules = [subject.module(name) for name in LINUX]
    known = [{key: value for key, value in wanted.items() if hasattr(module, key)} for module in modules]
    return [(module, constants) for module, constants in zip(modules, known, strict=True) if constants]

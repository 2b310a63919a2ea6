"""What a kernel's report of a failed request says, or /proc of a machine: figures, and no judgement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple

Kind = Literal["failure", "oom", "vmalloc", "stall", "state"]
"""A request failed; none could be served but by killing; no page was asked for; it takes long; no request."""

UNTYPED: Final = ""
"""The types of a list where the kernel prints none, as up to 3.7."""


class OrderList(NamedTuple):
    """The free blocks of one order."""

    blocks: int
    letters: str
    """Of types that have any: U, M, E (reclaimable), R (reserve), H (highatomic), C (CMA), I (isolate)."""
    by_letter: Mapping[str, int] | None = None
    """How many of each, if that is told."""


@dataclass(slots=True)
class ZoneReport:
    """The figures of a zone, in pages."""

    node: int
    name: str
    figures: dict[str, int] = field(default_factory=dict)
    """As the kernel names them: free, min, low, high, boost, managed, free_cma, ..."""
    lowmem_reserve: tuple[int, ...] | None = None
    lists: tuple[OrderList, ...] | None = None
    """By order; None if they are not told, or not to the end."""

    @property
    def title(self) -> str:
        """How it is called."""
        return f"node {self.node} {self.name}"


@dataclass(slots=True)
class Report:
    """One report."""

    kind: Kind
    source: str
    line: int
    order: int | None = None
    gfp: int | None = None
    """The flags as the number that was printed."""
    gfp_words: str = ""
    """Their names, as printed by 4.6 and later."""
    kernel: str | None = None
    comm: str = ""
    nodemask: frozenset[int] | None = None
    mems_allowed: frozenset[int] | None = None
    zones: dict[tuple[int, str], ZoneReport] = field(default_factory=dict)
    free_cma: int | None = None
    """Of all zones together."""
    free: int | None = None
    """The same of all free pages."""
    page_kb: int | None = None
    memcg: bool = False
    """A group's limit was reached, not the machine's."""
    address_range: bool = False
    """vmalloc had no addresses, whatever memory there was."""
    reclaiming: bool = False
    """The trace shows that whoever asked was freeing memory itself (PF_MEMALLOC)."""
    interrupted: bool = False
    """The trace shows that an interrupt asked, whatever task that came upon."""
    lost: list[str] = field(default_factory=list)
    """What could not be read, and what is hence unknown."""

"""A unit: one C function, what it is called with where ours is called, and by what contract."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from pycparser import c_ast

from specs.kernel_text import members
from specs.kernel_text.constants import Constants
from specs.kernel_text.counters import Counts, is_counted, is_turn_counted, nothing
from specs.kernel_text.edge import Edge, Operation
from specs.kernel_text.errors import Unread
from specs.kernel_text.integers import INT, LONG, UINT, ULONG, Int, combine, compare, convert
from specs.kernel_text.interpreter import Machine
from specs.kernel_text.lifting import our_bool, our_count, path_of, to_int
from specs.kernel_text.machine import LoopRule
from specs.kernel_text.primitives import PRIMITIVES
from specs.kernel_text.reader import Text
from specs.ledger.subject import Subject, fresh
from specs.prover.method.paths import Cut

Enter = Callable[..., list[Any]]
OWED = ("(owed through being the same as ours)",)
"""In the place of rows that are not decided over a unit again."""
HELPERS = (
    "is_migrate_isolate",
    "is_migrate_isolate_page",
    "is_migrate_highatomic",
    "is_migrate_highatomic_page",
    "migratetype_is_mergeable",
    "has_isolate_pageblock",
    "low_wmark_pages",
    "wmark_pages",
    "zone_end_pfn",
    "find_buddy_page_pfn",
    "page_del_and_expand",
)
"""Functions of a line, which are run as they stand where they are called."""


def no_rules(edge: Edge, function: str, loop: c_ast.Node) -> LoopRule | None:
    """Loops are followed to their ends."""
    return None


def marks_are_right(edge: Edge) -> None:
    """Every block that was listed is marked with its order, and no other."""
    edge.owe(not edge.marks, "a block that is listed is marked with its order, and no other")


def count_is_right(edge: Edge) -> None:
    """What C counts on the per-CPU lists is what they hold."""
    if edge.pcp is None:
        return
    held = combine(edge.path, "+", to_int(LONG, edge.pcp.count), convert(edge.path, edge.beyond, LONG))
    edge.owe(
        compare(edge.path, "==", convert(edge.path, edge.count, LONG), held), "pcp->count is the pages listed"
    )


@dataclass(frozen=True, eq=False)
class Unit:
    """A C function."""

    name: str
    homes: tuple[str, ...]
    """Where ours stands, as module.function; C's is put in its place in each of them."""
    enter: Enter
    """From the edge and our function's arguments: C's."""
    leave: Callable[[Edge, Any], Any] = lambda edge, answer: None
    """From C's answer: ours."""
    contract: Operation | None = None
    """How others call it: our function, from C's arguments."""
    operations: tuple[str, ...] = ()
    """The prover's operations in which ours is run."""
    zone: Callable[..., Any] = lambda first, *_, **__: first
    """Which of our function's arguments is the zone."""
    pcp: Callable[..., Any] = lambda *_, **__: None
    """Which of them is the CPU's lists."""
    meant: Callable[..., bool] = lambda *_, **__: True
    """Whether C's function is what is called with such arguments."""
    rules: Callable[[Edge, str, c_ast.Node], LoopRule | None] = no_rules
    given: Mapping[str, Any] = field(default_factory=dict)
    callees: Mapping[str, Operation] = field(default_factory=dict)
    """Contracts that only this unit needs."""
    runs: tuple[str, ...] = ()
    """Other functions whose text is run with it: C cuts there, ours does not."""
    supposes: tuple[str, ...] = ()
    """What the kernel's callers see to, in words."""
    lemmas: bool = False
    """Whether the rows' lemmas are about it."""
    among: tuple[str, ...] = ()
    """The rows that are decided over it, if not all: the others are owed through what is the same as ours."""
    counts: Counts | None = nothing
    """What it has to add to NR_FREE_PAGES by itself; None: that is not looked at."""
    turn_counts: Counts = nothing
    """What a turn of its loop has to, if the path ends with that."""
    rows: tuple[str, ...] = ()
    """The rows about it that look at no state of a zone."""


@dataclass(eq=False)
class Bare:
    """A zone of which nothing but the free lists is known."""

    free_area: Any


@dataclass(eq=False)
class Backed:
    """Our function's stand-in: it runs the C text."""

    unit: Unit
    text: Text
    constants: Constants
    module: ModuleType
    contracts: Mapping[str, Operation]
    sizes: Any = None
    """Our module of pageblocks, which tells how large they are."""
    original: Any = None
    """Our function, whose place C's has taken."""
    last: Edge | None = None

    def __call__(self, *args: Any, **named: Any) -> Any:
        """What C answers, as ours would."""
        if not self.unit.meant(*args, **named):
            return self.original(*args, **named)
        zone = self.unit.zone(*args, **named)
        area = getattr(zone, "free_area", None)
        top = getattr(area, "max_order", 10)
        pageblock = 99 if isinstance(zone, Bare) else self.sizes.PAGEBLOCK_ORDER
        edge = Edge(
            members=members,
            zone=zone,
            path=path_of((zone, *args, *named.values())),
            pcp=self.unit.pcp(*args, **named),
            ours=ChainMap({self.original.__name__: self.original}, vars(self.module)),
            callees={**self.contracts, **self.unit.callees},
            primitives=PRIMITIVES,
            helpers=(*HELPERS, *self.unit.runs),
            given={
                "boost_watermark": Int(INT, 1),
                "pageblock": 1 << pageblock,
                "lists": lists_of(pageblock),
                **self.unit.given,
            },
        )
        self.last = edge
        edge.rules = lambda function, loop: self.unit.rules(edge, function, loop)
        constants = self.constants.of(top, pageblock)
        machine = edge.machine = Machine(self.text, edge, constants, edge.path, edge.rules)
        machine.heard = frozenset(self.unit.callees)
        with fitting(edge, machine):
            given = self.unit.enter(edge, *args, **named)
            if edge.pcp is not None:
                edge.count = to_int(INT, edge.pcp.count)
            try:
                answer = machine.run(self.unit.name, given)
            except Cut:
                is_turn_counted(edge, self.unit.turn_counts, given)
                raise
            is_counted(edge, self.unit.counts, given, answer)
            told = self.unit.leave(edge, answer)
            marks_are_right(edge)
            count_is_right(edge)
        return told


@contextmanager
def fitting(edge: Edge, machine: Machine) -> Iterator[None]:
    """A text that is cut otherwise than our unit supposes is not read: that is no fault of the text.

    Over plain numbers whatever ends a call is told: there a broken text may break our lists.
    """
    try:
        yield
    except (TypeError, LookupError, AttributeError, NameError) as error:
        if edge.path is None:
            raise
        why = f"what our unit does not fit ({type(error).__name__}: {error})"
        raise Unread(machine.place, why) from error


def lists_of(pageblock: int) -> int:
    """How many per-CPU lists there are, with pageblocks of that order."""
    return 3 * (min(3, pageblock - 1) + 1) + 2


def backed(unit: Unit, text: Text, contracts: Mapping[str, Operation], constants: Constants) -> Subject:
    """The code under proof with C's function in the place of ours."""
    subject = fresh()
    for home in unit.homes:
        module, _, function = home.rpartition(".")
        found = subject.module(module)
        original = getattr(found, function)
        setattr(
            found,
            function,
            Backed(unit, text, constants, found, contracts, subject.module("linux.pageblock"), original),
        )
    return subject


def no_zone(*_: Any, **__: Any) -> None:
    """The function is about no zone."""


def leave_truth(edge: Edge, answer: Int) -> Any:
    """A truth of C's, known or not."""
    return our_bool(edge.path, answer)


def leave_count(edge: Edge, answer: Int) -> Any:
    """A number of pages, or of anything else."""
    return our_count(edge.path, answer)


def order(value: Any) -> Int:
    """An order, as an unsigned int."""
    return Int(UINT, int(value))


def kind(value: Any) -> Int:
    """A migratetype, as an int."""
    return to_int(INT, value)


def pfn(value: Any) -> Int:
    """A page's number."""
    return to_int(ULONG, value)

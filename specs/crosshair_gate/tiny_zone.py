"""Every call of a zone of four pages, from every state that it can be in, judged by the abstract machine."""

from __future__ import annotations

from collections.abc import Iterator
from types import FunctionType
from typing import Any, NamedTuple

from specs.crosshair_gate.gate import gate
from specs.ledger.domain import Domain, said_by
from specs.ledger.subject import Subject
from specs.ledger.theorem import Outcome, Theorem
from specs.model import definitions
from specs.model.abstract import Machine, Plain, Rejected, Wrong

MAX_ORDER = 2
PAGES = 4

Fork = tuple[bool, bool, bool]
"""Which of the tree's nodes 1, 2, 3 are split; node n has the halves 2n and 2n + 1."""

Owned = tuple[bool, bool, bool, bool, bool, bool, bool]
"""Which of the nodes 1..7 are free, if they are blocks; the others are live."""

Blocks = tuple[tuple[int, int, bool], ...]
"""First page, order, and whether it is free."""


class Call(NamedTuple):
    """A method of the zone, and what it is given."""

    name: str
    arguments: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(str(argument) for argument in self.arguments)})"


class State(NamedTuple):
    """All that a call may change: free blocks in list order, live blocks, lengths of the lists."""

    listed: list[tuple[int, int, int]]
    live: dict[int, int]
    counts: list[int]


def blocks(split: Fork, free: Owned, node: int = 1, pfn: int = 0, order: int = MAX_ORDER) -> Blocks:
    """The tree's blocks, ascending; bits of nodes that are no blocks are not looked at."""
    if order > 0 and split[node - 1]:
        lower = blocks(split, free, 2 * node, pfn, order - 1)
        return lower + blocks(split, free, 2 * node + 1, pfn + 2 ** (order - 1), order - 1)
    if free[node - 1]:
        return ((pfn, order, True),)
    return ((pfn, order, False),)


def at_rest(tree: Blocks) -> bool:
    """Whether no two buddies below the top order are both free."""
    return not any(
        is_free and order < MAX_ORDER and (definitions.buddy(pfn, order), order, True) in tree
        for pfn, order, is_free in tree
    )


def zone_of(subject: Subject, tree: Blocks) -> Any:
    """A zone with these blocks, listed in this order."""
    zone = subject.zone.Zone(MAX_ORDER)
    zone.spans.add(0, PAGES)
    for pfn, order, is_free in tree:
        if is_free:
            zone.free_area.add(pfn, order, subject.free_area.UNMOVABLE, tail=True)
        else:
            zone.live[pfn] = order
    return zone


def state_of(zone: Any) -> State:
    """The zone's state."""
    area = zone.free_area
    return State(list(area.blocks()), dict(zone.live), [of_order.nr_free for of_order in area.orders])


def attempt(zone: Any, call: Call) -> object:
    """What the running code answers, an exception included."""
    try:
        return getattr(zone, call.name)(*call.arguments)
    except Exception as error:  # an answer like any other; the machine says whether it is right
        return error


def fault(before: State, call: Call, answer: object, after: State) -> str:
    """The answer and the state after it are ones that the abstract machine allows; else, what is wrong."""
    machine = Machine(MAX_ORDER, Plain(range(PAGES)))
    machine.live = dict(before.live)
    answers = (answer,) if call.name == "alloc" else ()
    try:
        allowed = getattr(machine, call.name)(*call.arguments, *answers)
    except Rejected as rejected:
        if type(answer).__name__ != str(rejected):
            return f"not {rejected}"
        return "" if after == before else "and changed the state"
    except Wrong as wrong:
        return f"but {wrong}"
    if call.name != "alloc" and answer is not allowed:
        return f"not {allowed}"
    if (answer is False or (answer is None and call.name == "alloc")) and after != before:
        return "and changed the state"
    return fault_after(after, machine)


def fault_after(after: State, machine: Machine) -> str:
    """How the state differs from the abstract machine's."""
    blocks_after = {(pfn, order) for pfn, order, _ in after.listed}
    if after.live != machine.live:
        return f"live blocks are {after.live}, not {machine.live}"
    if len(blocks_after) != len(after.listed) or blocks_after != machine.free_blocks():
        return f"listed blocks are {sorted(after.listed)}, not {sorted(machine.free_blocks())}"
    if after.counts != [sum(order == k for _, order in blocks_after) for k in range(MAX_ORDER + 1)]:
        return f"nr_free is {after.counts}"
    return ""


def judge_of(subject: Subject, calls: tuple[Call, ...]) -> FunctionType:
    """The calls, each from the same state, as a function from states to stories."""
    from crosshair.tracers import NoTracing  # only the child process loads CrossHair

    def judged(split: Fork, free: Owned, backwards: bool) -> str:
        """What goes wrong first.

        pre: at_rest(blocks(split, free))
        post: __return__ == ""
        """
        tree = blocks(split, free)
        if sum(order == 0 for _, order, is_free in tree if is_free) > 1 and backwards:
            tree = tree[::-1]
        for call in calls:
            with NoTracing():
                zone = zone_of(subject, tree)
                before = state_of(zone)
            answer = attempt(zone, call)
            with NoTracing():
                wrong = fault(before, call, answer, state_of(zone))
            if wrong:
                return f"{told(tree)}; {call} gave {answer!r}, {wrong}"
        return ""

    assert isinstance(judged, FunctionType)
    judged.__qualname__ = calls[0].name
    return judged


def told(tree: Blocks) -> str:
    """The state in words."""
    return ", ".join(f"{'free' if free else 'live'} {pfn} of order {order}" for pfn, order, free in tree)


def functions(subject: Subject, max_orders: tuple[int, ...]) -> Iterator[FunctionType]:
    """Every call with a block in the zone or right after it, whatever the max_orders."""
    orders = range(MAX_ORDER + 1)
    yield judge_of(subject, tuple(Call("alloc", (order,)) for order in orders))
    for name in ("free", "take"):
        yield judge_of(subject, tuple(Call(name, (pfn, k)) for k in orders for pfn in range(PAGES + 1)))


def check(subject: Subject, max_orders: tuple[int, ...]) -> Outcome:
    """Ask CrossHair."""
    return gate(functions, subject, max_orders)


THEOREM = Theorem(
    name="tiny-zone-confirmed",
    says="From every state of a zone of four pages, list order included, alloc, and free and take of blocks "
    "in it or right behind it, answer, refuse and reject as the abstract machine does, and change only what "
    "it changes.",
    about=tuple(f"verified_buddy.zone.Zone.{name}" for name in ("alloc", "free", "take")),
    method="crosshair",
    check=check,
    rejects=(
        "merge-forgets-the-buddy",
        "refuses-the-top-order",
        "split-returns-the-upper-half",
        "take-takes-it-all",
        "free-any-order",
        "alloc-forgets",
        "refusal-drops-a-block",
        "list-forgets-its-count",
    ),
    domain=Domain(
        starts="every zone whose blocks, free or live, tile its pages, listed ascending or descending",
        pages=f"0..{PAGES}",
        max_orders=(MAX_ORDER,),
        sizes=(f"a zone of {PAGES} pages",),
        invariants=("labels", "aligned", "uniform", "coalesced"),
    ),
    owes=said_by(fault),
)

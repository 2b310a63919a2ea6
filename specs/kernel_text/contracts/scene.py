"""A scene: the edge over our objects, and the plain state that they must equal after every operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from specs.kernel_text.contracts.plain import Plain, drawn, objects, of_objects
from specs.kernel_text.front_end.front import Front

GIVEN: Final = {"pageblock": 512, "lists": 14}
RECLAIM: Final = 1
"""The number of the bit that says whether reclaim is active."""
FREE_PAGES: Final = 0
"""The number of the item that counts free pages."""


@dataclass
class Scene:
    """A state, in both forms."""

    front: Front
    random: Random
    plain: Plain
    edge: Any
    zone: Any = None
    pcp: Any = None
    before: dict[str, Any] = field(default_factory=dict)

    def value(self, number: int, kind: str = "int") -> Any:
        """A value of C's."""
        return self.front.integers.Int(self.front.kind(kind), number)

    def page(self, number: int) -> Any:
        """A page."""
        return self.front.values.Page(number)

    def node(self, number: int) -> Any:
        """A page's link."""
        return self.front.values.ListNode(self.page(number))

    def area(self, order: int) -> Any:
        """The free area of an order."""
        return self.front.values.AreaOf(self.zone, order)

    def list_of(self, index: int) -> Any:
        """A per-CPU list."""
        return self.front.values.PcpList(self.pcp, index)

    def free_block(self) -> tuple[int, int, int]:
        """One that is free: its page, order and type."""
        page, (order, kind) = self.random.choice(sorted(self.plain.blocks().items()))
        return page, order, kind

    def any_page(self) -> int:
        """A page of the zone, or beside it; often the first of a free block."""
        blocks = sorted(self.plain.blocks())
        return self.random.choice([self.random.randrange(3200), *blocks[:1], self.random.choice(blocks)])

    def differs(self) -> str:
        """Where our objects are not what the plain state says; "" if they are."""
        found = of_objects(self.zone, self.pcp, self.plain)
        for name in ("free", "kinds", "listed", "numbers"):
            if getattr(found, name) != getattr(self.plain, name):
                return f"{name} is not what it should be"
        return ""


def scene(front: Front, seed: int) -> Scene:
    """A random one that has a free block, one in use, and one on a per-CPU list."""
    random = Random(seed)  # noqa: S311 # a seed, not a secret
    plain = drawn(random)
    while not plain.blocks() or not plain.used or not any(plain.listed):
        plain = drawn(random)
    zone, pcp = objects(plain)
    edge = front.edge.Edge(
        zone, front.members, pcp=pcp, given=dict(GIVEN), primitives=front.primitives.PRIMITIVES
    )
    text = front.read("a.c", "int a(void) { return 0; }")
    numbers = {"ZONE_RECLAIM_ACTIVE": RECLAIM, "NR_FREE_PAGES": FREE_PAGES}
    constants = {name: front.integers.Int(front.kind("int"), value) for name, value in numbers.items()}
    edge.machine = front.interpreter.Machine(text, edge, constants)
    return Scene(front, random, plain, edge, zone, pcp)


Law = Callable[[Scene], tuple[tuple[Any, ...], Any]]
"""Draws the arguments of a call, and what it should answer; it changes the plain state as the call should."""


def plainly(value: Any) -> Any:
    """An answer of C's, in plain words."""
    name = type(value).__name__
    if name == "Int":
        return value.value
    if name == "Page":
        return ("page", value.pfn)
    return int(value) if isinstance(value, bool) else value


def breaks(front: Front, name: str, law: Law, seed: int, call: Callable[..., Any]) -> Iterator[str]:
    """What is wrong with an operation, in a scene."""
    made = scene(front, seed)
    try:
        args, wanted = law(made)
        found = plainly(call(made.edge, *args))
        if callable(wanted):
            found, wanted = wanted(made), True
    except Exception as error:  # a broken edge may do anything
        yield f"{name}: {type(error).__name__}: {error}"
        return
    if found != wanted:
        yield f"{name} answers {found}, and not {wanted}"
    told = made.differs()
    if told:
        yield f"{name}: {told}"

"""What the members of structures are, in plain words: read, stored, and elements of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from specs.kernel_text.contracts.lists import Drawn
from specs.kernel_text.contracts.scene import Law, Scene

COUNTERS: Final = {
    "nr_reserved_highatomic": "unsigned long",
    "nr_isolate_pageblock": "unsigned long",
    "batch": "int",
    "high": "int",
    "free_factor": "int",
    "count": "int",
}
PCP: Final = ("batch", "high", "free_factor", "count")
GIVEN: Final = ("lowmem_reserve", "_watermark", "watermark_boost", "migratetype", "nr_free_highatomic")
LINKS: Final = ("pcp_list", "buddy_list")
HANDED: Final = ("lock", "flags", "per_cpu_pageset", "zonelist", "highest_zoneidx", "nodemask")


def shape(value: Any) -> Any:
    """What kind of thing it is, and of what."""
    told = {"AreaOf": ("zone", "order"), "FreeCount": ("area",), "FreeList": ("area", "migratetype")}
    told |= {"PcpList": ("pcp", "index"), "ListNode": ("page",), "Named": ("name", "of")}
    told |= {"Page": ("pfn",), "Int": ("value",)}
    name = type(value).__name__
    return (name, *(shape(getattr(value, part)) for part in told[name])) if name in told else value


def counter(name: str) -> Law:
    """Its value, in its kind."""

    def law(of: Scene) -> Drawn:
        holder, kind = of.pcp if name in PCP else of.zone, COUNTERS[name]
        read = of.front.members.READ[name]
        value = of.plain.numbers[name]

        def wanted(made: Scene) -> bool:
            found = read(made.edge, holder)
            return bool((found.kind.name, found.value) == (kind, value))

        return (holder,), wanted

    return law


def given(name: str) -> Law:
    """What was handed over."""

    def law(of: Scene) -> Drawn:
        of.edge.given[name] = of.value(of.random.randrange(99))
        return (of.zone,), of.edge.given[name].value

    return law


def shaped(name: str) -> Law:
    """A thing of its own, of that one."""

    def law(of: Scene) -> Drawn:
        page, order = of.page(of.any_page()), of.random.randrange(11)
        owner, wanted = {
            "free_area": (of.zone, ("AreaOf", of.zone, None)),
            "nr_free": (of.area(order), ("FreeCount", ("AreaOf", of.zone, order))),
            "free_list": (of.area(order), ("FreeList", ("AreaOf", of.zone, order), None)),
            "lists": (of.pcp, ("PcpList", of.pcp, None)),
            "pcp_list": (page, ("ListNode", ("Page", page.pfn))),
            "buddy_list": (page, ("ListNode", ("Page", page.pfn))),
        }.get(name, (of.zone, ("Named", name, of.zone)))
        found = of.front.members.READ[name](of.edge, owner)
        return (owner,), lambda _: shape(found) == wanted

    return law


def stored(name: str) -> Law:
    """It is that value then; the count is C's own, until our lists are asked."""

    def law(of: Scene) -> Drawn:
        value, holder = of.random.randrange(99), of.pcp if name in PCP else of.zone
        if name not in ("count", *GIVEN):
            of.plain.numbers[name] = value
        read = of.front.members.READ[name]
        return (holder, of.value(value)), lambda made: read(made.edge, holder).value == value

    return law


READ: Final[Mapping[str, Law]] = {
    **{name: counter(name) for name in COUNTERS},
    **{name: given(name) for name in GIVEN},
    **{name: shaped(name) for name in ("free_area", "nr_free", "free_list", "lists", *LINKS, *HANDED)},
}
"""By name: what it reads."""
STORED: Final[Mapping[str, Law]] = {
    name: stored(name)
    for name in (
        *("nr_reserved_highatomic", "nr_isolate_pageblock", "nr_free_highatomic"),
        *("count", "free_factor", "watermark_boost"),
    )
}
"""By name: what it stores."""


def elements(of: Scene) -> tuple[tuple[Any, Any], Any]:
    """An array, an index, and the element; None where there is none."""
    page, at = of.page(of.any_page()), of.random.choice([-1, 0, 10, 11, 13, 14, of.random.randrange(11)])
    listed = ("FreeList", ("AreaOf", of.zone, 3), ("Int", at)) if at in range(5) else None
    array, wanted = of.random.choice(
        [
            (of.front.values.AreaOf(of.zone), ("AreaOf", of.zone, at) if at in range(11) else None),
            (of.front.values.PcpList(of.pcp), ("PcpList", of.pcp, at) if at in range(14) else None),
            (of.front.values.FreeList(of.area(3)), listed),
            (page, ("Page", page.pfn + at)),
            ([5, 6, 7] * 4, ([5, 6, 7] * 4)[at] if at in range(12) else None),
            ({0: 8, 10: 9}, {0: 8, 10: 9}.get(at)),
        ]
    )
    return (array, of.value(at)), wanted

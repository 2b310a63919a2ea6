"""What the operations of per-CPU lists, numbers and questions do, in plain words; and the members."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from specs.kernel_text.contracts.lists import Drawn, refused
from specs.kernel_text.contracts.plain import index_of, order_of
from specs.kernel_text.contracts.scene import FREE_PAGES, RECLAIM, Law, Scene


def least(of: Scene) -> Drawn:
    """The lesser of two numbers."""
    one, two = of.random.randrange(-9, 9), of.random.randrange(-9, 9)
    return (of.value(one), of.value(two)), one if one < two else two


def largest(of: Scene) -> Drawn:
    """The larger."""
    one, two = of.random.randrange(-9, 9), of.random.randrange(-9, 9)
    return (of.value(one), of.value(two)), one if one > two else two


def clamped(of: Scene) -> Drawn:
    """A number between two others, or the nearer of them."""
    low = of.random.randrange(-9, 9)
    high, value = low + of.random.randrange(9), of.random.randrange(-20, 20)
    return (of.value(value), of.value(low), of.value(high)), sorted((low, value, high))[1]


def same(of: Scene) -> Drawn:
    """The very value."""
    value = of.random.randrange(1, 99)
    return (of.value(value),), value


def carrying(of: Scene) -> Drawn:
    """A page gets a type to carry."""
    page, kind = of.any_page(), of.random.randrange(5)
    carried = of.front.primitives.PRIMITIVES["get_pcppage_migratetype"]
    return (of.page(page), of.value(kind)), lambda made: carried(made.edge, of.page(page)).value == kind


def found(of: Scene) -> tuple[int, int, int]:
    """A page that was found on a per-CPU list: its index, place and number."""
    index = of.random.choice([at for at, pages in enumerate(of.plain.listed) if pages])
    at = of.random.randrange(len(of.plain.listed[index]))
    page = of.plain.listed[index][at][0]
    of.edge.origin["page", page] = of.list_of(index)
    return index, at, page


def carried(of: Scene) -> Drawn:
    """The type that a page carries: as it was listed; one that was never found is an error."""
    index, at, page = found(of)
    is_refused = refused(of, "get_pcppage_migratetype", of.page(page + 1))
    return (of.page(page),), of.plain.listed[index][at][1] if is_refused else "a stranger is refused"


def putting(*, tail: bool) -> Law:
    """A page comes to a per-CPU list's end, with the type that it carries."""

    def law(of: Scene) -> Drawn:
        (page, _), kind = of.random.choice(of.plain.used), of.random.randrange(5)
        index = index_of(of.random.choice([0, 1, 2, 3, 9]), of.random.randrange(3))
        of.edge.types["page", page] = of.value(kind)
        pages = of.plain.listed[index]
        pages.insert(len(pages) if tail else 0, (page, kind))
        of.plain.numbers["count"] += 1 << order_of(index)
        return (of.node(page), of.list_of(index)), None

    return law


def taking(of: Scene) -> Drawn:
    """A page that was found leaves its list, and carries its type; then it is on none."""
    index, at, page = found(of)
    kind = of.plain.listed[index].pop(at)[1]
    of.plain.numbers["count"] -= 1 << order_of(index)
    carries = of.front.primitives.PRIMITIVES["get_pcppage_migratetype"]

    def wanted(made: Scene) -> bool:
        is_gone = refused(made, "list_del", made.node(page))
        return is_gone and carries(made.edge, made.page(page)).value == kind

    return (of.node(page),), wanted


def end(at: int, name: str) -> Law:
    """The head or tail of a list that has one; it was found there then; of no other it is asked."""

    def law(of: Scene) -> Drawn:
        index = found(of)[0]
        empty = [at for at, pages in enumerate(of.plain.listed) if not pages]
        is_refused = not empty or refused(of, name, of.list_of(empty[0]))
        page = of.plain.listed[index][at][0]
        return (of.list_of(index),), ("page", page) if is_refused else "an empty list is refused"

    return law


def none_listed(of: Scene) -> Drawn:
    """Whether a list has no page."""
    index = of.random.choice([found(of)[0], of.random.randrange(14)])
    return (of.list_of(index),), int(not of.plain.listed[index])


def always(wanted: int | None) -> Law:
    """The same answer to all."""
    return lambda of: ((of.page(of.any_page()),), wanted)


def boosting(of: Scene) -> Drawn:
    """The policy is told of the zone; the answer is the caller's."""
    value, told = of.random.randrange(2), list[object]()
    of.edge.given["boost_watermark"] = of.value(value)
    answered = of.front.primitives.PRIMITIVES["boost_watermark"](of.edge, of.zone).value == value
    of.zone.policy = of.zone.policy._replace(boost=told.append)
    is_refused = refused(of, "boost_watermark", of.pcp)

    def wanted(made: Scene) -> bool:
        return answered and is_refused and told == [made.zone]

    return (of.zone,), wanted


def reclaiming(of: Scene) -> Drawn:
    """The one bit of the zone's flags that is asked for; another is an error."""
    value = of.random.randrange(2)
    of.edge.given["reclaim_active"] = of.value(value)
    flags = of.front.values.Named("flags", of.zone)
    is_refused = refused(of, "test_bit", of.value(RECLAIM + 1), flags)
    return (of.value(RECLAIM), flags), value if is_refused else "another bit is refused"


def managing(of: Scene) -> Drawn:
    """The pages that the allocator manages."""
    return (of.zone,), of.plain.numbers["managed"]


def owning(of: Scene) -> Drawn:
    """The CPU's lists."""
    return (of.front.values.Named("per_cpu_pageset", of.zone),), of.pcp


def is_movable(of: Scene) -> Drawn:
    """Whether a page can be moved, as whoever asks says."""
    page = of.any_page()
    of.edge.given["movable"] = lambda asked: of.value(asked.pfn % 2)
    return (of.page(page),), page % 2


def bit(*, lowest: bool) -> Law:
    """The number of the lowest bit that is set, or of the highest; of 0 there is none."""

    def law(of: Scene) -> Drawn:
        value = of.random.randrange(1, 1 << 12)
        bits = [at for at in range(12) if value >> at & 1]
        is_refused = refused(of, "__ffs" if lowest else "__fls", of.value(0, "unsigned long"))
        args = (of.value(value, "unsigned long"),)
        return args, (bits[0] if lowest else bits[-1]) if is_refused else "0 is refused"

    return law


def counting(*, item: bool) -> Law:
    """NR_FREE_PAGES grows by so many pages, -n of an unsigned among them; of this zone, and no other item."""
    name = "__mod_zone_page_state" if item else "__mod_zone_freepage_state"

    def law(of: Scene) -> Drawn:
        pages = of.random.choice([-(1 << of.random.randrange(11)), of.random.randrange(1, 512)])
        told = of.value(pages % (1 << 64), "unsigned long") if pages % 3 else of.value(pages)
        of.edge.free_pages = of.value(7, "long")
        args = (of.value(FREE_PAGES), told) if item else (told, of.value(0))
        strangers = [("another zone", *args)]
        strangers += [(of.zone, of.value(FREE_PAGES + 1), told)] if item else []
        are_refused = all(refused(of, name, *each) for each in strangers)
        return (of.zone, *args), lambda made: are_refused and made.edge.free_pages.value == 7 + pages

    return law


NOTHING: Final = dict.fromkeys(("task_capc", "has_unmovable_pages", "set_bit"), None)
ZERO: Final = dict.fromkeys(
    (
        "compaction_capture",
        "page_is_guard",
        "set_page_guard",
        "is_shuffle_order",
        "check_pcp_refill",
        "check_new_pcp",
        "check_new_pages",
        "bulkfree_pcp_prepare",
        "__PageMovable",
    ),
    0,
)
ONE: Final = dict.fromkeys(("put_page_testzero", "TestClearPageHWPoison"), 1)
OTHERS: Final[Mapping[str, Callable[[Scene], Drawn]]] = {
    "min": least,
    "max": largest,
    "clamp": clamped,
    "READ_ONCE": same,
    "data_race": same,
    "set_pcppage_migratetype": carrying,
    "get_pcppage_migratetype": carried,
    "list_add": putting(tail=False),
    "list_add_tail": putting(tail=True),
    "list_del": taking,
    "list_first_entry": end(0, "list_first_entry"),
    "list_last_entry": end(-1, "list_last_entry"),
    "list_empty": none_listed,
    "__mod_zone_freepage_state": counting(item=False),
    "__mod_zone_page_state": counting(item=True),
    "test_bit": reclaiming,
    "boost_watermark": boosting,
    "zone_managed_pages": managing,
    "pcp_spin_trylock": owning,
    "per_cpu_ptr": owning,
    "PageLRU": is_movable,
    "__ffs": bit(lowest=True),
    "__fls": bit(lowest=False),
    **{name: always(answer) for name, answer in {**NOTHING, **ZERO, **ONE}.items()},
}
"""By name of the operation."""

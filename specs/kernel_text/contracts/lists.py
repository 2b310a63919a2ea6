"""What the operations of free lists, pageblocks and the zone do, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from specs.kernel_text.contracts.plain import END, START
from specs.kernel_text.contracts.scene import Law, Scene

Drawn = tuple[tuple[Any, ...], Any]


def listing(*, tail: bool) -> Law:
    """A block in use comes to a free list's end; it is owed a mark, unless it has one."""

    def law(of: Scene) -> Drawn:
        (page, order), kind = of.random.choice(of.plain.used), of.random.randrange(5)
        is_marked = of.random.random() < 0.5
        of.edge.marks = [(of.page(page), order)] if is_marked else []
        pages = of.plain.free[order, kind]
        pages.insert(len(pages) if tail else 0, page)
        wanted = [] if is_marked else [(page, order)]
        args = (of.page(page), of.zone, of.value(order, "unsigned int"), of.value(kind))
        return args, lambda made: [(each.pfn, at) for each, at in made.edge.marks] == wanted

    return law


def listing_at(of: Scene) -> Drawn:
    """A block comes to the end that is told."""
    tail = of.random.random() < 0.5
    args, told = listing(tail=tail)(of)
    return (*args, of.value(int(tail))), told


def unlisting(of: Scene) -> Drawn:
    """A free block leaves its list."""
    page, order, kind = of.free_block()
    of.plain.free[order, kind].remove(page)
    return (of.page(page), of.zone, of.value(order)), None


def moving(of: Scene) -> Drawn:
    """A free block comes to the tail of another list, or of its own; its pages are counted."""
    page, order, kind = of.free_block()
    to = of.random.randrange(5)
    of.plain.free[order, kind].remove(page)
    of.plain.free[order, to].append(page)
    args = (of.page(page), of.zone, of.value(order), of.value(to))
    return args, lambda made: (made.edge.moved, made.edge.marks) == (1 << order, [])


def moving_to(of: Scene) -> Drawn:
    """The same, by the list itself."""
    (page, _, order, to), told = moving(of)
    link = of.front.values.ListNode(page)
    return (link, of.front.values.FreeList(of.area(order.value), to)), told


def heading(of: Scene) -> Drawn:
    """The head of a list, or null."""
    order, kind = of.random.choice([of.free_block()[1:], (of.random.randrange(11), of.random.randrange(5))])
    pages = of.plain.free[order, kind]
    return (of.area(order), of.value(kind)), ("page", pages[0]) if pages else None


def is_empty(of: Scene) -> Drawn:
    """Whether a list has no block."""
    order, kind = of.random.choice([of.free_block()[1:], (of.random.randrange(11), of.random.randrange(5))])
    return (of.area(order), of.value(kind)), int(not of.plain.free[order, kind])


def none_free(of: Scene) -> Drawn:
    """Whether no list of an order has one."""
    order = of.random.choice([of.free_block()[1], of.random.randrange(11)])
    return (of.area(order),), int(not any(of.plain.free[order, kind] for kind in range(5)))


def is_buddy(of: Scene) -> Drawn:
    """Whether a free block starts at a page."""
    page = of.any_page()
    return (of.page(page),), int(page in of.plain.blocks())


def order_at(of: Scene) -> Drawn:
    """The order of the block that starts there; of no block, one truth less than there are orders."""
    page = of.any_page()
    wanted = [page in of.plain.blocks() and of.plain.blocks()[page][0] == order for order in range(11)]
    found = of.front.primitives.PRIMITIVES["buddy_order"](of.edge, of.page(page))
    other = of.front.primitives.PRIMITIVES["buddy_order_unsafe"](of.edge, of.page(page))
    return (of.page(page),), lambda _: list(found.truths) == wanted == list(other.truths)


def marking(of: Scene) -> Drawn:
    """A block is owed a place on a list, unless it has one."""
    page, order = of.random.choice(of.plain.used)
    was = of.random.choice([[], [(page, order)], [(page, order + 1)], [(page + 1, order)]])
    of.edge.marks = [(of.page(each), at) for each, at in was]
    wanted = [] if was == [(page, order)] else [*was, (page, order)]
    args = of.page(page), of.value(order)
    return args, lambda made: [(each.pfn, at) for each, at in made.edge.marks] == wanted


def typing(of: Scene) -> Drawn:
    """The type of a page's pageblock."""
    page = of.any_page()
    return (of.page(page),), of.plain.kinds[page // 512]


def typing_by_number(of: Scene) -> Drawn:
    """The same; the number that is told is the page's, or it is an error."""
    page = of.any_page()
    is_told = refused(of, "get_pfnblock_migratetype", of.page(page), of.value(page + 1, "unsigned long"))
    args = of.page(page), of.value(page, "unsigned long")
    return args, of.plain.kinds[page // 512] if is_told else "a wrong number is refused"


def refused(of: Scene, name: str, *args: Any) -> bool:
    """Whether the call is an error."""
    try:
        of.front.primitives.PRIMITIVES[name](of.edge, *args)
    except AssertionError:
        return True
    return False


def retyping(of: Scene) -> Drawn:
    """The type of a page's pageblock is set."""
    page, kind = of.any_page(), of.random.randrange(5)
    of.plain.kinds[page // 512] = kind
    return (of.page(page), of.value(kind)), None


def spanning(of: Scene) -> Drawn:
    """Whether a page is the zone's."""
    page = of.random.choice([START - 1, START, END - 1, END, of.random.randrange(4000)])
    return (of.zone, of.value(page, "unsigned long")), int(page in range(START, END))


def starting(behind: int) -> Law:
    """The first page of a page's pageblock; or of the next."""

    def law(of: Scene) -> Drawn:
        page = of.random.choice([512, 1023, of.random.randrange(4000)])
        return (of.value(page, "unsigned long"),), (page // 512 + behind) * 512

    return law


def numbering(of: Scene) -> Drawn:
    """A page's number."""
    page = of.any_page()
    return (of.page(page),), page


def paging(of: Scene) -> Drawn:
    """A number's page."""
    page = of.any_page()
    return (of.value(page, "unsigned long"),), ("page", page)


def homing(of: Scene) -> Drawn:
    """The zone of a page."""
    return (of.page(of.any_page()),), of.zone


LISTS: Final[Mapping[str, Callable[[Scene], Drawn]]] = {
    "nr_free == 0": none_free,
    "add_to_free_list": listing(tail=False),
    "add_to_free_list_tail": listing(tail=True),
    "del_page_from_free_list": unlisting,
    "__add_to_free_list": listing_at,
    "__del_page_from_free_list": unlisting,
    "move_to_free_list": moving,
    "list_move_tail": moving_to,
    "get_page_from_free_area": heading,
    "free_area_empty": is_empty,
    "PageBuddy": is_buddy,
    "buddy_order": order_at,
    "buddy_order_unsafe": order_at,
    "set_buddy_order": marking,
    "get_pageblock_migratetype": typing,
    "get_pfnblock_migratetype": typing_by_number,
    "set_pageblock_migratetype": retyping,
    "zone_spans_pfn": spanning,
    "pageblock_start_pfn": starting(0),
    "pageblock_end_pfn": starting(1),
    "page_to_pfn": numbering,
    "pfn_to_page": paging,
    "page_zone": homing,
}
"""By name of the operation."""

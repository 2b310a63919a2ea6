"""Operations at the edge: per-CPU lists, and the type that a page carries while it is on none."""

from __future__ import annotations

from collections.abc import Callable

from specs.kernel_text.edge import Edge, key
from specs.kernel_text.integers import INT, Int, flag
from specs.kernel_text.lifting import our_type, to_int, to_page
from specs.kernel_text.values import ListNode, Page, PcpList

ONE, ZERO = Int(INT, 1), Int(INT, 0)


def carried(edge: Edge, page: Page, migratetype: Int) -> None:
    """set_pcppage_migratetype(): the type goes with the page."""
    edge.types[key(page)] = migratetype


def carries(edge: Edge, page: Page) -> Int:
    """get_pcppage_migratetype()."""
    if key(page) in edge.types:
        return edge.types[key(page)]  # type: ignore[no-any-return]  # what was stored
    return edge.types.setdefault(key(page), listed_type(edge, page))  # type: ignore[no-any-return]  # the same


def listed_type(edge: Edge, page: Page) -> Int:
    """With what type a page was put on the per-CPU list on which it was found."""
    found = edge.origin.get(key(page))
    if found is None:
        edge.owe(False, "the type is asked of a page that was found on a list")
        return ZERO
    if hasattr(found.pcp, "lists"):
        return Int(INT, int(found.pcp.lists[found.index][edge.our_pfn(page)]))
    return to_int(INT, found.pcp.type_of(found.index, edge.our_pfn(page)))


def on_pcp_list(tail: bool) -> Callable[..., None]:
    """list_add() and list_add_tail(), on a per-CPU list: with the type that the page carries."""

    def put(edge: Edge, node: ListNode, to: PcpList) -> None:
        page = node.page
        to.pcp.add(to.index, edge.our_pfn(page), our_type(edge.path, carries(edge, page)), tail=tail)

    return put


def off_pcp_list(edge: Edge, node: ListNode) -> None:
    """list_del(), of a page that was found on a per-CPU list."""
    found = edge.origin.pop(key(node.page), None)
    if found is None:
        edge.owe(False, "a page that is unlisted was found on a list")
        return
    kind = found.pcp.remove(found.index, edge.our_pfn(node.page))
    edge.types[key(node.page)] = to_int(INT, kind)


def pcp_end(name: str) -> Callable[..., Page | None]:
    """list_first_entry() and list_last_entry()."""

    def find(edge: Edge, of: PcpList) -> Page | None:
        page = to_page(getattr(of.pcp, name)(of.index))
        if page is None:
            edge.owe(False, "a list that is asked for its first or last page has one")
            return None
        edge.origin[key(page)] = of
        return page

    return find


def pcp_empty(edge: Edge, of: PcpList) -> Int:
    """list_empty(), of a per-CPU list."""
    return flag(of.pcp.first(of.index) is None)

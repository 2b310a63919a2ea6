"""The three lines about a zone in a report: its figures, its reserve, and its free blocks by order."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from verified_buddy.diagnose.log_lines import ZONE
from verified_buddy.diagnose.report import UNTYPED, OrderList

FIGURES: Final = re.compile(rf"(?:Node (\d{{1,4}}),? +)?({ZONE}) free:")
FIGURE: Final = re.compile(r"\b(\w+(?:\(\w+\))?):\s?(\d{1,20})[kK]B(?!\w)")
RESERVE: Final = re.compile(r"(?:lowmem_reserve|protections?)\[\]:((?: +\d{1,20}(?![\w*]))*)")
BLOCKS: Final = re.compile(rf"(?:Node (\d{{1,4}}),? +)?({ZONE}): +(?=\d)")
ITEM: Final = re.compile(r"(\d{1,20})([*_x\\]*)(\d{0,20})kB(?!\w)(?: ?\(([A-Z]{1,8})\))?")
TOTAL: Final = re.compile(r"= *(\d{1,20})kB(?!\w)")
PAGE_SIZES: Final = (4, 8, 16, 32, 64, 256)
"""In KiB."""
FEWEST: Final = 9
"""Orders of any kernel."""


class Blocks(NamedTuple):
    """The free blocks of a zone, the size of a page in KiB, and whether they add up to what is printed."""

    lists: tuple[OrderList, ...]
    page_kb: int
    whole: bool


def figures_of(text: str) -> dict[str, int]:
    """The figures of the line, in KiB; the first of each name."""
    found: dict[str, int] = {}
    for name, value in FIGURE.findall(text):
        found.setdefault(name, int(value))
    return found


def reserve_of(text: str) -> tuple[int, ...] | None:
    """The pages that are kept from requests for higher zones; they are in pages.  None if there are none."""
    found = RESERVE.match(text)
    return tuple(map(int, found[1].split())) if found and found[1] else None


def blocks_of(text: str) -> Blocks | None:
    """The free blocks, with ``*`` or with what became of it; None if no page size makes sense of them."""
    head, _, tail = text.partition("=")
    items = ITEM.findall(head)
    for page_kb in PAGE_SIZES:
        lists = [as_list(item, page_kb << order) for order, item in enumerate(items)]
        known = [each for each in lists if each is not None]
        if known and len(known) == len(lists):
            total = TOTAL.match(f"={tail}")
            held = sum((each.blocks << order) * page_kb for order, each in enumerate(known))
            whole = total is not None and held == int(total[1]) and len(known) >= FEWEST
            return Blocks(tuple(known), page_kb, whole)
    return None


def as_list(item: tuple[str, str, str, str], kilobytes: int) -> OrderList | None:
    """One order of the line: ``3*16kB (UM)``, or ``316kB (UM)`` where markdown ate the star."""
    count, star, size, letters = item
    if not star:
        size = str(kilobytes)
        if not count.endswith(size) or count == size:
            return None
        count = count.removesuffix(size)
    if size != str(kilobytes):
        return None
    return OrderList(int(count), letters or UNTYPED)

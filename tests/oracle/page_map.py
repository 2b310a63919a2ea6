"""What a trace should hold, told from single pages: slow, obvious, and without a line of the judge."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

Event = dict[str, Any]
LEVELS = ["safety", "complete", "smallest-fit", "exact"]


def header(start_pfn: int = 0, nr_pages: int = 16, max_order: int = 3, **more: Any) -> Event:
    fixed = {"format": "buddy-trace", "version": 1, "free_takes_order": True}
    return {**fixed, "start_pfn": start_pfn, "nr_pages": nr_pages, "max_order": max_order, **more}


def alloc(order: int, pfn: int | None) -> Event:
    return {"op": "alloc", "order": order, "pfn": pfn}


def free(pfn: int, order: int | None, **more: Any) -> Event:
    return {"op": "free", "pfn": pfn, "order": order, **more}


def take(pfn: int, order: int) -> Event:
    return {"op": "take", "pfn": pfn, "order": order}


def spell(head: Event, events: Iterable[Event]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in [head, *events])


class PageMap:
    """A set of free pages, and a map of live blocks."""

    def __init__(self, head: Event) -> None:
        self.start, self.end = head["start_pfn"], head["start_pfn"] + head["nr_pages"]
        self.max_order: int = head["max_order"]
        kept = {page for pfn, count in head.get("reserved", []) for page in range(pfn, pfn + count)}
        self.free_pages = set(range(self.start, self.end)) - kept
        self.live: dict[int, int] = {}

    def block(self, pfn: int, order: int) -> set[int]:
        return set(range(pfn, pfn + 2**order))

    def is_free(self, pfn: int, order: int) -> bool:
        return pfn % 2**order == 0 and self.block(pfn, order) <= self.free_pages

    def free_blocks(self) -> dict[int, int]:
        """The greatest free blocks: first page to order."""
        found: dict[int, int] = {}
        covered: set[int] = set()
        for order in range(self.max_order, -1, -1):
            for pfn in range(self.start - self.start % 2**order, self.end, 2**order):
                if self.is_free(pfn, order) and pfn not in covered:
                    found[pfn] = order
                    covered |= self.block(pfn, order)
        return found

    def fault(self, event: Event, level: str) -> str | None:
        """The rule that the event breaks; if it breaks none, it is done."""
        if event["op"] == "crash":
            return "crash"
        if event["op"] == "free":
            return self.free_fault(event["pfn"], event.get("order"), event.get("rc", 0))
        pfn, order = event["pfn"], event["order"]
        if pfn is None:
            possible = any(size >= order for size in self.free_blocks().values())
            return "refusal" if possible and level != "safety" else None
        return self.block_fault(pfn, order, "safety" if event["op"] == "take" else level)

    def block_fault(self, pfn: int, order: int, level: str) -> str | None:
        if order > self.max_order or pfn < self.start or pfn + 2**order > self.end:
            return "out-of-range"
        if pfn % 2**order:
            return "misaligned"
        if not self.is_free(pfn, order):
            return "overlap"
        if level in ("smallest-fit", "exact"):
            sizes = self.free_blocks()
            used = next(size for head, size in sizes.items() if head <= pfn < head + 2**size)
            if used > min(size for size in sizes.values() if size >= order):
                return "not-smallest"
        self.free_pages -= self.block(pfn, order)
        self.live[pfn] = order
        return None

    def free_fault(self, pfn: int, order: int | None, rc: int) -> str | None:
        legal = pfn in self.live and order in (None, self.live[pfn])
        if rc:
            return "free-refused" if legal else None
        if not legal:
            return "invalid-free"
        self.free_pages |= self.block(pfn, self.live.pop(pfn))
        return None


class ListMap:
    """The Linux policy on plain lists, as formats and specification tell it."""

    def __init__(self, head: Event) -> None:
        self.max_order: int = head["max_order"]
        self.lists: list[list[int]] = [[] for _ in range(self.max_order + 1)]
        pages = PageMap(head).free_pages
        while pages:
            pfn = min(pages)
            order = max(
                k
                for k in range(self.max_order + 1)
                if pfn % 2**k == 0 and set(range(pfn, pfn + 2**k)) <= pages
            )
            pages -= set(range(pfn, pfn + 2**order))
            self.free(pfn, order, to_tail=True)

    def alloc(self, order: int) -> int | None:
        for size in range(order, self.max_order + 1):
            if self.lists[size]:
                pfn = self.lists[size].pop(0)
                for half in range(size - 1, order - 1, -1):
                    self.lists[half].insert(0, pfn + 2**half)
                return pfn
        return None

    def free(self, pfn: int, order: int, *, to_tail: bool = False) -> None:
        while order < self.max_order and buddy(pfn, order) in self.lists[order]:
            self.lists[order].remove(buddy(pfn, order))
            pfn = min(pfn, buddy(pfn, order))
            order += 1
        if order < self.max_order - 1:
            parent = pfn - pfn % 2 ** (order + 1)
            to_tail = to_tail or buddy(parent, order + 1) in self.lists[order + 1]
        self.lists[order].insert(len(self.lists[order]) if to_tail else 0, pfn)


def buddy(pfn: int, order: int) -> int:
    size: int = 2**order
    return pfn + size if pfn // size % 2 == 0 else pfn - size

"""The free lists of a Linux 6.1 zone on plain lists, as the specification tells it; no line of the model.

A list is a Python list of first pages, head first.  Whatever can be recomputed is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

ORDERS = range(11)
UNMOVABLE, MOVABLE, RECLAIMABLE, HIGHATOMIC, ISOLATE = range(5)
FALLBACK_ORDER = {
    UNMOVABLE: [RECLAIMABLE, MOVABLE],
    MOVABLE: [RECLAIMABLE, UNMOVABLE],
    RECLAIMABLE: [UNMOVABLE, MOVABLE],
}


def pages_of(pfn: int, order: int) -> set[int]:
    """The pages of a block."""
    return set(range(pfn, pfn + 2**order))


def buddy_of(pfn: int, order: int) -> int:
    """The other half of the parent block."""
    size: int = 2**order
    return pfn + size if pfn // size % 2 == 0 else pfn - size


def greatest_order(start: int, end: int) -> int:
    """The largest aligned block that starts here and ends by ``end``."""
    return max(k for k in ORDERS if start % 2**k == 0 and start + 2**k <= end)


class MachineMap:
    """What all zones of a machine share: each pageblock's type, by its number; and whose each page is."""

    def __init__(self) -> None:
        self.types: dict[int, int] = {}
        self.zones: list[TypedLists] = []
        self.owner_of_others: TypedLists | None = None

    def owner(self, pfn: int) -> TypedLists | None:
        """The zone to which the page belongs."""
        for zone in self.zones:
            if zone.spans(pfn):
                return zone
        return self.owner_of_others


class TypedLists:
    """Pages [start, end) of one zone of the machine."""

    def __init__(
        self,
        start: int,
        end: int,
        machine: MachineMap,
        movable_pages: Callable[[int], int],
        top: int = 10,
    ) -> None:
        """A zone whose largest blocks have the order ``top``, and whose pageblocks the one below."""
        self.top, self.block = top, top - 1
        self.pages: int = 2**self.block
        self.start, self.end, self.movable_pages = start, end, movable_pages
        self.machine, self.types = machine, machine.types
        machine.zones.append(self)
        self.lists: dict[tuple[int, int], list[int]] = {(k, t): [] for k in range(top + 1) for t in range(5)}
        self.managed = self.isolated_blocks = self.reserved = self.boosts = 0

    def type_of(self, pfn: int) -> int:
        """The type of the page's pageblock."""
        return self.types.get(pfn // self.pages, UNMOVABLE)

    def spans(self, pfn: int) -> bool:
        """Whether the page lies between the zone's first and last."""
        return self.start <= pfn < self.end

    def free_blocks(self) -> Iterator[tuple[int, int, int]]:
        """Every free block: first page, order, and the type of its list."""
        for (order, kind), pfns in self.lists.items():
            for pfn in pfns:
                yield pfn, order, kind

    def nr_free(self) -> int:
        """The free pages, those of ISOLATE excepted.  Linux: NR_FREE_PAGES."""
        return sum(2**order for _, order, kind in self.free_blocks() if kind != ISOLATE)

    def is_free(self, pfn: int, order: int) -> bool:
        """Whether a free block of just that order starts at the page."""
        return any(pfn in self.lists[order, kind] for kind in range(5))

    def unlist(self, pfn: int, order: int) -> None:
        """Take the block off the one list that it is on."""
        (kind,) = [kind for kind in range(5) if pfn in self.lists[order, kind]]
        self.lists[order, kind].remove(pfn)

    def boot(self, start: int, end: int) -> None:
        """Memory at boot: types first, then greatest aligned blocks.  Linux: memblock_free_all()."""
        for pfn in range(start, end):
            if pfn % self.pages == 0:
                self.types[pfn // self.pages] = MOVABLE
        while start < end:
            order = greatest_order(start, end)
            self.give_back(start, order, self.type_of(start), to_tail=True)
            self.managed += 2**order
            start += 2**order

    def give_back(self, pfn: int, order: int, kind: int, *, to_tail: bool = False) -> None:
        """Merge with free buddies, then list.  Linux: __free_one_page()."""
        while order < self.top:
            buddy = buddy_of(pfn, order)
            if not self.is_free(buddy, order):
                break
            if order >= self.block and self.type_of(buddy) != kind and max(self.type_of(buddy), kind) >= 3:
                break
            self.unlist(buddy, order)
            pfn, order = min(pfn, buddy), order + 1
        if order < self.block and not to_tail:
            low = min(pfn, buddy_of(pfn, order))
            owner = self.machine.owner(low)
            to_tail = owner is not None and owner.is_free(buddy_of(low, order + 1), order + 1)
        where = self.lists[order, kind]
        where.insert(len(where) if to_tail else 0, pfn)

    def take_smallest(self, order: int, kind: int) -> int | None:
        """Split the least block that does.  Linux: __rmqueue_smallest()."""
        for size in range(order, self.top + 1):
            if self.lists[size, kind]:
                pfn = self.lists[size, kind].pop(0)
                for half in reversed(range(order, size)):
                    self.lists[half, kind].insert(0, pfn + 2**half)
                return pfn
        return None

    def take(self, order: int, kind: int, *, no_fragment: bool = False) -> int | None:
        """With other types' blocks if need be.  Linux: __rmqueue()."""
        while True:
            pfn = self.take_smallest(order, kind)
            if pfn is not None:
                return pfn
            victim = self.victim(order, kind, no_fragment=no_fragment)
            if victim is None:
                return None
            self.steal(*victim, kind)

    def can_steal(self, size: int, kind: int) -> bool:
        """Whether the pageblock comes along.  Linux: can_steal_fallback()."""
        return size >= self.block // 2 or kind in (UNMOVABLE, RECLAIMABLE)

    def foreign(self, size: int, kind: int) -> int | None:
        """The head of the first fallback list of that order that holds a block."""
        for other in FALLBACK_ORDER[kind]:
            if self.lists[size, other]:
                return self.lists[size, other][0]
        return None

    def victim(self, order: int, kind: int, *, no_fragment: bool) -> tuple[int, int] | None:
        """The largest block of another type, or the smallest.  Linux: __rmqueue_fallback()."""
        for size in reversed(range(max(order, self.block) if no_fragment else order, self.top + 1)):
            pfn = self.foreign(size, kind)
            if pfn is None:
                continue
            if not self.can_steal(size, kind) and kind == MOVABLE and size > order:
                for small in range(order, self.top + 1):
                    smallest = self.foreign(small, kind)
                    if smallest is not None:
                        return smallest, small
            return pfn, size
        return None

    def steal(self, pfn: int, size: int, kind: int) -> None:
        """Move the block, or its pageblock.  Linux: steal_suitable_fallback()."""
        old = self.type_of(pfn)
        if old != HIGHATOMIC and size >= self.block:
            for number in range(pfn // self.pages, (pfn + 2**size) // self.pages):
                self.types[number] = kind
        elif old != HIGHATOMIC:
            self.boosts += 1
            first = pfn - pfn % self.pages
            movable = self.movable_pages(first if self.spans(first) else pfn)
            free = self.move_block(pfn, kind) if self.can_steal(size, kind) else 0
            if free > 0:
                alike = 0
                if kind == MOVABLE:
                    alike = movable
                elif old == MOVABLE:
                    alike = self.pages - free - movable
                if free + alike >= self.pages // 2:
                    self.types[pfn // self.pages] = kind
                return
        self.unlist(pfn, size)
        self.lists[size, kind].append(pfn)

    def move_block(self, pfn: int, kind: int) -> int:
        """The free blocks of the page's pageblock, ascending, to the tail."""
        first = pfn - pfn % self.pages
        if not self.spans(first + self.pages - 1):
            return 0
        low = first if self.spans(first) else pfn
        found = sorted(block for block in self.free_blocks() if low <= block[0] < first + self.pages)
        for head, order, _ in found:
            self.unlist(head, order)
            self.lists[order, kind].append(head)
        return sum(2**order for _, order, _ in found)

    def reserve(self, pfn: int) -> bool:
        """Linux: reserve_highatomic_pageblock()."""
        if self.reserved >= self.managed // 100 + self.pages or self.type_of(pfn) >= 3:
            return False
        self.reserved += self.pages
        self.types[pfn // self.pages] = HIGHATOMIC
        self.move_block(pfn, HIGHATOMIC)
        return True

    def unreserve(self, kind: int, *, force: bool) -> bool:
        """Only the count asks whether the pageblock is reserved.  Linux: unreserve_highatomic_pageblock()."""
        if self.reserved <= self.pages and not force:
            return False
        for order in range(self.top + 1):
            for pfn in self.lists[order, HIGHATOMIC][:1]:
                if self.type_of(pfn) == HIGHATOMIC:
                    self.reserved -= min(self.pages, self.reserved)
                self.types[pfn // self.pages] = kind
                if self.move_block(pfn, kind) > 0:
                    return True
        return False

    def set_isolate(self, pfn: int) -> bool:
        """Linux: set_migratetype_isolate()."""
        if self.type_of(pfn) == ISOLATE:
            return False
        self.types[pfn // self.pages] = ISOLATE
        self.isolated_blocks += 1
        self.move_block(pfn, ISOLATE)
        return True

    def unset_isolate(self, pfn: int, kind: int) -> bool:
        """Linux: unset_migratetype_isolate()."""
        if self.type_of(pfn) != ISOLATE:
            return False
        first = pfn - pfn % self.pages
        buddy = buddy_of(first, self.block)
        joins = (
            self.is_free(first, self.block)
            and self.is_free(buddy, self.block)
            and self.type_of(buddy) != ISOLATE
        )
        if joins:
            self.unlist(first, self.block)
        else:
            self.move_block(pfn, kind)
        self.types[pfn // self.pages] = kind
        if joins:
            self.give_back(first, self.block, kind, to_tail=True)
        self.isolated_blocks -= 1
        return True

    def isolate_free(self, pfn: int, order: int, mark: int) -> bool:
        """Linux: __isolate_free_page()."""
        if not self.is_free(pfn, order):
            return False
        if self.type_of(pfn) != ISOLATE and not self.nr_free() - self.reserved > mark + 2**order:
            return False
        self.unlist(pfn, order)
        if order >= self.block - 1:
            for page in range(pfn, pfn + 2**order, self.pages):
                if self.type_of(page) < 3:
                    self.types[page // self.pages] = MOVABLE
        return True

    def split_free(self, pfn: int, order: int, split: int) -> None:
        """Aligned parts up to the split, then from it on.  Linux: split_free_page()."""
        self.unlist(pfn, order)
        end = pfn + 2**order
        while pfn < end:
            part = greatest_order(pfn, split if pfn < split else end)
            self.give_back(pfn, part, self.type_of(pfn))
            pfn += 2**part

    def break_out(self, pfn: int) -> bool:
        """A single free page leaves; the halves without it go to the heads of the block's type's lists."""
        for head, order, _ in list(self.free_blocks()):
            if pfn in pages_of(head, order):
                kind = self.type_of(head)
                self.unlist(head, order)
                for half in reversed(range(order)):
                    self.lists[half, kind].insert(0, buddy_of(pfn - pfn % 2**half, half))
                return True
        return False

    def take_this(self, pfn: int, order: int) -> bool:
        """The block leaves the free block that covers it; what is left stays on that block's list."""
        for head, size, kind in list(self.free_blocks()):
            if pages_of(pfn, order) <= pages_of(head, size):
                self.unlist(head, size)
                for half in reversed(range(order, size)):
                    self.lists[half, kind].insert(0, buddy_of(pfn - pfn % 2**half, half))
                return True
        return False

"""A cache of objects of one size, which it hands out and takes back, and the slabs that it has for them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from verified_buddy.errors import (
    CacheInUse,
    InvalidAddress,
    InvalidGfp,
    InvalidSequence,
    NoObject,
    NotInSlab,
    ObjectFree,
    OtherCache,
)
from verified_buddy.linux.gfp import GFP_KERNEL, gfp_error
from verified_buddy.linux.zone import CPUS_MOST, count_error
from verified_buddy.pfn import MAX_ORDER, ORDERS, Pfn
from verified_buddy.slab.layout import (
    MAX_SIZE,
    PAGE_SIZE,
    SLUB_MAX_ORDER,
    calculate_order,
    min_objects,
    min_partial,
    objects_per_slab,
    order_for_bytes,
)
from verified_buddy.slab.pages import Pages
from verified_buddy.slab.request import OF_CACHE, first_try_flags, slab_flags
from verified_buddy.slab.slab import ADDRESSES, Slab, object_index
from verified_buddy.zone import reject

LEAST_SIZE: Final = 8
"""A free object holds the address of the next one."""

PROMOTED: Final = 32
"""A slab with more free objects is not sorted.  Linux: SHRINK_PROMOTE_MAX, mm/slub.c."""


def sequence_error(sequence: Sequence[int] | None, objects: int) -> InvalidSequence | None:
    """Why a slab's objects cannot be handed out in this order; None if they can."""
    if sequence is None:
        return None
    if all(type(index) is int for index in sequence) and sorted(sequence) == list(range(objects)):
        return None
    return InvalidSequence(sequence, objects)


class SlabCache:
    """Objects of one size; a slab is the active one, on the partial list, or full and on no list.

    One CPU, without a partial list of its own; one node.  A call that raises a ``BuddyError`` has changed
    nothing.  Linux: struct kmem_cache, include/linux/slub_def.h.
    """

    def __init__(
        self,
        pages: Pages,
        size: int,
        *,
        cpus: int = 1,
        slub_min_objects: int = 0,
        slub_max_order: int = SLUB_MAX_ORDER,
        min_partial_slabs: int | None = None,
        of_cache: int = 0,
        sequence: Sequence[int] | None = None,
        slab_pages: set[Pfn] | None = None,
    ) -> None:
        """An empty cache.  ``slub_min_objects``: 0 for what the number of CPUs asks for.

        ``of_cache``: the flags DMA, DMA32, RECLAIMABLE of all its pages; ``sequence``: in which order a new
        slab's objects are handed out; ``slab_pages``: the pages of all caches of a machine, which share it.
        Raises InvalidCount, InvalidGfp, InvalidSequence.
        """
        for count, least, most in (
            (size, LEAST_SIZE, MAX_SIZE),
            (cpus, 1, CPUS_MOST),
            (slub_min_objects, 0, MAX_SIZE),
            (slub_max_order, 0, MAX_ORDER),
            (min_partial_slabs if min_partial_slabs is not None else 0, 0, MAX_SIZE),
        ):
            reject(count_error(count, least, most))
        reject(gfp_error(of_cache))
        if of_cache & ~OF_CACHE != 0:
            raise InvalidGfp(of_cache)
        order = calculate_order(size, slub_min_objects or min_objects(cpus, cpus), slub_max_order)
        assert order is not None, "one object of at most MAX_SIZE bytes fits"
        self.order, self.least_order = ORDERS[order], ORDERS[order_for_bytes(size)]
        self.objects = objects_per_slab(order, size)
        reject(sequence_error(sequence, self.objects))
        self.size, self.of_cache, self.pages = size, of_cache, pages
        self.sequence = None if sequence is None else tuple(sequence)
        self.min_partial = min_partial(size) if min_partial_slabs is None else min_partial_slabs
        self.active: Slab | None = None
        self.partial: OrderedDict[Pfn, Slab] = OrderedDict()
        self.slabs: dict[Pfn, Slab] = {}
        self.slab_pages = set[Pfn]() if slab_pages is None else slab_pages

    def __repr__(self) -> str:
        slabs = set(self.slabs.values())
        live = sum(len(slab.in_use) for slab in slabs)
        lists = f"slabs {len(slabs)}, partial {len(self.partial)}"
        return f"<SlabCache: size {self.size}, objects in use {live}, {lists}>"

    def alloc(self, gfp_mask: int = GFP_KERNEL) -> int | None:
        """Hand out an object, and return its address; None if there is none, nor pages for another slab.

        From the active slab, else the first partial one, else a new one, which becomes the active slab;
        a refusal leaves no slab active.  Linux: ___slab_alloc(), mm/slub.c.  Raises InvalidGfp.
        """
        reject(gfp_error(gfp_mask))
        if self.active is None or not self.active.free_list:
            self.active = self.partial.popitem(last=False)[1] if self.partial else self.new_slab(gfp_mask)
        return None if self.active is None else self.active.take()

    def free(self, address: int) -> None:
        """Take back an object, which will be the next that its slab hands out.

        A slab that was full goes to the tail of the partial list; one that is empty now is released, if
        ``min_partial`` slabs or more are on the list, itself included.  Linux: __slab_free(), mm/slub.c.
        Raises InvalidAddress, NotInSlab, OtherCache, NoObject, ObjectFree: the first that holds.
        """
        slab, index = self.object_at(address)
        was_full = not slab.free_list
        slab.put(index)
        if slab is self.active:
            return
        if not slab.in_use and len(self.partial) >= self.min_partial:
            if not was_full:
                del self.partial[slab.pfn]
            self.discard(slab)
        elif was_full:
            self.partial[slab.pfn] = slab

    def shrink(self) -> None:
        """Release the slabs that are empty, and put the fullest first; no slab is active then.

        Of slabs that are equally full the last comes first; those with many free objects stay behind, as
        they were.  Linux: __kmem_cache_shrink(), mm/slub.c.
        """
        self.deactivate()
        slabs = list(self.partial.values())
        used = [slab for slab in slabs if slab.in_use]
        sorted_ones = [slab for slab in reversed(used) if len(slab.free_list) <= PROMOTED]
        sorted_ones.sort(key=lambda slab: len(slab.free_list))
        others = [slab for slab in used if len(slab.free_list) > PROMOTED]
        self.partial = OrderedDict((slab.pfn, slab) for slab in (*sorted_ones, *others))
        for slab in reversed(slabs):
            if not slab.in_use:
                self.discard(slab)

    def destroy(self) -> None:
        """Release all slabs.

        Linux: __kmem_cache_shutdown(), mm/slub.c.  Raises CacheInUse if any object is in use.
        """
        in_use = sum(len(slab.in_use) for slab in set(self.slabs.values()))
        if in_use > 0:
            raise CacheInUse(in_use)
        self.shrink()

    def new_slab(self, gfp_mask: int) -> Slab | None:
        """A slab of new pages, all of its objects free; of as few pages as will do, if there are no more.

        Linux: allocate_slab(), mm/slub.c.
        """
        order = self.order
        flags = slab_flags(gfp_mask, order, self.of_cache)
        pfn = self.pages.alloc(order, first_try_flags(flags, order, self.least_order))
        if pfn is None:
            order = self.least_order
            pfn = self.pages.alloc(order, flags)
        if pfn is None:
            return None
        slab = Slab(pfn, order, self.size, self.sequence)
        self.slabs |= dict.fromkeys(slab.pages(), slab)
        self.slab_pages.update(slab.pages())
        return slab

    def discard(self, slab: Slab) -> None:
        """Give back the pages of a slab that is empty and on no list.

        Linux: discard_slab(), mm/slub.c.
        """
        for page in slab.pages():
            del self.slabs[page]
        self.slab_pages.difference_update(slab.pages())
        self.pages.free(slab.pfn, slab.order)

    def deactivate(self) -> None:
        """Put the active slab at the head of the partial list; if it is empty, as ``free`` would release it.

        Linux: deactivate_slab(), mm/slub.c.
        """
        slab, self.active = self.active, None
        if slab is None or not slab.free_list:
            return
        if not slab.in_use and len(self.partial) >= self.min_partial:
            self.discard(slab)
        else:
            self.partial[slab.pfn] = slab
            self.partial.move_to_end(slab.pfn, last=False)

    def object_at(self, address: int) -> tuple[Slab, int]:
        """The object in use that begins at the address: its slab, and which one it is there.

        Raises as ``free`` does.
        """
        if type(address) is not int or not 0 <= address < ADDRESSES:
            raise InvalidAddress(address)
        page = Pfn(address // PAGE_SIZE)
        slab = self.slabs.get(page)
        if slab is None:
            raise OtherCache(address) if page in self.slab_pages else NotInSlab(address)
        index = object_index(slab.pfn, slab.objects, self.size, address)
        if index is None:
            raise NoObject(address)
        if index not in slab.in_use:
            raise ObjectFree(address)
        return slab, index

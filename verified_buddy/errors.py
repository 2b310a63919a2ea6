"""Every error that a caller may expect; a broken invariant is an AssertionError instead."""

from __future__ import annotations


class BuddyError(Exception):
    """A request that the allocator rejects; nothing has changed."""

    sentence = "rejected: {}"

    def __str__(self) -> str:
        return self.sentence.format(*(_Shown(fact) for fact in self.args))


class _Shown:
    """A value in a message: whatever it is, on one short line."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __format__(self, spec: str) -> str:
        if isinstance(self.value, int) and self.value.bit_length() > 128:
            return f"an int of {self.value.bit_length()} bits"
        if spec and isinstance(self.value, int):
            return format(self.value, spec)
        shown = repr(self.value)
        return shown if len(shown) <= 60 else f"{shown[:57]}..."


class InvalidOrder(BuddyError):
    """The order is not an int in 0..max_order (a bool is not an order)."""

    sentence = "order {} is not an int in 0..{}"


class InvalidPfn(BuddyError):
    """The block is not made of page frame numbers below the limit."""

    sentence = "page {} and its block of order {} are not pages in 0..2**52-1"


class InvalidRange(BuddyError):
    """The range is empty, reversed, or not made of page frame numbers."""

    sentence = "[{}, {}) is not a range of at least one page below 2**52"


class InvalidMigratetype(BuddyError):
    """No request has this type: unmovable 0, movable 1, reclaimable 2."""

    sentence = "{} is not a migratetype of requests, which are 0..2"


class InvalidGfp(BuddyError):
    """No request has these flags: not a mask, a bit that does not exist, two zones or mobilities at odds."""

    sentence = "{} is not a legal mask of gfp flags"


class InvalidCpu(BuddyError):
    """The zone has no lists of such a CPU."""

    sentence = "{} is not a CPU in 0..{}"


class InvalidCount(BuddyError):
    """Not an int, or too few, or too many."""

    sentence = "{} is not an int in {}..{}"


class InvalidLimit(BuddyError):
    """No memory cgroup can have this limit."""

    sentence = "{} is not a limit of pages, which is an int in 0..{}"


class InvalidGroup(BuddyError):
    """The parents of a memory cgroup do not end at a root."""

    sentence = "the parents of group {} do not end at a root"


class Misaligned(BuddyError):
    """The page is not a multiple of the block's size."""

    sentence = "page {} is not aligned to order {}"


class OutOfRange(BuddyError):
    """The page was never given to this zone."""

    sentence = "page {} is not a page of this zone"


class Overlap(BuddyError):
    """The range shares a page with one that the zone already has."""

    sentence = "[{}, {}) overlaps memory that the zone already has"


class NotLive(BuddyError):
    """The block to free is not a live block."""


class DoubleFree(NotLive):
    """The page is free already."""

    sentence = "page {} is free already"


class WrongOrder(NotLive):
    """A live block starts here, with another order."""

    sentence = "the live block at page {} is of order {}, not {}"


class MiddleOfBlock(NotLive):
    """The page lies inside a live block that starts before it."""

    sentence = "page {} is in the middle of the live block at {} of order {}"


class Isolated(NotLive):
    """The page was taken out of the free lists."""

    sentence = "page {} is isolated"


class InvalidNode(BuddyError):
    """The machine has no such node."""

    sentence = "{} is not a node in 0..{}"


class InvalidDistance(BuddyError):
    """A node is 10 from itself, and 10..255 from every node of its machine."""

    sentence = "node {} cannot have the distances {}"


class InvalidZones(BuddyError):
    """The zones of a node that have memory are some of 0..4, ascending."""

    sentence = "node {} cannot have the zones {}"


class InvalidSequence(BuddyError):
    """A slab's objects cannot be handed out in this order: one is missing, or named twice, or too many."""

    sentence = "{} does not name each of the {} objects of a slab once, from 0"


class InvalidAddress(BuddyError):
    """Not an int of 64 bits (a bool is no address)."""

    sentence = "{} is not an address, which is an int in 0..2**64-1"


class NotInUse(BuddyError):
    """The object to free is none that this cache has handed out."""


class NotInSlab(NotInUse):
    """The address lies in no page of any cache."""

    sentence = "address {} is in no slab"


class OtherCache(NotInUse):
    """The address lies in a slab of another cache."""

    sentence = "address {} is in a slab of another cache"


class NoObject(NotInUse):
    """The address lies inside an object, or behind a slab's last one."""

    sentence = "no object starts at address {}"


class ObjectFree(NotInUse):
    """The object is free already."""

    sentence = "the object at address {} is free already"


class CacheInUse(BuddyError):
    """The cache cannot be destroyed: objects of it are in use."""

    sentence = "{} objects of the cache are in use"


class Deadlock(Exception):
    """A request that would try for ever, since nobody finds memory for it; what it tried is done."""

    def __str__(self) -> str:
        return "nobody finds memory for flags {:#x} and order {}, which must not fail".format(*self.args)


class NonCanonical(BuddyError):
    """The upper bits of a linear address are not copies of the highest that is translated."""

    sentence = "the linear address {:#x} is not canonical"


class BeyondPhysical(BuddyError):
    """No entry of a table can hold the address."""

    sentence = "page {:#x} is not below the physical limit of 2**40 pages"


class OutsideTheMap(BuddyError):
    """The kernel does not map this memory where it was looked for."""

    sentence = "the physical address {:#x} is outside of the kernel's map"


class PageOutsideTheMap(OutsideTheMap):
    """The kernel does not map this page, which hence has no descriptor."""

    sentence = "page {:#x} is outside of the kernel's map"


class NotADescriptor(BuddyError):
    """No page has its descriptor there."""

    sentence = "{:#x} is not the address of a page descriptor"


class NotMapped(BuddyError):
    """Nothing is mapped at the linear address."""

    sentence = "nothing is mapped at the linear address {:#x}"


class AlreadyMapped(BuddyError):
    """Some page of what is to be mapped is mapped already."""

    sentence = "something is mapped at the linear address {:#x} already"


class UnalignedAddress(BuddyError):
    """A page starts at a multiple of its size, in both its addresses."""

    sentence = "the address {:#x} is not a multiple of {:#x} bytes"


class InvalidLevel(BuddyError):
    """No entry of this level maps a page."""

    sentence = "{} is not a level of pages, which are 1..{}"


class InvalidEntry(BuddyError):
    """No entry of the level has these bits."""

    sentence = "{:#x} has bits that an entry of level {} does not"


class InvalidGeometry(BuddyError):
    """No tables have this shape."""

    sentence = "tables cannot have {} levels of {} bits with pages up to level {}"


class NoTablePage(BuddyError):
    """The allocator has no page for a table."""

    sentence = "there is no page for a table on the way to {:#x}"


class TablesGone(BuddyError):
    """All tables were given back."""

    sentence = "the tables were given back"


class AccessDenied(BuddyError):
    """The rights along the walk do not allow the access."""

    sentence = "the access to {:#x} is not allowed"


class InvalidSegment(BuddyError):
    """No descriptor, or no register, is of such a segment."""

    sentence = "no segment has base or name {}, limit {} and attributes {}"


class BeyondLimit(BuddyError):
    """Some of the bytes are not in the segment."""

    sentence = "{} bytes at offset {:#x} are not within the segment"

"""A formally checked reference implementation of the Linux zoned buddy page allocator.

The allocator
    Zone        memory that is handed out in blocks of 2**order pages
    LinuxZone   a zone as Linux 6.1 has it: migratetypes, fallback, per-CPU lists, isolation
    FreeArea    the free lists of a zone, which is its ``free_area``
    Pageblocks  the migratetype of each pageblock, which zones of one machine share
    LINUX_6_1, LINUX_6_12
                whose memory a LinuxZone takes when its own runs out, by kernel

Machines
    Machine     from its memory map on: requests, memory cgroups, slab caches, page tables, /proc
    Nodes       its nodes, each a NodeSpec, where a Task asks for pages; why() tells what it met
    World       what reclaims, compacts, kills and charges; Deadlock where Linux would try for ever

Pages and blocks
    Pfn         a page's number, below PFN_LIMIT
    Order       the binary logarithm of a block's size: 0..MAX_ORDER in Linux, 0..ORDER_LIMIT here
    Migratetype what a block is used for: UNMOVABLE, MOVABLE, RECLAIMABLE, HIGHATOMIC or ISOLATE

What a call may raise, and then nothing has changed
    BuddyError  all of these
      InvalidOrder, InvalidPfn, InvalidRange, InvalidMigratetype, InvalidCpu, InvalidCount
      InvalidGfp, InvalidNode, InvalidDistance, InvalidZones, InvalidGroup, InvalidLimit: no such thing
      Misaligned, OutOfRange, Overlap: the zone's pages are others
      NotLive, the block cannot be freed: DoubleFree, WrongOrder, MiddleOfBlock, Isolated
      InvalidAddress, InvalidSequence, CacheInUse, NotInUse: NotInSlab, OtherCache, NoObject, ObjectFree
                of caches of objects; and of addresses and page tables:
      NonCanonical, BeyondPhysical, OutsideTheMap, PageOutsideTheMap, NotADescriptor, UnalignedAddress,
      NotMapped, AlreadyMapped, InvalidLevel, InvalidEntry, InvalidGeometry, NoTablePage, TablesGone,
      AccessDenied, InvalidSegment, BeyondLimit

What else there is
    verified_buddy.buddy, .pfn, .spans          the operations on free lists, and what they are made of
    verified_buddy.linux                        the parts of LinuxZone, one module each
    verified_buddy.slab                         caches of objects, on the pages of a zone
    verified_buddy.addressing                   linear and physical addresses, page tables
    verified_buddy.oracle, .kmem, .replay       ``verified-buddy check``: a trace is judged; .show draws
    verified_buddy.conform                      ``verified-buddy conform``: an allocator is driven;
        .fixtures and .machine are for your own tests
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from verified_buddy.errors import (
    AccessDenied,
    AlreadyMapped,
    BeyondLimit,
    BeyondPhysical,
    BuddyError,
    CacheInUse,
    Deadlock,
    DoubleFree,
    InvalidAddress,
    InvalidCount,
    InvalidCpu,
    InvalidDistance,
    InvalidEntry,
    InvalidGeometry,
    InvalidGfp,
    InvalidGroup,
    InvalidLevel,
    InvalidLimit,
    InvalidMigratetype,
    InvalidNode,
    InvalidOrder,
    InvalidPfn,
    InvalidRange,
    InvalidSegment,
    InvalidSequence,
    InvalidZones,
    Isolated,
    MiddleOfBlock,
    Misaligned,
    NonCanonical,
    NoObject,
    NoTablePage,
    NotADescriptor,
    NotInSlab,
    NotInUse,
    NotLive,
    NotMapped,
    ObjectFree,
    OtherCache,
    OutOfRange,
    OutsideTheMap,
    Overlap,
    PageOutsideTheMap,
    TablesGone,
    UnalignedAddress,
    WrongOrder,
)
from verified_buddy.free_area import UNMOVABLE, FreeArea, Migratetype
from verified_buddy.pfn import MAX_ORDER, ORDER_LIMIT, PFN_LIMIT, Order, Pfn
from verified_buddy.zone import Zone

if TYPE_CHECKING:
    from verified_buddy.linux.migratetype import HIGHATOMIC, ISOLATE, MOVABLE, RECLAIMABLE
    from verified_buddy.linux.node import Nodes
    from verified_buddy.linux.pageblock import Pageblocks
    from verified_buddy.linux.topology import NodeSpec
    from verified_buddy.linux.versions.v6_1 import LINUX_6_1
    from verified_buddy.linux.versions.v6_12 import LINUX_6_12
    from verified_buddy.linux.world import Task, World
    from verified_buddy.linux.zone import LinuxZone
    from verified_buddy.machine import Machine

__all__ = [
    "HIGHATOMIC",
    "ISOLATE",
    "LINUX_6_1",
    "LINUX_6_12",
    "MAX_ORDER",
    "MOVABLE",
    "ORDER_LIMIT",
    "PFN_LIMIT",
    "RECLAIMABLE",
    "UNMOVABLE",
    "AccessDenied",
    "AlreadyMapped",
    "BeyondLimit",
    "BeyondPhysical",
    "BuddyError",
    "CacheInUse",
    "Deadlock",
    "DoubleFree",
    "FreeArea",
    "InvalidAddress",
    "InvalidCount",
    "InvalidCpu",
    "InvalidDistance",
    "InvalidEntry",
    "InvalidGeometry",
    "InvalidGfp",
    "InvalidGroup",
    "InvalidLevel",
    "InvalidLimit",
    "InvalidMigratetype",
    "InvalidNode",
    "InvalidOrder",
    "InvalidPfn",
    "InvalidRange",
    "InvalidSegment",
    "InvalidSequence",
    "InvalidZones",
    "Isolated",
    "LinuxZone",
    "Machine",
    "MiddleOfBlock",
    "Migratetype",
    "Misaligned",
    "NoObject",
    "NoTablePage",
    "NodeSpec",
    "Nodes",
    "NonCanonical",
    "NotADescriptor",
    "NotInSlab",
    "NotInUse",
    "NotLive",
    "NotMapped",
    "ObjectFree",
    "Order",
    "OtherCache",
    "OutOfRange",
    "OutsideTheMap",
    "Overlap",
    "PageOutsideTheMap",
    "Pageblocks",
    "Pfn",
    "TablesGone",
    "Task",
    "UnalignedAddress",
    "World",
    "WrongOrder",
    "Zone",
]

_LATER: Final = {
    "linux.migratetype": ("HIGHATOMIC", "ISOLATE", "MOVABLE", "RECLAIMABLE"),
    "linux.node": ("Nodes",),
    "linux.pageblock": ("Pageblocks",),
    "linux.topology": ("NodeSpec",),
    "linux.versions.v6_1": ("LINUX_6_1",),
    "linux.versions.v6_12": ("LINUX_6_12",),
    "linux.world": ("Task", "World"),
    "linux.zone": ("LinuxZone",),
    "machine": ("Machine",),
}
"""What is loaded when it is asked for: the core starts without it, and so does all that judges traces."""

if not TYPE_CHECKING:  # or every name would be one

    def __getattr__(name: str) -> object:
        from importlib import import_module

        for module, names in _LATER.items():
            if name in names:
                found = getattr(import_module(f"verified_buddy.{module}"), name)
                globals()[name] = found
                return found
        raise AttributeError(f"module 'verified_buddy' has no attribute {name!r}")

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})

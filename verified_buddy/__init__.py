"""A formally checked reference implementation of the Linux zoned buddy page allocator."""

from verified_buddy.errors import BuddyError
from verified_buddy.free_area import FreeArea, Migratetype
from verified_buddy.pfn import MAX_ORDER, ORDER_LIMIT, PFN_LIMIT, Order, Pfn
from verified_buddy.zone import Zone

__all__ = [
    "MAX_ORDER",
    "ORDER_LIMIT",
    "PFN_LIMIT",
    "BuddyError",
    "FreeArea",
    "Migratetype",
    "Order",
    "Pfn",
    "Zone",
]

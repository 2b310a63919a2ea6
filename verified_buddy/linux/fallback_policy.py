"""What a request does whose own lists are empty: the one thing in which kernels differ most."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from verified_buddy.free_area import Migratetype
from verified_buddy.pfn import Order, Pfn

if TYPE_CHECKING:
    from verified_buddy.linux.mobility import MobilityZone

MovablePages = Callable[[Pfn], int]
"""How many pages of the page's pageblock are in use and movable: on an LRU list, or a driver's."""


class FallbackPolicy(NamedTuple):
    """What a request does whose own lists are empty, under the name of the kernel that does so."""

    name: str
    """The kernel's version."""
    fall_back: Callable[[MobilityZone, Order, Migratetype, MovablePages, bool], Pfn | None]
    """Take a block of the order from another type, or move some to the type; None if there is none.

    The last argument is Linux's ALLOC_NOFRAGMENT: spare what is smaller than a pageblock.
    """

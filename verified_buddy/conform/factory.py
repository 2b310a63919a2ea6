"""The third way in: a Python callable that makes a pool: ``factory(start_pfn, nr_pages, max_order)``.

The pool has ``alloc(order)``, which returns the first page, and returns None or raises MemoryError if it is
refused, and ``free(pfn, order)``, which returns None, or raises if it is refused.  The factory returns None,
or raises ValueError or MemoryError, if it does not support the geometry.

Optional are ``orders`` (those that can be asked for), ``free_takes_order`` and ``usable`` (first page, end)
of the pool, and ``geometries`` of the factory, triples like its arguments: no others are tried then.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from typing import Any

from verified_buddy.conform.drive import DivergedError
from verified_buddy.conform.peer import HIGHEST, REFUSED, UNKNOWN, CannotDriveError, Peer, ReplyError


class Made:
    """A factory, and the pool that it made last."""

    def __init__(self, factory: Callable[[int, int, int], Any]) -> None:
        self.factory = factory
        self.pool: Any = None

    def init(self, start: int, pages: int, top: int) -> int:
        """A new pool."""
        try:
            self.pool = self.factory(start, pages, top)
        except (ValueError, MemoryError):
            self.pool = None
        except Exception as error:
            raise raised("the factory", error) from None
        return 0 if self.pool is not None else -1

    def alloc(self, order: int) -> int:
        """The first page, or -1."""
        try:
            pfn = self.pool.alloc(order)
        except MemoryError:
            return REFUSED
        except Exception as error:
            raise raised(f"alloc({order})", error) from None
        if pfn is None:
            return REFUSED
        if isinstance(pfn, bool) or not isinstance(pfn, int) or not 0 <= pfn <= HIGHEST:
            raise ReplyError(f"alloc({order}) returned {ascii(pfn)[:60]}")
        return pfn if pfn < 1 << 63 else pfn - (1 << 64)

    def free(self, pfn: int, order: int) -> int:
        """0, or anything else if it was refused."""
        try:
            returned = self.pool.free(pfn, order)
        except Exception:
            return -1
        if returned is None:
            return 0
        if isinstance(returned, bool) or not isinstance(returned, int) or returned.bit_length() > 31:
            raise ReplyError(f"free({pfn}, {order}) returned {ascii(returned)[:60]}")
        return returned

    def orders(self) -> int:
        """The orders that it can be asked for, as bits."""
        known = getattr(self.pool, "orders", None)
        return UNKNOWN if known is None else sum(1 << order for order in {*known} if 0 <= order < 64)


def raised(what: str, error: Exception) -> DivergedError:
    """An exception where there should be an answer."""
    return DivergedError("crash", f"{what} raised {type(error).__name__}: {ascii(str(error))[:200]}")


def load(name: str) -> Peer:
    """The allocator that ``module:factory`` names.  Raises CannotDriveError."""
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise CannotDriveError("not module:factory")
    sys.path.insert(0, os.getcwd())
    try:
        factory = getattr(importlib.import_module(module), attribute)
    except Exception as error:
        raise CannotDriveError(f"{type(error).__name__}: {error}") from None
    return made(factory)


def made(factory: Callable[[int, int, int], Any]) -> Peer:
    """The allocator that the callable makes."""
    peer = Made(factory)
    return Peer(
        peer.init,
        peer.alloc,
        peer.free,
        orders=peer.orders,
        free_takes_order=lambda: bool(getattr(peer.pool, "free_takes_order", True)),
        usable=lambda: getattr(peer.pool, "usable", None),
        geometries=lambda: getattr(factory, "geometries", None),
    )

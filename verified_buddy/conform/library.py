"""The first way in: a shared library with the C interface of ``verified_buddy.h``.

Through ctypes, which needs no dependency; a call costs about a third of a microsecond, and the model
two or three times that.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import POINTER, byref, c_int, c_int64, c_uint, c_uint64
from functools import partial
from pathlib import Path
from typing import Any, Final

from verified_buddy.conform.peer import NAMED, UNKNOWN, CannotDriveError, Peer, ReplyError

HEADER: Final = Path(__file__).with_name("verified_buddy.h")


def load(path: str) -> Peer:
    """The allocator in the library.  Raises CannotDriveError."""
    try:
        library = ctypes.CDLL(str(Path(path).resolve()))
    except OSError as error:
        raise CannotDriveError(str(error)) from None
    required = partial(function, library)
    init = required("vb_init", c_int, c_uint64, c_uint64, c_uint)
    alloc = required("vb_alloc", c_int64, c_uint)
    free = required("vb_free", c_int, c_uint64, c_uint)
    peer = Peer(init, alloc, free, in_process=True)
    if hasattr(library, "vb_fini"):
        peer.fini = required("vb_fini", None)
    if hasattr(library, "vb_orders"):
        orders = required("vb_orders", c_uint64)
        peer.orders = lambda: int(orders()) & UNKNOWN
    if hasattr(library, "vb_free_takes_order"):
        takes = required("vb_free_takes_order", c_int)
        peer.free_takes_order = lambda: takes() != 0
    if hasattr(library, "vb_usable"):
        bound = POINTER(c_uint64)
        peer.usable = partial(usable, required("vb_usable", c_int, bound, bound))
    if hasattr(library, "vb_geometry"):
        number = POINTER(c_uint64)
        ask = required("vb_geometry", c_int, c_uint, number, number, POINTER(c_uint))
        peer.geometries = partial(named, ask)
    return peer


def function(library: ctypes.CDLL, name: str, result: Any, *arguments: Any) -> Callable[..., Any]:
    """A function of the library, with its types."""
    try:
        found = getattr(library, name)
    except AttributeError:
        raise CannotDriveError(f"the library has no function {name}()") from None
    found.argtypes, found.restype = arguments, result
    return found  # type: ignore[no-any-return]  # ctypes says Any


def usable(ask: Callable[..., int]) -> tuple[int, int]:
    """The pages that may be handed out."""
    low, high = c_uint64(), c_uint64()
    if ask(byref(low), byref(high)) != 0:
        raise ReplyError("vb_usable() does not know the usable pages")
    return low.value, high.value


def named(ask: Callable[..., int]) -> list[tuple[int, int, int]]:
    """The pools that it supports, up to the first that there is not."""
    found = []
    for index in range(NAMED):
        start, pages, top = c_uint64(), c_uint64(), c_uint()
        if ask(index, byref(start), byref(pages), byref(top)) != 0:
            break
        found.append((start.value, pages.value, top.value))
    return found

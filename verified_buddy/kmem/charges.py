"""What probes tell of memory cgroups: charges of pages, and the counters that they go to.

Groups and counters are addresses; the counter of a group's memory is 0x100 behind the group's.
"""

from __future__ import annotations

from verified_buddy.kmem.said import OfTask
from verified_buddy.pfn import Pfn


class KmemCharge(OfTask, gc=False):
    """``kmemch``: the group of the task is charged for a block."""

    pfn: Pfn
    gfp: int
    order: int


class KmemChargeRet(OfTask, gc=False):
    """``kmemch_ret``: 0, or the error with which it is refused; the caller is a function, or an address."""

    ret: int
    caller: str


class TryCharge(OfTask, gc=False):
    """``trych``: a group is charged for so many pages."""

    memcg: int
    gfp: int
    nr: int


class TryChargeRet(OfTask, gc=False):
    """``trych_ret``: 0, or the error with which it is refused."""

    ret: int


class CounterCharge(OfTask, gc=False):
    """``pcharge``: a counter, and then its parents, are to be raised; ``usage`` is what it was."""

    counter: int
    nr: int
    usage: int
    max: int
    parent: int


class CounterChargeRet(OfTask, gc=False):
    """``pcharge_ret``: whether none of them refused."""

    ret: bool


class CounterForce(OfTask, gc=False):
    """``pforce``: a counter is raised whatever its limit."""

    counter: int
    nr: int
    usage: int


class CounterUncharge(OfTask, gc=False):
    """``puncharge``: a counter is lowered."""

    counter: int
    nr: int
    usage: int


class RefillStock(OfTask, gc=False):
    """``refillst``: the CPU keeps so many charged pages for the group's next charges."""

    memcg: int
    nr: int


class DrainStock(OfTask, gc=False):
    """``drainst``: the CPU gives back what it keeps; 0 if it keeps for no group."""

    memcg: int


class MemcgReclaim(OfTask, gc=False):
    """``mcgreclaim``: pages of a group are reclaimed."""

    memcg: int
    nr: int
    gfp: int


class MemcgReclaimRet(OfTask, gc=False):
    """``mcgreclaim_ret``: how many pages were."""

    ret: int


class KmemUncharge(OfTask, gc=False):
    """``kmemun``: the group that was charged for a block is not any more."""

    pfn: Pfn
    order: int


ChargeEvent = (
    KmemCharge
    | KmemChargeRet
    | TryCharge
    | TryChargeRet
    | CounterCharge
    | CounterChargeRet
    | CounterForce
    | CounterUncharge
    | RefillStock
    | DrainStock
    | MemcgReclaim
    | MemcgReclaimRet
    | KmemUncharge
)

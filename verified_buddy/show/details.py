"""What an event says beside its page, in words; many events say the same."""

from __future__ import annotations

from typing import Final

from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.events import (
    Alloc,
    Event,
    Extfrag,
    Free,
    FreeOnePage,
    IsolateRet,
    MoveFree,
    PcpuDrain,
    SetBlock,
    ZoneLocked,
)
from verified_buddy.pfn import Pfn

TYPES: Final = ("Unmovable", "Movable", "Reclaimable", "HighAtomic", "Isolate")


def type_name(migratetype: Migratetype) -> str:
    """The type, as /proc/pagetypeinfo has it; its number, if it is none of a kernel without CMA."""
    return TYPES[migratetype] if 0 <= migratetype < len(TYPES) else f"type {migratetype}"


def head_of(event: Event) -> tuple[Pfn | None, int | None]:
    """The block that the event is about: its first page and its order, as far as it is told."""
    if isinstance(event, Extfrag):
        return event.pfn, event.fallback_order
    return getattr(event, "pfn", None), getattr(event, "order", None)


def detail_of(event: Event) -> str:
    """All else that matters, without the page and the order."""
    return ", ".join([*_words(event), f"CPU {event.cpu}"])


def _words(event: Event) -> list[str]:
    """What is told of an event of this kind."""
    match event:
        case Alloc(migratetype=migratetype, gfp=gfp):
            return [type_name(migratetype), gfp]
        case Free(batched=batched):
            return ["its list comes later"] if batched else []
        case ZoneLocked(migratetype=migratetype) | PcpuDrain(migratetype=migratetype):
            return [type_name(migratetype)]
        case MoveFree(migratetype=migratetype) | SetBlock(migratetype=migratetype):
            return [f"to {type_name(migratetype)}"]
        case FreeOnePage(migratetype=migratetype, probe=probe):
            return [type_name(migratetype), f"told by {probe}"]
        case Extfrag():
            wanted, victim = type_name(event.alloc_migratetype), type_name(event.fallback_migratetype)
            claimed = "claims the pageblock" if event.change_ownership else "leaves the pageblock as it is"
            return [f"{wanted} of order {event.alloc_order} takes from {victim}", claimed]
        case IsolateRet(ret=ret):
            return ["it is out" if ret else "it was refused"]
        case _:
            return []

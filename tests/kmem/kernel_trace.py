"""Small traces of a small machine, in the words of tracefs; and the recordings of real ones."""

from __future__ import annotations

import gzip
from io import BytesIO
from pathlib import Path

from verified_buddy.replay.recording import Given, Judgement, judge
from verified_buddy.replay.replay import ZoneReplay
from verified_buddy.replay.snapshot import Snapshot, read_snapshot
from verified_buddy.replay.zoneinfo import read_zoneinfo
from verified_buddy.replay.zonestate import ZoneState, read_zonestate

DATA = Path(__file__).parents[1] / "data" / "linux-6.1"
ZONE = 0xFFFF88800BA01600
SNAPSHOT = "Z\t0\t1\tDMA32\t4096\t4096\t4096\t4096\t0\t0xffff88800ba01600\n" + "".join(
    f"M\t0\t1\t{start}\t1\n" for start in range(4096, 8192, 512)
)
ZONEINFO = b"Node 0, zone DMA32\n pagesets\n cpu: 0\n count: 0\n high: 8\n batch: 3\n"


def line(event: str, fields: str, cpu: int = 0, task: str = "   init-1") -> str:
    return f"         {task}       [{cpu:03}] d..3.     2.880421: {event}: {fields}\n"


def taken(pfn: int, order: int = 0, kind: int = 1, cpu: int = 0) -> str:
    refill = int((order < 4 or order == 9) and kind < 3)
    fields = f"page=000000000000000a pfn={pfn:#x} order={order} migratetype={kind} percpu_refill={refill}"
    return line("mm_page_alloc_zone_locked", fields, cpu)


def handed_out(pfn: int, order: int = 0, kind: int = 1, cpu: int = 0) -> str:
    fields = f"page=000000000000000a pfn={pfn:#x} order={order} migratetype={kind} gfp_flags=GFP_KERNEL"
    return line("mm_page_alloc", fields, cpu)


def freed(pfn: int, order: int = 0, cpu: int = 0) -> str:
    return line("mm_page_free", f"page=000000000000000a pfn={pfn:#x} order={order}", cpu, "kswapd0-42")


def batched(pfn: int, cpu: int = 0) -> str:
    return line("mm_page_free_batched", f"page=000000000000000a pfn={pfn:#x} order=0", cpu)


def given_back(pfn: int, order: int = 0, kind: int = 1, cpu: int = 0, probe: str = "fop_pcp") -> str:
    fields = f"(f+0x1/0x2) pfn={pfn:#x} zone={ZONE:#x} order={order} mt={kind} fpi=0"
    return line(probe, fields, cpu)


def drained(pfn: int, order: int = 0, kind: int = 1, cpu: int = 0, *, probe: bool = True) -> str:
    fields = f"page=000000000000000a pfn={pfn:#x} order={order} migratetype={kind}"
    told = line("mm_page_pcpu_drain", fields, cpu)
    return given_back(pfn, order, kind, cpu) + told if probe else told


def page(pfn: int) -> str:
    """The page as probes tell it: the address of its descriptor."""
    return f"page={0xFFFFEA0000000000 + 64 * pfn:#x}"


def typed(pfn: int, kind: int) -> str:
    return line("setblock", f"(f+0x1/0x2) {page(pfn)} flags={kind:#x} pfn={pfn:#x} mask=0x7")


def moved(pfn: int, kind: int) -> str:
    return line("movefree", f"(f+0x1/0x2) zone={ZONE:#x} {page(pfn)} mt={kind}")


def stolen(pfn: int, victim: int, order: int = 0, kind: int = 0, owned: int = 0) -> str:
    """A movable block of the order ``victim`` falls to a request of another type."""
    told = f"page=000000000000000a pfn={pfn:#x} alloc_order={order} fallback_order={victim} pageblock_order=9"
    told += f" alloc_migratetype={kind} fallback_migratetype=1 fragmenting={int(victim < 9)}"
    return line("mm_page_alloc_extfrag", f"{told} change_ownership={owned}")


def machine(*blocks: tuple[int, int, int]) -> Snapshot:
    """The small machine, with these free blocks: page, order, type."""
    text, places = SNAPSHOT, dict[tuple[int, int], int]()
    for pfn, order, kind in blocks:
        place = places.setdefault((order, kind), 0)
        places[order, kind] = place + 1
        text += f"F\t0\t1\t{order}\t{kind}\t{place}\t{pfn}\n"
    return read_snapshot(BytesIO(text.encode()))


def judged(
    snapshot: Snapshot,
    *lines: str,
    end: Snapshot | None = None,
    limits: bool = True,
    probes: bool = True,
    last: bool = True,
) -> Judgement:
    """The verdict on the lines; with probes, one more tells of a block that is given back last."""
    known = read_zoneinfo(BytesIO(ZONEINFO)) if limits else {}
    one_more = given_back(7680, 9, probe="fop_ok") if probes and last else ""
    return judge(BytesIO("".join([*lines, one_more]).encode()), "trace", Given(snapshot, end, known))


def recording(
    name: str, text: bytes | None = None, *, zoneinfo: bool = True, zonestate: bool = False
) -> Judgement:
    """The verdict on a real recording, or on that text in its place."""
    limits = DATA / f"{name}.zoneinfo"
    end = DATA / f"{name}.fl.end.gz"
    given = Given(
        read_snapshot(BytesIO((DATA / f"{name}.fl.start.gz").read_bytes())),
        read_snapshot(BytesIO(end.read_bytes())) if end.exists() else None,
        read_zoneinfo(BytesIO(limits.read_bytes())) if zoneinfo and limits.exists() else {},
        from_marker=name != "boot2kp",
        zonestate=state_of(f"{name}.zs.start") if zonestate else None,
    )
    return judge(BytesIO(text or (DATA / f"{name}.trace.txt.gz").read_bytes()), name, given)


def state_of(name: str) -> ZoneState:
    """What requests read of the machine, from that file."""
    return read_zonestate(BytesIO((DATA / name).read_bytes()))


def text_of(name: str) -> bytes:
    return gzip.decompress((DATA / f"{name}.trace.txt.gz").read_bytes())


def scores(judgement: Judgement) -> dict[str, tuple[int, int]]:
    """By layer: how many of how many pages were predicted."""
    replay = judgement.replay
    assert isinstance(replay, ZoneReplay)
    return {
        "taken": (replay.zone.predicted, replay.zone.taken),
        "allocated": (replay.pcp.predicted, replay.pcp.allocated),
        "drained": (replay.drains.predicted, replay.drains.drained),
    }


def rules(judgement: Judgement) -> list[tuple[str, str]]:
    return [(each.layer, each.rule) for each in judgement.findings.violations]

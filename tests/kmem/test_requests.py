"""Probes on requests, and the kernel's own events beside them: each as one object, or refused by name."""

from __future__ import annotations

import pytest

from tests.kmem.kernel_trace import ZONE, handed_out, line, page, text_of
from verified_buddy.kmem.background import (
    BalanceNode,
    BalanceNodeRet,
    NodeBalanced,
    NodeBalancedRet,
    SetThreshold,
    VmFold,
    WakeKswapd,
)
from verified_buddy.kmem.charges import (
    CounterCharge,
    CounterChargeRet,
    CounterForce,
    CounterUncharge,
    DrainStock,
    KmemCharge,
    KmemChargeRet,
    KmemUncharge,
    MemcgReclaim,
    MemcgReclaimRet,
    RefillStock,
    TryCharge,
    TryChargeRet,
)
from verified_buddy.kmem.events import BEHIND_REQUESTS, NO_TASK, Alloc, Event, Obtained
from verified_buddy.kmem.reader import Reading, read
from verified_buddy.kmem.request_events import TABLE as PROBES
from verified_buddy.kmem.requests import (
    Bulk,
    BulkRequest,
    DirectCompact,
    DirectCompactRet,
    DirectReclaim,
    DirectReclaimRet,
    DirtyOk,
    DrainAll,
    DrainZone,
    FreelistSearch,
    NodeReclaim,
    NodeReclaimRet,
    OutOfMemory,
    OutOfMemoryRet,
    Request,
    RmqueueBuddy,
    SearchFailed,
    SlowPath,
    SlowPathRet,
    TryZone,
    Unreserve,
    UnreserveRet,
    WatermarkCheck,
    WatermarkLook,
    WatermarkRet,
)
from verified_buddy.kmem.tracepoints import TABLE as TRACEPOINTS
from verified_buddy.oracle.source import BreaksOff, Unusable
from verified_buddy.pfn import Pfn

AT = (1, 3, 42)
"""Line, CPU and task of all events here."""
Z = f"{ZONE:#x}"
GROUP = 0xFFFF888005638000
PAGE = Pfn(0x1234)
GIVEN: dict[str, tuple[str, Event]] = {
    "req": ("gfp=0x400dc0 order=11 nid=-1 nmask=0x0", Request(*AT, 0x400DC0, 11, -1, 0)),
    "gpff": (
        f"gfp=0xcc0 order=1 flags=0x801 hz=2 mt=1 pzone={Z} nmask=0x0 spread=1",
        FreelistSearch(*AT, 0xCC0, 1, 0x801, 2, 1, ZONE, 0, True),  # type: ignore[arg-type] # a type
    ),
    "wmf": (
        f"zone={Z} order=1 mark=528 boost=7 hz=2 flags=0x801 free=511 resv=512",
        WatermarkLook(*AT, ZONE, 1, 528, 7, 2, 0x801, 511, 512),
    ),
    "wm": (
        f"zone={Z} order=1 mark=528 hz=2 flags=0x801 free=-1",
        WatermarkCheck(*AT, ZONE, 1, 528, 2, 0x801, -1),
    ),
    "wm_ret": ("ret=0", WatermarkRet(*AT, False)),
    "tryz": (f"zone={Z}", TryZone(*AT, ZONE)),
    "rmqb": (f"zone={Z} order=4", RmqueueBuddy(*AT, ZONE, 4)),
    "slow": ("gfp=0xcc0 order=10", SlowPath(*AT, 0xCC0, 10)),
    "slow_ret": ("page=0x0", SlowPathRet(*AT, None)),
    "wkswapd": (f"zone={Z} gfp=0x0 order=0 hz=1", WakeKswapd(*AT, ZONE, 0, 0, 1)),
    "pbal": (f"pgdat={Z} order=10 hz=2", NodeBalanced(*AT, ZONE, 10, 2)),
    "pbal_ret": ("ret=1", NodeBalancedRet(*AT, True, "f")),
    "bal": (f"pgdat={Z} order=10 hz=2", BalanceNode(*AT, ZONE, 10, 2)),
    "bal_ret": ("ret=10", BalanceNodeRet(*AT, 10)),
    "dcomp": ("gfp=0xcc0 order=9 flags=0x840 prio=2", DirectCompact(*AT, 0xCC0, 9, 0x840, 2)),
    "dcomp_ret": (page(PAGE), DirectCompactRet(*AT, PAGE)),
    "drecl": ("order=9 gfp=0xcc0 nmask=0x0", DirectReclaim(*AT, 9, 0xCC0, 0)),
    "drecl_ret": ("ret=46", DirectReclaimRet(*AT, 46)),
    "drainall": ("zone=0x0 force=1", DrainAll(*AT, 0, True)),
    "drainz": (f"cpu=1 zone={Z}", DrainZone(*AT, 1, ZONE)),
    "unres": ("force=0", Unreserve(*AT, False)),
    "unres_ret": ("ret=1", UnreserveRet(*AT, True)),
    "oom": ("gfp=0xdc0 order=-1", OutOfMemory(*AT, 0xDC0, -1)),
    "oom_ret": ("ret=1", OutOfMemoryRet(*AT, True, "f")),
    "vmfold": ("pagesets=1", VmFold(*AT, True)),
    "setthr": (f"pgdat={Z} fn=calculate_pressure_threshold+0x0/0x30", SetThreshold(*AT, ZONE, True)),
    "bulk": (
        f"zone={Z} order=3 count=3 mt=0 flags=0x801",
        Bulk(*AT, ZONE, 3, 3, 0, 0x801),  # type: ignore[arg-type] # a type
    ),
    "abulk": ("gfp=0x2dc2 nid=0 nmask=0x0 nr=4", BulkRequest(*AT, 0x2DC2, 0, 0, 4)),
    "dirtyok": ("ret=1", DirtyOk(*AT, True)),
    "nrecl": (f"pgdat={Z} gfp=0xcc0 order=0", NodeReclaim(*AT, ZONE, 0xCC0, 0)),
    "nrecl_ret": ("ret=-2", NodeReclaimRet(*AT, -2)),
    "kmemch": (f"{page(PAGE)} gfp=0x400dc0 order=1", KmemCharge(*AT, PAGE, 0x400DC0, 1)),
    "kmemch_ret": ("ret=-12", KmemChargeRet(*AT, -12, "f")),
    "trych": (f"memcg={GROUP:#x} gfp=0x400dc0 nr=1", TryCharge(*AT, GROUP, 0x400DC0, 1)),
    "trych_ret": ("ret=0", TryChargeRet(*AT, 0)),
    "pcharge": (
        f"counter={GROUP + 256:#x} nr=64 usage=513 max=512 parent=0x0",
        CounterCharge(*AT, GROUP + 256, 64, 513, 512, 0),
    ),
    "pcharge_ret": ("ret=0", CounterChargeRet(*AT, False)),
    "pforce": (f"counter={GROUP + 256:#x} nr=1 usage=551", CounterForce(*AT, GROUP + 256, 1, 551)),
    "puncharge": (f"counter={GROUP + 256:#x} nr=65 usage=512", CounterUncharge(*AT, GROUP + 256, 65, 512)),
    "refillst": (f"memcg={GROUP:#x} nr=63", RefillStock(*AT, GROUP, 63)),
    "drainst": (f"memcg={GROUP:#x}", DrainStock(*AT, GROUP)),
    "mcgreclaim": (f"memcg={GROUP:#x} nr=1 gfp=0x412cc0", MemcgReclaim(*AT, GROUP, 1, 0x412CC0)),
    "mcgreclaim_ret": ("ret=0", MemcgReclaimRet(*AT, 0)),
    "kmemun": (f"{page(PAGE)} order=1", KmemUncharge(*AT, PAGE, 1)),
}
PLACE = "(f+0x1/0x2) "


def told(name: str, fields: str) -> str:
    return line(name, fields, 3, "vb:load-42")


def events(text: str, *, modelled: bool = False) -> list[Event]:
    reading = Reading(modelled=modelled)
    found = [event for batch in read(iter([text.encode()]), reading) for event in batch.events]
    if reading.fault is not None:
        raise reading.fault
    return found


def test_every_probe_and_event_of_the_tables_is_tried_here() -> None:
    assert PROBES.keys() == {*GIVEN, "gpff_ret", "nrfree"}
    kinds = {type(event) for _, event in GIVEN.values()} | {make for make, _, _ in TRACEPOINTS.values()}
    assert kinds == BEHIND_REQUESTS - {SearchFailed}


@pytest.mark.parametrize("name", GIVEN)
def test_a_probe_is_read_in_every_spelling(name: str) -> None:
    fields, event = GIVEN[name]
    usual = told(name, PLACE + fields)
    spellings = [
        usual,
        usual.replace(f": {name}:", f": kprobes:{name}:"),
        usual.replace(PLACE, "(f+0x1/0x2 <- g) "),
        told(name, PLACE + " ".join(reversed(fields.split()))),
        told(name, f"{PLACE}{fields} arg9=0x7"),
        usual.replace("[003] d..3.", "  3d..3."),
    ]
    for text in spellings:
        assert events(text + text)[0] == event
    assert events(usual.replace("vb:load-42       ", "vb:load 42 "))[0] == event


@pytest.mark.parametrize("name", GIVEN)
def test_a_garbled_probe_is_refused_with_its_line_and_field(name: str) -> None:
    fields = GIVEN[name][0].split()
    for index, field in enumerate(fields):
        key = field.partition("=")[0]
        for broken in (
            f"{key}=x",
            f"{key}=0x" + "f" * 17,
            f"{key}=-9223372036854775809",
            f"{key}=",
            "",
            field[1:],
        ):
            text = told(name, PLACE + " ".join([*fields[:index], broken, *fields[index + 1 :]]))
            with pytest.raises(Unusable, match=rf"\Aline 2: {name}: .*{key}"):
                events(handed_out(PAGE) + text + text, modelled=True)
            assert events(handed_out(PAGE) + text)[:1] == events(handed_out(PAGE))


@pytest.mark.parametrize(
    ("name", "fields", "reason"),
    [
        ("wm_ret", "ret=2", "ret=2: neither 0 nor 1"),
        (
            "gpff",
            "gfp=0x1 order=0 flags=0x1 hz=5 mt=0 pzone=0x0 nmask=0x0 spread=0",
            "hz=5: not a number from",
        ),
        ("gpff", "gfp=0x1 order=0 flags=0x1 hz=2 mt=9 pzone=0x0 nmask=0x0 spread=0", "mt=9: no kernel has"),
        ("slow", "gfp=0x100000000 order=0", "gfp=0x100000000: not a number from 0 to 4294967295"),
        ("slow_ret", "page=0xffffea0000000001", "page=0xffffea0000000001: no page descriptor"),
        ("setthr", "pgdat=0x0 fn=calculate_totalreserve_pages", "fn=calculate_totalreserve_pages: neither"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(name: str, fields: str, reason: str) -> None:
    with pytest.raises(Unusable) as refused:
        events(told(name, PLACE + fields) * 2, modelled=True)
    assert str(refused.value).startswith(f"line 1: {name}: {reason}")


def test_who_is_allowed_is_told_where_the_probe_reads_the_nodemask() -> None:
    fields = f"{GIVEN['gpff'][0]} nm=0x3"
    for text in (told("gpff", PLACE + fields), told("gpff", f"{PLACE}{fields} more=1")):
        (found,) = events(text)
        assert isinstance(found, FreelistSearch)
        assert found.nodes == 3


def test_who_called_is_told_of_an_answer() -> None:
    (found,) = events(told("oom_ret", "(mem_cgroup_out_of_memory+0x134/0x150 <- out_of_memory) ret=0"))
    assert found == OutOfMemoryRet(*AT, False, "mem_cgroup_out_of_memory")


@pytest.mark.parametrize(
    ("spelled", "task"),
    [
        ("init-1       [000]", 1),
        ("init--1      [000]", 1),
        ("a b-2 [7] c-77 (     12) [000]", 77),
        ("init     1 [000]", 1),
        ("init     5/9 [000]", 9),
    ],
)
def test_the_task_of_an_allocation_is_known(spelled: str, task: int) -> None:
    alloc = f"{spelled}  2.880421: {handed_out(PAGE).partition(': ')[2]}"
    for text in (alloc, alloc * 2, alloc.replace("order=0", "zone=DMA order=0")):
        found = events(text)[-1]
        assert isinstance(found, Alloc)
        assert (found.task, found.cpu) == (task, 0)
    (bare,) = events(handed_out(PAGE).lstrip().removeprefix("init-1").lstrip())
    assert isinstance(bare, Alloc)
    assert bare.task == NO_TASK


def test_more_tasks_than_are_remembered_are_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verified_buddy.kmem.frequent.KEPT", 3)
    text = "".join(handed_out(PAGE).replace("init-1", f"init-{task}") for task in [*range(20), *range(20)])
    assert [event.task for event in events(text) if isinstance(event, Alloc)] == [*range(20), *range(20)]


@pytest.mark.parametrize("name", ["slow", "tryz", "wm", "trych_ret"])
def test_a_last_line_whose_word_may_go_on_is_not_taken_for_whole(name: str) -> None:
    text = told("wm_ret", f"{PLACE}ret=1") + told(name, PLACE + GIVEN[name][0]).rstrip()
    with pytest.raises(BreaksOff, match=f"line 2: it breaks off: {name}: its last word"):
        events(text)
    assert len(events(text + "\n")) == 2
    assert len(events(told("wm_ret", f"{PLACE}ret=1").rstrip())) == 1


@pytest.mark.parametrize("name", ["req1", "req3memcg", "req4compact", "req6offline", "req2numa"])
def test_of_the_recordings_every_answer_has_its_question(name: str) -> None:
    """Each task's calls and returns nest; every search ends, and most requests are told as allocated."""
    found = events(text_of(name).decode(), modelled=True)
    counts = {kind: sum(type(event) is kind for event in found) for kind in {*map(type, found)}}
    searches = counts.get(Obtained, 0) + counts.get(SearchFailed, 0)
    assert abs(counts[FreelistSearch] - searches) <= 2
    assert abs(counts.get(WatermarkCheck, 0) - counts.get(WatermarkRet, 0)) <= 2
    assert 0 <= counts[Request] - counts[Alloc] <= 3
    tasks = {event.task for event in found if isinstance(event, Alloc)}
    assert tasks <= {event.task for event in found if isinstance(event, Request)}

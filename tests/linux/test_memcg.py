"""Laws of memory cgroups, and every charge that a real kernel made, refused or forced."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

import pytest

from verified_buddy.errors import BuddyError, InvalidGroup, InvalidLimit
from verified_buddy.kmem import charges as told
from verified_buddy.kmem.background import MarkVictim
from verified_buddy.kmem.requests import OutOfMemory, OutOfMemoryRet
from verified_buddy.kmem.said import OfTask
from verified_buddy.linux.memcg import MemCgroup, Stock, charged_group, groups
from verified_buddy.linux.memcg_charge import Resort, Task, charge_kmem_page, uncharge_kmem_page
from verified_buddy.linux.page_counter import PAGE_COUNTER_MAX
from verified_buddy.pfn import Order
from verified_buddy.replay.memcg_layer import Charges

RECORDING = Path(__file__).parents[1] / "data" / "linux-6.1" / "req3memcg.trace.txt.gz"
LINE = re.compile(r" *.+-(\d+) +\[(\d+)\] \S+ +[\d.]+: (\w+): (.*)")
FACT = re.compile(r"(\w+)=(-?\w+)(?= |$)")
VMEMMAP = 0xFFFFEA0000000000
KERNEL, NOWAIT = 0xCC0, 0x800
NORETRY, RETRY_MAYFAIL, NOFAIL, HIGH = 0x10000, 0x4000, 0x8000, 0x20
CLASSES: dict[str, tuple[Callable[..., OfTask], str]] = {
    "kmemch": (told.KmemCharge, "page gfp order"),
    "kmemch_ret": (partial(told.KmemChargeRet, caller=""), "ret"),
    "trych": (told.TryCharge, "memcg gfp nr"),
    "trych_ret": (told.TryChargeRet, "ret"),
    "pcharge": (told.CounterCharge, "counter nr usage max parent"),
    "pcharge_ret": (told.CounterChargeRet, "ret"),
    "pforce": (told.CounterForce, "counter nr usage"),
    "puncharge": (told.CounterUncharge, "counter nr usage"),
    "refillst": (told.RefillStock, "memcg nr"),
    "drainst": (told.DrainStock, "memcg"),
    "mcgreclaim": (told.MemcgReclaim, "memcg nr gfp"),
    "mcgreclaim_ret": (told.MemcgReclaimRet, "ret"),
    "kmemun": (told.KmemUncharge, "page order"),
    "oom": (OutOfMemory, "gfp order"),
    "oom_ret": (partial(OutOfMemoryRet, caller=""), "ret"),
    "mark_victim": (MarkVictim, "pid"),
}


@cache
def recorded() -> tuple[OfTask, ...]:
    """What the recording tells of memory cgroups."""
    return tuple(_events())


def _events() -> Iterator[OfTask]:
    with gzip.open(RECORDING, "rt", encoding="utf-8") as lines:
        for number, text in enumerate(lines, 1):
            found = LINE.match(text)
            if found is None or found[3] not in CLASSES:
                continue
            made, fields = CLASSES[found[3]]
            facts = dict(FACT.findall(found[4]))
            yield made(
                number, int(found[2]), int(found[1]), *(int(facts[name], 0) for name in fields.split())
            )


def replayed(events: tuple[OfTask, ...]) -> Charges:
    charges = Charges()
    for event in events:
        charges.said(event)
    return charges


def test_every_charge_of_a_recording_is_predicted() -> None:
    charges = replayed(recorded())
    assert charges.misses == []
    assert (charges.charges, charges.charges_predicted) == (6148, 6148)
    by_kind: dict[str, dict[str, int]] = {"predicted": {}, "learned": {}, "given": {}}
    for (probe, kind), lines in charges.tally.items():
        by_kind[kind][probe] = lines
    assert by_kind["predicted"] == {
        "kmemch_ret": 6148,
        "trych": 8599,
        "trych_ret": 8634,
        "pcharge": 2951,
        "pcharge_ret": 2951,
        "pforce": 158,
        "puncharge": 316,
        "refillst": 5097,
        "drainst": 221,
        "mcgreclaim": 1339,
        "oom": 44,
        "kmemun": 4962,
    }
    assert by_kind["learned"] == {"trych": 37, "trych_ret": 2, "pcharge": 2, "pcharge_ret": 2}
    assert by_kind["given"] == {
        "kmemch": 6148,
        "mcgreclaim_ret": 1339,
        "oom_ret": 44,
        "refillst": 174,
        "drainst": 38,
        "kmemun": 72,
    }


def test_what_had_to_be_learned_is_told() -> None:
    assert {what: times for what, times in replayed(recorded()).learned.items() if times} == {
        "group of a task": 37,
        "usage and limit of a group": 2,
        "what a stock holds": 1,
        "task that reclaims for others": 1,
    }


def test_without_the_victims_a_dying_task_is_recognized() -> None:
    charges = replayed(tuple(event for event in recorded() if not isinstance(event, MarkVictim)))
    assert charges.misses == []
    assert charges.learned["dying task"] == 10


@pytest.mark.parametrize("probe", [told.CounterCharge, told.CounterForce, told.CounterUncharge])
def test_a_counter_that_is_one_page_off_is_a_miss(probe: type[told.CounterCharge]) -> None:
    events = list(recorded())
    where = [index for index, event in enumerate(events) if isinstance(event, probe)][40]
    event = events[where]
    assert isinstance(event, probe)
    usual = event.usage
    event.usage += 1
    try:
        charges = replayed(tuple(events))
    finally:
        event.usage = usual
    assert charges.misses[0].line == event.line


def test_a_charge_that_was_refused_for_no_reason_is_a_miss() -> None:
    events = [event for event in recorded() if isinstance(event, told.TryChargeRet)]
    event = events[4000]
    event.ret = -12
    try:
        charges = replayed(recorded())
    finally:
        event.ret = 0
    assert charges.misses[0].line == event.line
    assert charges.misses[0].expected == "trych_ret 0"


def never(*_: object) -> int:
    return 0


class Family:
    """A root, a group below it and one below that, and a CPU."""

    def __init__(self, limit: int, above: int = PAGE_COUNTER_MAX) -> None:
        self.root = MemCgroup("root")
        self.above = MemCgroup("above", self.root, above)
        self.group = MemCgroup("group", self.above, limit)
        self.stocks = [Stock()]
        self.reclaims = 0
        self.kills = 0

    def charge(self, gfp_mask: int, order: int = 0, **task: bool) -> bool:
        def reclaim(*_: object) -> int:
            self.reclaims += 1
            return 0

        def oom(*_: object) -> bool:
            self.kills += 1
            return False

        resort = Resort(reclaim, oom)
        return charge_kmem_page(self.group, self.stocks, 0, Order(order), gfp_mask, Task(**task), resort)

    @property
    def usage(self) -> list[int]:
        return [each.memory.usage for each in self.group.upward()]


def test_a_batch_of_64_serves_64_charges() -> None:
    family = Family(512)
    for pages in range(1, 65):
        assert family.charge(NOWAIT)
        assert family.usage == [64, 64, 64]
        assert family.stocks[0].pages == 64 - pages
    assert family.charge(NOWAIT)
    assert family.usage == [128, 128, 128]


def test_a_group_may_use_all_that_its_limit_says_and_no_more() -> None:
    family = Family(510)
    while family.charge(NOWAIT):
        pass
    assert family.usage == [510, 510, 510]


@pytest.mark.parametrize("limits", [(3, PAGE_COUNTER_MAX), (PAGE_COUNTER_MAX, 3)])
@pytest.mark.parametrize(
    ("flags", "reclaims", "kills"),
    [(NORETRY, 2, 0), (RETRY_MAYFAIL, 18, 0), (0, 18, 1)],
)
def test_what_is_refused_has_tried_and_changed_nothing(
    limits: tuple[int, int], flags: int, reclaims: int, kills: int
) -> None:
    family = Family(*limits)
    assert not family.charge(KERNEL | flags, 2)
    assert (family.reclaims, family.kills) == (reclaims, kills)
    assert family.usage == [0, 0, 0]
    assert family.stocks[0].cached is None


@pytest.mark.parametrize(("gfp_mask", "memalloc"), [(HIGH, False), (KERNEL | NOFAIL, False), (KERNEL, True)])
def test_some_are_charged_beyond_the_limit(gfp_mask: int, memalloc: bool) -> None:
    family = Family(3)
    assert family.charge(gfp_mask, 2, memalloc=memalloc)
    assert family.usage == [4, 4, 4]


def test_what_is_uncharged_goes_to_the_stock_and_from_there_to_the_next() -> None:
    family = Family(512)
    assert family.charge(NOWAIT, 6)
    uncharge_kmem_page(family.group, family.stocks[0], Order(6))
    assert (family.usage[0], family.stocks[0].pages) == (64, 64)
    assert family.charge(NOWAIT, 6)
    assert (family.usage[0], family.stocks[0].pages) == (64, 0)


def test_a_stock_of_more_than_64_pages_is_emptied_whole() -> None:
    family = Family(512)
    assert family.charge(NOWAIT, 6)
    assert family.charge(NOWAIT)
    uncharge_kmem_page(family.group, family.stocks[0], Order(6))
    assert family.usage == [1, 1, 1]
    assert family.stocks[0].pages == 0


def test_nobody_pays_for_interrupts_kernel_threads_and_the_root() -> None:
    family = Family(3)
    assert charged_group(family.group) is family.group
    assert charged_group(family.group, in_task=False) is None
    assert charged_group(family.group, kernel_thread=True) is None
    assert charged_group(family.root) is None
    assert charged_group(family.root, in_task=False, active=family.group) is family.group
    resort = Resort(never, lambda *_: False)
    assert charge_kmem_page(None, family.stocks, 0, Order(10), NOWAIT, Task(), resort)
    uncharge_kmem_page(None, family.stocks[0], Order(10))
    assert family.usage == [0, 0, 0]


@pytest.mark.parametrize(
    ("parents", "error"),
    [
        ({"a": "b", "b": "a", "c": None}, InvalidGroup),
        ({"a": "a", "b": None, "c": None}, InvalidGroup),
        ({"a": "x", "b": None, "c": None}, InvalidGroup),
    ],
)
def test_groups_are_no_circle(parents: dict[str, str | None], error: type[BuddyError]) -> None:
    with pytest.raises(error, match="the parents of group 'a' do not end at a root"):
        groups(dict.fromkeys(parents, 5), parents)


@pytest.mark.parametrize("limit", [-1, PAGE_COUNTER_MAX + 1, True])
def test_what_is_no_limit_changes_nothing(limit: int) -> None:
    family = Family(5)
    with pytest.raises(InvalidLimit, match=f"{limit} is not a limit of pages"):
        family.group.memory.set_max(limit)
    assert family.group.memory.max == 5
    with pytest.raises(InvalidLimit):
        groups({"a": limit}, {"a": None})
    family.group.memory.set_max(0)
    assert repr(family.group) == "<MemCgroup group: 0 of 0 pages>"

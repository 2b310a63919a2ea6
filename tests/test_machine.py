"""A whole machine: what stands on pages gets them from it, and what /proc says adds up."""

from __future__ import annotations

import doctest
import re
from io import BytesIO
from pathlib import Path

import pytest

import verified_buddy.machine
from verified_buddy import BuddyError, InvalidGroup, Machine
from verified_buddy.addressing.address import address_of, canonical
from verified_buddy.oracle.source import Unusable
from verified_buddy.replay.recording import Given, judge

DMESG = Path(__file__).parent / "data" / "linux-6.1" / "boot2kp.dmesg"


def pages_in(buddyinfo: str) -> int:
    counts = [line.split()[4:] for line in buddyinfo.splitlines()]
    return sum(int(many) << order for line in counts for order, many in enumerate(line))


def everything(machine: Machine) -> tuple[object, ...]:
    files = (
        machine.buddyinfo(),
        machine.pagetypeinfo(),
        machine.zoneinfo(),
        machine.vmstat(),
        machine.slabinfo(),
    )
    zones = [
        (list(zone.free_area.blocks()), [list(lists.lists) for lists in zone.pcp], dict(zone.live))
        for zone in machine.nodes.ascending
    ]
    return *files, repr(zones), [group.memory.usage for group in machine.world.groups.values()]


def test_the_example_runs() -> None:
    assert doctest.testmod(verified_buddy.machine).failed == 0


def test_a_machine_of_a_kernels_log_has_its_zones() -> None:
    machine = Machine.read(str(DMESG))
    assert [zone.mobility.start for zone in machine.nodes.ascending] == [1, 4096]
    managed = sum(zone.managed for zone in machine.nodes.ascending)
    assert pages_in(machine.buddyinfo()) == managed
    spanned = [int(each) for each in re.findall(r"spanned +(\d+)", machine.zoneinfo())]
    assert spanned[:2] == [4095, 61405]


@pytest.mark.parametrize("text", ["no memory", "", "4 KiB of nothing", "0 GiB"])
def test_no_machine_is_made_of_no_memory(text: str) -> None:
    with pytest.raises(Unusable):
        Machine.described(text)


def test_what_is_given_back_is_there_again() -> None:
    machine = Machine.described("64 MiB", cpus=2)
    before = pages_in(machine.buddyinfo())
    blocks = [(machine.allocate("GFP_KERNEL", order, cpu=order % 2), order) for order in range(11)]
    assert all(pfn is not None for pfn, _ in blocks)
    for pfn, order in blocks:
        assert pfn is not None
        machine.free(pfn, order)
    machine.nodes.drain()
    assert pages_in(machine.buddyinfo()) == before


def test_a_group_is_charged_until_its_limit() -> None:
    machine = Machine.described("64 MiB")
    group = machine.cgroup("small", 10)
    got = [machine.allocate("GFP_KERNEL_ACCOUNT", cgroup="small") for _ in range(12)]
    assert [pfn is not None for pfn in got] == [True] * 10 + [False] * 2
    assert group.memory.usage == 10
    for pfn in got[:10]:
        assert pfn is not None
        machine.free(pfn)
    assert group.memory.usage <= 10


def test_objects_and_tables_are_on_pages_of_the_machine() -> None:
    machine = Machine.described("64 MiB")
    cache = machine.cache("dentry", 192)
    objects = {cache.alloc() for _ in range(50)}
    assert len(objects) == 50
    assert " 192 " in machine.slabinfo()
    table, page = machine.page_table(), machine.allocate("GFP_KERNEL")
    assert page is not None
    va = canonical(0x7F00_0000_0000)
    table.map(va, address_of(page))
    assert table.translate(va).pa == address_of(page)


@pytest.mark.parametrize(
    "misuse",
    [
        lambda machine: machine.allocate(7),
        lambda machine: machine.allocate("GFP_KERNEL", 11),
        lambda machine: machine.allocate("GFP_KERNEL", node=3),
        lambda machine: machine.allocate("GFP_KERNEL", cpu=9),
        lambda machine: machine.allocate("GFP_KERNEL", cgroup="none"),
        lambda machine: machine.free(0),
        lambda machine: machine.free(4096, 3),
        lambda machine: machine.cgroup("small", 3),
        lambda machine: machine.cgroup("new", -1),
        lambda machine: machine.cgroup("new", 3, parent="none"),
    ],
)
def test_misuse_changes_nothing(misuse: object) -> None:
    machine = Machine.described("64 MiB")
    machine.cgroup("small", 10)
    machine.allocate("GFP_KERNEL_ACCOUNT", 2, cgroup="small")
    before = everything(machine)
    with pytest.raises(BuddyError):
        misuse(machine)  # type: ignore[operator]  # one of the above
    assert everything(machine) == before


def test_a_machine_tells_what_it_does_as_a_kernel_would() -> None:
    machine = Machine.described("64 MiB", tells=True)
    pfn = machine.allocate("GFP_KERNEL", 2)
    assert pfn is not None
    machine.free(pfn, 2)
    told = machine.events()
    assert ["mm_page_alloc:" in told, "mm_page_free:" in told, "wmf:" in told] == [True, True, False]
    assert f"pfn={pfn:#x} order=2" in told
    assert machine.events() == ""
    judged = judge(BytesIO(told.encode()), "told", Given())
    assert judged.conforms
    assert Machine.described("64 MiB").events() == ""


def test_a_group_is_there_once() -> None:
    machine = Machine.described("64 MiB")
    machine.cgroup("one", 10)
    with pytest.raises(InvalidGroup):
        machine.group("two")
    with pytest.raises(InvalidGroup):
        machine.cgroup("one", 20)

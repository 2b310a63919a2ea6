"""States of zones: what they hold is read; what contradicts itself or the snapshot is refused in one line."""

from __future__ import annotations

import gzip
import random
from io import BytesIO
from pathlib import Path

import pytest

from tests.checking_command import checked
from tests.kmem.kernel_trace import DATA, SNAPSHOT, ZONE, machine
from verified_buddy.oracle.source import Unusable
from verified_buddy.replay.snapshot import read_snapshot
from verified_buddy.replay.zoneinfo import Limits
from verified_buddy.replay.zonestate import Difference, Globals, NodeState, ZoneState, read_zonestate
from verified_buddy.replay.zonestate_agrees import agree

ROWS = [
    "G\tcpus=0,1\tnr_online_nodes=1\tnode_reclaim_mode=0\tmobility_off=0\tgfp_allowed_mask=0x7ffffff",
    "N\tnode=0\tpgdat=0xffff88800ba01000\tkswapd_order=0\tkswapd_hz=5\tkswapd_failures=1",
    f"Z\tnode=0\tzone=1\tname=DMA32\taddr={ZONE:#x}\tmanaged=4096\tpresent=4096\tmin=33\tlow=41\thigh=49"
    "\tpromo=57\tboost=0\treserved_highatomic=0\tlowmem_reserve=0,0,0,0,0\tnr_free_pages=16\tnr_isolate=0"
    "\tflags=0x0\tdrift_mark=0\tbatch=3\thigh_limit=8\tcompact_considered=1",
    "D\tnode=0\tzone=1\tcpu=0\tdiff=-2\tthreshold=4",
    "D\tnode=0\tzone=1\tcpu=1\tdiff=2\tthreshold=4",
    "L\tnode=0\tlist=fallback\torder=0:1",
    "L\tnode=0\tlist=nofallback\torder=0:1",
]
G, N, Z, D, _, L, _ = ROWS
RECORDED = ["req1", "req3memcg", "req4compact", "req2numa", "req6offline"]


def state(*rows: str) -> ZoneState:
    return read_zonestate(BytesIO("".join(f"{row}\n" for row in rows).encode()))


def refusal(*rows: str) -> str:
    with pytest.raises(Unusable) as refused:
        state(*rows)
    return str(refused.value)


def test_what_a_state_holds_is_read() -> None:
    found = state(*ROWS)
    assert found.machine == Globals((0, 1), 1, 0, False, 0x7FFFFFF)
    assert found.nodes == {0: NodeState(0, 0xFFFF88800BA01000, 0, 5, 1)}
    zone = found.zones[0, 1]
    assert (zone.name, zone.address, zone.managed, zone.nr_free_pages) == ("DMA32", ZONE, 4096, 16)
    assert (zone.min, zone.low, zone.high, zone.promo, zone.lowmem_reserve) == (33, 41, 49, 57, (0,) * 5)
    assert found.diffs == {(0, 1): {0: Difference(-2, 4), 1: Difference(2, 4)}}
    assert (found.fallback, found.nofallback) == ({0: ((0, 1),)}, {0: ((0, 1),)})
    assert found.limits() == {(0, 1): {0: Limits(8, 3), 1: Limits(8, 3)}}


def test_the_nodes_of_a_machine_have_their_zonelists() -> None:
    found = read_zonestate(BytesIO((DATA / "req2numa.zs.start").read_bytes()))
    assert found.fallback == {0: ((0, 1), (0, 0), (1, 1)), 1: ((1, 1), (0, 1), (0, 0))}
    assert found.nofallback == {0: ((0, 1), (0, 0)), 1: ((1, 1),)}
    assert found.machine.cpus == (0, 1)
    assert found.zones[0, 0].lowmem_reserve == (0, 139, 139, 139, 139)


@pytest.mark.parametrize("name", RECORDED)
def test_every_recorded_state_is_the_snapshots(name: str) -> None:
    for moment in ("start", "end"):
        path = DATA / f"{name}.zs.{moment}"
        if path.exists():
            text = path.read_bytes()
            found = read_zonestate(BytesIO(gzip.compress(text)))
            assert found == read_zonestate(BytesIO(text))
            agree(found, read_snapshot(BytesIO((DATA / f"{name}.fl.{moment}.gz").read_bytes())))


@pytest.mark.parametrize(
    ("line", "before", "after", "reason"),
    [
        (1, "G", "Q", "not a record of a state of zones: G, N, Z, D or L"),
        (1, G, N, "the first record is G, not N"),
        (1, "=0,1", "=0,0", "cpus: one stands there twice"),
        (1, "=0,1", "=0,8192", "cpus=8192: not a number from 0 to 8191"),
        (1, "mobility_off=0", "mobility_off=2", "mobility_off=2: not a number from 0 to 1"),
        (2, "N\t", "G\t", "a second record G"),
        (2, "pgdat=0x", "pgdat=0y", "pgdat=0yffff88800ba01000: neither a decimal number, nor 0x"),
        (2, "hz=5", "hz=6", "kswapd_hz=6: not a number from 0 to 5"),
        (2, "\tkswapd_failures=1", "", "record N: no kswapd_failures"),
        (2, "kswapd_order=0", "node=0", "node stands there twice"),
        (2, "kswapd_order=0", "kswapd_order", "'kswapd_order' is not key=value"),
        (3, "node=0", "node=1", "node 1 has no record N before this one"),
        (3, "zone=1", "zone=2", "name=DMA32: zone 2 is called Normal"),
        (3, "zone=1", "zone=5", "zone=5: not a number from 0 to 4"),
        (3, "managed=4096", "managed=4097", "managed=4097 is more than present=4096"),
        (3, "low=41", "low=50", "min, low, high, promo: each mark is at least the one before"),
        (3, "boost=0", "boost=-1", "boost=-1: not a number from 0"),
        (3, "reserve=0,0,0,0,0", "reserve=0,0", "lowmem_reserve: 2 figures, where a node has 5 zones"),
        (3, "batch=3", "batch=0", "batch=0: a batch of no page"),
        (3, "min=33", "min=" + "9" * 25, "neither a decimal number"),
        (4, "zone=1", "zone=0", "node 0, zone 0 has no record Z before this one"),
        (4, "cpu=0", "cpu=2", "cpu=2 is none of the CPUs of record G"),
        (4, "cpu=0", "cpu=1", "line 5: node 0, zone 1, CPU 1 has a second record D"),
        (4, "diff=-2", "diff=-129", "diff=-129: not a number from -128 to 127"),
        (6, "0:1", "0:0", "a zonelist has node 0, zone 0, which has no record Z"),
        (6, "0:1", "01", "order: '01' is not node:zone"),
        (6, "0:1", "0:1 0:1", "order: a zone stands there twice"),
        (6, "node=0", "node=7", "node 7 has no record N before this one"),
        (6, "fallback", "other", "list=other: neither fallback nor nofallback"),
        (6, "list=fallback", "list=nofallback", "line 7: node 0 has a second list nofallback"),
        (7, "0:1", "1:1", "the list nofallback of node 0 has a zone of another node"),
    ],
)
def test_a_record_that_cannot_be_is_refused_with_its_line(
    line: int, before: str, after: str, reason: str
) -> None:
    rows = list(ROWS)
    assert before in rows[line - 1]
    rows[line - 1] = rows[line - 1].replace(before, after, 1)
    said = refusal(*rows)
    assert reason in said
    assert said.startswith("line ")
    assert said.startswith(f"line {line}: ") or reason.startswith("line ")


def test_nothing_stands_there_twice() -> None:
    assert "line 3: node 0 has a second record N" in refusal(G, N, N)
    assert "line 4: node 0, zone 1 has a second record Z" in refusal(G, N, Z, Z)


def test_a_missing_record_is_named() -> None:
    assert refusal() == "no state of zones: it is empty"
    assert refusal(G, N) == "no zone is in this state of zones"
    assert refusal(*ROWS[:4], *ROWS[5:]) == "line 3: node 0, zone 1, CPU 1 has no record D"
    assert refusal(*ROWS[:6]) == "node 0 has no list nofallback"


@pytest.mark.parametrize("text", [b"\xff\x00\n", bytes(range(256)), b"Node 0, zone DMA\n", b"\n"])
def test_what_is_no_state_is_refused_at_its_first_line(text: bytes) -> None:
    with pytest.raises(Unusable, match="line 1: not a record of a state of zones"):
        read_zonestate(BytesIO(text))


def test_a_snapshot_is_no_state() -> None:
    assert refusal(*SNAPSHOT.splitlines()) == "line 1: '0' is not key=value"


FREE = ((4096, 4, 1), (4608, 3, 4))
"""Sixteen pages, and eight that are isolated and not counted."""


def test_a_state_is_of_its_snapshot() -> None:
    agree(state(*ROWS), machine(*FREE))


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (
            f"addr={ZONE:#x}",
            "addr=0xffff88800ba01601",
            f"of another machine: addr={ZONE + 1:#x} is {ZONE:#x} in",
        ),
        ("managed=4096", "managed=4095", "of another machine: managed=4095 is 4096 in the snapshot"),
        ("present=4096", "present=4097", "of another machine: present=4097 is 4096 in the snapshot"),
        (
            "nr_free_pages=16",
            "nr_free_pages=24",
            "of another moment: nr_free_pages=24 and differences of 0, where the snapshot has 16 listed",
        ),
    ],
)
def test_a_state_of_another_machine_or_moment_is_refused(before: str, after: str, reason: str) -> None:
    rows = [row.replace(before, after) for row in ROWS]
    with pytest.raises(Unusable) as refused:
        agree(state(*rows), machine(*FREE))
    assert str(refused.value).startswith(f"line 3: {reason}")


def test_what_a_cpu_holds_back_belongs_to_the_counter() -> None:
    rows = [row.replace("nr_free_pages=16", "nr_free_pages=13").replace("diff=-2", "diff=1") for row in ROWS]
    agree(state(*rows), machine(*FREE))


def test_a_counter_that_drifted_from_the_lists_is_the_snapshots_own() -> None:
    text = SNAPSHOT.replace("\t4096\t0\t0x", "\t4096\t40\t0x")
    drifted = read_snapshot(BytesIO(text.encode()))
    agree(state(*[row.replace("nr_free_pages=16", "nr_free_pages=40") for row in ROWS]), drifted)
    with pytest.raises(Unusable, match="0 listed pages, nr_free 40"):
        agree(state(*ROWS), drifted)


def test_both_have_the_same_zones() -> None:
    more = "Z\t0\t2\tNormal\t9000\t10\t10\t10\t0\t0x0\n"
    snapshot = read_snapshot(BytesIO((SNAPSHOT + more).encode()))
    with pytest.raises(Unusable, match="of another machine: it has no node 0, zone 2"):
        agree(state(*ROWS), snapshot)
    one = read_snapshot(
        BytesIO(SNAPSHOT.replace("\t1\tDMA32", "\t2\tNormal").replace("M\t0\t1", "M\t0\t2").encode())
    )
    with pytest.raises(Unusable, match="line 3: of another machine: the snapshot has no node 0, zone 1"):
        agree(state(*ROWS), one)


@pytest.mark.parametrize("name", ["req2numa.zs.start", "req1.zs.end"])
def test_whatever_is_changed_is_read_or_refused_in_one_line(name: str) -> None:
    text = (DATA / name).read_bytes()
    chance = random.Random(name)
    refused = set[str]()
    for _ in range(1500):
        changed = bytearray(text)
        for _ in range(chance.choice([1, 1, 1, 3])):
            place = chance.randrange(len(changed))
            kind = chance.randrange(4)
            if kind == 0:
                changed[place] = chance.randrange(256)
            elif kind == 1:
                del changed[place : place + chance.choice([1, 1, 40, 400])]
            elif kind == 2:
                changed[place:place] = bytes([chance.randrange(256)])
            else:
                changed = changed[:place] + changed[chance.randrange(len(changed)) :]
            changed = changed or bytearray(b"\n")
        try:
            read_zonestate(BytesIO(changed))
        except Unusable as error:
            refused.add(str(error))
    assert len(refused) > 300
    assert all(len(said) < 200 and said.isprintable() for said in refused)


def test_the_command_takes_a_state_and_its_limits() -> None:
    options = ("--snapshot", DATA / "req6offline.fl.start.gz", "--zonestate", DATA / "req6offline.zs.start")
    found = checked("--json", *options, DATA / "req6offline.trace.txt.gz")
    assert (found.status, found.stderr) == (0, "")
    assert {each["source"] for each in found.objects[0]["limits"]} <= {"zonestate", "inferred"}


def test_a_zoneinfo_tells_the_limits_if_both_are_given() -> None:
    options: list[str | Path] = []
    for option, name in (("snapshot", "fl.start.gz"), ("zonestate", "zs.start"), ("zoneinfo", "zoneinfo")):
        options += [f"--{option}", DATA / f"req2numa.{name}"]
    told = checked("--json", *options, DATA / "req2numa.trace.txt.gz").objects[0]["limits"]
    options[4:] = []
    alike = checked("--json", *options, DATA / "req2numa.trace.txt.gz").objects[0]["limits"]
    assert {each.pop("source") for each in told} == {"zoneinfo"}
    assert {each.pop("source") for each in alike} == {"zonestate"}
    assert told == alike


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (
            "req1.zs.start",
            "line 3: of another machine: addr=0xffff88800f9a7000 is 0xffff88801f9a7000 in the snap",
        ),
        ("req6offline.zoneinfo", "line 1: not a record of a state of zones"),
        ("nothing", "No such file or directory"),
    ],
)
def test_the_command_refuses_a_bad_state_in_one_line(name: str, reason: str) -> None:
    options = ("--snapshot", DATA / "req6offline.fl.start.gz", "--zonestate", DATA / name)
    found = checked(*options, DATA / "req6offline.trace.txt.gz")
    assert found.status == 2
    assert found.complaint.startswith(f"verified-buddy: {DATA / name}: {reason}")


def test_a_state_goes_with_a_snapshot() -> None:
    found = checked("--zonestate", DATA / "req1.zs.start", DATA / "req1.trace.txt.gz")
    assert found.status == 2
    assert "--zonestate goes with --snapshot" in found.stderr

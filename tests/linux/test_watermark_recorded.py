"""What the recordings say of watermarks: each answer for a single page, and which test was made."""

from __future__ import annotations

import gzip
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.linux.watermark_cases import DATA, CasesZone, snapshot_zones
from tests.linux.watermark_oracle import Case
from verified_buddy.linux import alloc_flags, gfp
from verified_buddy.linux.watermark import quick_ok, zone_watermark_fast, zone_watermark_ok

ALL_LISTS = {order: frozenset(range(4)) for order in range(11)}
SINGLE, LARGER, SURE, RELEASED = (
    "single pages",
    "larger blocks",
    "reserve known",
    "one pageblock released",
)
ANSWERS = {
    "req1": {(SINGLE, SURE): 18269, SINGLE: 2621, LARGER: 6142, RELEASED: 2},
    "req2numa": {SINGLE: 5, LARGER: 24},
    "req3memcg": {LARGER: 773},
    "req4compact": {SINGLE: 1401, LARGER: 2596},
}
"""How many answers each recording has."""
LOOKS = {
    "req1": {"quick": 13129, "full": 21381, "again": 805},
    "req2numa": {"quick": 5829, "full": 22},
    "req3memcg": {"quick": 8413, "full": 773},
    "req4compact": {"quick": 135, "full": 678},
}
"""How often a zone was looked at quickly, in full, and in full once more without its boost."""


class Probe(NamedTuple):
    """A line of a probe on requests."""

    name: str
    pid: str
    of: dict[str, int]


LINE = re.compile(r"-(\d+) +\[\d+\] .{5} +[\d.]+: (gpff|gpff_ret|wmf|wm|wm_ret|tryz): \(.*?\)(.*)")
FIELD = re.compile(r" (\w+)=(\S+)")


def probes(name: str) -> Iterator[Probe]:
    """Those of a recording's trace, from its start marker on."""
    with gzip.open(DATA / f"{name}.trace.txt.gz", "rt", encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if ": wm" in line or ": gpff" in line or ": tryz" in line:
                found = LINE.search(line)
                assert found is not None, line
                fields = {key: int(value, 0) for key, value in FIELD.findall(found[3])}
                yield Probe(found[2], found[1], fields)


class Call(NamedTuple):
    """The arguments of a check, but for the free pages."""

    zone: CasesZone
    order: int
    mark: int
    highest_zoneidx: int
    flags: int


class Machine:
    """The zones of a recorded machine, as the probes tell of them; every list has blocks."""

    def __init__(self, name: str) -> None:
        zones = {int(zone["addr"], 0): zone for zone in snapshot_zones(name)}
        self.reserves = {at: tuple(map(int, zone["lowmem_reserve"].split(","))) for at, zone in zones.items()}
        self.highatomic = {at: int(zone["reserved_highatomic"]) for at, zone in zones.items()}

    def call(self, of: dict[str, int], *, released: int = 0) -> Call:
        """The arguments of the check that the probe saw, but for the free pages."""
        reserved = self.highatomic[of["zone"]] - released
        figures = of["order"], of["mark"], self.reserves[of["zone"]], of["hz"], of["flags"], 0, 0, reserved, 0
        return Call(CasesZone(Case(*figures, ALL_LISTS)), of["order"], of["mark"], of["hz"], of["flags"])


def agrees(call: Call, of: dict[str, int], ret: int) -> bool:
    """Whether we answer the same; above order 0, where lists decide too, whether we pass what passed."""
    said = zone_watermark_ok(*call, of["free"])
    return said == bool(ret) if of["order"] == 0 else said or not ret


@pytest.mark.parametrize("name", ANSWERS)
def test_every_recorded_answer_for_a_single_page_is_given(name: str) -> None:
    machine, counts = Machine(name), Counter[object]()
    asked: dict[str, list[tuple[dict[str, int], bool]]] = defaultdict(list)
    looked: dict[str, int] = {}
    for probe in probes(name):
        if probe.name == "wmf":
            machine.highatomic[probe.of["zone"]] = probe.of["resv"]
            looked[probe.pid] = probe.of["zone"]
        elif probe.name == "wm":
            told = looked.pop(probe.pid, 0) == probe.of["zone"]
            sure = told or probe.of["flags"] & alloc_flags.RESERVES != 0
            asked[probe.pid].append((probe.of, sure))
        elif probe.name == "wm_ret" and asked[probe.pid]:
            of, sure = asked[probe.pid].pop()
            kind = SINGLE if of["order"] == 0 else LARGER
            counts[(kind, SURE) if sure and kind == SINGLE else kind] += 1
            if not agrees(machine.call(of), of, probe.of["ret"]):
                assert not sure, of
                assert agrees(machine.call(of, released=512), of, probe.of["ret"]), of
                counts[RELEASED] += 1
    assert counts == ANSWERS[name]


@pytest.mark.parametrize("name", LOOKS)
def test_each_recorded_zone_is_looked_at_quickly_in_full_or_again_as_the_kernel_did(name: str) -> None:
    machine, counts = Machine(name), Counter[str]()
    gfp_masks: dict[str, int] = {}
    looks: dict[str, tuple[dict[str, int], str]] = {}
    for probe in probes(name):
        of, stage = looks.pop(probe.pid, ({}, ""))
        if probe.name == "gpff":
            gfp_masks[probe.pid] = probe.of["gfp"]
        elif probe.name == "wmf":
            machine.highatomic[probe.of["zone"]] = probe.of["resv"]
            looks[probe.pid] = probe.of, "looks"
        if stage == "looks":
            full = probe.name == "wm"
            assert quick_ok(*machine.call(of), of["free"]) != full, of
            counts["full" if full else "quick"] += 1
            if full:
                looks[probe.pid] = of, "asks"
        elif stage == "asks" and probe.name == "wm_ret" and probe.of["ret"] == 0:
            looks[probe.pid] = of, "failed"
        elif stage == "failed":
            mask = gfp_masks[probe.pid]
            again = probe.name == "wm" and probe.of["mark"] == of["mark"] - of["boost"]
            atomic = mask & gfp.ATOMIC != 0 and of["flags"] & alloc_flags.WMARK_MASK == alloc_flags.WMARK_MIN
            assert again == (of["order"] == 0 and atomic and of["boost"] > 0), of
            counts["again"] += again
            passes = zone_watermark_fast(*machine.call(of), mask, of["free"], of["boost"])
            assert again or of["order"] > 0 or not passes, of
    assert +counts == LOOKS[name]

"""The counters of free pages that a recording's probes make, beside every look of its kernel at one."""

from __future__ import annotations

import gzip
import re
from typing import Final

import pytest

from tests.linux.zone_states import DATA, cpus, rows
from verified_buddy.free_area import Migratetype
from verified_buddy.kmem.events import Counted, FreeOnePage, Probe, Putback
from verified_buddy.linux.vmstat import ZoneCounter
from verified_buddy.pfn import ORDERS, Pfn
from verified_buddy.replay.counter import CountedZone, FreeCounters

LINE: Final = re.compile(
    r" \[(\d+)\] \S+ +[\d.]+: (nrfree|fop_\w+|putback|vmfold|setthr|wmf|tracing_mark_write): (.*)"
)
VMEMMAP: Final = 0xFFFFEA0000000000
PROBES: Final[dict[str, Probe]] = {
    "fop_pcp": "fop_pcp",
    "fop_one": "fop_one",
    "fop_ok": "fop_ok",
    "fop_split": "fop_split",
}
LOOKS = {"req1": 34_510, "req3memcg": 9_186, "req4compact": 813, "req2numa": 5_851, "req6offline": 2_679}


def counters(name: str) -> FreeCounters:
    """As they were at the start."""
    nodes = {row["node"]: int(row["pgdat"], 0) for row in rows(name, "N")}
    zones = {}
    for row in rows(name, "Z"):
        here = [
            each for each in rows(name, "D") if (each["node"], each["zone"]) == (row["node"], row["zone"])
        ]
        counter = ZoneCounter(
            int(row["nr_free_pages"]),
            cpus(name),
            [int(each["threshold"]) for each in here],
            [int(each["diff"]) for each in here],
        )
        managed, least, low, mark = (int(row[key]) for key in ("managed", "min", "low", "drift_mark"))
        zones[int(row["addr"], 0)] = CountedZone(nodes[row["node"]], managed, least, low, mark, counter)
    return FreeCounters(zones, cpus(name))


class Replay:
    """A recording from its start to its end."""

    def __init__(self, name: str) -> None:
        self.counters = counters(name)
        self.spans: list[tuple[range, int]] = []
        with gzip.open(DATA / f"{name}.fl.start.gz", "rt", encoding="ascii") as lists:
            for line in lists:
                if line.startswith("Z"):
                    _, _, _, _, start, spanned, _, _, _, address = line.split("\t")
                    zone = range(int(start), int(start) + int(spanned))
                    self.spans.append((zone, int(address, 0)))
        self.looks = self.right = 0
        with gzip.open(DATA / f"{name}.trace.txt.gz", "rt", encoding="ascii") as lines:
            self.run(enumerate(lines, 1))

    def run(self, lines: enumerate[str]) -> None:
        """The lines between the marks."""
        running = False
        for number, line in lines:
            if (found := LINE.search(line)) is None:
                continue
            cpu, event, text = found.groups()
            if event == "tracing_mark_write":
                running = running or text.startswith("KT snap start end")
                if text.startswith("KT snap end begin"):
                    return
            elif running:
                fields = dict(field.split("=", 1) for field in text.split() if "=" in field)
                self.one(number, int(cpu), event, fields)

    def one(self, line: int, cpu: int, event: str, fields: dict[str, str]) -> None:
        """One event."""
        counters = self.counters
        if event == "wmf":
            self.looks += 1
            self.right += counters.read(int(fields["zone"], 0)) == int(fields["free"])
        elif event == "nrfree":
            if fields["item"] == "0":
                counters.counted(Counted(line, cpu, int(fields["zone"], 0), int(fields["delta"])))
        elif event == "vmfold":
            counters.fold(cpu)
        elif event == "setthr":
            hurry = fields["fn"].startswith("calculate_pressure_threshold")
            counters.set_thresholds(int(fields["pgdat"], 0), pressure=hurry)
        else:
            order, kind = ORDERS[int(fields["order"])], Migratetype(int(fields["mt"]))
            if event == "putback":
                pfn = Pfn((int(fields["page"], 0) - VMEMMAP) // 64)
                (zone,) = (address for pages, address in self.spans if pfn in pages)
                counters.put_back(Putback(line, cpu, pfn, order, kind), zone)
            else:
                pfn, zone = Pfn(int(fields["pfn"], 0)), int(fields["zone"], 0)
                counters.given(FreeOnePage(line, cpu, PROBES[event], pfn, zone, order, kind, 0))


@pytest.mark.parametrize("name", LOOKS)
def test_every_look_at_a_counter_is_predicted(name: str) -> None:
    """Of two CPUs and of memory that goes offline, too."""
    replay = Replay(name)
    assert (replay.right, replay.looks) == (LOOKS[name], LOOKS[name])


def one_zone(threshold: int = 4) -> FreeCounters:
    """A machine with one zone at address 1, whose node is at 2."""
    return FreeCounters({1: CountedZone(2, 3840, 26, 32, 46, ZoneCounter(100, 2, threshold))}, 2)


def test_what_is_given_back_and_told_as_a_change_too_counts_once() -> None:
    machine = one_zone()
    given = FreeOnePage(1, 0, "fop_one", Pfn(8), 1, ORDERS[3], Migratetype(0), 0)
    machine.given(given)
    machine.counted(Counted(2, 0, 1, 8))
    assert machine.read(1) == 108
    machine.counted(Counted(3, 0, 1, 8))
    assert machine.read(1) == 116
    machine.given(given)
    machine.counted(Counted(5, 1, 1, 8))
    assert machine.read(1) == 132


def test_a_captured_block_leaves_the_counter_as_it_was() -> None:
    machine = one_zone()
    machine.given(FreeOnePage(1, 0, "fop_one", Pfn(8), 1, ORDERS[3], Migratetype(0), 0))
    machine.counted(Counted(2, 0, 1, -16))
    assert machine.read(1) == 92


def test_what_is_isolated_is_not_counted() -> None:
    machine = one_zone()
    machine.given(FreeOnePage(1, 0, "fop_one", Pfn(8), 1, ORDERS[3], Migratetype(4), 0))
    machine.put_back(Putback(2, 0, Pfn(8), ORDERS[3], Migratetype(4)), 1)
    assert machine.read(1) == 100
    machine.put_back(Putback(2, 0, Pfn(8), ORDERS[3], Migratetype(1)), 1)
    assert machine.read(1) == 108


def test_thresholds_change_where_the_drift_may_matter() -> None:
    machine = one_zone()
    machine.set_thresholds(2, pressure=True)
    assert machine.zones[1].counter.thresholds == [3, 3]
    machine.set_thresholds(3, pressure=False)
    assert machine.zones[1].counter.thresholds == [3, 3]
    machine.set_thresholds(2, pressure=False)
    assert machine.zones[1].counter.thresholds == [4, 4]
    unmarked = machine.zones[1]._replace(drift_mark=0)
    machine = FreeCounters({1: unmarked}, 2)
    machine.set_thresholds(2, pressure=True)
    assert unmarked.counter.thresholds == [4, 4]

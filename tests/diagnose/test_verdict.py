"""Verdicts, zone by zone: as they were worked out by hand, and as the functions that are proved have them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.diagnose.failure_reports import FAILURES, MORE, STATES, Expected, expected, facts_of, judged
from verified_buddy.diagnose.files import reports
from verified_buddy.diagnose.report import OrderList, Report, ZoneReport
from verified_buddy.diagnose.verdict import judge
from verified_buddy.free_area import UNMOVABLE, Migratetype
from verified_buddy.linux import gfp
from verified_buddy.linux.alloc_flags import NON_BLOCK, gfp_to_alloc_flags
from verified_buddy.linux.migratetype import HIGHATOMIC, MOVABLE, RECLAIMABLE
from verified_buddy.linux.watermark import FOR_ALL, zone_watermark_fast

ROWS = [*expected(FAILURES), *expected(MORE)]
LETTERS = {UNMOVABLE: "U", MOVABLE: "M", RECLAIMABLE: "E", HIGHATOMIC: "H"}
FLAGS = (gfp.GFP_KERNEL, gfp.GFP_ATOMIC, gfp.GFP_NOWAIT, gfp.GFP_HIGHUSER_MOVABLE, gfp.GFP_DMA32 | gfp.HIGH)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.path.stem} {row.zone}")
def test_verdict_and_margin_are_those_that_were_worked_out_by_hand(row: Expected) -> None:
    (zone,) = (each for each in facts_of(row.path)["zones"] if each["name"] == row.zone)
    assert (zone["verdict"], zone["would_pass_without"]) == (row.verdict, row.without)
    if row.margin is not None or row.path.parent == MORE:
        assert zone["margin"] == row.margin


def test_there_are_ten_more_reports_than_were_given() -> None:
    assert len({row.path for row in ROWS if row.path.parent == MORE}) >= 10


class Zone:
    """A zone of random figures, as the proved functions ask for them."""

    def __init__(self, rng: random.Random) -> None:
        self.lowmem_reserve: Sequence[int] = (0, 0, rng.choice([0, 50]), rng.choice([50, 90]), 90)
        self.nr_reserved_highatomic = rng.choice([0, 0, 64])
        self.free = rng.randrange(400)
        self.boost = rng.choice([0, 0, 40])
        self.min = rng.randrange(200) + self.boost
        self.lists = [
            {kind: rng.choice([0, 0, 0, 1]) for kind in (*LETTERS,)} if rng.random() < 0.4 else {}
            for _ in range(11)
        ]

    def has_free(self, order: int, migratetype: Migratetype) -> bool:
        return self.lists[order].get(migratetype, 0) > 0

    def report(self, order: int, mask: int) -> Report:
        figures = {"free": self.free, "min": self.min, "boost": self.boost, "free_cma": 0, "managed": 500}
        figures["reserved_highatomic"] = self.nr_reserved_highatomic
        letters = ("".join(LETTERS[kind] for kind in one if one[kind]) for one in self.lists)
        lists = tuple(
            OrderList(sum(one.values()), text, {LETTERS[kind]: count for kind, count in one.items()})
            for one, text in zip(self.lists, letters, strict=True)
        )
        zone = ZoneReport(0, "DMA32", figures, tuple(self.lowmem_reserve), lists)
        return Report("failure", "random", 1, order, mask, "", "6.1.192", zones={(0, "DMA32"): zone})


def test_by_the_rules_of_6_1_a_zone_passes_if_the_proved_function_says_so() -> None:
    rng = random.Random(15)
    seen = set()
    for _ in range(20_000):
        zone, order, mask = Zone(rng), rng.choice([0, 0, 1, 3, 9]), rng.choice(FLAGS)
        highest = gfp.gfp_zone(mask)
        flags = gfp_to_alloc_flags(mask, order, realtime=False)
        passes = zone_watermark_fast(zone, order, zone.min, highest, flags, mask, zone.free, zone.boost)
        (found,) = judge(zone.report(order, mask)).zones
        assert found.margin is not None
        last_resort = flags & NON_BLOCK != 0  # a single page of the reserve, if there is nothing else
        types = LETTERS if last_resort else FOR_ALL
        none = order == 0 and not any(zone.has_free(each, kind) for each in range(11) for kind in types)
        assert (found.verdict == "passes") == (passes and not none)
        assert (found.margin > 0) == (found.verdict in ("passes", "no-block"))
        seen.add((found.verdict, order > 0))
    assert len(seen) == 6


@pytest.mark.parametrize("order", [0, 3, 9])
@pytest.mark.parametrize("path", STATES, ids=lambda path: path.name)
def test_of_a_recordings_state_every_eligible_zone_is_compared(
    path: Path, order: int, tmp_path: Path
) -> None:
    path = Path(shutil.copytree(path, tmp_path / path.name))
    before = FAILURES.parent / "linux-6.1" / f"{path.name.removesuffix('-before')}.zoneinfo"
    if before.exists():
        shutil.copy(before, path / "zoneinfo")
    ((_, report),) = reports((str(path),))
    assert isinstance(report, Report)
    report.order, report.gfp, report.kernel = order, gfp.GFP_KERNEL, "6.1.192"
    judgement = judge(report)
    assert judgement.zones
    for each in judgement.zones:
        assert each.verdict in ("passes", "watermark", "no-block")
        assert each.comparison is not None
        less = each.comparison.highatomic + 2**order - 1
        assert each.comparison.usable == each.zone.figures["free"] - less


def test_if_versions_differ_where_the_version_is_not_told_that_is_unknown() -> None:
    lists = " ".join(f"0*{4 << order}kB" for order in range(1, 11))
    zone = "Node 0 Normal free:{}kB min:4000kB low:5000kB high:6000kB reserved_highatomic:400KB free_cma:0kB"
    head = "task: page allocation failure: order:0, mode:0xcc0(GFP_KERNEL), nodemask=(null)"
    log = f"{head}\n{zone}\nlowmem_reserve[]: 0 0 0 0\nNode 0 Normal: {{}}*4kB (U) {lists} = {{}}kB\n"
    for free, verdict in ((4200, "unknown"), (4404, "passes"), (4000, "watermark")):
        (found,) = judged(log.format(free, free // 4, free)).zones
        assert found.verdict == verdict
        assert (found.margin is None) == (verdict == "unknown")


def test_of_6_1_before_its_flags_were_made_anew_both_ways_are_tried() -> None:
    """GFP_NOWAIT: the reserve of 100 pages is left out in one of them, and it decides here."""
    zone = "Node 0 Normal free:4200kB boost:0kB min:4000kB low:5000kB high:6000kB reserved_highatomic:400KB"
    for kernel, verdicts in (("6.1.20", {"unknown"}), ("6.1.192", {"passes"}), ("6.0.1", {"watermark"})):
        log = (
            "task: page allocation failure: order:0, mode:0x800(GFP_NOWAIT), nodemask=(null)\n"
            f"CPU: 0 PID: 1 Comm: task Not tainted {kernel} #1\n"
            f"{zone} free_cma:0kB\nlowmem_reserve[]: 0 0 0 0\n"
        )
        assert {each.verdict for each in judged(log).zones} == verdicts

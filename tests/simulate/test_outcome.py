"""The figures of a run, for people and for programs."""

from __future__ import annotations

import json

from verified_buddy.linux import gfp
from verified_buddy.simulate.figures import outcome_of
from verified_buddy.simulate.load import Ask
from verified_buddy.simulate.machine_text import machine_of
from verified_buddy.simulate.outcome import as_table, thousandths
from verified_buddy.simulate.run import Run
from verified_buddy.terminal import plain


def test_an_index_is_told_as_debugfs_does() -> None:
    assert [thousandths(each) for each in (-1000, 7, 166, 1000)] == ["-1.000", "0.007", "0.166", "1.000"]


def test_a_full_machine_has_failures_by_order_and_nothing_free() -> None:
    run = Run(machine_of("8 MiB"), "6.1")
    asks = [Ask(number, gfp.GFP_KERNEL | gfp.MEMALLOC, 9 - number % 4) for number in range(40)]
    singles = [Ask(number, gfp.GFP_KERNEL | gfp.MEMALLOC, 0) for number in range(100, 1100)]
    run.play([*asks, *singles], lambda done: None)
    outcome = outcome_of(run)
    assert outcome.failed == sum(outcome.failed_by_order.values()) > 0
    assert outcome.free_pages == sum(count << order for order, count in enumerate(outcome.free_blocks)) == 0
    assert (outcome.unusable_index, outcome.fragmentation_index) == ({"4": 1000, "9": 1000}, {"4": 0, "9": 0})
    assert sum(outcome.pageblocks.values()) == 4
    facts = json.loads(json.dumps(outcome.facts()))
    assert facts["failed"] == outcome.failed
    rows = plain(as_table([outcome], "a title")).splitlines()
    assert rows[0] == "a title"
    assert any(row.startswith(f"│     order 9 {' ' * 28}│") for row in rows), rows

"""Loads on machines: what is asked for under a name, what is reclaimed, and how large a machine may be."""

from __future__ import annotations

import subprocess
import sys

import pytest

from verified_buddy import NodeSpec
from verified_buddy.linux import gfp
from verified_buddy.oracle.source import Unusable
from verified_buddy.simulate.figures import outcome_of
from verified_buddy.simulate.load import Ask, Drain, Fold, Give, Step
from verified_buddy.simulate.machine_text import machine_of
from verified_buddy.simulate.outcome import Outcome
from verified_buddy.simulate.run import Run

LARGE = r"""
import re, time
from pathlib import Path
begun = time.process_time()
from verified_buddy.simulate.machine_text import machine_of
from verified_buddy.simulate.run import Run
run = Run(machine_of("1 TiB"), "6.1")
assert sum(zone.managed for zone in run.nodes.ascending) == (1 << 28) - 256
most = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
print(time.process_time() - begun, int(most[1]) / 1024)
"""


def played(steps: list[Step], memory: str = "16 MiB", policy: str = "6.1") -> Outcome:
    run = Run(machine_of(memory), policy)
    run.play(steps, lambda done: None)
    return outcome_of(run)


def test_a_terabyte_starts_in_under_2_seconds_and_under_300_mib() -> None:
    found = subprocess.run([sys.executable, "-c", LARGE], capture_output=True, text=True, check=True)
    seconds, mebibytes = map(float, found.stdout.split())
    assert seconds < 2
    assert mebibytes < 300


def test_all_pages_come_back() -> None:
    asked: list[Step] = [Ask(number, gfp.GFP_KERNEL, number % 5) for number in range(100)]
    given: list[Step] = [Give(number) for number in range(100)]
    found = played([*asked, *given, Give("none"), Drain(), Fold()])
    assert (found.requests, found.frees, found.failed, found.cached_pages) == (100, 100, 0, 0)
    assert found.free_pages == 4096 - 256


def test_a_name_that_is_asked_for_again_is_another_block() -> None:
    found = played([Ask("a", gfp.GFP_KERNEL, 10), Ask("a", gfp.GFP_KERNEL, 10)])
    assert (found.failed, found.free_pages) == (0, 4096 - 256 - 1024)


def test_what_may_be_reclaimed_is_before_a_request_fails() -> None:
    movable = gfp.GFP_HIGHUSER_MOVABLE
    kept: list[Step] = [Ask(number, movable, 0) for number in range(5000)]
    cache: list[Step] = [Ask(number, movable, 0, reclaimable=True) for number in range(5000)]
    assert played([*kept]).failed > 1000
    found = played([*cache])
    assert (found.failed, found.reclaimed > 1000, found.kswapd_rounds > 0) == (0, True, True)


def test_a_request_that_would_try_for_ever_has_failed() -> None:
    kept: list[Step] = [Ask(number, gfp.GFP_KERNEL, 10) for number in range(5)]
    found = played([*kept, Ask("more", gfp.GFP_KERNEL | gfp.NOFAIL, 10)])
    assert found.endless == 1
    assert found.failed_by_order["10"] >= 1


def test_a_machine_that_cannot_be_is_said() -> None:
    with pytest.raises(Unusable, match="no machine: "):
        Run([NodeSpec([(0, 0, 4096)])], "6.1")

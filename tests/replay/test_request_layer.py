"""The request layer against real kernels: every zone, mark, counter, step and charge of the recordings."""

from __future__ import annotations

from dataclasses import asdict
from functools import cache

import pytest

from tests.kmem.kernel_trace import recording, state_of
from verified_buddy.replay.recording import Judgement
from verified_buddy.replay.replay import ZoneReplay
from verified_buddy.replay.request_layer import RequestLayer

FIGURES = {
    "req1": {
        "requests": 15_921,
        "looks": 34_510,
        "counters": 34_510,
        "answers": 27_032,
        "slow": 2_030,
        "wakes": 2_429,
        "balances": 371,
        "charges": 0,
    },
    "req3memcg": {
        "requests": 9_186,
        "looks": 9_186,
        "counters": 9_186,
        "answers": 773,
        "slow": 0,
        "wakes": 0,
        "balances": 0,
        "charges": 6_148,
    },
    "req4compact": {
        "requests": 565,
        "looks": 813,
        "counters": 813,
        "answers": 3_997,
        "slow": 16,
        "wakes": 53,
        "balances": 341,
        "charges": 0,
    },
    "req2numa": {
        "requests": 5_851,
        "looks": 5_849,
        "counters": 5_851,
        "answers": 29,
        "slow": 2,
        "wakes": 1,
        "balances": 4,
        "charges": 0,
    },
    "req6offline": {
        "requests": 2_679,
        "looks": 2_679,
        "counters": 2_679,
        "answers": 2,
        "slow": 0,
        "wakes": 0,
        "balances": 0,
        "charges": 0,
    },
}


@cache
def judged(name: str) -> Judgement:
    return recording(name, zonestate=True)


def layer(name: str) -> RequestLayer:
    replay = judged(name).replay
    assert isinstance(replay, ZoneReplay)
    assert replay.requests is not None
    return replay.requests


@pytest.mark.parametrize("name", FIGURES)
def test_everything_that_requests_do_is_predicted(name: str) -> None:
    counts = asdict(layer(name).counts)
    expected = FIGURES[name]
    assert counts == expected | {f"{key}_predicted": count for key, count in expected.items()}
    assert judged(name).conforms
    assert judged(name).replay.layers == ("frame", "zone", "per-CPU", "request")


@pytest.mark.parametrize("name", ["req1", "req3memcg", "req4compact"])
def test_the_zones_end_as_the_kernel_left_them(name: str) -> None:
    own, end = layer(name).own, state_of(f"{name}.zs.end")
    assert len(own.zones) == len(end.zones)
    for ref, zone in own.zones.items():
        row, diffs = end.zones[ref], end.diffs[ref]
        assert zone.boost == row.boost
        assert zone.lists.nr_reserved_highatomic == row.reserved_highatomic
        assert zone.counter.exact() == row.nr_free_pages + sum(each.diff for each in diffs.values())


def test_every_line_of_the_charges_is_predicted() -> None:
    """What a line shows first was learned from it, or was given from outside; no line differs."""
    tally = layer("req3memcg").charges.tally
    assert not layer("req3memcg").charges.misses
    assert tally["kmemch_ret", "predicted"] == 6_148
    assert (tally["trych", "predicted"], tally["trych", "learned"]) == (8_599, 37)
    assert (tally["pcharge", "predicted"], tally["pcharge", "learned"]) == (2_951, 2)
    assert tally["pforce", "predicted"] == 158
    assert not [key for key in tally if key[1] == "missed"]

"""What a machine tells is judged by the replay, which knows nothing of it: every event is predicted."""

from __future__ import annotations

import pytest

from tests.simulate.told_nodes_load import MACHINES, Tasks, judged, told
from verified_buddy.replay.recording import Judgement
from verified_buddy.replay.replay import ZoneReplay
from verified_buddy.simulate.states import snapshot, zonestate
from verified_buddy.simulate.teller import Teller
from verified_buddy.simulate.told_nodes import ToldNodes
from verified_buddy.simulate.watched import WatchedNodes

CHARGES = {"charge failed"}
"""Without probes on charges, a page that is given back for want of one is noted."""

COUNTED = ("requests", "looks", "counters", "answers", "slow", "wakes", "balances")


def layers_of(found: Judgement) -> ZoneReplay:
    assert isinstance(found.replay, ZoneReplay)
    return found.replay


@pytest.mark.parametrize("spelling", ["tracefs", "perf"])
@pytest.mark.parametrize("machine", MACHINES)
def test_every_step_is_predicted_and_every_list_is_equal_at_the_end(machine: str, spelling: str) -> None:
    found = judged(told(machine, 7, 2000, "perf" if spelling == "perf" else "tracefs"))
    replay = layers_of(found)
    assert not found.findings.violations
    assert found.findings.notes.keys() <= CHARGES
    assert replay.layers == ("frame", "zone", "per-CPU", "request")
    assert replay.zone.taken == replay.zone.predicted > 500
    assert replay.pcp.allocated == replay.pcp.predicted > 500
    assert replay.drains.drained == replay.drains.predicted > 100
    assert found.final is not None
    final = found.final
    assert (final.unequal, final.unequal_pcp, final.wrong_pageblocks) == ([], [], [])


@pytest.mark.parametrize("machine", MACHINES)
def test_every_request_look_wake_and_answer_is_predicted(machine: str) -> None:
    seen = dict.fromkeys(COUNTED, 0)
    for seed in (8, 11, 12):
        requests = layers_of(judged(told(machine, seed, 1500))).requests
        assert requests is not None
        for name in COUNTED:
            count, predicted = (getattr(requests.counts, each) for each in (name, f"{name}_predicted"))
            assert count == predicted, name
            seen[name] += count
    assert min(seen.values()) > 0, seen


@pytest.mark.parametrize("machine", MACHINES)
def test_without_probes_it_conforms(machine: str) -> None:
    found = judged(told(machine, 9, 2000, probes=False))
    assert found.conforms
    assert found.replay.layers == ("frame", "zone", "per-CPU")


@pytest.mark.slow
@pytest.mark.parametrize("machine", MACHINES)
def test_so_are_many_more(machine: str) -> None:
    for seed in range(100, 130):
        found = judged(told(machine, seed, 2000))
        assert found.conforms, (seed, found.findings.violations)
        assert found.findings.notes.keys() <= CHARGES, (seed, found.findings.notes)


@pytest.mark.parametrize("policy", ["6.1", "6.12"])
def test_a_machine_that_tells_does_what_any_other_does(policy: str) -> None:
    states = []
    for teller in (None, Teller(lambda text: None)):
        world = Tasks(3)
        specs = MACHINES["two nodes"]
        nodes = world.nodes = (
            WatchedNodes(specs, world, policy=policy, patience=400)
            if teller is None
            else ToldNodes(specs, teller, world, policy=policy, patience=400)
        )
        for _ in range(1500):
            world.step()
        states.append([*snapshot(nodes), *zonestate(nodes)])
    assert states[0] == states[1]


def test_one_thing_changed_is_noticed() -> None:
    found = told("one node", 10, 1000)
    lines = found.trace.split(b"\n")
    at = max(number for number, line in enumerate(lines) if b" wm_ret: " in line)
    old, new = (b"ret=1", b"ret=0") if b"ret=1" in lines[at] else (b"ret=0", b"ret=1")
    lines[at] = lines[at].replace(old, new)
    assert not judged(found._replace(trace=b"\n".join(lines))).conforms

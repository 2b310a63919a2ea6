"""A long run, which the replay of a trace finds exact in every layer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulate.test_command import check, simulate

LOAD = ("--load", "page-cache", "--memory", "256 MiB, two nodes", "--cpus", "2", "--requests", "100000")


@pytest.mark.slow
def test_100_000_requests_are_exact_in_every_layer(tmp_path: Path) -> None:
    found = simulate(*LOAD, "--write", str(tmp_path / "run"))
    assert (found.returncode, found.stderr) == (0, "")
    told = check(tmp_path / "run")
    assert (told["level"], told["verdict"], told["notes"]) == ("exact", "conforms", 0)
    assert told["layers"] == ["frame", "zone", "per-CPU", "request"]
    assert told["requests"] == told["requests_predicted"] == 100_000
    for key in ("looks", "counters", "answers", "slow", "wakes", "balances", "allocated", "drained"):
        assert told[key] == told[f"{key}_predicted"], key
    assert told["taken"] == told["predicted"]
    assert told["final"] == {"lists": 165, "equal": 165, "pcp_lists": 84, "pcp_equal": 84}
    assert told["pageblocks"] == {"count": 128, "equal": 128}


@pytest.mark.slow
@pytest.mark.parametrize("option", ["--no-probes", "--spelling=perf"])
def test_without_probes_and_as_perf_spells_it_they_conform(tmp_path: Path, option: str) -> None:
    assert simulate(*LOAD, option, "--write", str(tmp_path / "run")).returncode == 0
    told = check(tmp_path / "run")
    assert (told["level"], told["verdict"]) == ("exact", "conforms")

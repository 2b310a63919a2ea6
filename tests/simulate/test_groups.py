"""Memory cgroups of a load: every charge that is told is the one that is due."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from tests.simulate.test_command import check, simulate

FLAGS = (
    *("GFP_KERNEL_ACCOUNT", "GFP_KERNEL_ACCOUNT|__GFP_ZERO", "GFP_NOWAIT|__GFP_ACCOUNT"),
    *(
        "GFP_ATOMIC|__GFP_ACCOUNT",
        "GFP_KERNEL_ACCOUNT|__GFP_NORETRY",
        "GFP_KERNEL_ACCOUNT|__GFP_RETRY_MAYFAIL",
    ),
    *("GFP_KERNEL_ACCOUNT|__GFP_NOFAIL", "GFP_KERNEL"),
)
GROUPS = (
    {"op": "group", "id": "a", "limit": 400},
    {"op": "group", "id": "b", "parent": "a", "limit": 200},
    {"op": "group", "id": "c", "limit": 900},
)


def load(seed: int, requests: int, cpus: int) -> str:
    random, live = Random(seed), list[int]()
    lines: list[dict[str, object]] = [dict(group) for group in GROUPS]
    for number in range(requests):
        ask = {
            "op": "alloc",
            "id": number,
            "gfp": random.choice(FLAGS),
            "order": random.choice((0, 0, 0, 1, 2, 4)),
        }
        group = random.choice((None, "a", "b", "c", "root"))
        lines.append(ask | {"cpu": random.randrange(cpus)} | ({} if group is None else {"group": group}))
        live.append(number)
        if random.random() < 0.8 and len(live) > 200:
            given = live.pop(random.randrange(len(live)))
            lines.append({"op": "free", "id": given, "cpu": random.randrange(cpus)})
    return "".join(f"{json.dumps(line)}\n" for line in lines)


@pytest.mark.parametrize("cpus", [1, 2])
def test_every_charge_is_predicted(tmp_path: Path, cpus: int) -> None:
    text = load(cpus, 1500, cpus)
    options = (
        "--memory",
        "64 MiB",
        "--cpus",
        str(cpus),
        "--load",
        "-",
        "--write",
        str(tmp_path / "run"),
        "--json",
    )
    found = simulate(*options, given=text)
    assert (found.returncode, found.stderr) == (0, "")
    assert json.loads(found.stdout)["failed"] > 50
    told = check(tmp_path / "run")
    assert told["layers"] == ["frame", "zone", "per-CPU", "request"]
    assert told["requests"] == told["requests_predicted"] == 1500
    charges, predicted = told["charges"], told["charges_predicted"]
    assert isinstance(charges, int)
    assert isinstance(predicted, int)
    assert charges > 1000
    assert predicted > 0.9 * charges


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ('{"op": "alloc", "id": 1, "group": "a"}\n', "line 1: no group 'a' yet"),
        ('{"op": "group", "id": "a", "parent": "b"}\n', "line 1: group 'a' is there already, or its parent"),
        ('{"op": "group", "id": "root"}\n', "line 1: group 'root' is there already"),
        ('{"op": "group", "id": "a", "limit": -1}\n', "line 1: limit -1 is not in 0.."),
        ('{"op": "group"}\n', "line 1: op group: no id"),
    ],
)
def test_a_group_that_cannot_be_is_said(lines: str, why: str) -> None:
    found = simulate("--load", "-", given=lines)
    assert found.returncode == 2
    assert found.stderr.startswith(f"verified-buddy: -: {why}")

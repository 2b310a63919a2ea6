"""``verified-buddy simulate``: what it prints and writes, exit statuses, and errors in a line."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "verified_buddy"]
LONG = "n" * 300
FILES = ["fl.end", "fl.start", "trace.txt", "zs.end", "zs.start"]
ONE = '{"op": "alloc", "id": 1, "gfp": "GFP_KERNEL", "order": 2}\n'


def run(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], cwd=ROOT, input=given, capture_output=True, text=True, check=False
    )


def simulate(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return run("simulate", *arguments, given=given)


def check(directory: Path) -> dict[str, object]:
    names = ("--snapshot", "fl.start", "--expect", "fl.end", "--zonestate", "zs.start")
    options = [str(directory / name) if name in FILES else name for name in names]
    found = run("check", str(directory / "trace.txt"), *options, "--json")
    assert found.returncode == 0, found.stdout + found.stderr
    told: dict[str, object] = json.loads(found.stdout)
    return told


@pytest.mark.parametrize("load", ["kernel-build", "page-cache", "network", "thp"])
def test_what_it_writes_is_exact_for_check(tmp_path: Path, load: str) -> None:
    options = ("--load", load, "--memory", "64 MiB, two nodes", "--cpus", "2", "--requests", "4000")
    found = simulate(*options, "--write", str(tmp_path / "run"))
    assert (found.returncode, found.stderr) == (0, "")
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == FILES
    told = check(tmp_path / "run")
    assert told["layers"] == ["frame", "zone", "per-CPU", "request"]
    assert told["requests"] == told["requests_predicted"] == 4000
    assert (told["notes"], told["final"]) == (
        0,
        {"lists": 165, "equal": 165, "pcp_lists": 84, "pcp_equal": 84},
    )


@pytest.mark.parametrize("option", ["--no-probes", "--spelling=perf"])
def test_it_conforms_without_probes_and_in_perfs_spelling(tmp_path: Path, option: str) -> None:
    options = ("--load", "page-cache", "--memory", "32 MiB", "--requests", "4000", option)
    assert simulate(*options, "--write", str(tmp_path / "run")).returncode == 0
    assert check(tmp_path / "run")["verdict"] == "conforms"


def test_a_trace_alone_is_judged_for_safety_under_any_policy(tmp_path: Path) -> None:
    trace = str(tmp_path / "trace")
    options = ("--policy", "6.12", "--memory", "32 MiB", "--requests", "4000", "--load", "page-cache")
    assert simulate(*options, "--trace", trace).returncode == 0
    assert run("check", trace).returncode == 0


def test_the_same_run_is_the_same_to_the_byte(tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert simulate("--requests", "500", "--write", str(tmp_path / name)).returncode == 0
    assert [(tmp_path / "one" / name).read_bytes() for name in FILES] == [
        (tmp_path / "two" / name).read_bytes() for name in FILES
    ]


def test_two_policies_stand_side_by_side() -> None:
    options = ("--load", "page-cache", "--memory", "32 MiB", "--requests", "9000", "--compare", "6.1,6.12")
    found = simulate(*options)
    assert (found.returncode, found.stderr) == (0, "")
    rows = {cells[0].strip(): cells[1:] for cells in map(split, found.stdout.splitlines()) if len(cells) > 2}
    assert [each.strip() for each in rows[""]] == ["6.1", "6.12"]
    first, second = (json.loads(line) for line in simulate(*options, "--json").stdout.splitlines())
    for name, key in (("failed", "failed"), ("fallbacks", "fallbacks"), ("pageblocks claimed", "claims")):
        assert [each.strip() for each in rows[name]] == [f"{first[key]:,}", f"{second[key]:,}"]
    assert first["fallbacks"] < second["fallbacks"]
    assert (first["policy"], second["policy"]) == ("6.1", "6.12")
    assert first["requests"] == second["requests"] == 9000


def split(line: str) -> list[str]:
    """The cells of a table's row."""
    return [cell for cell in line.replace("┃", "│").split("│")[1:-1] if "━" not in cell]


def test_the_requests_of_a_trace_run_on_another_policy() -> None:
    trace = "tests/data/linux-6.1/perf-script.txt.gz"
    found = simulate("--load", trace, "--requests", "50", "--compare", "6.12,6.1", "--json")
    assert [json.loads(line)["requests"] for line in found.stdout.splitlines()] == [50, 50]


@pytest.mark.parametrize(
    ("arguments", "given", "says"),
    [
        (("--memory", "0 GiB"), "", "'0 GiB': no machine has so many nodes with so much memory"),
        (("--memory", "plenty"), "", "'plenty' is no description such as '4 GiB, two nodes'"),
        (("--load", "-"), ONE + "{}\n", "-: line 2: Object missing required field `op`"),
        (("--load", "-"), "nothing\n", "-: line 1: JSON is malformed: invalid character (byte 4)"),
        (("--load", "-"), "", "-: a load without a request"),
        (("--load", "tests"), "", "tests: Is a directory"),
        (("--load", "nowhere"), "", "nowhere: no such file, nor a load of that name: kernel-build,"),
        (("--trace", "README.md"), "", "README.md: is there already"),
        (("--trace", LONG), "", f"{LONG}: File name too long"),
        (("--write", LONG), "", f"{LONG}/trace.txt: File name too long"),
        (("--trace", "README.md/trace"), "", "README.md/trace: "),
    ],
)
def test_what_cannot_be_used_is_one_line_and_2(arguments: tuple[str, ...], given: str, says: str) -> None:
    found = simulate("--requests", "9", *arguments, given=given)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith(f"verified-buddy: {says}")
    assert found.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--compare", "6.1,6.1"),
        ("--compare", "5.10"),
        ("--compare", "6.1,6.12", "--write", "somewhere"),
        ("--write", "somewhere", "--trace", "somewhere"),
        ("--policy", "5.10"),
        ("--requests", "0"),
    ],
)
def test_wrong_usage_is_2(arguments: tuple[str, ...]) -> None:
    found = simulate(*arguments)
    assert (found.returncode, found.stdout) == (2, "")
    assert "Error: " in found.stderr


def test_a_full_disk_leaves_nothing_and_says_so(tmp_path: Path) -> None:
    def full() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    found = subprocess.run(
        [*COMMAND, "simulate", "--requests", "5000", "--write", str(tmp_path / "run")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=full,
    )
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == f"verified-buddy: {tmp_path}/run/trace.txt: File too large\n"
    assert [*tmp_path.iterdir()] == []


def test_an_interrupt_leaves_nothing_and_is_130(tmp_path: Path) -> None:
    command = [*COMMAND, "simulate", "--requests", "10000000", "--write", str(tmp_path / "run")]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        until = time.monotonic() + 30
        while time.monotonic() < until and not [*tmp_path.glob("run/.trace*")]:
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"verified-buddy: interrupted\n")
    assert [*tmp_path.iterdir()] == []

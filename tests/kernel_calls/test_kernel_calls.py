"""The model against the kernel's own functions, call by call."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import zlib
from collections import Counter
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

import verified_buddy
from specs.ledger.subject import source_of
from specs.twins import TWINS
from tests.kernel_calls.files import RECORDED, Lines, judged, programs, recorded, text_of
from verified_buddy.kernel_calls.calls import End, Header, IsolateFreePage, read
from verified_buddy.kernel_calls.machine import Machine
from verified_buddy.kernel_calls.state import checksum
from verified_buddy.pfn import Order, Pfn

PACKAGE = Path(verified_buddy.__file__).parent


def told(*arguments: object, package: Path = PACKAGE) -> tuple[int, dict[str, Any]]:
    """What the command says of a file in JSON, and its exit status; by that copy of the package."""
    command = [sys.executable, "-m", "verified_buddy", "check", "--json", *map(str, arguments)]
    done = subprocess.run(
        command,
        cwd=package.parent,
        env=os.environ | {"PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_all_calls_agree() -> None:
    status, facts = told(RECORDED)
    assert (status, facts["verdict"], facts["level"], facts["first"]) == (0, "conforms", "exact", None)
    assert (facts["programs"], facts["calls"], facts["calls_agreed"]) == (46, 13_765, 13_765)


def test_what_was_recorded_is_of_every_kind() -> None:
    kinds = Counter(line["op"] for line in recorded() if "op" in line)
    assert len(kinds) == 14
    assert min(kinds.values()) > 10
    assert sum(kinds.values()) == 13_765


def test_plain_text_is_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "calls").write_bytes(text_of(programs()[0]))
    status, facts = told(tmp_path / "calls")
    assert (status, facts["programs"]) == (0, 1)
    assert facts["calls"] == facts["calls_agreed"] == len(programs()[0]) - 2


@pytest.mark.parametrize(
    ("twin", "rule", "says"),
    [
        (
            "typed-merge-likely-in-its-own-zone",
            "wrong-state",
            "free list of order 8, type 2: page 34560 is at the tail in the kernel, and not in the model",
        ),
        (
            "steal-counts-outside-the-zone",
            "wrong-state",
            "the type of the pageblock at page 1024: 2 in the kernel, 1 in the model",
        ),
        (
            "typed-offline-comes-back-to-the-tail",
            "wrong-state",
            "free list of order 0, type 1: page 36403 is at the head in the kernel, and not in the model",
        ),
    ],
)
def test_a_model_without_a_rule_of_the_kernel_does_not_agree(
    tmp_path: Path, twin: str, rule: str, says: str
) -> None:
    package = tmp_path / "verified_buddy"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    broken = TWINS[twin]
    module = package.joinpath(*broken.module.split(".")).with_suffix(".py")
    module.write_text(broken.patched(source_of(broken.module)), encoding="utf-8")
    status, facts = told(RECORDED, package=package)
    assert (status, facts["verdict"], facts["divergences"]) == (1, "diverges", 1)
    assert (facts["first"]["rule"], facts["first"]["operation"]) == (rule, facts["calls"])
    assert says in facts["first"]["message"]
    assert facts["calls_agreed"] == facts["calls"] - 1


def test_the_checksum_is_that_of_compact_json_with_sorted_keys() -> None:
    for program in programs():
        end = program[-1]["end"]
        spelled = json.dumps(end, separators=(",", ":"), sort_keys=True)
        state = msgspec.convert(program[-1], End).end
        assert checksum(state) == zlib.crc32(spelled.encode()) == program[-2]["state"]


def changed(line: int, **fields: Any) -> Lines:
    """The first program, with one line changed."""
    lines = programs()[0]
    lines[line] |= fields
    return lines


@pytest.mark.parametrize(
    ("lines", "rule", "says"),
    [
        (changed(2, result=4608), "wrong-result", "the kernel returned 4608, and the model 4352"),
        (changed(2, result=None), "wrong-result", "the kernel returned None, and the model 4352"),
        (changed(2, nr_free_pages=[1537]), "wrong-counter", "[1537] in the kernel, [1536] in the model"),
        (changed(2, state=1), "wrong-state", "in more than one part: of this state only the checksum"),
        (changed(2, result=1, state=1), "wrong-result", "the kernel returned 1"),
    ],
)
def test_the_first_difference_is_told(lines: Lines, rule: str, says: str) -> None:
    verdict = judged(lines)
    (found,) = verdict.listed
    assert (found.rule, found.line, found.operation) == (rule, 3, 2)
    assert found.message.startswith("program 1 (line 1), call 2, alloc(zone=0, order=8, migratetype=2, ")
    assert says in found.message
    assert (verdict.operations, verdict.agreed, verdict.divergences) == (2, 1, 1)


def zone_at_the_end(lines: Lines) -> dict[str, Any]:
    """The first zone of the whole state."""
    zone: dict[str, Any] = lines[-1]["end"][0]
    return zone


def test_a_part_of_the_whole_state_that_differs_is_told() -> None:
    lines = programs()[0]
    zone_at_the_end(lines)["pageblocks"][1] = 3
    (found,) = judged(lines).listed
    assert (found.line, found.rule) == (len(lines), "wrong-state")
    was = programs()[0][-1]["end"][0]["pageblocks"][1]
    assert found.message.startswith("program 1 (line 1), after its last call: the state at the end differs: ")
    assert found.message.endswith(f"pageblock at page 4608: 3 in the kernel, {was} in the model")


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("per_cpu", 0, "count"), 77, "zone 0, CPU 0, count: 77 in the kernel"),
        (("per_cpu", 0, "free_factor"), 9, "zone 0, CPU 0, free_factor: 9 in the kernel"),
        (("per_cpu", 0, "lists", 3), [[4096, 2]], "zone 0, CPU 0, per-CPU list 3: [[4096, 2]] in the kernel"),
        (("free_lists", 10, 4), [4096], "zone 0, free list of order 10, type 4: [4096] in the kernel, []"),
        (("managed",), 1, "zone 0, managed: 1 in the kernel, 2048 in the model"),
        (("free_lists",), [], "zone 0: more or fewer lists, CPUs or pageblocks in the kernel"),
    ],
)
def test_each_part_of_the_whole_state_is_compared(path: tuple[Any, ...], value: object, says: str) -> None:
    lines = programs()[0]
    inside: Any = zone_at_the_end(lines)
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    (found,) = judged(lines).listed
    assert says in found.message


def test_another_number_of_zones_is_told() -> None:
    lines = programs()[0]
    lines[-1]["end"] *= 2
    (found,) = judged(lines).listed
    assert "the number of zones: 2 in the kernel, 1 in the model" in found.message


def test_after_a_difference_the_next_program_is_judged_if_it_is_to_go_on() -> None:
    first, second, third = programs()[:3]
    first[5]["state"] += 1
    third[7]["nr_free_pages"] = []
    verdict = judged([*first, *second, *third], keep_going=True)
    assert [found.line for found in verdict.listed] == [6, len(first) + len(second) + 8]
    assert (verdict.programs, verdict.divergences) == (3, 2)
    assert verdict.operations == 5 + len(second) - 2 + 7
    assert verdict.agreed == verdict.operations - 2


def test_what_diverged_before_a_file_breaks_off_is_told() -> None:
    first, second = programs()[:2]
    first[5]["state"] += 1
    text = text_of([*first, *second])[:-20]
    verdict = judged(text, keep_going=True)
    assert verdict.divergences == 1
    assert verdict.breaks_off.startswith(f"line {len(first) + len(second)}: ")


def test_the_counter_is_not_the_sum_of_the_lists() -> None:
    """Two isolated pageblocks had merged, and were given back one after the other."""
    (_, header), *rest = read(BytesIO(text_of(programs()[0])))
    assert isinstance(header, Header)
    machine, drift = Machine(header), {}
    for line, said in rest:
        if not isinstance(said, Header | End):
            machine.make(said)
            drift[line] = machine.free_pages[0].drift
    assert {line for line in drift if drift[line] != 0} == set(range(172, 184))
    assert set(drift.values()) == {0, 512}


def test_a_gzip_file_that_breaks_off_is_unusable(tmp_path: Path) -> None:
    (tmp_path / "calls.gz").write_bytes(gzip.compress(text_of(programs()[0]))[:-40])
    command = [sys.executable, "-m", "verified_buddy", "check", str(tmp_path / "calls.gz")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"verified-buddy: {tmp_path / 'calls.gz'}: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("drift", "mark", "enough"),
    [(512, 1535, True), (512, 1536, False), (-512, 511, True), (-512, 512, False), (2048, 0, True)],
)
def test_whether_a_block_may_go_out_is_decided_by_the_counter(drift: int, mark: int, enough: bool) -> None:
    header = msgspec.convert(programs()[0][0], Header)
    machine = Machine(header)
    machine.free_pages[0].value += drift
    call = IsolateFreePage(0, 0, [], Pfn(4096), Order(10), mark)
    assert machine.make(call) is enough
    assert machine.zones[0].out == ({4096: 10} if enough else {})
    assert machine.free_pages[0].value == 2048 + drift - (1024 if enough else 0)

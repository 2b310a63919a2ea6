"""No verdict without evidence; what breaks off is judged up to there, and nothing that was found is lost."""

from __future__ import annotations

import gzip
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest

from tests.checking_command import Checked, checked
from tests.kmem.kernel_trace import DATA, SNAPSHOT, ZONEINFO, freed, handed_out, line
from tests.oracle.page_map import Event, alloc, free, header, spell

HALF = b'{"op":"alloc","ord'
GOOD = spell(header(), [alloc(0, 3), free(3, 0)])
TWICE = spell(header(), [alloc(0, 3), alloc(0, 3), alloc(0, 4), alloc(1, 7), free(4, 0)])
"""Divergences in lines 3 and 5."""
KERNEL = "".join([handed_out(0x10), handed_out(0x20), freed(0x10)]).encode()
KERNEL_TWICE = "".join([freed(1), *[handed_out(pfn) for pfn in (0x10, 0x10, 0x20, 0x20)]]).encode()
"""Divergences in lines 3 and 5, too."""


def one(found: Checked) -> dict[str, Any]:
    (told,) = found.objects
    return told


@pytest.mark.parametrize(
    "text",
    [
        spell(header(), []),
        spell(header(), []) + b"\n \n",
        gzip.compress(spell(header(), [])),
        b"# tracer: nop\n#\n# entries-in-buffer/entries-written: 0/0   #P:1\n#\n",
        b"cpus=2\n",
        line("sched_switch", "prev_comm=a").encode(),
        line("tracing_mark_write", "KT snap start end").encode(),
        KERNEL + line("tracing_mark_write", "KT snap start end").encode(),
        b"[    0.000000] Linux version 6.1.0\n[    0.000000] Command line: quiet\n",
    ],
)
def test_where_there_is_nothing_to_judge_the_verdict_is_vacuous(text: bytes) -> None:
    found = checked("--json", "-", text=text)
    assert (found.status, one(found)["verdict"], one(found)["operations"]) == (2, "vacuous", 0)
    assert found.complaint == "verified-buddy: -: vacuous: there is nothing to judge"
    assert one(found)["error"] in found.complaint
    said = checked("-", text=text)
    assert said.status == 2
    assert "vacuous" in said.stdout
    assert "conforms" not in said.stdout


def test_nothing_predicted_of_a_snapshot_is_vacuous(tmp_path: Path) -> None:
    (tmp_path / "start").write_text(SNAPSHOT)
    found = checked("--json", "--snapshot", tmp_path / "start", "-", text=freed(4096).encode())
    assert (found.status, one(found)["verdict"], one(found)["taken"]) == (2, "vacuous", 0)


@pytest.mark.parametrize(
    ("text", "where", "operations"),
    [
        (GOOD + HALF, "line 4: it breaks off in the midst of an operation", 2),
        (GOOD + b"\0\0\0\0", "line 4: it breaks off in the midst of an operation", 2),
        (GOOD[:-3], "line 3: it breaks off in the midst of an operation", 1),
        (gzip.compress(GOOD + HALF), "line 4: it breaks off in the midst of an operation", 2),
        (KERNEL[:-1].rpartition(b" ")[0], "line 3: it breaks off: mm_page_free: no order", 2),
        (KERNEL[: KERNEL.rindex(b"free")], "line 3: it breaks off: ", 2),
        (KERNEL[: KERNEL.rindex(b"[")], "line 3: it breaks off: ", 2),
        (KERNEL.rstrip()[:-1] + b"1", "line 3: it breaks off: mm_page_free: order=1 may be", 2),
    ],
)
def test_what_breaks_off_gets_the_verdict_of_what_stands_before(
    text: bytes, where: str, operations: int
) -> None:
    for options in (["--json"], ["--json", "--keep-going"]):
        found = checked(*options, "-", text=text)
        told = one(found)
        assert (found.status, told["verdict"], told["operations"]) == (2, "conforms", operations)
        assert found.complaint.startswith(f"verified-buddy: -: {where}")
        assert found.complaint.endswith(f"line {told['error_line']}: {told['error']}")
    assert f"not read from {where.partition(':')[0]} on" in checked("-", text=text).stdout


def test_a_whole_last_line_needs_no_end() -> None:
    for text in (GOOD.rstrip(), KERNEL.rstrip(), KERNEL.replace(b"\n", b"\r\n")[:-1]):
        assert checked("-", text=text).status == 0


@pytest.mark.parametrize("name", ["buddy-trace", "kernel"])
def test_gzip_that_breaks_off_is_judged_up_to_there(name: str) -> None:
    events: list[Event] = [alloc(0, pfn) for pfn in range(16)] + [free(pfn, 0) for pfn in range(16)]
    kernel = "".join([handed_out(pfn) + freed(pfn) for pfn in range(1, 3000)]).encode()
    zipped = gzip.compress(spell(header(), events * 200) if name == "buddy-trace" else kernel)
    found = checked("--json", "-", text=zipped[: len(zipped) // 2])
    told = one(found)
    assert (found.status, told["verdict"]) == (2, "conforms")
    assert 500 < told["operations"] < 6000
    assert told["error_line"] == told["operations"] + (2 if name == "buddy-trace" else 1)
    assert "broken gzip: it ends too early" in found.complaint


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (TWICE + HALF, [3, 5]),
        (TWICE + b"what is this\n" + GOOD, [3, 5]),
        (TWICE + b'{"op":"zap"}\n', [3, 5]),
        (gzip.compress(TWICE)[:-7], [3, 5]),
        (KERNEL_TWICE + b"   init-1   [000] 2.880421: mm_page_al", [3, 5]),
        (KERNEL_TWICE + b"what is this\n" + KERNEL, [3, 5]),
        (KERNEL_TWICE + b"CPU:0 [LOST 7 EVENTS]\n" + KERNEL, [3, 5]),
        (gzip.compress(KERNEL_TWICE)[:-7], [3, 5]),
    ],
)
def test_what_was_found_before_is_not_lost(text: bytes, lines: list[int]) -> None:
    found = checked("--json", "--keep-going", "-", text=text)
    told = one(found)
    assert (found.status, told["verdict"], told["divergences"]) == (1, "diverges", len(lines))
    assert [each["line"] for each in told["all"]] == lines
    assert told["error"] in found.complaint
    said = checked("--keep-going", "-", text=text)
    assert said.status == 1
    assert said.stdout.count(": operation ") == len(lines)


def test_what_cannot_be_read_is_refused_where_nothing_was_found_before() -> None:
    for text in (GOOD + b"what is this\n" + GOOD, KERNEL + b"what is this\n" + KERNEL):
        found = checked("--json", "--keep-going", "-", text=text)
        assert (found.status, one(found)["verdict"]) == (2, "unusable")
        assert one(found)["error_line"] == 4


def test_calls_that_overlap_are_judged_only_whole() -> None:
    timed = [{**event, "t0": time, "t1": time + 1} for time, event in enumerate([alloc(0, 3), alloc(0, 3)])]
    whole = spell(header(), timed)
    assert checked("-", text=whole).status == 1
    found = checked("--json", "--keep-going", "-", text=whole + HALF)
    assert (found.status, one(found)["verdict"]) == (2, "unusable")
    assert "what is missing may have come before what is there" in found.complaint


@pytest.mark.parametrize("level", ["complete", "smallest-fit", "exact"])
def test_a_level_that_a_kernels_trace_alone_cannot_be_judged_for_is_refused(level: str) -> None:
    found = checked("--json", "--level", level, "-", text=KERNEL)
    assert found.status == 2
    assert found.complaint == (
        f"verified-buddy: -: --level {level}: without --snapshot a kernel's trace is judged for safety alone"
    )
    assert one(found)["error"] in found.complaint


def test_safety_is_what_a_kernels_trace_alone_is_judged_for(tmp_path: Path) -> None:
    assert checked("--level", "safety", "-", text=KERNEL).status == 0
    (tmp_path / "start").write_text(SNAPSHOT)
    for level in ("safety", "complete", "smallest-fit"):
        found = checked("--level", level, "--snapshot", tmp_path / "start", "-", text=KERNEL)
        assert found.status == 2
        assert "with --snapshot a kernel's trace is judged exactly" in found.complaint


def test_options_of_kernels_traces_are_refused_with_a_buddy_trace(tmp_path: Path) -> None:
    (tmp_path / "types").write_bytes(b"Page block order: 9\nNumber of blocks type Unmovable Isolate\n")
    for options in (["--at", "first"], ["--pagetypeinfo", str(tmp_path / "types")]):
        found = checked(*options, "-", text=GOOD)
        assert found.status == 2
        assert f"not a kernel's trace, which {options[0]} is about" in found.complaint


OTHER_ZONE = ZONEINFO + b"Node 0, zone Normal\n pagesets\n cpu: 0\n count: 0\n high: 8\n batch: 3\n"


@pytest.mark.parametrize(
    ("zoneinfo", "reason"),
    [
        (OTHER_ZONE, "of another machine: the snapshot has no node 0, zone Normal"),
        (ZONEINFO.replace(b"Node 0", b"Node 1"), "of another machine: it has no node 0, zone DMA32"),
        (ZONEINFO + b" start_pfn: 8192\n", "start_pfn 8192 of zone DMA32 is 4096 in the snapshot"),
        (ZONEINFO.replace(b" page", b" spanned 7\n page"), "spanned 7 of zone DMA32 is 4096 in the snapshot"),
    ],
)
def test_a_zoneinfo_of_another_machine_is_refused(tmp_path: Path, zoneinfo: bytes, reason: str) -> None:
    (tmp_path / "start").write_text(SNAPSHOT)
    (tmp_path / "zoneinfo").write_bytes(zoneinfo)
    files = ("--snapshot", tmp_path / "start", "--zoneinfo", tmp_path / "zoneinfo")
    found = checked("--json", *files, "-", text=KERNEL)
    assert found.status == 2
    assert found.complaint.startswith(f"verified-buddy: {tmp_path / 'zoneinfo'}: ")
    assert reason in found.complaint
    assert (one(found)["trace"], one(found)["verdict"]) == ("-", "unusable")
    assert reason in one(found)["error"]


def test_a_zoneinfo_of_another_recording_is_refused() -> None:
    start, other = DATA / "nocomp1.fl.start.gz", DATA / "small.zoneinfo"
    found = checked("--snapshot", start, "--zoneinfo", other, DATA / "nocomp1.trace.txt.gz")
    assert found.status == 2
    assert "spanned 45021 of zone DMA32 is 61405 in the snapshot" in found.complaint


def test_junit_has_a_case_a_trace(tmp_path: Path) -> None:
    texts = {"good": GOOD, "bad": TWICE, "cut": GOOD + HALF, "none": spell(header(), []), "huh": b"huh\n"}
    for name, text in texts.items():
        (tmp_path / name).write_bytes(text)
    found = checked("--junit", tmp_path / "out.xml", *(tmp_path / name for name in texts))
    assert found.status == 2
    (suite,) = ElementTree.parse(tmp_path / "out.xml").getroot()
    assert {name: suite.attrib[name] for name in ("name", "tests", "failures", "errors")} == {
        "name": "check",
        "tests": "5",
        "failures": "1",
        "errors": "3",
    }
    assert [case.get("name") for case in suite] == [str(tmp_path / name) for name in texts]
    why = [child for case in suite for child in case]
    assert [child.tag for child in why] == ["failure", "error", "error", "error"]
    assert (why[0].get("message") or "").startswith("line 3, operation 2: overlap: ")
    assert "theorem no-overlap" in (why[0].text or "")
    assert why[2].get("message") == "vacuous: there is nothing to judge"


def test_junit_that_cannot_be_written_is_one_line_and_2(tmp_path: Path) -> None:
    found = checked("--junit", tmp_path / "missing" / "out.xml", "-", text=GOOD)
    assert found.status == 2
    assert found.complaint == f"verified-buddy: {tmp_path / 'missing' / 'out.xml'}: No such file or directory"

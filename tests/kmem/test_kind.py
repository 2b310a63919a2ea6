"""What is given as a trace and is none is named, with what to do; what is one is known by its beginning."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest

from tests.checking_command import checked
from tests.kmem.kernel_trace import DATA, SNAPSHOT, handed_out
from verified_buddy.kmem.kind import kind_of

FAILURES = DATA.parent / "failures"
EXPECTED = (FAILURES / "expected.tsv").read_text().splitlines()
NAMES = sorted({row["file"] for row in csv.DictReader(EXPECTED, delimiter="\t")})
PAGETYPEINFO = (
    "Page block order: 9\nPages per block:  512\n\n"
    "Free pages count per migrate type at order       0      1\n"
    "Node    0, zone      DMA, type    Unmovable      7      8\n"
)
OTHERS = {
    "snapshot": (SNAPSHOT, "--snapshot"),
    "zone state": ("G\tcpus=0\tnr_online_nodes=1\n", "--zonestate"),
    "zoneinfo": ("Node 0, zone      DMA\n  per-node stats\n", "--zoneinfo"),
    "pagetypeinfo": (PAGETYPEINFO, "--pagetypeinfo"),
    "buddyinfo": ("Node 0, zone      DMA     19     19     14\n", "/proc/buddyinfo"),
    "extfrag_index": ("Node 0, zone      DMA -1.000 -1.000 0.952\n", "/proc/buddyinfo or its like"),
    "vmstat": ("nr_free_pages 4795\nnr_zone_inactive_anon 35953\n", "/proc/vmstat"),
    "meminfo": ("MemTotal:         219012 kB\n", "/proc/meminfo"),
    "slabinfo": ("slabinfo - version: 2.1\n", "/proc/slabinfo"),
    "iomem": ("00000000-00000fff : Reserved\n", "/proc/iomem"),
    "probes": ("p:kprobes/fop_pcp free_pcppages_bulk+315 pfn=%si:x64\n", "kprobe_events"),
    "histogram": ("# event histogram\n#\n{ order:          3 } hitcount:         28\n", "histogram"),
    "events in JSON": ('{"traceEvents":[{"ph":"X"}]}\n', "as browsers show them"),
    "perf in JSON": ('{\n\t"linux-perf-json-version": 1,\n', "perf script"),
    "html": ("<!DOCTYPE html>\n<html>\n", "HTML"),
    "babeltrace": (
        "[18:00:00.123456789] (+?.?) host kmem_mm_page_free: { cpu_id = 0 }, { pfn = 1 }\n",
        "babelt",
    ),
    "failure": (
        "Hello,\n\nI see this:\n\nX: page allocation failure: order:4, mode:0x0\n",
        "failed allocation",
    ),
}


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize(("text", "named"), OTHERS.values(), ids=OTHERS)
def test_another_file_given_as_a_trace_is_named(tmp_path: Path, text: str, named: str, zipped: bool) -> None:
    path = tmp_path / "other"
    path.write_bytes(gzip.compress(text.encode()) if zipped else text.encode())
    found = checked("--json", path)
    assert found.status == 2
    assert named in found.complaint
    (told,) = found.objects
    assert (told["trace"], told["verdict"]) == (str(path), "unusable")
    assert named in told["error"]


@pytest.mark.parametrize("name", NAMES)
def test_a_report_of_a_failed_allocation_is_named_as_such(name: str) -> None:
    for options in ([], ["--json"]):
        found = checked(*options, FAILURES / f"{name}.txt")
        assert found.status == 2
        assert "a kernel's report of a failed allocation" in found.complaint


def test_a_log_that_has_a_report_and_a_trace_is_judged_by_its_trace() -> None:
    report = (FAILURES / "09-5.0.10.txt").read_text()
    dump = "[ 5158.000001] " + handed_out(0x1C23EA).replace("[000] d..3.", "  0d..3.")
    found = checked("--json", "-", text=(report + dump + report).encode())
    assert (found.status, found.objects[0]["events"]) == (0, 1)


@pytest.mark.parametrize(
    ("beginning", "kind"),
    [
        (b'{"format":"buddy-trace","version":1}\n', "buddy-trace"),
        (b'\n  {"format":"buddy-trace","version":1}\n', "buddy-trace"),
        (b'{"what": "is this?"' + b" " * 200, "buddy-trace"),
        (b'{"format": "kernel-calls", "version": 1}\n', "kernel-calls"),
        (b"\xef\xbb\xbf# tracer: nop\n", "recording"),
        (b"cpus=2\n", "recording"),
        (b"# hello\n" * 1000 + handed_out(1).encode(), "recording"),
        (b"what is this\n" * 60, "buddy-trace"),
    ],
)
def test_a_beginning_decides_as_soon_as_it_can(beginning: bytes, kind: str) -> None:
    def arriving() -> object:
        for place in range(0, len(beginning), 7):
            yield beginning[place : place + 7]
        raise AssertionError("more is asked for than it takes")

    assert kind_of(arriving()) == kind  # type: ignore[arg-type]  # an iterator

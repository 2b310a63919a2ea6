"""Snapshots and zoneinfo: what they hold is read; what contradicts itself is refused, with the line."""

from __future__ import annotations

import gzip
from io import BytesIO

import pytest

from tests.kmem.kernel_trace import DATA, SNAPSHOT
from verified_buddy.oracle.source import Unusable
from verified_buddy.replay.snapshot import read_snapshot
from verified_buddy.replay.zoneinfo import Limits, read_zoneinfo

ROWS = SNAPSHOT.count("\n")


def refusal(*rows: str) -> str:
    with pytest.raises(Unusable) as refused:
        read_snapshot(BytesIO((SNAPSHOT + "".join(f"{row}\n" for row in rows)).encode()))
    return str(refused.value)


def test_every_row_of_a_real_snapshot_is_read() -> None:
    text = gzip.decompress((DATA / "zones3.fl.start.gz").read_bytes())
    found = read_snapshot(BytesIO(text))
    rows = len(found.zones) + len(found.free) + len(found.pcp) + len(found.pageblocks)
    assert rows == text.count(b"\n")
    assert [row.name for row in found.zones.values()] == ["DMA", "DMA32", "Normal"]


def test_what_is_no_row_is_refused_with_its_line() -> None:
    for row in (
        "Q\t1",
        "F",
        "F 0 1 0 0 0 4096",
        "",
        "\xff",
        "F\t0\t1\t0\t1\t0\t0x1000",
        "Z\t0\t1\tA\t1\t1\t1",
    ):
        assert refusal(row).startswith(f"line {ROWS + 1}: ")


def test_no_zone_is_no_snapshot() -> None:
    with pytest.raises(Unusable, match="no zone"):
        read_snapshot(BytesIO(b""))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("F\t0\t2\t0\t1\t0\t4096", "no row Z before"),
        ("F\t0\t1\t11\t1\t0\t4096", "'11' is not a number below 11"),
        ("F\t0\t1\t0\t5\t0\t4096", "a list of type 5 is one of a kernel with CMA"),
        ("F\t0\t1\t0\t6\t0\t4096", "'6' is not a number below 5"),
        ("F\t0\t1\t0\t1\t1\t4096", "position 1 in a list, where 0 is due"),
        ("F\t0\t1\t1\t1\t0\t4097", "not aligned to order 1"),
        ("F\t0\t1\t0\t1\t0\t8192", "does not lie in zone DMA32"),
        ("F\t0\t1\t0\t1\t0\t" + "9" * 30, "is not a number below"),
        ("P\t0\t1\t0\t14\t0\t4096\t0\t0", "'14' is not a number below 14"),
        ("M\t0\t1\t4097\t1", "not the first of a pageblock"),
        ("Z\t0\t1\tDMA32\t4096\t4096\t4096\t4096\t0\t0x0", "second row Z"),
        ("Z\t0\t2\tNormal\t9000\t10\t11\t10\t0\t0x0", "managed pages are among the present"),
    ],
)
def test_a_row_that_contradicts_the_machine_is_refused(row: str, reason: str) -> None:
    said = refusal(row)
    assert said.startswith(f"line {ROWS + 1}: ")
    assert reason in said


def test_no_page_is_on_two_lists() -> None:
    assert "listed twice" in refusal("F\t0\t1\t0\t1\t0\t4096", "P\t0\t1\t0\t0\t0\t4096\t0\t0")
    assert "in two blocks" in refusal("F\t0\t1\t1\t1\t0\t4096", "F\t0\t1\t0\t1\t0\t4097")


def test_zones_do_not_overlap() -> None:
    assert "overlaps another" in refusal("Z\t1\t1\tDMA32\t8000\t100\t100\t100\t0\t0x0")


def test_the_limits_of_every_list_are_read() -> None:
    found = read_zoneinfo(BytesIO((DATA / "small.zoneinfo").read_bytes()))
    assert found == {(0, 0): {0: Limits(50, 1)}, (0, 1): {0: Limits(422, 7)}}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"", "no per-CPU lists"),
        (bytes(range(256)), "no per-CPU lists"),
        (b"Node 0, zone Other\n", "line 1: no zone of x86-64 is called Other"),
        (b"Node 0, zone DMA\ncpu: 0\nhigh: 1\nbatch: 0\n", "line 4: a batch of no page"),
    ],
)
def test_a_zoneinfo_without_limits_is_refused(text: bytes, reason: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_zoneinfo(BytesIO(text))
    assert reason in str(refused.value)

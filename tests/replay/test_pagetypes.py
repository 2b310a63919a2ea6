"""CMA: what type 4 stands for is told by the trace or a file, or not decided; the zone layer refuses it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest

from tests.checking_command import checked
from tests.kmem.kernel_trace import DATA, SNAPSHOT, drained, freed, handed_out, taken
from verified_buddy.oracle.source import Unusable
from verified_buddy.replay.pagetypes import read_pagetypeinfo
from verified_buddy.replay.snapshot import read_snapshot, real_types

COUNTS = "Number of blocks type     Unmovable      Movable  Reclaimable   HighAtomic"
TYPES = (
    "Page block order: 9\nPages per block:  512\n\n"
    "Free pages count per migrate type at order       0      1\n"
    "Node    0, zone    DMA32, type    Unmovable      7      8\n\n"
    f"{COUNTS}      Isolate\nNode 0, zone    DMA32            2            6            0          0     0\n"
)
WITH_CMA = TYPES.replace("   HighAtomic ", "   HighAtomic          CMA ")
OLD = TYPES.replace("HighAtomic", "   Reserve")
FOUR = drained(4096, kind=4, probe=False)
FIVE = drained(4097, kind=5, probe=False)
MOVABLE = "F\t0\t1\t0\t1\t0\t4096\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    texts = {"without": TYPES, "with": WITH_CMA, "old": OLD, "start": SNAPSHOT + MOVABLE}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("trace", "file", "cma", "words"),
    [
        (FOUR, None, None, "type 4 is CMA or ISOLATE, which is not decided"),
        (FOUR + FIVE, None, True, "a kernel with CMA: type 4 is CMA"),
        (FIVE, None, True, "a kernel with CMA"),
        (FOUR, "with", True, "a kernel with CMA: type 4 is CMA"),
        (FOUR, "without", False, None),
        (FOUR, "old", False, None),
        (handed_out(4096), None, None, None),
        (FOUR.replace("migratetype=4", "migratetype=0x4"), None, None, "which is not decided"),
    ],
)
def test_a_kernel_with_cma_is_judged_at_the_frame_layer(
    files: Path, trace: str, file: str | None, cma: bool | None, words: str | None
) -> None:
    options = [] if file is None else ["--pagetypeinfo", str(files / file)]
    told = checked("--json", *options, "-", text=trace.encode()).objects[0]
    assert (told["verdict"], told["layers"], told["cma"]) == ("conforms", ["frame"], cma)
    said = checked(*options, "-", text=trace.encode()).stdout
    assert (words is None and "CMA" not in said) or (words is not None and words in said)


def test_a_type_that_the_file_does_not_have_is_refused(files: Path) -> None:
    found = checked("--pagetypeinfo", files / "without", "-", text=FIVE.encode())
    assert found.status == 2
    assert "type 5 is in the trace, but its pagetypeinfo is of a kernel without CMA" in found.complaint


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            ["--snapshot", "start"],
            "-: line 2: mm_page_pcpu_drain: migratetype=5: a kernel with CMA, which is not",
        ),
        (["--snapshot", "start", "--pagetypeinfo", "with"], "with: a kernel with CMA, which is not modelled"),
        (["--snapshot", "five"], "five: line 10: a list of type 5 is one of a kernel with CMA"),
        (["--snapshot", "block"], "block: a pageblock of type 5 is one of a kernel with CMA"),
        (
            ["--snapshot", "four"],
            "four: type 4 is ISOLATE, or CMA in a kernel that has it: --pagetypeinfo FILE",
        ),
        (
            ["--snapshot", "start", "--pagetypeinfo", "other"],
            "other: of another machine: the snapshot has no",
        ),
        (
            ["--snapshot", "start", "--pagetypeinfo", "large"],
            "large: the zone layer has pageblocks of order 9",
        ),
        (["--snapshot", "start", "--zoneinfo", "cma"], "cma: a kernel with CMA, which is not modelled"),
    ],
)
def test_at_the_zone_layer_cma_is_said_not_to_be_modelled(
    files: Path, options: list[str], reason: str
) -> None:
    more = {
        "five": SNAPSHOT + "M\t0\t1\t4096\t5\nF\t0\t1\t0\t5\t0\t4096\n".partition("\n")[2],
        "block": SNAPSHOT.replace("4096\t1\n", "4096\t5\n"),
        "four": SNAPSHOT + MOVABLE.replace("\t0\t1\t0\t1\t", "\t0\t1\t0\t4\t"),
        "other": TYPES + "Node    1, zone   Normal, type    Unmovable      7      8\n",
        "large": TYPES.replace("order: 9", "order: 13"),
        "cma": "Node 0, zone DMA32\n cma 512\n pagesets\n cpu: 0\n count: 0\n high: 8\n batch: 3\n",
    }
    for name, text in more.items():
        (files / name).write_text(text)
    named = [option if option.startswith("--") else str(files / option) for option in options]
    found = checked(*named, "-", text=(handed_out(5000) + FIVE).encode())
    assert found.status == 2
    assert found.stdout == ""
    assert reason in found.complaint


def test_where_the_file_says_so_type_4_is_isolate(files: Path) -> None:
    isolated = MOVABLE.replace("\t0\t1\t0\t1\t", "\t0\t1\t0\t4\t")
    (files / "four").write_text(SNAPSHOT.replace("4096\t1\n", "4096\t4\n") + isolated)
    options = ["--snapshot", str(files / "four"), "--pagetypeinfo", str(files / "without")]
    found = checked("--json", *options, "-", text=(taken(4608) + handed_out(4608)).encode())
    assert found.status in {0, 1}
    assert found.objects[0]["cma"] is False


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("order=11", "order=11: the zone layer has orders up to 10; without --snapshot the frame layer"),
        ("migratetype=-1", "migratetype=-1: the zone layer needs to know the type; without --snapshot"),
    ],
)
def test_what_the_zone_layer_has_no_model_of_is_refused_whatever_came_before(
    files: Path, field: str, reason: str
) -> None:
    key = field.partition("=")[0]
    other = handed_out(6144).replace({"order": "order=0", "migratetype": "migratetype=1"}[key], field)
    wrong = freed(7000) + handed_out(4096) + handed_out(4096)
    options = ["--keep-going", "--snapshot", str(files / "start")]
    found = checked(*options, "-", text=(wrong + other).encode())
    assert found.status == 2
    assert reason in found.complaint


def test_holes_say_nothing_of_a_kernel() -> None:
    found = read_snapshot(BytesIO((DATA / "zones3.fl.start.gz").read_bytes()))
    assert {5, 6, 7} <= set(found.pageblocks.values())
    assert real_types(found) == {0, 1, 2}


@pytest.mark.parametrize(
    "text", [b"", b"Node 0, zone DMA\n", TYPES.replace("Isolate", "").encode(), b"\xff\0"]
)
def test_what_is_no_pagetypeinfo_is_refused(text: bytes) -> None:
    with pytest.raises(Unusable, match="no types of pageblocks"):
        read_pagetypeinfo(BytesIO(text))

"""Maps of memory in every spelling; what is refused is refused with its file, its line and the reason."""

from __future__ import annotations

import gzip
import json
from io import BytesIO
from pathlib import Path

import pytest

from verified_buddy.boot.architecture import ARM, X86_64
from verified_buddy.boot.memory_map import MemoryMap, NodeRegion, Region, memory
from verified_buddy.boot.page_ranges import Range
from verified_buddy.boot.reader import described_map, read_map
from verified_buddy.oracle.source import Unusable

DATA = Path(__file__).parents[1] / "data" / "linux-6.1"
E820 = "BIOS-e820: [mem 0x0000000000000000-0x0000000007ffffff] usable\n"
EFI = (
    "efi: mem00: [Boot Data          |   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] "
    "range=[0x0000000000000000-0x0000000000ffffff] (16MB)\n"
    "efi: mem01: [Conventional Memory|   |  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] "
    "range=[0x0000000001000000-0x0000000001ffffff] (16MB)\n"
    "efi: mem02: [Runtime Data       |RUN|  |  |  |  |  |  |  |  |   |WB|WT|WC|UC] "
    "range=[0x0000000002000000-0x00000000027fffff] (8MB)\n"
    "efi: mem03: [Conventional Memory|   |SP|  |  |  |  |  |  |  |   |WB|WT|WC|UC] "
    "range=[0x0000000002800000-0x0000000002ffffff] (8MB)\n"
)


def read(text: str | bytes) -> MemoryMap:
    return read_map(BytesIO(text.encode() if isinstance(text, str) else text), "map", X86_64)


@pytest.mark.parametrize(
    "prefix", ["", "[    0.000000] ", "<6>[    0.000000] ", "Nov 25 21:00:00 host kernel: "]
)
@pytest.mark.parametrize("zipped", [False, True])
def test_logs_are_read_with_any_prefix(prefix: str, zipped: bool) -> None:
    text = (DATA / "req2numa-markers.dmesg").read_text(encoding="utf-8")
    lines = "".join(prefix + line.partition("] ")[2] for line in text.splitlines(True)).encode()
    assert read(gzip.compress(lines) if zipped else lines) == read(text)
    assert read(text).nodes == (
        NodeRegion(0, 0, 0xA0000),
        NodeRegion(0, 0x100000, 0xC000000),
        NodeRegion(1, 0xC000000, 0x18000000),
    )


def test_a_log_with_windows_line_ends_is_read() -> None:
    text = (DATA / "small.dmesg").read_bytes()
    assert read(text.replace(b"\n", b"\r\n")) == read(text)


def test_what_the_command_line_made_of_the_map_stands() -> None:
    user = "user: [mem 0x0000000000000000-0x0000000003ffffff] usable\n"
    assert memory(read(E820 + user), X86_64)[-1].end == 0x4000


def test_what_was_taken_out_before_the_end_was_found_is_no_memory_and_later_it_is_in_use() -> None:
    update = "e820: update [mem 0x04000000-0x04ffffff] usable ==> reserved\n"
    last = "last_pfn = 0x8000 max_arch_pfn = 0x400000000\n"
    assert Range(256, 0x4000) in memory(read(E820 + update + last), X86_64)
    later = read(E820 + last + update)
    assert memory(later, X86_64) == (Range(1, 160), Range(256, 0x8000))
    assert later.reserved == (Range(0x4000000, 0x5000000),)


def test_a_setup_data_update_changes_nothing() -> None:
    update = "e820: update [mem 0x04000018-0x04000057] usable ==> usable\n"
    assert read(E820 + update) == read(E820)


def test_efi_maps_are_read_if_there_is_no_other() -> None:
    assert memory(read(EFI), X86_64) == (Range(1, 160), Range(256, 0x2000))
    assert read(E820 + EFI) == read(E820)


def test_json_is_read() -> None:
    text = json.dumps(
        {
            "ranges": [[0, 1 << 30, "usable"], [4096, 8192, "reserved"]],
            "nodes": [[0, 0, 1 << 29], [1, 1 << 29, 1 << 30]],
            "reserved": [[0x1000000, 0x2000000]],
        }
    )
    assert read(text) == MemoryMap(
        (Region(0, 1 << 30, usable=True), Region(4096, 8192, usable=False)),
        (NodeRegion(0, 0, 1 << 29), NodeRegion(1, 1 << 29, 1 << 30)),
        (Range(0x1000000, 0x2000000),),
    )


@pytest.mark.parametrize(
    ("text", "end", "nodes"),
    [
        ("4 GiB, two nodes", 1 << 32, 2),
        ("512MiB", 1 << 29, 1),
        ("1 TiB, 4 nodes", 1 << 40, 4),
        ("1 GiB, one node", 1 << 30, 1),
    ],
)
def test_descriptions_are_read(text: str, end: int, nodes: int) -> None:
    found = described_map(text, X86_64)
    assert found.regions == (Region(0, end, usable=True),)
    assert [each.end for each in found.nodes] == [end // nodes * node for node in range(1, nodes + 1)]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "much",
        "4 GiB, no nodes",
        "4 GiB, nine nodes",
        "4 MiB, two nodes",
        "0 GiB",
        "-1 GiB",
        "99999999 TiB",
        "4 GB",
        "4 KiB",
    ],
)
def test_other_descriptions_are_refused(text: str) -> None:
    with pytest.raises(Unusable):
        described_map(text, X86_64)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "map: no map of memory: neither BIOS-e820 nor efi: mem lines"),
        ("hello\n", "map: no map of memory: neither BIOS-e820 nor efi: mem lines"),
        (E820 + "x\nBIOS-e820: [mem 0x0", "map: line 3: a line about memory that is not understood"),
        ("BIOS-e820: [mem 0x2000-0x1000] usable\n", "map: line 1: 0x2000-0x1000 is no range of addresses"),
        (E820.replace("usable", "reserved"), "map: no whole page of usable memory"),
        ("BIOS-e820: [mem 0x0-0x1ffe] usable\n", "map: no whole page of usable memory"),
        (E820 + "ACPI: SRAT: Node 0 PXM 0 [mem 0x0-\n", "map: line 2: a line about memory"),
        (2 * ("BIOS-provided physical RAM map:\n" + E820), "map: line 3: a second start of a kernel"),
        (
            E820
            + "ACPI: SRAT: Node 0 PXM 0 [mem 0x0-0x4ffffff]\n"
            + "ACPI: SRAT: Node 1 PXM 1 [mem 0x4000000-0x7ffffff]\n",
            "map: nodes 0 and 1 overlap at 0x4000000",
        ),
        (
            E820 + "ACPI: SRAT: Node 0 PXM 0 [mem 0x0-0x7ffefff]\n",
            "map: 1 pages of memory are no node's: what becomes of them is not known",
        ),
        ("{", "map: no map of memory: Input data was truncated"),
        ('{"ranges": []}', "map: no whole page of usable memory"),
        ('{"ranges": [[0, 8192, "usabel"]]}', "map: 'usabel' is no kind of memory: usable, reserved"),
        ('{"ranges": [[8192, 0, "usable"]]}', "map: [8192, 0) is no range of addresses"),
        ('{"ranges": [[0, 8192, "usable"]], "more": 1}', "map: no map of memory: Object contains"),
        ('{"ranges": [[0, 8192, "usable"]], "nodes": [[-1, 0, 8192]]}', "map: node -1 is not in 0..1023"),
        ('{"ranges": [[0, 36893488147419103232, "usable"]]}', "map: "),
        (gzip.compress(E820.encode())[:-9], "map: "),
        (b"\xff\xfe\x00", "map: "),
    ],
)  # fmt: skip
def test_what_is_no_map_is_refused_on_one_line(text: str | bytes, says: str) -> None:
    with pytest.raises(Unusable) as refused:
        read(text)
    assert str(refused.value).startswith(says)
    assert "\n" not in str(refused.value)


def test_nodes_that_leave_out_much_are_not_believed() -> None:
    found = read(E820 + "ACPI: SRAT: Node 7 PXM 7 [mem 0x0-0x3ffffff]\n")
    assert memory(found, X86_64) == memory(read(E820), X86_64)


def test_memory_beyond_what_the_architecture_can_use_is_left_out() -> None:
    text = '{"ranges": [[2147483648, 8589934592, "usable"]]}'
    assert memory(read_map(BytesIO(text.encode()), "map", ARM), ARM) == (Range(1 << 19, 1 << 20),)

"""The map of memory that a kernel printed when it started."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from verified_buddy.boot.memory_map import MemoryMap, NodeRegion, Region
from verified_buddy.boot.page_ranges import Range
from verified_buddy.oracle.source import Unusable, shown

BEGINS: Final = "BIOS-provided physical RAM map"
PREFIX: Final = r"(?:^|[\s>])"
MEM: Final = r"\[mem 0x([0-9a-f]+)-0x([0-9a-f]+)\]"
EFI_USABLE: Final = ("Loader Code", "Loader Data", "Boot Code", "Boot Data", "Conventional Memory")
"""Linux: setup_e820(), drivers/firmware/efi/libstub/x86-stub.c."""

KINDS: Final = (
    ("e820", re.compile(rf"{PREFIX}BIOS-e820: "), re.compile(rf"BIOS-e820: {MEM} (.+)")),
    ("user", re.compile(rf"{PREFIX}user: \[mem "), re.compile(rf"user: {MEM} (.+)")),
    ("update", re.compile(rf"{PREFIX}e820: update \[mem "), re.compile(rf"update {MEM} usable ==> (.+)")),
    ("update", re.compile(rf"{PREFIX}e820: remove \[mem "), re.compile(rf"remove {MEM}( usable)?")),
    (
        "efi",
        re.compile(rf"{PREFIX}efi: mem\d+: "),
        re.compile(r"()mem\d+: \[(.*)\] range=\[0x(\w+)-0x(\w+)\]"),
    ),
    ("node", re.compile(rf"{PREFIX}ACPI: SRAT: Node "), re.compile(rf"()Node (\d+) PXM \d+ {MEM}")),
    ("reserved", re.compile(rf"{PREFIX}RAMDISK: "), re.compile(rf"RAMDISK: {MEM}")),
    ("reserved", re.compile(rf"{PREFIX}NODE_DATA\(\d+\) allocated "), re.compile(rf"allocated {MEM}")),
    ("reserved", re.compile(rf"{PREFIX}ACPI: Reserving "), re.compile(rf"memory at {MEM}")),
    ("last", re.compile(rf"{PREFIX}last_pfn = 0x"), re.compile(r"last_pfn = 0x")),
)
"""What a line is about, how it is known, and what it says: if it says anything else, it cannot be used."""


class Dmesg:
    """What the lines have said so far."""

    def __init__(self) -> None:
        self.maps: dict[str, list[Region]] = {"e820": [], "user": [], "efi": []}
        self.updates: list[Range] = []
        """What was taken out of the map since its end was found last."""
        self.removed: list[Region] = []
        self.nodes: list[NodeRegion] = []
        self.reserved: list[Range] = []

    def e820(self, start: str, end: str, kind: str) -> None:
        """A region of the firmware's map; the numbers are hexadecimal, and the end is its last byte."""
        self.maps["e820"].append(Region(*span(start, end), kind.strip() == "usable"))

    def user(self, start: str, end: str, kind: str) -> None:
        """A region of the map that the command line has made of it."""
        self.maps["user"].append(Region(*span(start, end), kind.strip() == "usable"))

    def update(self, start: str, end: str, kind: str | None) -> None:
        """What the kernel takes out of the map, or declares in use."""
        if (kind or "").strip() != "usable" or kind == " usable":
            self.updates.append(span(start, end))

    def efi(self, _: str, kind: str, start: str, end: str) -> None:
        """A region of the EFI map."""
        name, *attributes = (part.strip() for part in kind.split("|"))
        usable = name in EFI_USABLE and "SP" not in attributes
        self.maps["efi"].append(Region(*span(start, end), usable))

    def node(self, _: str, node: str, start: str, end: str) -> None:
        """Memory of a node."""
        self.nodes.append(NodeRegion(int(node), *span(start, end)))

    def reserve(self, start: str, end: str) -> None:
        """Memory that is in use."""
        self.reserved.append(span(start, end))

    def last(self) -> None:
        """The end of memory was found: what was taken out before is no memory."""
        self.removed += [Region(*each, usable=False) for each in self.updates]
        self.updates = []

    def memory_map(self) -> MemoryMap:
        """What they said.  Raises Unusable if that is no map."""
        regions = self.maps["user"] or self.maps["e820"] or self.maps["efi"]
        if not regions:
            raise Unusable("no map of memory: neither BIOS-e820 nor efi: mem lines")
        return MemoryMap((*regions, *self.removed), tuple(self.nodes), (*self.reserved, *self.updates))


def span(start: str, end: str) -> Range:
    """From the first byte to behind the last one.  Raises Unusable if the first comes after the last."""
    found = Range(int(start, 16), int(end, 16) + 1)
    if not found.start < found.end <= 1 << 64:
        raise Unusable(f"0x{start}-0x{end} is no range of addresses")
    return found


def read_dmesg(lines: Iterable[bytes]) -> MemoryMap:
    """The map in a kernel's log.  Raises Unusable, with the line."""
    log, begun = Dmesg(), False
    for number, raw in enumerate(lines, 1):
        line = raw.decode("utf-8", "replace").rstrip()
        if BEGINS in line:
            if begun:
                raise Unusable("a second start of a kernel", number)
            begun = True
        try:
            read_line(log, line)
        except Unusable as error:
            raise error.at(number) from None
    return log.memory_map()


def read_line(log: Dmesg, line: str) -> None:
    """What the line says, if it says anything of memory.  Raises Unusable."""
    actions: dict[str, Callable[..., None]] = {
        "e820": log.e820,
        "user": log.user,
        "update": log.update,
        "efi": log.efi,
        "node": log.node,
        "reserved": log.reserve,
        "last": log.last,
    }
    for kind, known, wanted in KINDS:
        if known.search(line):
            says = wanted.search(line)
            if says is None:
                raise Unusable(f"a line about memory that is not understood: {shown(line.encode())}")
            actions[kind](*says.groups())
            return

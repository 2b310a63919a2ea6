"""The files of /proc, read column by column: what does not stand exactly where it should is not read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

ORDERS, TYPES, ZONES = 11, 5, 5
TYPE_NAMES = ("Unmovable", "Movable", "Reclaimable", "HighAtomic", "Isolate")
COUNTED = 100_000


class Unreadable(Exception):
    """The text is not in the format, from that place on."""


def right(width: int, of: str = r"\d") -> str:
    """A word that ends its column, or fills it and more."""
    short = (rf" {{{width - length}}}{of}{{{length}}}" for length in range(1, width))
    return rf"((?:{'|'.join(short)}|{of}{{{width},}}))"


NAME = right(8, r"[A-Za-z0-9]")
COLUMN, WIDE = right(6), right(12)
ZONE = rf"Node (\d+), zone {NAME}"
HIDDEN = {r"(\d+)": "n"}


class Text:
    """What is left to read."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def more(self) -> bool:
        """Whether it is not at its end."""
        return self.at < len(self.text)

    def ahead(self, text: str) -> bool:
        """Whether it goes on like that."""
        return self.text.startswith(text, self.at)

    def take(self, pattern: str) -> tuple[str, ...]:
        """The words of the pattern, which comes next."""
        found = re.compile(pattern).match(self.text, self.at)
        if found is None:
            raise Unreadable(repr(self.text[self.at : self.at + 90]))
        self.at = found.end()
        return tuple(word.strip() for word in found.groups())

    def figure(self, label: str) -> int:
        """The number of a line with such a label, which stands as it is."""
        return int(self.take(rf"{re.escape(label)}(\d+)\n")[0])


def read_lines(text: str, column: str, columns: int, convert: Any) -> Iterator[tuple[Any, ...]]:
    """Lines of a zone and columns, with a blank after each."""
    left = Text(text)
    while left.more():
        node, zone, *words = left.take(ZONE + " " + f"{column} " * columns + r"\n")
        yield int(node), zone, tuple(map(convert, words))


def read_buddyinfo(text: str) -> list[tuple[Any, ...]]:
    """Node, zone, and the free blocks of each order."""
    return [*read_lines(text, COLUMN, ORDERS, int)]


def read_indices(text: str, width: int) -> list[tuple[Any, ...]]:
    """Node, zone, and of each order the thousandths, whose whole ones take that much room."""

    def thousandths(word: str) -> int:
        whole, rest = word.split(".")
        below = -int(rest[1:]) if rest.startswith("-") else int(rest)
        return 1000 * int(whole) + (-below if whole.startswith("-") else below)

    whole = rf"(?:{right(width, '[-0-9]').replace('(', '(?:', 1)})"
    return [*read_lines(text, rf"({whole}\.(?:-\d{{2,}}|\d{{3}}))", ORDERS, thousandths)]


def read_pagetypeinfo(text: str) -> list[tuple[Any, ...]]:
    """Node, zone, free blocks by type and order, pageblocks by type."""
    left, found = Text(text), []
    while left.more():
        left.take(r"Page block order: 9\nPages per block:  512\n\n")
        title = "Free pages count per migrate type at order"
        left.take(f"{title.ljust(43)} {''.join(str(each).rjust(6) + ' ' for each in range(ORDERS))}\n")
        listed: dict[tuple[int, str], list[tuple[int, ...]]] = {}
        while not left.ahead("\n"):
            for name in TYPE_NAMES:
                node, zone, *counts = left.take(
                    rf"Node {right(4)}, zone {NAME}, type {name.rjust(12)} "
                    + rf"(>?{COLUMN.replace('(', '(?:', 1)}) " * ORDERS
                    + "\n"
                )
                listed.setdefault((int(node), zone), []).append(tuple(map(length, counts)))
        left.take(
            "\n" + "Number of blocks type".ljust(23) + "".join(f"{name:>12} " for name in TYPE_NAMES) + "\n"
        )
        if len({node for node, _ in listed}) > 1:
            raise Unreadable("two nodes with one head")
        for (node_number, zone), counts_of in listed.items():
            of, name, *blocks = left.take(f"{ZONE} {f'{WIDE} ' * TYPES}\n")
            if (int(of), name) != (node_number, zone):
                raise Unreadable(f"pageblocks of {name} after those of {zone}")
            found.append((node_number, zone, tuple(counts_of), tuple(map(int, blocks))))
    return found


def length(word: str) -> int:
    """Of a list, which is not counted to its end if that is far."""
    if word.startswith(">") != (int(word.lstrip("> ")) >= COUNTED) or word == f">{COUNTED + 1}":
        raise Unreadable(word)
    return int(word.lstrip("> "))


def read_zoneinfo(text: str) -> list[tuple[Any, ...]]:
    """Node, zone, the figures in their order, marks as they stand, and the rest if there is memory."""
    left, found = Text(text), []
    while left.more():
        node, zone = left.take(f"{ZONE}\n")
        free = left.figure("  pages free     ")
        figures = [
            left.figure(f"        {label.ljust(9)}")
            for label in ("boost", "min", "low", "high", "spanned", "present", "managed")
        ]
        (kept,) = left.take(r"        protection: \((\d+(?:, \d+){4})\)\n")
        rest = of_memory(left, free) if left.ahead("      nr_free_pages ") else None
        found.append((int(node), zone, free, *figures, tuple(map(int, kept.split(", "))), rest))
    return found


def of_memory(left: Text, free: int) -> tuple[Any, ...]:
    """What is said of a zone with memory: the lists of each CPU, whether the node is given up, its start."""
    if left.figure("      nr_free_pages ") != free:
        raise Unreadable("two numbers of free pages")
    left.take("  pagesets\n")
    sets = []
    while left.ahead("    cpu: "):
        cpu = left.figure("    cpu: ")
        figures = [left.figure(" " * 14 + label) for label in ("count: ", "high:  ", "batch: ")]
        sets.append((cpu, *figures, left.figure("  vm stats threshold: ")))
    return tuple(sets), left.figure("  node_unreclaimable:  "), left.figure("  start_pfn:           ")


def read_vmstat(text: str) -> dict[str, int]:
    """The counters by name."""
    left, found = Text(text), {}
    while left.more():
        name, value = left.take(r"([a-z0-9_]+) (\d+)\n")
        found[name] = int(value)
    return found


def read_slabinfo(text: str) -> list[tuple[Any, ...]]:
    """Name, objects in use, objects, bytes of one, objects and pages of a slab, slabs."""
    left = Text(text)
    left.take(r"slabinfo - version: 2\.1\n# name {12}<active_objs> <num_objs> <objsize> <objperslab> ")
    left.take(r"<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata ")
    left.take(r"<active_slabs> <num_slabs> <sharedavail>\n")
    line = (
        r"(?=(.{17}\S*) )\S+ * "
        + f"{COLUMN} {COLUMN} {COLUMN} {right(4)} {right(4)}"
        + " : tunables    0    0    0"
        + f" : slabdata {COLUMN} {COLUMN}      0\n"
    )
    found = []
    while left.more():
        name, *figures, active, slabs = left.take(line)
        if active != slabs:
            raise Unreadable(f"of {name} not every slab is active")
        found.append((name, *map(int, figures), int(slabs)))
    return found

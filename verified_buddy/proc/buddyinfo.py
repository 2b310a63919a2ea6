"""/proc/buddyinfo: how many blocks of each order are free in each zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class FreeCounts(NamedTuple):
    """The free blocks of a zone that has memory."""

    node: int
    zone: str
    nr_free: Sequence[int]
    """By order, on lists of whatever type."""


def zone_prefix(node: int, zone: str) -> str:
    """How a line about a zone begins."""
    return f"Node {node}, zone {zone:>8} "


def show_buddyinfo(zones: Iterable[FreeCounts]) -> str:
    """The file; zones by node, from the lowest up.

    Linux: frag_show_print(), mm/vmstat.c.
    """
    return "".join(
        zone_prefix(each.node, each.zone) + "".join(f"{count:6d} " for count in each.nr_free) + "\n"
        for each in zones
    )

"""Broken twins of /proc/buddyinfo."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "proc.buddyinfo"


def _twin(name: str, old: str, new: str) -> Twin:
    return Twin(f"buddyinfo-{name}", MODULE, old, new)


TWINS = (
    _twin("narrow-columns", '"{count:6d} "', '"{count:5d} "'),
    _twin("short-names", "{zone:>8}", "{zone:>7}"),
    _twin("no-blank", '"{count:6d} "', '"{count:7d}"'),
)

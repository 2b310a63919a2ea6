"""Broken twins of /proc/zoneinfo."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "proc.zoneinfo"


def _twin(name: str, old: str, new: str) -> Twin:
    return Twin(f"zoneinfo-{name}", MODULE, old, new)


TWINS = (
    _twin("mark-without-boost", "{zone.min + zone.boost}", "{zone.min}"),
    _twin("sets-of-no-cpu", '            yield f"    cpu: {each.cpu}"\n', ""),
    _twin(
        "empty-zones-too",
        'if zone.populated is not None:\n        yield f"      nr_free_pages {zone.free}"',
        'yield f"      nr_free_pages {zone.free}"\n    if zone.populated is not None:',
    ),
    _twin("reserves-without-blanks", "', '.join", "','.join"),
)

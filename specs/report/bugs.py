"""The list of bugs that real allocators shipped, if there is one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

MODULE = "specs.twins.bugs"


@dataclass(frozen=True)
class Bug:
    """One bug, and the twins that have it here."""

    id: str
    source: str
    logic: str
    status: str
    twins: tuple[str, ...]


def bugs() -> tuple[Bug, ...]:
    """Every bug of the list; none if there is no list."""
    try:
        listed = import_module(MODULE)
    except ModuleNotFoundError as error:
        if error.name != MODULE:
            raise
        return ()
    entries: Iterable[Any] = getattr(listed, "BUGS", ())
    return tuple(_bug(entry) for entry in entries)


def _bug(entry: Any) -> Bug:
    return Bug(entry.id, entry.source, entry.logic, str(getattr(entry, "status", "")), tuple(entry.twins))

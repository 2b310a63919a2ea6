"""The theorems of the ledger as far as they are told without it: a file that a test keeps up to date."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

FILE: Final = "theorems.json"


class Broken(msgspec.Struct, frozen=True):
    """A broken version of the code that the theorem rejects: what stands in place of what."""

    name: str
    module: str
    source: str
    was: str
    becomes: str


class Theorem(msgspec.Struct, frozen=True):
    """A row of the ledger."""

    name: str
    says: str
    about: list[str]
    verdict: str
    """What it is if it holds: proved, confirmed, checked or tested."""
    rejects: list[str]
    example: Broken


@cache
def theorems() -> dict[str, Theorem]:
    """All of them, by name, in the order of the ledger."""
    text = files("verified_buddy.explain").joinpath(FILE).read_bytes()
    return {each.name: each for each in msgspec.json.decode(text, type=list[Theorem])}

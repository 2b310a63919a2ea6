"""The C allocators of the tests, compiled where there is a compiler: right ones, and wrong ones."""

from __future__ import annotations

import shutil
import subprocess
from functools import partial
from pathlib import Path

import pytest

from verified_buddy.conform import library
from verified_buddy.conform.peer import Way

PEERS = Path(__file__).parents[1] / "peers"
HEADERS = Path(library.__file__).parent
RIGHT = ("lists", "tree", "bitmap")
"""Linked lists, a binary tree, and no blocks at all; latest first, lowest first, highest first."""

BUGS = (
    *("L6", "L7", "L9", "L12", "L13", "X15", "X17", "X19", "X20", "X21", "D22", "D23", "D25", "D26"),
    *("D27", "D28", "D29", "Z31", "Z34", "Z36", "R37", "R39", "M40", "V41", "U43", "T45", "P1"),
)
"""What real allocators shipped; each is built into ``lists.c`` by its name."""

needs_cc = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler (cc) here")


def level_of(bug: str) -> str:
    """The level at which the bug is one."""
    return "smallest-fit" if bug == "L9" else "complete"


def build(directory: Path, source: str, *defined: str, text: str = "") -> Path:
    """The allocator as a shared library; the text comes after the source."""
    out = directory / f"{'-'.join([source, *defined])}.so"
    if not out.exists():
        flags = ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-I", str(HEADERS)]
        names = [f"-D{name}" for name in defined]
        source_file = PEERS / f"{source}.c"
        if text:
            source_file = directory / f"{source}.c"
            source_file.write_text(text)
        subprocess.run(["cc", *flags, *names, "-o", str(out), str(source_file)], check=True)
    return out


def way_to(directory: Path, source: str, *defined: str, text: str = "") -> Way:
    """How to reach the allocator."""
    return partial(library.load, str(build(directory, source, *defined, text=text)))

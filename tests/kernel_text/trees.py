"""The trees on which the tests run: our toy, and a kernel's, if the machine has one."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from specs.kernel_text.errors import NoTree
from specs.kernel_text.tree import Tree, open_tree

TOY = Path(__file__).parents[1] / "data" / "kernel-toy"
VARIABLE = "VERIFIED_BUDDY_LINUX"


@cache
def toy() -> Tree:
    return open_tree(TOY)


@cache
def kernel() -> Tree | str:
    """Linux 6.1, or the reason why there is none."""
    told = os.environ.get(VARIABLE)
    places = [Path(told)] if told else sorted(Path("/usr/src").glob("linux-source-6.1*/"))
    for place in places:
        try:
            found = open_tree(place)
        except NoTree as error:
            return str(error)
        return found if found.series == "6.1" else f"{place}: it is Linux {found.version}, not 6.1"
    return f"no source tree of Linux 6.1: set {VARIABLE}, or unpack one in /usr/src"


def kernel_or_skip() -> Tree:
    found = kernel()
    if isinstance(found, str):
        pytest.skip(found)
    return found

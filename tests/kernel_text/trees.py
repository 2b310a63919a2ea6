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
def kernel(series: str = "6.1") -> Tree | str:
    """That Linux, or the reason why there is none; the variable names a tree of 6.1."""
    told = os.environ.get(VARIABLE) if series == "6.1" else None
    places = [Path(told)] if told else sorted(Path("/usr/src").glob(f"linux-source-{series}*/"))
    for place in places:
        try:
            found = open_tree(place)
        except NoTree as error:
            return str(error)
        return found if found.series == series else f"{place}: it is Linux {found.version}, not {series}"
    set_it = f"set {VARIABLE}, or " if series == "6.1" else ""
    return f"no source tree of Linux {series}: {set_it}unpack one in /usr/src"


def kernel_or_skip() -> Tree:
    return kernel_of_or_skip("6.1")


def kernel_of_or_skip(series: str) -> Tree:
    found = kernel(series)
    if isinstance(found, str):
        pytest.skip(found)
    return found

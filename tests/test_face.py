"""What the package hands on: all that a user needs, and nothing before somebody wants it."""

from __future__ import annotations

import importlib
import pydoc
import re
import subprocess
import sys

import pytest

import verified_buddy
from specs.ledger.subject import CORE, LINUX, PACKAGE

MODULES = [
    importlib.import_module(f"{PACKAGE}.{name}")
    for name in (*CORE, *LINUX, "linux.versions.v6_12", "machine")
]


def test_every_name_that_is_promised_is_there_and_the_very_thing() -> None:
    for name in verified_buddy.__all__:
        thing = getattr(verified_buddy, name)
        assert any(vars(module).get(name) is thing for module in MODULES)


def test_every_error_is_handed_on() -> None:
    errors = {
        name
        for module in MODULES
        for name, thing in vars(module).items()
        if isinstance(thing, type) and issubclass(thing, verified_buddy.BuddyError)
    }
    assert errors <= set(verified_buddy.__all__)


def test_every_migratetype_is_handed_on() -> None:
    types = ("UNMOVABLE", "MOVABLE", "RECLAIMABLE", "HIGHATOMIC", "ISOLATE")
    assert [getattr(verified_buddy, name) for name in types] == [0, 1, 2, 3, 4]


def test_what_is_not_promised_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'verified_buddy' has no attribute 'no_such_name'"):
        verified_buddy.no_such_name  # type: ignore[attr-defined]  # it has none, and mypy knows  # noqa: B018


def test_help_is_a_table_of_contents() -> None:
    shown = pydoc.plain(pydoc.render_doc(verified_buddy))
    contents = shown[shown.index("DESCRIPTION") : shown.index("PACKAGE CONTENTS")]
    words = set(re.findall(r"\w+", contents))
    assert set(verified_buddy.__all__) <= words
    assert {"oracle", "kmem", "replay", "conform", "linux"} <= words
    assert max(map(len, contents.splitlines())) <= 110
    assert len(contents.splitlines()) <= 40


@pytest.mark.parametrize(
    ("statement", "loads"),
    [
        ("import verified_buddy", False),
        ("import verified_buddy.conform.child", False),
        ("import verified_buddy.oracle.check", False),
        ("from verified_buddy import LinuxZone", True),
        ("from verified_buddy import *", True),
    ],
)
def test_the_linux_zone_is_loaded_when_somebody_wants_it(statement: str, loads: bool) -> None:
    asks = f"{statement}; import sys; print('verified_buddy.linux' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert said.stdout == f"{loads}\n"


def test_dir_lists_what_was_not_loaded_yet() -> None:
    asks = "import verified_buddy as v; print(set(v.__all__) <= set(dir(v)))"
    said = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert said.stdout == "True\n"

"""What the specification teaches is so: its examples run, its tables name functions and rows about them."""

from __future__ import annotations

import doctest
import importlib
import re

from specs.theorems import LEDGER
from tests.documents import blocks, text_of

PAGE = "specs/README.md"
TABLE = re.compile(r"^\w[\w ,-]*\((`verified_buddy\.linux[^)]*)\)", re.MULTILINE)
ROW = re.compile(r"^\| (`\w+\([^|]*) \|[^|]*\|[^|]*\| ([^|]*) \|$", re.MULTILINE)


def played(text: str, names: dict[str, object], line: int = 0) -> str:
    """What is wrong with the examples, which add to the names."""
    told: list[str] = []
    example = doctest.DocTestParser().get_doctest(text, names, PAGE, PAGE, line)
    assert example.examples
    doctest.DocTestRunner().run(example, out=told.append, clear_globs=False)
    names |= example.globs
    return "".join(told)


def test_the_examples_run_from_top_to_bottom() -> None:
    text, names = text_of(PAGE), dict[str, object]()
    for block in blocks(PAGE, "pycon"):
        wrong = played(block.text, names, text[: text.index(block.text)].count("\n"))
        assert not wrong, wrong


def test_an_example_that_is_not_so_is_noticed() -> None:
    first, second, *_ = blocks(PAGE, "pycon")
    names = dict[str, object]()
    assert not played(first.text, names)
    assert played(second.text.replace("[4             ]", "[4]"), names)


def test_no_example_stands_outside_of_a_block_that_runs() -> None:
    every = [line for line in text_of(PAGE).splitlines() if line.startswith(">>>")]
    run = [line for block in blocks(PAGE, "pycon") for line in block.text.splitlines()]
    assert every == [line for line in run if line.startswith(">>>")]


def test_each_row_of_the_tables_is_about_its_function() -> None:
    chapter = text_of(PAGE).partition("### Before and after")[2].partition("\n### ")[0]
    about = {row.name: row.about for row in LEDGER}
    _, *tables = TABLE.split(chapter)
    assert len(tables) == 10
    for named, table in zip(tables[::2], tables[1::2], strict=True):
        rooms = re.findall(r"`([\w.]+)`", named)
        lines = [line for line in table.splitlines() if line.startswith("| `")]
        assert lines
        for line in lines:
            match = ROW.match(line)
            assert match is not None, line
            theorems = re.findall(r"`([\w-]+)`", match[2])
            assert theorems
            for function in re.findall(r"`(\w+)\(", match[1]):
                wanted = {f"{room}.{function}" for room in rooms}
                assert all(wanted & set(about[theorem]) for theorem in theorems), (function, theorems)


def test_the_modules_of_the_tables_exist() -> None:
    for named in TABLE.findall(text_of(PAGE)):
        for name in re.findall(r"`([\w.]+)`", named):
            module, _, thing = name.rpartition(".")
            assert hasattr(importlib.import_module(module), thing)

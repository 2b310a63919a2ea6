"""Laws of JUnit XML: any text comes back, or spelled out; a file is written whole or not at all."""

from __future__ import annotations

import os
import stat
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verified_buddy.junit import Case, as_xml, write

CASES = [
    Case("right", seconds=1.5),
    Case("wrong", "failure", "overlap", "  alloc 0 -> 0\n  alloc 0 -> 0\n", 0.25, "tree"),
    Case("broken", "error", 'no "library"'),
    Case("left out", "skipped", "time was up"),
]


def read(text: bytes) -> ElementTree.Element:
    (suite,) = ElementTree.fromstring(text)
    return suite


def test_a_suite_counts_its_cases_and_each_says_what_came_of_it() -> None:
    suite = read(as_xml("conform", CASES))
    assert suite.attrib == {
        "name": "conform",
        "tests": "4",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
        "time": "1.750",
    }
    assert [case.get("name") for case in suite] == ["right", "wrong", "broken", "left out"]
    assert [case.get("classname") for case in suite] == ["conform", "tree", "conform", "conform"]
    assert [case.get("time") for case in suite] == ["1.500", "0.250", None, None]
    (why,) = suite[1]
    assert (why.tag, why.get("message"), why.text) == ("failure", "overlap", CASES[1].text)
    assert [[child.tag for child in case] for case in suite] == [[], ["failure"], ["error"], ["skipped"]]


def legal(character: str) -> bool:
    """The production Char of XML 1.0, section 2.2."""
    code = ord(character)
    return code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_any_text_comes_back_and_what_xml_cannot_hold_is_spelled_out(text: str) -> None:
    suite = read(as_xml(text, [Case(text, "failure", text, text)]))
    wanted = "".join(each if legal(each) else ascii(each)[1:-1] for each in text)
    (why,) = suite[0]
    assert suite.get("name") == suite[0].get("name") == why.get("message") == wanted
    assert (why.text or "") == wanted


def test_a_file_is_replaced_as_a_whole_and_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "out.xml"
    path.write_text("before")
    path.chmod(0o640)
    write(path, "conform", CASES)
    assert path.read_bytes() == as_xml("conform", CASES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert os.listdir(tmp_path) == ["out.xml"]


def test_a_file_that_cannot_be_written_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.xml"
    path.write_text("before")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write(path, "conform", CASES)
    assert path.read_text() == "before"
    assert os.listdir(tmp_path) == ["out.xml"]
    with pytest.raises(OSError, match="Is a directory"):
        write(tmp_path, "conform", CASES)
    with pytest.raises(OSError, match="No such file"):
        write(tmp_path / "missing" / "out.xml", "conform", CASES)


def test_a_link_is_followed_and_a_pipe_is_written_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real.xml")
    write(tmp_path / "link", "conform", CASES)
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real.xml").read_bytes() == as_xml("conform", CASES)
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write(tmp_path / "pipe", "conform", CASES)
    assert os.read(reader, 1 << 16) == as_xml("conform", CASES)
    os.close(reader)

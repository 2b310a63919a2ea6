"""Files are written whole or not at all, and never over others."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest

from verified_buddy.oracle.source import Unusable
from verified_buddy.simulate.written import Written


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def test_files_get_their_names_together(tmp_path: Path) -> None:
    with Written() as written:
        written.write(tmp_path / "new" / "deep" / "one", ["1\n"])
        written.new(tmp_path / "two").write("2\n")
        assert all(name == "new" or name.endswith(".part") for name in names(tmp_path))
        written.finish()
    assert (tmp_path / "new" / "deep" / "one").read_text() == "1\n"
    assert (tmp_path / "two").read_text() == "2\n"
    assert names(tmp_path) == ["new", "two"]


def test_what_is_not_finished_leaves_nothing_not_even_a_directory(tmp_path: Path) -> None:
    with Written() as written:
        written.write(tmp_path / "new" / "deep" / "one", ["1\n"])
    assert names(tmp_path) == []


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("mine")
    (tmp_path / "link").symlink_to("nowhere")
    with Written() as written:
        for name in ("one", "link"):
            with pytest.raises(Unusable, match=rf"{name}: is there already"):
                written.new(tmp_path / name)
    assert (tmp_path / "one").read_text() == "mine"


def test_what_has_come_meanwhile_stays_and_nothing_else_comes(tmp_path: Path) -> None:
    with Written() as written:
        written.write(tmp_path / "one", ["1\n"])
        written.write(tmp_path / "two", ["2\n"])
        (tmp_path / "two").write_text("mine")
        with pytest.raises(Unusable, match="two: File exists"):
            written.finish()
    assert names(tmp_path) == ["two"]
    assert (tmp_path / "two").read_text() == "mine"


def test_a_file_system_without_second_names_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(source: Path, target: Path) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", link)
    with Written() as written:
        written.write(tmp_path / "one", ["1\n"])
        written.finish()
    assert names(tmp_path) == ["one"]


def test_a_full_disk_is_said_with_the_files_name(tmp_path: Path) -> None:
    def lines() -> list[str]:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(Unusable, match=re.escape("one: No space left on device")), Written() as written:
        written.write(tmp_path / "one", (line for _ in [0] for line in lines()))
    assert names(tmp_path) == []


def test_where_no_file_can_be_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with Written() as written, pytest.raises(Unusable, match=r"Not a directory|File exists"):
        written.new(tmp_path / "file" / "one")

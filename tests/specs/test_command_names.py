"""A file or directory that cannot be named so is told in one line, before anything takes long."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from specs.command import main
from tests.kernel_text.trees import TOY

LONG = "n" * 300


@pytest.mark.parametrize(
    "arguments",
    [
        ("kernel", LONG),
        ("kernel", str(TOY), "--config", LONG),
        ("export", LONG),
        ("recheck", LONG),
        ("report", LONG),
        ("report", "out.html", "--from", LONG),
        ("report", "out.html", "--matrix", LONG),
    ],
    ids=lambda arguments: " ".join(word for word in arguments if "/" not in word and word != LONG),
)
def test_a_name_that_is_too_long_is_told(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(main, arguments)
    assert said.exit_code == 2, said.exception
    assert LONG in said.stderr
    assert "too long" in said.stderr
    assert said.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc, where no file can be made")
@pytest.mark.parametrize("command", ["export", "report"])
def test_what_cannot_be_written_is_told_before_the_work(command: str) -> None:
    said = CliRunner().invoke(main, [command, "/proc/out"])
    assert said.exit_code == 2
    assert said.stderr.startswith("Error: /proc/out")
    assert said.stderr.count("\n") == 1

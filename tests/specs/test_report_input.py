"""What the report refuses: one line, exit status 2, and nothing written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from specs.report.command import report
from specs.report.saved import BadInput, SavedRun, read
from tests.specs.saved_report import MATRIX, RUN, invoke


def refused(said: Result, tmp_path: Path) -> str:
    """What is said when nothing is written."""
    assert said.exit_code == 2, said.output
    assert len(said.stderr.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["matrix.json", "run.json"]
    return said.stderr


GOOD = json.dumps(RUN).encode()
BAD_RUNS = {
    "empty": b"",
    "truncated": GOOD[: len(GOOD) // 2],
    "no JSON": b"all hold\n",
    "no object": b"[1, 2]",
    "not text": b'{"held": "\xff"}',
    "nested": b"[" * 100_000,
    "no theorems": json.dumps({key: RUN[key] for key in RUN if key != "theorems"}).encode(),
    "no held": json.dumps({key: RUN[key] for key in RUN if key != "held"}).encode(),
    "a wrong type": json.dumps(RUN | {"seconds": "long"}).encode(),
    "held against its rows": json.dumps(RUN | {"held": False}).encode(),
    "held with no rows": json.dumps(RUN | {"theorems": []}).encode(),
    "a theorem twice": json.dumps(RUN | {"theorems": RUN["theorems"][:1] * 2}).encode(),
    "an unknown verdict": GOOD.replace(b'"verdict": "proved"', b'"verdict": "proven"', 1),
    "another method's verdict": GOOD.replace(b'"verdict": "proved"', b'"verdict": "tested"', 1),
    "an unknown method": GOOD.replace(b'"method": "z3"', b'"method": "faith"', 1),
}


@pytest.mark.parametrize("text", BAD_RUNS.values(), ids=BAD_RUNS)
def test_a_bad_run_is_one_line_and_no_page(text: bytes, tmp_path: Path) -> None:
    assert "run.json: not the output of 'python -m specs --json'" in refused(invoke(tmp_path, text), tmp_path)


@pytest.mark.parametrize(
    "text", [b"", b"{}", json.dumps(MATRIX | {"killed": 1}).encode(), json.dumps(MATRIX).encode()[:-50]]
)
def test_a_bad_matrix_is_one_line_and_no_page(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "matrix.json").write_bytes(text)
    assert "matrix.json: not the output of" in refused(invoke(tmp_path), tmp_path)


def test_a_run_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.json: No such file"):
        read(tmp_path / "none.json", SavedRun, "it")
    with pytest.raises(BadInput, match="Is a directory"):
        read(tmp_path, SavedRun, "it")


def test_a_page_that_cannot_be_written_is_one_line_and_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    out = tmp_path / "out.html"
    out.write_text("the old page", encoding="utf-8")
    monkeypatch.setattr("specs.report.page.os.replace", full)
    said = invoke(tmp_path)
    assert said.exit_code == 2
    assert said.stderr == f"Error: {out}: No space left on device\n"
    assert out.read_text(encoding="utf-8") == "the old page"
    assert len(list(tmp_path.iterdir())) == 3


def test_a_place_that_is_none_is_refused_before_anything_runs(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "no" / "out.html"):
        said = CliRunner().invoke(report, [str(place)])
        assert said.exit_code == 2
        assert len(said.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_the_page_does_not_replace_what_it_is_made_from(tmp_path: Path) -> None:
    run = tmp_path / "run.json"
    run.write_bytes(GOOD)
    said = CliRunner().invoke(report, [str(run), "--from", str(run)])
    assert said.exit_code == 2
    assert run.read_bytes() == GOOD

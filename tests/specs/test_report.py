"""The report: one file that needs no other, says what the run said, and is written whole or not at all."""

from __future__ import annotations

import copy
import json
import re
from html import escape
from pathlib import Path

import pytest
from click.testing import CliRunner

from specs.crosshair_gate.gates import gates
from specs.ledger.subject import UNDER_PROOF, source_of
from specs.report.command import report
from specs.report.sources import diff, highlighted, modules
from specs.theorems import LEDGER, TRUSTED
from specs.twins import TWINS
from specs.twins.bugs import BUGS
from tests.specs.saved_report import MATRIX, NOW, RUN, Reader, invoke, matrix_of, page

HOSTILE = "</pre><script>alert(1)</script><img src=x onerror=alert(2)>&amp;\"'"


@pytest.fixture(scope="module")
def whole() -> str:
    return page(RUN, MATRIX)


def test_the_page_needs_nothing_beside_it(whole: str) -> None:
    reader = Reader(whole)
    for tag, attributes in reader.tags:
        assert tag not in ("script", "link", "img", "iframe", "object", "base", "form")
        assert (attributes.get("href") or "#").startswith("#")
        assert not {name for name in attributes if name in ("src", "srcset") or name.startswith("on")}
    assert not re.search(r"https?://|url\(|@import", whole)
    assert "default-src 'none'" in whole


def test_every_element_is_closed_every_id_is_one_and_every_link_leads_somewhere(whole: str) -> None:
    reader = Reader(whole)
    assert not reader.open
    found = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(set(found)) == len(found)
    links = {attributes["href"] for tag, attributes in reader.tags if tag == "a"}
    assert links <= {f"#{each}" for each in found}


def test_every_theorem_stands_with_its_statement_its_twins_and_its_code(whole: str) -> None:
    text = "".join(Reader(whole).texts)
    for row in LEDGER:
        assert f'id="theorem-{row.name}"' in whole
        assert all(sentence in text for sentence in (row.says, *row.assumptions))
        assert all(f'id="twin-{name}"' in whole for name in row.rejects)
        assert all(f'id="code-{name}"' in whole for name in row.about)


def test_a_theorem_stands_with_what_it_rests_on_and_supposes() -> None:
    run = copy.deepcopy(RUN)
    run["theorems"][0] |= {"assumptions": [LEDGER[1].name], "supposes": ["it rains"], "trust": ["the sky"]}
    said = page(run)
    first = said[said.index(f'id="theorem-{LEDGER[0].name}"') : said.index(f'id="theorem-{LEDGER[1].name}"')]
    assert f'<a href="#theorem-{LEDGER[1].name}">' in first
    assert "it rains" in first
    assert "<li>the sky</li>" in first


def test_theorems_that_are_gone_are_of_no_method() -> None:
    matrix = copy.deepcopy(MATRIX)
    matrix["matrix"][0]["killed_by"] = ["never-was"]
    matrix["matrix"][1]["killed_by"] = ["zone-small-states", "tiny-zone-confirmed"]
    text = "".join(Reader(page(RUN, matrix)).texts)
    assert f"{len(NOW) - 3} by Z3 for every memory size, 1 by CrossHair over all paths, 0 in" in text
    assert "1 by theorems that are gone" in text


def test_the_trusted_base_every_clause_and_every_bug_stand_on_it(whole: str) -> None:
    text = "".join(Reader(whole).texts)
    assert all(bug.logic in text and bug.source in text for bug in BUGS)
    assert all(sentence in text for sentence in TRUSTED)
    assert all(clause.partition(": ")[2] in text for clause in gates())


def test_every_line_of_the_core_stands_on_it_once() -> None:
    shown = {module.name: "\n".join(str(piece.code) for piece in module.pieces) for module in modules()}
    for name in UNDER_PROOF:
        text = re.sub(r"</?span[^>]*>", "", shown[f"verified_buddy.{name}"])
        lines = [line.strip() for line in source_of(name).splitlines() if line.strip()]
        assert [line.strip() for line in text.splitlines() if line.strip()] == [
            str(escape(line)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;") for line in lines
        ]


def test_hostile_text_is_escaped() -> None:
    run, matrix = copy.deepcopy(RUN), copy.deepcopy(MATRIX)
    run["held"] = False
    run["theorems"][0] |= {"verdict": "refuted", "says": HOSTILE, "story": HOSTILE, "assumptions": [HOSTILE]}
    run["theorems"][1] |= {"about": [HOSTILE], "rejects": [HOSTILE], "name": HOSTILE}
    run |= {"commit": HOSTILE, "python": HOSTILE, "trusted": [HOSTILE], "gates": {f"{HOSTILE}: x": HOSTILE}}
    matrix["matrix"][0] |= {"story": HOSTILE, "function": HOSTILE, "killed_by": [HOSTILE]}
    matrix["matrix"][1] |= {"name": HOSTILE, "operator": HOSTILE, "undecided": [HOSTILE]}
    matrix["matrix"][-1] |= {"equivalent": HOSTILE}
    said = page(run, matrix)
    assert "<script" not in said
    assert "<img" not in said
    assert "&lt;script&gt;" in said
    assert not Reader(said).open


def test_the_same_input_gives_the_same_page(tmp_path: Path) -> None:
    assert invoke(tmp_path).exit_code == 0
    first = (tmp_path / "out.html").read_bytes()
    assert invoke(tmp_path).exit_code == 0
    assert (tmp_path / "out.html").read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["matrix.json", "out.html", "run.json"]


def test_a_theorem_that_does_not_hold_is_told_first_and_the_page_is_written(tmp_path: Path) -> None:
    run = copy.deepcopy(RUN)
    run["held"] = False
    run["theorems"][3] |= {"verdict": "refuted", "story": "as it went wrong"}
    assert invoke(tmp_path, run).exit_code == 1
    said = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert f"1 of {len(LEDGER)} theorems does not hold" in said
    assert "as it went wrong" in said
    assert f"All {len(LEDGER)} theorems hold" not in said


def test_what_the_run_left_out_is_told() -> None:
    run = RUN | {"theorems": RUN["theorems"][:2], "max_orders": [2]}
    said = page(run)
    assert "Not the whole ledger." in said
    assert LEDGER[-1].name in said
    assert "max_order 2 alone" in said
    assert "Not the whole ledger." not in page()


def test_a_theorem_that_is_stated_otherwise_today_is_told() -> None:
    run = copy.deepcopy(RUN)
    run["theorems"][0]["says"] = "It was another sentence."
    assert "Stated otherwise today" in page(run)
    assert "Stated otherwise today" not in page()


def test_without_a_matrix_the_page_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "There is no kill matrix yet." in page()
    monkeypatch.setattr("specs.report.command.MATRIX", tmp_path / "none.json")
    (tmp_path / "run.json").write_text(json.dumps(RUN), encoding="utf-8")
    options = [str(tmp_path / "out.html"), "--from", str(tmp_path / "run.json")]
    assert CliRunner().invoke(report, options).exit_code == 0
    assert "There is no kill matrix yet." in (tmp_path / "out.html").read_text(encoding="utf-8")


def test_a_stale_matrix_is_told(whole: str) -> None:
    assert "The matrix is stale." not in whole
    lacks, has_more = page(RUN, matrix_of(NOW[1:])), page(RUN, matrix_of(["never-was", *NOW]))
    assert "it lacks 1 mutant of the core" in lacks
    assert "has 1 that the core no longer has" in has_more
    assert "never-was" in has_more


def test_the_survivors_stories_and_sole_killers_are_told(whole: str) -> None:
    text = "".join(Reader(whole).texts)
    split = (
        f"{len(NOW) - 1} by Z3 for every memory size, 0 by CrossHair over all paths, 0 in every small state"
    )
    assert f"{len(NOW) - 1} of {len(NOW)} mutants are rejected: {split}, 0 by execution" in text
    assert "by proof alone" not in text
    assert f"It alone rejects {len(NOW) - 1} mutants" in text
    assert text.count(f"a story of {NOW[0]}") >= 2


def test_a_matrix_of_first_killers_claims_no_sole_ones() -> None:
    said = page(RUN, MATRIX | {"full": False})
    assert "It alone rejects" not in said
    assert "before any other theorem is tried" in said


def test_a_difference_is_that_of_the_patch() -> None:
    for twin in TWINS.values():
        lines = diff(twin)
        before, after = source_of(twin.module), twin.patched(source_of(twin.module))
        assert {sign for sign, _ in lines} & {"+", "-"}
        assert all(text.strip() in before for sign, text in lines if sign == "-")
        assert all(text.strip() in after for sign, text in lines if sign == "+")


def test_highlighting_changes_no_text() -> None:
    for text in ('def f() -> str:\n    return "<b>"  # a & b\n', "if x:\n  (", "", '"""unfinished'):
        said = re.sub(r"</?span[^>]*>", "", str(highlighted(text)))
        assert said == str(highlighted("") + text)
    assert '<span class="keyword">def</span>' in highlighted("def f(): pass")

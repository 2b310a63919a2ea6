"""The reports of public bug reports, with the answers that were worked out by hand."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner, Result

from verified_buddy.cli import main
from verified_buddy.diagnose.facts import facts
from verified_buddy.diagnose.files import reports
from verified_buddy.diagnose.log import reports_of
from verified_buddy.diagnose.report import Report
from verified_buddy.diagnose.verdict import Judgement, judge

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
FAILURES = DATA / "failures"
MORE = FAILURES / "more"
REPORTS = [*sorted(FAILURES.glob("*.txt")), *sorted(MORE.glob("*.txt"))]
STATES = sorted(path for path in (DATA / "linux-6.1" / "proc").iterdir())
PROC = ("buddyinfo", "pagetypeinfo", "zoneinfo")


class Expected(NamedTuple):
    """A row of expected.tsv."""

    path: Path
    zone: str
    verdict: str
    margin: int | None
    """None if it is not given, or none is made."""
    without: list[str]
    status: int | None


def expected(directory: Path) -> list[Expected]:
    with (directory / "expected.tsv").open(encoding="utf-8", newline="") as file:
        return [
            Expected(
                directory / f"{row['file']}.txt",
                row["zone"],
                row["verdict"],
                int(row["margin"]) if row["margin"] else None,
                row["would_pass_without"].split(),
                int(row["status"]) if "status" in row else None,
            )
            for row in csv.DictReader(file, delimiter="\t")
        ]


def the_report(text: str) -> Report:
    (report,) = reports_of(text.splitlines(), "log")
    return report


def judged(text: str) -> Judgement:
    return judge(the_report(text))


def facts_of(path: Path) -> dict[str, Any]:
    """What is said of the one report of the file."""
    ((_, report),) = reports((str(path),))
    assert isinstance(report, Report)
    return facts(judge(report))


def diagnose(*arguments: str, given: str | bytes = "") -> Result:
    return CliRunner().invoke(main, ["diagnose", *arguments], input=given)


def edited(path: Path, edit: Callable[[str], str]) -> str:
    return edit(path.read_text(encoding="utf-8"))

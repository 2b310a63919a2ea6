"""``python -m specs kernel TREE``: which theorem holds of which function of that kernel's own C text."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import click
from rich.table import Table

from specs.kernel_text.errors import NoTree, Unread
from specs.kernel_text.macros import PASSED_OVER, configured, recorded
from specs.kernel_text.rows import TOPS, Findings, names_of_rows
from specs.kernel_text.run import Asked, examine_all
from specs.kernel_text.tree import open_tree
from specs.kernel_text.versions import functions as all_functions
from specs.ledger.theorem import Theorem
from specs.run.decide import cores
from specs.run.screen import progress, screen
from specs.theorems import LEDGER

FUNCTIONS = all_functions()
REFUTED, UNREAD = 1, 2


@click.command()
@click.argument("tree", type=click.Path(path_type=Path))
@click.option("--only", multiple=True, metavar="ROW", help="Decide this theorem; may be repeated.")
@click.option(
    "--function", "functions", multiple=True, metavar="NAME", help="Of this function; may be repeated."
)
@click.option(
    "--config", type=click.Path(path_type=Path), help="The kernel's .config; else that of the recordings."
)
@click.option("--max-order", type=click.IntRange(1, 10), help="For this top order; else for 10.")
@click.option("--jobs", type=click.IntRange(1), default=cores, help="Processes at once (default: all cores).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def kernel(
    tree: Path,
    only: tuple[str, ...],
    functions: tuple[str, ...],
    config: Path | None,
    max_order: int | None,
    jobs: int,
    as_json: bool,
) -> None:
    """Decide the theorems about the C text of the kernel whose sources lie in TREE; nothing is compiled.

    Exit status: 0 if all that was read holds, 1 if something is refuted, 2 if something that the ledger
    speaks of could not be read.
    """
    known_or_usage(only, names_of_rows() if only else (), "theorem about a function of the kernel")
    known_or_usage(functions, FUNCTIONS, "function")
    started = time.perf_counter()
    try:
        found = open_tree(tree)
        defined = recorded() if config is None else configured(config)
        tops = TOPS if max_order is None else (max_order,)
        asked = Asked(found.root, found.version, defined, tops, functions, only)
        asked.text().has("")  # read it once, here
    except (NoTree, Unread) as error:
        click.echo(f"specs kernel: {error}", err=True)
        sys.exit(UNREAD)
    if not asked.numbers():
        raise click.UsageError("none of these theorems is about any of these functions")
    findings = decide(asked, jobs)
    findings.sort(key=lambda each: (FUNCTIONS.index(each.function), each.ours))
    seconds = round(time.perf_counter() - started, 1)
    report = as_report(asked, findings, seconds)
    if as_json:
        click.echo(json.dumps(report, indent=2))
    else:
        show(report, findings)
    sys.exit(status(findings))


def known_or_usage(names: tuple[str, ...], known: tuple[str, ...], what: str) -> None:
    """Raise a usage error that lists the names that there are."""
    for name in names:
        if name not in known:
            raise click.UsageError(f"there is no {what} {name!r}; they are: {', '.join(known)}")


def decide(asked: Asked, jobs: int) -> list[Findings]:
    """Every unit, with progress on a terminal."""
    found = []
    with progress("deciding", len(asked.numbers())) as done:
        for each in examine_all(asked, jobs):
            found.append(each)
            done(now=each.function)
    return found


def status(findings: list[Findings]) -> int:
    """0, 1 or 2: what is refuted comes first; nothing decided is nothing read."""
    if any(each.wrong for each in findings):
        return REFUTED
    return 0 if findings and all(each.held for each in findings) else UNREAD


def as_report(asked: Asked, findings: list[Findings], seconds: float) -> dict[str, Any]:
    """The object that ``--json`` prints."""
    return {
        "tree": str(asked.root),
        "version": asked.version,
        "held": status(findings) == 0,
        "seconds": seconds,
        "functions": [of_function(each) for each in findings],
        "theorems": [
            of_row(row, findings)
            for row in LEDGER
            if any(each.row == row.name for f in findings for each in f.rows)
        ],
        "unread": [
            {"file": place.file, "line": place.line, "construct": construct}
            for place, construct in sorted({entry for each in findings for entry in each.unread})
        ],
        "passed_over": PASSED_OVER,
        "configured": dict(asked.defined),
        "supposed": sorted(
            {
                says
                for each in findings
                for unit in asked.known.units
                if unit.name == each.function
                for says in unit.supposes
            }
        ),
    }


def of_function(found: Findings) -> dict[str, Any]:
    """What is said of a function."""
    agreement = found.agreement
    return {
        "name": found.function,
        "file": None if found.place is None else found.place.file,
        "line": None if found.place is None else found.place.line,
        "rows": [each.row for each in found.rows if each.verdict == "proved"],
        "same_as": f"verified_buddy.{found.ours}"
        if agreement is not None and agreement.result == "same"
        else None,
        "in_place_of": f"verified_buddy.{found.ours}",
        "paths": None
        if agreement is None
        else {"together": agreement.paths, "c": agreement.c_paths, "ours": agreement.our_paths},
        "differs": "" if agreement is None or agreement.result == "same" else agreement.story,
        "seconds": found.seconds,
    }


def of_row(row: Theorem, findings: list[Findings]) -> dict[str, Any]:
    """What is said of a theorem: of each function, and of all."""
    mine = [each for found in findings for each in found.rows if each.row == row.name]
    bad = [each for each in mine if each.verdict != "proved"]
    return {
        "name": row.name,
        "says": row.says,
        "about": list(dict.fromkeys(each.function for each in mine)),
        "method": row.method,
        "verdict": bad[0].verdict if bad else "proved",
        "paths": sum(each.paths for each in mine),
        "obligations": sum(each.obligations for each in mine),
        "solvers": sorted({name for each in mine for name in each.solvers}),
        "seconds": round(sum(each.seconds for each in mine), 2),
        "story": "\n".join(f"{each.function}(): {each.story}" for each in bad),
        "refuted_of": [each.function for each in bad],
    }


def show(report: dict[str, Any], findings: list[Findings]) -> None:
    """The table, what is wrong, and what was passed over."""
    console = screen()
    table = Table("function", "at", box=None, header_style="bold", pad_edge=False)
    table.add_column("as ours", overflow="fold")
    table.add_column("paths C/ours/both", justify="right")
    table.add_column("theorems")
    table.add_column("seconds", justify="right")
    for each in findings:
        agreement = each.agreement
        same = (
            "same"
            if agreement is not None and agreement.result == "same"
            else "differs"
            if agreement is not None
            else "-"
        )
        paths = "" if agreement is None else f"{agreement.c_paths}/{agreement.our_paths}/{agreement.paths}"
        rows = " ".join(
            row.row if row.verdict == "proved" else f"[bold red]{row.row}: {row.verdict}[/]"
            for row in each.rows
        )
        place = "not read" if each.place is None or each.unread else str(each.place)
        table.add_row(each.function, place, f"{same} {each.ours}", paths, rows, f"{each.seconds:.1f}")
    console.print(table)
    for each in findings:
        for row in (row for row in each.rows if row.verdict != "proved"):
            console.print(
                f"\n[bold]{row.row}[/] of {each.function}() ({each.place}): {row.verdict}.", soft_wrap=True
            )
            console.print("  " + row.story.replace("\n", "\n  "), markup=False, soft_wrap=True)
        if each.agreement is not None and each.agreement.result != "same":
            console.print(f"\n[bold]{each.function}()[/] and {each.ours} differ: ", end="", soft_wrap=True)
            console.print(each.agreement.story, markup=False, soft_wrap=True)
    console.print("\nPassed over:")
    for what, names in PASSED_OVER.items():
        console.print(f"  {what}: {' '.join(names)}", markup=False, soft_wrap=True)
    for heading, lines in (
        ("Supposed:", report["supposed"]),
        ("Not read:", [f"{e['file']}:{e['line']}: {e['construct']}" for e in report["unread"]]),
    ):
        if lines:
            console.print(f"\n{heading}")
        for line in lines:
            console.print(f"  {line}", markup=False, soft_wrap=True)
    console.print(f"\n{summary(report, findings)}", markup=False, soft_wrap=True)


def summary(report: dict[str, Any], findings: list[Findings]) -> str:
    """One line."""
    rows = [row for each in findings for row in each.rows]
    proved = sum(row.verdict == "proved" for row in rows)
    same = sum(each.agreement is not None and each.agreement.result == "same" for each in findings)
    names = {each.function for each in findings if each.place is not None and not each.unread}
    said = {
        0: "all that was read holds",
        REFUTED: "something is refuted",
        UNREAD: "something could not be read",
    }
    return (
        f"Linux {report['version']}: {len(names)} functions read; {proved} of {len(rows)} theorems "
        f"about them proved, {same} proved to be the same as ours, in {report['seconds']} s: "
        f"{said[status(findings)]}."
    )

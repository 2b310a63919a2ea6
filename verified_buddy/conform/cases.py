"""A report as cases of JUnit: the verdict, each phase of the search, and each misuse."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from verified_buddy import junit
from verified_buddy.conform.conduct import Report
from verified_buddy.conform.extent import Phase
from verified_buddy.conform.misuse import HARMLESS, Behaviour
from verified_buddy.junit import Case

SUITE: Final = "verified-buddy conform"


def write(path: Path, report: Report) -> None:
    """Write the report to the file.  Raises OSError."""
    found = [conformance(report)]
    found += [of_phase(phase, report) for phase in report.extent.phases]
    found += [of_misuse(each, report) for each in report.misuse]
    junit.write(path, SUITE, found)


def write_unusable(path: Path, name: str, why: str) -> None:
    """Write that it cannot be driven.  Raises OSError."""
    junit.write(path, SUITE, [Case("can be driven", "error", why, group=name)])


def conformance(report: Report) -> Case:
    """Whether it conforms."""
    name = f"conforms at level {report.plan.level}"
    run = next((finding.run for finding in report.findings if not finding.run.misuse), None)
    if run is not None:
        message = f"{run.rule} (theorem {run.theorem}): {run.says}"
        return Case(name, "failure", message, run.told(), report.seconds, report.name)
    if report.verdict == "vacuous":
        return Case(name, "error", f"vacuous: {report.extent.missing}", "", report.seconds, report.name)
    return Case(name, seconds=report.seconds, group=report.name)


def of_phase(phase: Phase, report: Report) -> Case:
    """A phase; it is skipped if it was not finished."""
    name = f"phase: {phase.name}"
    if phase.of is None or phase.complete:
        return Case(name, group=report.name)
    return Case(name, "skipped", f"the search ended here: {phase}", group=report.name)


def of_misuse(misuse: Behaviour, report: Report) -> Case:
    """A misuse; it fails if it must do no harm, and does."""
    name = f"misuse: {misuse.misuse}"
    if not report.plan.strict or misuse.behaviour in HARMLESS:
        return Case(name, group=report.name)
    message = f"{misuse.behaviour}: {misuse.detail}" if misuse.detail else misuse.behaviour
    return Case(name, "failure", message, misuse.run.told() if misuse.run else "", group=report.name)

"""JUnit XML, which continuous integration shows: a suite of cases, written whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from verified_buddy.whole_file import write_whole

ILLEGAL: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no way to say."""
MARKUP: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;"})
BLANKS: Final = str.maketrans({"\n": "&#10;", "\t": "&#9;"})
"""In an attribute they would be read as blanks."""


@dataclass(frozen=True, slots=True)
class Case:
    """One test, and what came of it."""

    name: str
    outcome: Literal["passed", "failure", "error", "skipped"] = "passed"
    message: str = ""
    """One line why, if it has not passed."""
    text: str = ""
    """As many lines as it takes."""
    seconds: float | None = None
    group: str = ""
    """What it is listed under; JUnit calls it the class."""


def as_xml(name: str, cases: Sequence[Case]) -> bytes:
    """The suite of that name, in UTF-8.  Characters that XML cannot hold are spelled as in Python."""
    counts = {kind: sum(case.outcome == kind for case in cases) for kind in ("failure", "error", "skipped")}
    facts = {
        "name": name,
        "tests": str(len(cases)),
        "failures": str(counts["failure"]),
        "errors": str(counts["error"]),
        "skipped": str(counts["skipped"]),
        "time": f"{sum(case.seconds or 0.0 for case in cases):.3f}",
    }
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<testsuites>",
        f"<testsuite{attributes(facts)}>",
        *(spelled(case, name) for case in cases),
        "</testsuite>",
        "</testsuites>",
        "",
    ]
    return "\n".join(lines).encode()


def spelled(case: Case, suite: str) -> str:
    """The case as an element."""
    facts = {"classname": case.group or suite, "name": case.name}
    if case.seconds is not None:
        facts["time"] = f"{case.seconds:.3f}"
    if case.outcome == "passed":
        return f"<testcase{attributes(facts)}/>"
    why = f"<{case.outcome}{attributes({'message': case.message})}>{escaped(case.text)}</{case.outcome}>"
    return f"<testcase{attributes(facts)}>{why}</testcase>"


def attributes(facts: dict[str, str]) -> str:
    """The facts as attributes, each after a blank."""
    return "".join(f' {key}="{escaped(value).translate(BLANKS)}"' for key, value in facts.items())


def escaped(text: str) -> str:
    """The text as XML can hold it."""
    return ILLEGAL.sub(lambda found: ascii(found[0])[1:-1], text).translate(MARKUP)


def write(path: Path, name: str, cases: Sequence[Case]) -> None:
    """Write the suite to the file; on failure the file is what it was.  Raises OSError."""
    write_whole(path, [as_xml(name, cases)])

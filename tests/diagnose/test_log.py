"""A report is found whatever syslog, journald, a terminal, a mail or markdown made of it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.diagnose.failure_reports import FAILURES, REPORTS, edited, facts_of
from verified_buddy.diagnose.log import reports_of

SIX = FAILURES / "13-6.8.0-rc3.txt"
STAMP = re.compile(r"^\[ *\d+\.\d+\] ", re.MULTILINE)


def lines(edit: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: "".join(f"{edit(line)}\n" for line in text.splitlines())


def in_pieces(text: str) -> str:
    """Each word of a zone's free blocks on a line of its own, as journald had it of old kernels."""
    return re.sub(
        r"^(?P<head>.*?Node 0) (?P<zone>\w+): (?P<rest>\d+\*4kB.*)$",
        lambda found: f"{found['head']}\n{found['zone']}:\n" + found["rest"].replace(" ", "\n"),
        text,
        flags=re.MULTILINE,
    )


def wrapped(text: str) -> str:
    """As a mail program breaks lines."""
    return re.sub(r"(.{40,70}) ", r"\1\n", text)


SPELLINGS: dict[str, Callable[[str], str]] = {
    "syslog": lines(lambda line: f"Feb  3 10:11:12 host kernel: {line}"),
    "journald": lines(lambda line: f"Feb 03 10:11:12 host kernel: {STAMP.sub('', line)}"),
    "iso": lines(lambda line: f"2024-02-03T10:11:12.123456+01:00 host kernel: {line}"),
    "another language": lines(lambda line: f"фев 03 10:11:12 host kernel: {line}"),
    "levels": lines(lambda line: f"<4>{line}"),
    "decoded": lines(lambda line: f"kern  :warn  : {line}"),
    "ctime": lambda text: STAMP.sub("[Sat Feb  3 10:11:12 2024] ", text),
    "threads": lambda text: re.sub(r"^(\[ *\d+\.\d+\]) ", r"\1[   T42] ", text, flags=re.MULTILINE),
    "bare": lambda text: STAMP.sub("", text),
    "quoted": lines(lambda line: f"> > {line}"),
    "coloured": lines(lambda line: f"\x1b[32m{line}\x1b[0m"),
    "carriage returns": lines(lambda line: f"{line}\r"),
    "stars eaten": lambda text: re.sub(r"(\d)\*(\d+kB)", r"\1\2", text),
    "stars underlined": lambda text: re.sub(r"(\d)\*(\d+kB)", r"\1_\2", text),
    "stars escaped": lambda text: re.sub(r"(\d)\*(\d+kB)", r"\1\\*\2", text),
    "in pieces": in_pieces,
    "wrapped": lambda text: wrapped(STAMP.sub("", text)),
    "no node": lambda text: text.replace("Node 0 ", ""),
}


def told(facts: dict[str, Any]) -> object:
    """What is said, but for where it stands."""
    return {key: facts[key] for key in ("kernel", "request", "zones", "answer", "undetermined", "lost")}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_what_is_said_does_not_depend_on_the_spelling(spelling: str, tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text(edited(SIX, SPELLINGS[spelling]), encoding="utf-8")
    assert told(facts_of(path)) == told(facts_of(SIX))


def test_all_reports_of_a_log_are_found_each_with_its_line() -> None:
    texts = [path.read_text(encoding="utf-8") for path in REPORTS]
    log = "[    1.000000] usb 1-1: new device\n".join(texts)
    found = list(reports_of(log.splitlines(), "log"))
    assert len(found) == len(REPORTS)
    for report in found:
        assert re.search("failure|oom-killer|vmalloc|invoked", log.splitlines()[report.line - 1])


def test_a_dump_without_a_request_is_a_state(tmp_path: Path) -> None:
    path = tmp_path / "sysrq"
    path.write_text("".join(SIX.read_text(encoding="utf-8").partition("Mem-Info")[1:]), encoding="utf-8")
    (report,) = reports_of(path.read_text(encoding="utf-8").splitlines(), "log")
    assert (report.kind, report.order, len(report.zones)) == ("state", None, 3)


def test_the_reports_among_other_lines_are_read_in_time_that_grows_with_the_log() -> None:
    rng = random.Random(1)
    noise = ["[ 1.0] " + "a" * rng.randrange(200) for _ in range(20_000)]
    text = [*noise, *SIX.read_text(encoding="utf-8").splitlines(), *noise]
    (report,) = reports_of(text, "log")
    assert len(report.zones) == 3

"""Reports of failed requests in a kernel's log."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from verified_buddy.diagnose import zone_lines
from verified_buddy.diagnose.kernel_rules import version_of
from verified_buddy.diagnose.log_lines import Line, whole_lines
from verified_buddy.diagnose.report import Kind, Report, ZoneReport

FLAGS: Final = r"(0x[0-9a-fA-F]{1,8})(?![0-9a-fA-F])(?:\(([^)]*)\))?"
HEADS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    (
        "failure",
        re.compile(rf"(.*?):? *page allocation failure[:.] *order: *(\d{{1,2}})(?!\d), *mode: *{FLAGS}"),
    ),
    (
        "oom",
        re.compile(rf"(.*?) +invoked oom-killer: +gfp_mask={FLAGS}.*?\border=(-?\d{{1,2}})(?!\d)"),
    ),
    (
        "stall",
        re.compile(rf"(.*?):? *page allocation stalls for .*?order: *(\d{{1,2}})(?!\d), *mode: *{FLAGS}"),
    ),
    ("vmalloc", re.compile(rf"(.*?):? *vmalloc(?: error)?: .*?\bmode: *{FLAGS}")),
)
"""The line with which a report begins."""
WORDS: Final = ("page allocation", "oom-killer", "vmalloc")
"""One of which is in it."""
PAGE_ORDER: Final = re.compile(r"page order (\d{1,2}), failed to allocate pages")
ADDRESS_RANGE: Final = re.compile(r"vm_struct allocation failed|Address range restricted|exceeds total pages")
KERNEL: Final = re.compile(
    r"(?:Not tainted|Tainted:[A-Z\s-]{0,80}?)\s(\d{1,3}\.\d{1,3}[^\s,]{0,60})", re.ASCII
)
NODES: Final = r"(\d{1,4}(?:[-,]\d{1,4}){0,64})"
NODEMASK: Final = re.compile(rf"nodemask={NODES}")
MEMS_ALLOWED: Final = re.compile(rf"mems_allowed={NODES}")
RECLAIMING: Final = re.compile(
    r"\b(?:balance_pgdat|try_to_free_pages|shrink_(?:node|zone|list|folio_list))\b"
)
INTERRUPT: Final = re.compile(r"<IRQ>|\b(?:__do_softirq|irq_exit|handle_IRQ|run_ksoftirqd)\b")
MEMCG: Final = re.compile(
    r"CONSTRAINT_MEMCG|Memory cgroup out of memory|memory: usage \d|killed as a result of limit of"
)
FREE: Final = re.compile(r"\bfree:(\d{1,20})(?![\dkK])")
USUAL_PAGE: Final = 4
"""KiB."""
WITH_CMA: Final = (3, 7)
"""From then on the free pages of CMA are counted."""
TELLING: Final = re.compile(
    r"ainted|nodemask|mems_allowed|free|emory|killed as|pgdat|shrink_|[iI][rR][qQ]|vm_struct|Address range"
    r"|exceeds total|lowmem_reserve|protection|\dkB"
)
"""What no line that is taken in lacks."""
FREE_CMA: Final = re.compile(r"\bfree_cma:(\d{1,20})(?![\dkK])")


def reports_of(lines: Iterable[str], source: str) -> Iterator[Report]:
    """The reports in the log, in order; and the state of memory where one was printed for no request."""
    report: Report | None = None
    for line in whole_lines(lines):
        begun = begun_by(line, source)
        if begun is None and (report is None or starts_anew(report, line)) and zone_of(line) is not None:
            begun = Report("state", source, line.number)
        if begun is not None:
            if report is not None:
                yield in_pages(report)
            report = begun
        if report is not None:
            add(report, line)
    if report is not None:
        yield in_pages(report)


def in_pages(report: Report) -> Report:
    """The report with its figures in pages, and with each zone's free pages of CMA, if those are known."""
    page_kb = report.page_kb or page_size(report) or USUAL_PAGE
    if report.zones and report.page_kb is None and page_size(report) is None:
        report.lost.append(f"the size of a page, which is taken to be {USUAL_PAGE} KiB")
    version = version_of(report.kernel)
    for zone in report.zones.values():
        zone.figures = {name: value // page_kb for name, value in zone.figures.items()}
        none_printed = report.free_cma is None and version is not None and version < WITH_CMA
        if "free_cma" not in zone.figures:
            if report.free_cma == 0 or none_printed:
                zone.figures["free_cma"] = 0
            elif report.free_cma is not None and len(report.zones) == 1:
                zone.figures["free_cma"] = report.free_cma
    return report


def page_size(report: Report) -> int | None:
    """KiB of a page: all free pages are as many as those of the zones together; None if no size fits."""
    kilobytes = sum(zone.figures.get("free", 0) for zone in report.zones.values())
    for page_kb in zone_lines.PAGE_SIZES:
        if report.free and abs(kilobytes - report.free * page_kb) * 10 < kilobytes:
            return page_kb
    return None


def begun_by(line: Line, source: str) -> Report | None:
    """The report that begins in this line."""
    if not any(word in line.text for word in WORDS):
        return None
    for kind, pattern in HEADS:
        found = pattern.match(line.text)
        if found is None:
            continue
        if kind == "vmalloc":
            name, mask, words = found.groups()
            page_order = PAGE_ORDER.search(line.text)
            order = int(page_order[1]) if page_order else None
        elif kind == "oom":
            name, mask, words, number = found.groups()
            order = int(number)
        else:
            name, number, mask, words = found.groups()
            order = int(number)
        return Report(
            kind, source, line.number, order, int(mask, 16), "".join((words or "").split()), comm=name[-40:]
        )
    return None


def zone_of(line: Line) -> re.Match[str] | None:
    """The node and name of the zone whose figures the line has."""
    return zone_lines.FIGURES.match(line.text)


def starts_anew(report: Report, line: Line) -> bool:
    """Whether the line is about a zone of which the report has told all."""
    found = zone_of(line)
    if found is None:
        return False
    known = report.zones.get((int(found[1] or 0), found[2]))
    return known is not None and known.lists is not None


def add(report: Report, line: Line) -> None:
    """Take in what the line says."""
    text = line.text
    if TELLING.search(text) is None:
        return
    if (found := KERNEL.search(text)) and report.kernel is None:
        report.kernel = found[1]
    if (found := NODEMASK.search(text)) and report.nodemask is None:
        report.nodemask = nodes_of(found[1])
    if (found := MEMS_ALLOWED.search(text)) and report.mems_allowed is None:
        report.mems_allowed = nodes_of(found[1])
    if (found := FREE_CMA.search(text)) and report.free_cma is None and zone_of(line) is None:
        report.free_cma = int(found[1])
    if (found := FREE.search(text)) and report.free is None and zone_of(line) is None:
        report.free = int(found[1])
    report.memcg = report.memcg or MEMCG.search(text) is not None
    report.interrupted = report.interrupted or INTERRUPT.search(text) is not None
    if not report.interrupted and report.order is not None:
        report.reclaiming = report.reclaiming or RECLAIMING.search(text) is not None
    report.address_range = report.address_range or ADDRESS_RANGE.search(text) is not None
    add_zone(report, text)


def add_zone(report: Report, text: str) -> None:
    """Take in what the line says of a zone."""
    if found := zone_lines.FIGURES.match(text):
        node, name = int(found[1] or 0), found[2]
        zone = report.zones.setdefault((node, name), ZoneReport(node, name))
        zone.figures = zone_lines.figures_of(text[found.end() - len("free:") :])
    if (reserve := zone_lines.reserve_of(text)) and report.zones:
        last = list(report.zones.values())[-1]
        last.lowmem_reserve = last.lowmem_reserve or reserve
    if found := zone_lines.BLOCKS.match(text):
        node, name = int(found[1] or 0), found[2]
        blocks = zone_lines.blocks_of(text[found.end() :])
        if blocks is None or not blocks.whole or report.page_kb not in (None, blocks.page_kb):
            report.lost.append(f"the free blocks of node {node} {name}: the line is cut, or does not add up")
        else:
            report.zones.setdefault((node, name), ZoneReport(node, name)).lists = blocks.lists
            report.page_kb = blocks.page_kb


def nodes_of(text: str) -> frozenset[int]:
    """The nodes of a list such as ``0-1,3``."""
    found = set[int]()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first.isdecimal():
            found |= {*range(int(first), int(last if last.isdecimal() else first) + 1)}
    return frozenset(found)

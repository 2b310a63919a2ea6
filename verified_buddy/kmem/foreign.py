"""Text that is given as a kernel's trace and is none: named by one of its lines, with what to do."""

from __future__ import annotations

import re
from typing import Final

RECORD: Final = "record the events kmem:mm_page_alloc and kmem:mm_page_free to have something to judge"
FAILURE: Final = re.compile(
    rb"page allocation failure: order:|page allocation stalls for |invoked oom-killer: |: vmalloc error: "
    rb"|: vmalloc: allocation failure|^Mem-[Ii]nfo:"
)
REPORT: Final = f"a kernel's report of a failed allocation, which is no trace of events: {RECORD}"
"""No command here explains such a report."""

FOREIGN: Final = {
    re.compile(rb"<!doctype html|<html|<\?xml", re.IGNORECASE): (
        "a page of HTML, as systrace writes it, not a trace: give the text between its"
        ' <script class="trace-data"> and </script>'
    ),
    re.compile(rb" *\d+\.\d{3} .*\bkmem:\w+\("): (
        "the output of perf trace, which leaves out orders: perf record -e 'kmem:*', and give the text of"
        " perf script"
    ),
    re.compile(rb"Attach(?:ing|ed) (?:to )?\d+ probes?\b"): (
        f"the output of bpftrace, not a trace of tracefs, perf script or trace-cmd report: {RECORD}"
    ),
    re.compile(rb"\[\d\d:\d\d:\d\d\.\d+\] .*\{ cpu_id = \d+"): (
        f"the output of babeltrace, not a trace of tracefs, perf script or trace-cmd report: {RECORD}"
    ),
    re.compile(rb"# event histogram|\{ .* \} hitcount:"): "a histogram of events (hist), not a trace of them",
    re.compile(rb'\{\s*"(?:traceEvents|displayTimeUnit)"'): (
        "a trace of events in JSON, as browsers show them: give the text of tracefs, perf script or trace-cmd"
    ),
    re.compile(rb'\{\s*"linux-perf-json-version"'): (
        "perf data as JSON: give the text that perf script prints of it"
    ),
    re.compile(rb".{0,200}\[event \w+ id \d+\]"): (
        "raw fields (trace_options raw): echo noraw > trace_options, and read the trace once more"
    ),
    re.compile(rb"[ZFPM]\t\d+\t\d+\t"): (
        "a snapshot of free lists, not a trace: it goes with --snapshot or --expect"
    ),
    re.compile(rb"[GNZDL]\t\w+="): ("the state of zones (zs.start), not a trace: it goes with --zonestate"),
    re.compile(rb"Node +\d+, zone +\w+$"): "a /proc/zoneinfo, not a trace: it goes with --zoneinfo",
    re.compile(rb"Page block order: +\d+"): "a /proc/pagetypeinfo, not a trace: it goes with --pagetypeinfo",
    re.compile(rb"Node +\d+, zone +\w+ +[\d.-]+ "): "a /proc/buddyinfo or its like, not a trace",
    re.compile(rb"nr_free_pages \d+"): "a /proc/vmstat, not a trace",
    re.compile(rb"MemTotal: +\d+ kB"): "a /proc/meminfo, not a trace",
    re.compile(rb"slabinfo - version: "): "a /proc/slabinfo, not a trace",
    re.compile(rb"processor\t: \d+"): "a /proc/cpuinfo, not a trace",
    re.compile(rb" *[0-9a-f]{8,16}-[0-9a-f]{8,16} : \w"): "a /proc/iomem, not a trace",
    re.compile(rb"\w+ \d+ \d+ [\w,-]+ (?:Live|Loading|Unloading) 0x"): "a /proc/modules, not a trace",
    re.compile(rb"Linux version \d"): "a /proc/version, not a trace",
    re.compile(rb"name: \w+$"): "a description of events (format), not a trace",
    re.compile(rb"[pr]\d*:\w+/\w+ \w+"): "a list of probes (kprobe_events), not a trace",
    re.compile(rb"entries: \d+$"): "a per_cpu/cpuN/stats of tracefs, not a trace",
}
"""By what a line begins like: what it is a line of, and what to do."""


def foreign(line: bytes) -> str | None:
    """What the line is one of, and what to do; None if it is of no kind that is known here."""
    if FAILURE.search(line):
        return REPORT
    return next((named for begins, named in FOREIGN.items() if begins.match(line)), None)

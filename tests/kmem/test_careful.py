"""Kernel traces as people post them: what they say is read, or refused with what was not understood."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.checking_command import checked
from tests.kmem.kernel_trace import freed, handed_out, taken
from verified_buddy.kmem.events import Alloc, Event, Extfrag, Free, ZoneLocked
from verified_buddy.kmem.reader import read
from verified_buddy.oracle.source import Unusable

SPELLINGS = Path(__file__).parents[1] / "data" / "spellings"
EXPECTED = list(csv.DictReader((SPELLINGS / "expected.tsv").read_text().splitlines(), delimiter="\t"))
WRONGLY_NOTED = "a02_tracefs_5_8_decimal"
REASONS = {
    "a17_perf_F_nocpu": ["without a CPU", "perf script -F comm,tid,cpu,time,event,trace"],
    "a18_perf_trace": ["perf trace", "perf script"],
    "a23_tracecmd_R": ["gfp_flags=0xcc0", "leave -R out"],
    "a36_raw_trace": ["trace_options raw", "noraw"],
    "a53_bpftrace": ["bpftrace"],
    "a56_syslog_trace_printk": ["without a CPU and a task"],
    "a66_only_allocs_same_page_twice": ["mm_page_free"],
    "a67_filtered_by_pid": ["task"],
    "a81_dmesg_alloc_failure": ["report of a failed allocation"],
    "b_systrace_html": ["HTML", "systrace"],
}
PAGE_EVENT = re.compile(r"(?<!\w)mm_page_\w+: ")


def rows(outcome: str) -> list[object]:
    return [pytest.param(row, id=row["file"]) for row in EXPECTED if row["outcome"] == outcome]


@pytest.mark.parametrize("row", rows("read"))
def test_a_spelling_is_read_and_every_page_event_of_it_counted(row: dict[str, str]) -> None:
    path = SPELLINGS / f"{row['file']}.txt"
    found = checked("--json", path)
    assert (found.status, found.stderr) == (0, "")
    many = len([line for line in path.read_text().splitlines() if PAGE_EVENT.search(line)])
    assert many > 0
    assert found.objects[0]["events"] == many
    assert row["file"] == WRONGLY_NOTED or row["events"] in {"", str(many)}


@pytest.mark.parametrize("row", rows("refused"))
def test_a_spelling_is_refused_for_what_is_the_matter_with_it(row: dict[str, str]) -> None:
    found = checked("--json", SPELLINGS / f"{row['file']}.txt")
    assert found.status == 2
    for word in REASONS[row["file"]]:
        assert word in found.complaint
    assert found.objects[0]["error"] in found.complaint


def events(text: str) -> list[Event]:
    return [event for batch in read(iter([text.encode()])) for event in batch.events]


def refusal(text: str) -> str:
    with pytest.raises(Unusable) as refused:
        events(text)
    return str(refused.value)


ALLOC = handed_out(0x1C23EA, 2)
FREE = freed(0x1C23EA, 2)
BODY = ALLOC.partition(": mm_page")[2]
"""What follows the event's first letters."""
SAME = {
    "decimal": ALLOC.replace("0x1c23ea", "1844202"),
    "upper-case": ALLOC.replace("0x1c23ea", "0x1C23EA"),
    "group": ALLOC.replace(" mm_page", " kmem:mm_page"),
    "group of trace-cmd": ALLOC.replace(" mm_page", " kmem/mm_page"),
    "modifiers of perf": ALLOC.replace("mm_page_alloc:", "kmem:mm_page_alloc:uk:"),
    "no flags": ALLOC.replace(" d..3.", ""),
    "thread group": ALLOC.replace("init-1 ", "init-1       (      1)"),
    "no thread group": ALLOC.replace("init-1 ", "init-1       (-----)"),
    "thread -1": ALLOC.replace("init-1 ", "init--1 "),
    "name with all that splits a line": ALLOC.replace("init-1 ", "a: b-2 [7] 1.0: c-1 "),
    "a clock that counts": ALLOC.replace("2.880421", "17"),
    "difference": ALLOC.replace(" mm_page", " (+0.000012) mm_page"),
    "latency columns": ALLOC.replace("[000] d..3.", "  0d..3."),
    "colours": "\x1b[32m" + ALLOC.replace("2.880421", "\x1b[1m2.880421\x1b[0m"),
    "log": "[  231.123456] " + ALLOC,
    "log of a daemon": "Nov 25 18:00:01 host kernel: [  231.123456] " + ALLOC,
    "log with a level": "<4>[  231.123456] " + ALLOC,
    "perf": f" init     1 [000]     2.880421:             kmem:mm_page{BODY}",
    "perf of a thread": f" init     1/2 [000]     2.880421:   kmem:mm_page{BODY}",
    "perf of no thread": f" :-1    -1 [000]     2.880421:   kmem:mm_page{BODY}",
    "perf without time": f" init     1 [000]   kmem:mm_page{BODY}",
    "perf without a task": f"[000]     2.880421:   kmem:mm_page{BODY}",
    "perf with period": f" init     1 [000]     2.880421:       1   kmem:mm_page{BODY}",
    "function graph": f" 0)               |  /* mm_page{BODY.rstrip()} */\n",
    "function graph with time": f"  231.123456 |   0)  init-1  |     /* mm_page{BODY.rstrip()} */\n",
    "other fields": ALLOC.replace("order=", "nr_free=7 order=").replace("gfp", "zone=DMA gfp"),
    "other order of fields": ALLOC.replace(" order=2", "").rstrip() + " order=2\n",
    "no page": ALLOC.replace("page=000000000000000a ", ""),
    "null": ALLOC.replace("page=000000000000000a", "page=          (null)"),
    "tabs": ALLOC.replace(" [000] d..3.     2.8", "\t[000]\td..3.\t2.8").replace(" order", "\torder"),
    "a web page": ALLOC.replace(" ", "\xa0"),
    "large X": ALLOC.replace("0x1c23ea", "0X1C23EA"),
    "explained in hexadecimal": ALLOC.replace("order=2", "order=2 (0x2)"),
    "carriage return": ALLOC.replace("\n", "\r\n"),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_however_it_is_spelled_the_event_is_the_same(text: str) -> None:
    (want,) = events(ALLOC)
    for before, after in (("", ""), (FREE, ""), (FREE * 3, FREE), (text, text)):
        found = [event for event in events(before + text + after) if isinstance(event, Alloc)]
        assert {(event.pfn, event.order, event.migratetype, event.cpu, event.gfp) for event in found} == {
            (0x1C23EA, 2, 1, 0, "GFP_KERNEL")
        }
        assert found[0].line == 1 + before.count("\n") - (before == text)
    assert isinstance(want, Alloc)


TASK = "            init-1       [000] d..3.     2.880421: "
RULE = " " + "-" * 42 + "\n"
BETWEEN = {
    "stack": f"{TASK}<stack trace>\n => free_pcppages\n => 0xffff\n",
    "stack of trace-cmd": "=> free_pcppages (ffffffffbe23e32e)\n",
    "chain": "\tffffffffbe23e32e __alloc_pages+0x22e (/boot/vmlinux)\n\t    7efd __poll (inlined)\n\n",
    "place in a source": "  page_alloc.c:4567\n",
    "function": f"{TASK}mutex_lock <-do_exit\n",
    "system call": f"{TASK}sys_openat(dfd: ffffff9c, filename: 7ffc, flags: 0)\n",
    "end of a system call": f"{TASK}sys_openat -> 0x3\n",
    "graph": f" 0)   0.123 us    |  _raw_spin_lock();\n 0)               |  }}\n{RULE}",
    "switch": " 0)   init-1    =>   sh-12\n",
    "event without fields": f"{TASK}some_event:\n",
    "event of another kind": f"{TASK}page_ref_mod: pfn=0x10 flags=0x0 count=1\n",
    "filled": "##### CPU 3 buffer started ####\n",
    "log": f"[  231.123456] Dumping ftrace buffer:\n[  231.123456]{RULE}",
    "atrace": "capturing trace... done\nTRACE:\n",
}


@pytest.mark.parametrize("text", BETWEEN.values(), ids=BETWEEN)
def test_what_stands_between_events_is_passed_over(text: str) -> None:
    assert len(events(text + ALLOC + text + FREE + text)) == 2


def test_old_names_tell_of_frees() -> None:
    for name in ("mm_page_free_direct", "mm_pagevec_free"):
        (found,) = events(FREE.replace("mm_page_free", name).rstrip() + " cold=0\n")
        assert isinstance(found, Free)
        assert (found.pfn, found.order) == (0x1C23EA, 2)


def test_an_overlap_in_an_old_kernel_cannot_be_decided() -> None:
    old = freed(0x20).replace("mm_page_free", "mm_page_free_direct")
    twice = handed_out(0x10) + old + handed_out(0x10)
    found = checked("--json", "-", text=twice.encode())
    assert found.status == 2
    assert "before Linux 3.3 pages that put_page() frees are told by no event" in found.complaint
    assert checked("-", text=(twice + handed_out(0x31, 1)).encode()).status == 1


@pytest.mark.parametrize("order", [11, 13, 16])
def test_larger_orders_are_judged_at_the_frame_layer(order: int) -> None:
    text = "".join([freed(1), handed_out(0x10000, order), handed_out(0x10000 + (1 << order) - 1)])
    found = checked("--json", "-", text=text.encode())
    assert found.status == 1
    assert found.objects[0]["first"]["rule"] == "overlap"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("0x1c23ea", "c23ea", "mm_page_alloc: pfn=c23ea: neither a decimal number, nor 0x and hexadecimal"),
        ("0x1c23ea", "0x" + "f" * 16, "mm_page_alloc: pfn=0xffffffffffffffff: no page has this number"),
        ("order=2", "order=17", "mm_page_alloc: order=17: no kernel has blocks of this order"),
        ("order=2", "order=-1", "mm_page_alloc: order=-1: no kernel has blocks of this order"),
        ("order=2", "order=2x", "mm_page_alloc: order=2x: neither a decimal number"),
        (" order=2", "", "mm_page_alloc: no order"),
        (" order=2", " order=2 order=3", "mm_page_alloc: order stands there twice"),
        ("migratetype=1", "migratetype=7", "mm_page_alloc: migratetype=7: no kernel has this type"),
        ("migratetype=1", "migratetype=-2", "mm_page_alloc: migratetype=-2: no kernel has this type"),
        (
            " order=2",
            " order=2 huh",
            "mm_page_alloc: 'huh migratetype=1 gfp_flags=GFP_KERNEL' is not underst",
        ),
        (
            "mm_page_alloc",
            "mm_page_alloc_bulk",
            "an event of pages that is not known here: mm_page_alloc_bulk",
        ),
        (" mm_page", " bpf_trace_printk: mm_page", "that another event, bpf_trace_printk, tells of"),
        ("init-1       [000] d..3.     2.880421: ", "", "mm_page_alloc without a CPU and a task"),
        ("[000] ", "", "mm_page_alloc without a CPU"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line_and_value(
    before: str, after: str, reason: str
) -> None:
    said = refusal(FREE + ALLOC.replace(before, after) + FREE)
    assert said.startswith("line 2: ")
    assert reason in said


def test_the_figures_of_a_rare_event_are_refused_by_name() -> None:
    text = (SPELLINGS / "a73_extfrag_64k_order.txt").read_text()
    (found,) = events(text)
    assert isinstance(found, Extfrag)
    assert (found.alloc_order, found.fallback_order, found.change_ownership) == (3, 13, True)
    assert "fragmenting=2: neither 0 nor 1" in refusal(text.replace("fragmenting=0", "fragmenting=2"))
    assert "no alloc_order" in refusal(text.replace(" alloc_order=3", ""))


def test_a_refill_is_read_in_a_rare_spelling_too() -> None:
    (found,) = events(taken(0x7FA4).replace("0x7fa4", "32676").replace("[000] d..3.", "  0d..3."))
    assert isinstance(found, ZoneLocked)
    assert (found.pfn, found.percpu_refill) == (0x7FA4, True)


@pytest.mark.parametrize("name", ["mm_page_alloc", "mm_page_free", "mm_page_pcpu_drain"])
def test_a_line_that_names_a_page_event_is_never_another_event(name: str) -> None:
    for line in (f"  x-1  [000] 1.0: {name}: what is this\n", f"# x\n{name}: pfn=0x1\n", f"  {name}:\n"):
        assert name in refusal(line)

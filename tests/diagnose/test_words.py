"""Each cause is named, with its zones, and with the knob that touches the comparison that failed."""

from __future__ import annotations

import pytest

from tests.diagnose.failure_reports import REPORTS, diagnose, facts_of, judged
from verified_buddy.diagnose.remedies import HELPS
from verified_buddy.diagnose.undetermined import undetermined
from verified_buddy.diagnose.words import BECAUSE, answer

SAID = {
    "03-3.8.0-rc2": ["259 free is not more than 261 (the mark, of 696", "min_free_kbytes", "It cannot wait"],
    "04-3.10.53-arm": ["35948 free - 35784 (free in CMA) = 164", "cma="],
    "06-4.9.0-x86_32": ["HighMem: not eligible", "refused by 3 pages", "183157 pages in files and caches"],
    "09-5.0.10": ["its marks were moving", "low - min is 2891, high - low 2379"],
    "13-6.8.0-rc3": [
        "33564 of it boost",
        "512 (highatomic)",
        "0.928 (fragmentation, not shortage)",
        "__GFP_IO",
    ],
    "16-trap-6.15-vmalloc": ["Not the page allocator", "/proc/vmallocinfo"],
    "22-6.8.1-arm": ["without cma or without boost", "watermark_boost_factor"],
    "25-4.8-x86_64": ["no block of order 2 or more may be taken", "compaction could make 3921 blocks"],
    "26-5.7.0-rc3-arm64": ["no zone that may serve it has any pages", "DMA: not eligible: it has no pages"],
    "27-5.4.0-broken-marks": ["no zone has so many pages: these are wrong"],
    "29-6.19.0-kswapd": ["PF_MEMALLOC", "here not: __GFP_NOMEMALLOC", "8 (highatomic)"],
    "31-3.12.10-arm": [
        "(279 are cma)",
        "blocks that are large enough stand on lists that this request may not",
    ],
    "32-3.2.4-x86_64": ["291 pages are left, which must be more than the halved mark 303"],
    "33-6.7.0-rc4-x86_64": [
        "memory came back before the figures were printed",
        "one attempt (__GFP_NORETRY)",
    ],
    "34-3.10.0-no-request": ["No request at all (gfp 0)", "104942660 pages are free"],
}


@pytest.mark.parametrize("name", SAID)
def test_the_answer_names_what_refused_it(name: str) -> None:
    (path,) = [path for path in REPORTS if path.stem == name]
    facts = facts_of(path)
    told = " ".join([facts["answer"], *facts["undetermined"]])
    assert [text for text in SAID[name] if text not in told] == []
    shown = " ".join(diagnose(str(path)).stdout.split())
    assert [text for text in SAID[name] if " ".join(text.split()) not in shown] == []


def test_every_cause_has_a_remedy_and_some_report() -> None:
    assert {*HELPS} == {*BECAUSE}
    found = {cause for path in REPORTS for cause in facts_of(path)["causes"]}
    assert {*BECAUSE} - found == {"highatomic"}


HEAD = (
    "task: page allocation failure: order:{}, mode:{}, nodemask={}\n"
    "CPU: 0 PID: 1 Comm: task Not tainted 6.1.192 #1\n"
)
ZONE = (
    "Node {node} Normal free:{free}kB boost:0kB min:4000kB low:5000kB high:6000kB"
    " reserved_highatomic:{reserved}KB managed:400000kB free_cma:0kB\nlowmem_reserve[]: 0 0 0 0 0\n"
)


def told(head: str, *zones: str) -> str:
    return " ".join(answer(judged(head + "".join(zones))))


def test_the_highatomic_reserve_is_named() -> None:
    head = HEAD.format(0, "0xcc0(GFP_KERNEL)", "(null)")
    assert "it would pass without highatomic" in told(head, ZONE.format(node=0, free=5000, reserved=2048))


def test_nodes_that_are_ruled_out_are_named() -> None:
    zones = [ZONE.format(node=node, free=8000 if node else 400, reserved=0) for node in (0, 1)]
    bound = told(HEAD.format(0, "0xcc0(GFP_KERNEL)", "0"), *zones)
    assert "node 1 Normal: not eligible: the request is bound to other nodes (nodemask)" in bound
    cpuset = HEAD.format(0, "0xcc0(GFP_KERNEL)", "(null),cpuset=/,mems_allowed=0")
    assert "node 1 Normal: not eligible: the task's cpuset" in told(cpuset, *zones)
    atomic = HEAD.format(0, "0xa20(GFP_ATOMIC)", "(null),cpuset=/,mems_allowed=0")
    assert "node 1 Normal: passes" in told(atomic, *zones)


def test_a_request_that_no_mark_stops_is_told() -> None:
    head = HEAD.format(0, "0x20800(GFP_NOWAIT|__GFP_MEMALLOC)", "(null)")
    assert "No mark stops it (__GFP_MEMALLOC)" in told(head, ZONE.format(node=0, free=5000, reserved=0))


def test_the_limit_of_a_memory_cgroup_is_no_zones_fault() -> None:
    log = (
        "task invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n"
        "CPU: 0 PID: 1 Comm: task Not tainted 6.1.0 #1\n"
        "memory: usage 102400kB, limit 102400kB, failcnt 42\n"
    )
    assert " ".join(answer(judged(log))).startswith("A memory cgroup reached its limit")


def test_a_kill_that_was_asked_for_is_no_failure() -> None:
    log = "task invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=-1, oom_score_adj=0\n"
    assert " ".join(answer(judged(log))).startswith("Nothing failed")


def test_a_request_that_is_bound_to_a_node_is_not_said_to_have_had_another() -> None:
    zones = [ZONE.format(node=node, free=8000 if node else 400, reserved=0) for node in (0, 1)]
    judgement = judged(HEAD.format(0, "0x200cc0(GFP_KERNEL|__GFP_THISNODE)", "(null)") + "".join(zones))
    assert "name it with --node" in " ".join(answer(judgement))
    assert "another node was asked alone" in " ".join(undetermined(judgement))


TRACE = "Call Trace:\n dump_stack+0x1/0x2\n{}"
BLOCKS = (
    "Node 0 Normal: 100*4kB (U) " + " ".join(f"0*{4 << order}kB" for order in range(1, 11)) + " = 400kB\n"
)


def reclaiming(flags: str, trace: str) -> list[str]:
    zone = ZONE.format(node=0, free=400, reserved=0)
    return undetermined(judged(HEAD.format(0, flags, "(null)") + TRACE.format(trace) + zone + BLOCKS))


def test_no_mark_explains_the_failure_of_who_frees_memory_itself() -> None:
    shrinks = " shrink_node+0x1/0x2\n balance_pgdat+0x1/0x2\n"
    (why,) = reclaiming("0xcc0(GFP_KERNEL)", shrinks)
    assert "no mark stops whoever frees memory itself (PF_MEMALLOC)" in why
    assert reclaiming("0x80cc0(GFP_KERNEL|__GFP_NOMEMALLOC)", shrinks) == []
    assert reclaiming("0xa20(GFP_ATOMIC)", f" <IRQ>\n __do_softirq+0x1/0x2\n </IRQ>\n{shrinks}") == []


def test_a_request_that_has_not_failed_yet_is_not_explained() -> None:
    head = "task: page allocation stalls for 10240ms, order:0, mode:0x14000c0(GFP_KERNEL), nodemask=(null)\n"
    judgement = judged(head + ZONE.format(node=0, free=400, reserved=0))
    assert judgement.report.kind == "stall"
    assert undetermined(judgement) == ["the request had not failed yet when this was printed"]


def test_pages_that_vmalloc_did_not_get_are_asked_of_the_zones() -> None:
    head = (
        "task: vmalloc error: size 8192, page order 0, failed to allocate pages,"
        " mode:0xcc0(GFP_KERNEL), nodemask=(null)\n"
    )
    (zone,) = judged(head + ZONE.format(node=0, free=400, reserved=0)).zones
    assert (zone.verdict, zone.margin) == ("watermark", 100 - 1000)

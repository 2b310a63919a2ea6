"""What a kernel's trace came to, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from verified_buddy.kmem.figures import ISOLATE_BESIDE_CMA
from verified_buddy.linux.migratetype import ISOLATE
from verified_buddy.oracle.check import Divergence, Verdict
from verified_buddy.oracle.rules import THEOREMS, Level
from verified_buddy.replay import final
from verified_buddy.replay.findings import Note, Violation
from verified_buddy.replay.recording import Judgement
from verified_buddy.replay.replay import NEVER, ZoneReplay

SHOWN: Final = 8
"""So many pages of a list are named."""


def verdict_of(judgement: Judgement, *, every: bool, strict: bool = False) -> Verdict:
    """The judgement, as that of any trace; with every violation that was listed, or the first.

    ``strict``: what is only noted counts as wrong too.
    """
    found = judgement.findings
    wrong = list(map(divergence, found.violations))
    count = found.count
    if strict:
        wrong = sorted([*wrong, *map(noted, found.notes.values())], key=lambda each: each.operation)
        count += sum(note.count for note in found.notes.values())
    return Verdict(
        judgement.trace,
        Level.EXACT if "zone" in judgement.replay.layers else Level.SAFETY,
        found.operation,
        count,
        wrong[: None if every else 1],
        judgement.reading.fault,
        predicted_nothing(judgement),
    )


def predicted_nothing(judgement: Judgement) -> bool:
    """Whether a snapshot was given, and the trace then has nothing that it lets predict."""
    replay = judgement.replay
    if not isinstance(replay, ZoneReplay) or "zone" not in replay.layers or judgement.final is not None:
        return False
    return replay.zone.taken + replay.pcp.allocated + replay.drains.drained == 0


def divergence(each: Violation) -> Divergence:
    """The violation, as that of any trace."""
    says = f"{each.layer} layer: {each.message}"
    return Divergence(each.operation, each.line, each.rule, THEOREMS[each.rule], says, ())


def noted(each: Note) -> Divergence:
    """The first of a kind of notes, as a divergence of any trace."""
    says = f"{each.layer} layer: {each.kind}, {each.count} times: {each.message}"
    return Divergence(each.operation, each.line, each.rule, THEOREMS[each.rule], says, ())


def facts(judgement: Judgement) -> dict[str, object]:
    """What the JSON of a kernel's trace has besides."""
    replay, found = judgement.replay, judgement.findings
    common: dict[str, object] = {
        "layers": list(replay.layers),
        "events": found.operation,
        "cma": judgement.cma,
        "unknown_frees": replay.frame.unknown,
        "freed_twice": replay.frame.again.undecided,
        "left_out": replay.left_out,
        "notes": sum(note.count for note in found.notes.values()),
        "noted": [asdict(note) for note in found.notes.values()],
    }
    if not isinstance(replay, ZoneReplay):
        return common
    ended = judgement.final
    return common | {
        "probes": not replay.untold.hidden,
        "probes_from": replay.probes_from if 0 < replay.probes_from < NEVER else None,
        "events_behind_snapshot": replay.behind,
        "exact_up_to": replay.untold.exact_until,
        "taken": replay.zone.taken,
        "predicted": replay.zone.predicted,
        "allocated": replay.pcp.allocated,
        "allocated_predicted": replay.pcp.predicted,
        "drained": replay.drains.drained,
        "drained_predicted": replay.drains.predicted,
        **request_facts(replay),
        "limits": limits(replay, judgement.limits_from),
        "final": None if ended is None else final_facts(ended),
        "pageblocks": None if ended is None else pageblock_facts(ended),
        "undetermined": [] if ended is None else [undetermined(each) for each in ended.undetermined],
    }


def request_facts(replay: ZoneReplay) -> dict[str, int]:
    """How much of what requests did was compared, and how much was as predicted."""
    layer = replay.requests
    return {} if layer is None or "request" not in replay.layers else asdict(layer.counts)


def final_facts(ended: final.Final) -> dict[str, int]:
    """How many lists were compared, and how many are equal, in order."""
    return {
        "lists": ended.lists,
        "equal": ended.lists - len(ended.unequal),
        "pcp_lists": ended.pcp_lists,
        "pcp_equal": ended.pcp_lists - len(ended.unequal_pcp),
    }


def pageblock_facts(ended: final.Final) -> dict[str, int]:
    """How many pageblocks were compared, and how many have the right type."""
    return {"count": ended.pageblocks, "equal": ended.pageblocks - len(ended.wrong_pageblocks)}


def undetermined(each: final.Unequal) -> dict[str, object]:
    """A list that the trace does not determine."""
    return {"list": each.name, "pages": list(each.pages), "position": each.place}


def limits(replay: ZoneReplay, told_by: str) -> list[dict[str, object]]:
    """Of each CPU's lists that were met: when they drain, by how much they are refilled, and who says so."""
    return [
        {
            "zone": zone.row.name,
            "node": zone.row.zone[0],
            "cpu": lists.cpu,
            "high": lists.pcp.high if lists.known else lists.inferred_high(),
            "batch": lists.pcp.batch,
            "source": told_by if lists.known else "inferred",
        }
        for zone in replay.machine.zones.values()
        for lists in zone.cpus.values()
    ]


def as_lines(judgement: Judgement) -> RenderableType:
    """What was predicted, what was noted, and how it ended."""
    lines = [Text(f"{judgement.trace}: {judgement.findings.operation:,} events", style="bold")]
    lines += [Text(line) for line in told(judgement)]
    return Group(lines[0], Padding(Group(*lines[1:]), (0, 0, 1, 2)))


def told(judgement: Judgement) -> Iterator[str]:
    """The facts, in words."""
    replay = judgement.replay
    if isinstance(replay, ZoneReplay):
        yield from told_lists(replay, judgement.limits_from)
    if judgement.final is not None:
        yield from told_final(judgement.final)
    yield from told_types(judgement)
    for note in judgement.findings.notes.values():
        times = "" if note.count == 1 else f", {note.count:,} times, first"
        yield f"note: {note.kind}{times} at line {note.line}: {note.message}"
    if replay.frame.unknown:
        yield f"{replay.frame.unknown:,} frees of pages of which no allocation was told"


def told_types(judgement: Judgement) -> Iterator[str]:
    """What type 4 stands for, if that was seen."""
    if judgement.cma:
        yield f"a kernel with CMA: type {ISOLATE} is CMA, and {ISOLATE_BESIDE_CMA} is ISOLATE"
    elif judgement.cma is None and ISOLATE in judgement.reading.types:
        yield f"type {ISOLATE} is CMA or ISOLATE, which is not decided: --pagetypeinfo FILE decides"


def told_lists(replay: ZoneReplay, limits_from: str) -> Iterator[str]:
    """What was predicted of the lists, in words."""
    zone, pcp, drains = replay.zone, replay.pcp, replay.drains
    if "zone" in replay.layers:
        yield f"taken from the free lists: {zone.predicted:,} of {zone.taken:,} predicted"
    if "per-CPU" in replay.layers:
        yield f"handed out: {pcp.predicted:,} of {pcp.allocated:,} predicted"
        yield f"drained: {drains.predicted:,} of {drains.drained:,} predicted"
    if replay.requests is not None and "request" in replay.layers:
        yield from replay.requests.counts.told()
    for layer, why in replay.left_out.items():
        yield f"left out: the {layer} layer, since {why}"
    if replay.untold.hidden:
        yield "without probes: direct frees were inferred; bulk allocation and isolation are not told"
    elif replay.probes_from:
        yield f"without probes up to line {replay.probes_from}: direct frees were inferred there"
    if replay.behind:
        yield f"the snapshot is of a moment {replay.behind} events before its second mark"
    if replay.untold.exact_until is not None:
        yield f"exact up to event {replay.untold.exact_until:,}: then blocks moved that no event tells of"
    for each in limits(replay, limits_from) if "per-CPU" in replay.layers else ():
        high = "not reached" if each["high"] is None else each["high"]
        yield f"{each['zone']}, CPU {each['cpu']}: high {high}, batch {each['batch']} ({each['source']})"


def told_final(ended: final.Final) -> Iterator[str]:
    """How it ended, in words."""
    lists, blocks = final_facts(ended), pageblock_facts(ended)
    yield (
        f"equal at the end: {lists['equal']} of {lists['lists']} free lists, {lists['pcp_equal']} of "
        f"{lists['pcp_lists']} per-CPU lists, in order; {blocks['equal']} of {blocks['count']} pageblocks"
    )
    for each in ended.undetermined:
        pages = ", ".join(f"{page:#x}" for page in each.pages[:SHOWN]) or "the same, in another order"
        yield f"undetermined: {each.name}: {pages}{' ...' if len(each.pages) > SHOWN else ''}"

"""What ``verified_buddy.boot.zones`` makes of the pages of each node."""

from __future__ import annotations

from functools import partial

import z3

from specs.exhaustive import boot
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.prover.method.labels import pfn
from specs.prover.method.lifted import BITS, LiftedPfn
from specs.prover.method.paths import Path
from specs.prover.method.row import Proof
from specs.theorems.boot.page_ranges import PAGES, inside, lemmas, term, told

MODULE = "verified_buddy.boot.zones"
BASE, LOW, END, P = (z3.BitVec(name, BITS) for name in ("base", "low", "end", "p"))
ROWS_OF = tuple((name, zone) for name, zones in boot.LIMITS_OF.items() for zone in range(len(zones) + 1))


def _limit(subject: Subject, number: int, path: Path) -> None:
    name, zone = ROWS_OF[number]
    rows = getattr(subject.boot.architecture, name).zones
    path.assume(*(z3.ULT(each, PAGES) for each in (BASE, LOW, END, P)))
    base, low, end = (LiftedPfn(path, each) for each in (BASE, LOW, END))
    got = subject.boot.zones.zone_limit(rows[zone], base, low, end)
    above = z3.BoolVal(True)
    if zone < len(rows) - 1:
        above = z3.ULT(P, BASE + pfn(boot.LIMITS_OF[name][zone]))
    wanted = z3.And(z3.ULE(LOW, P), z3.ULT(P, END), above)
    path.owe(
        "pages",
        inside(got, P) == wanted,
        f"zone {zone} of {name} has the pages below its limit that are left",
    )
    path.owe("pages", term(got.start) == LOW, "it begins where the one below it ends")
    path.owe("pages", z3.UGE(term(got.end), LOW), "it does not end below that")


ROWS = (
    Theorem(
        "zones-limit",
        "A zone has just those pages of memory that are below its limit, and in none of the zones below "
        "it, where it begins: so zones part the memory.",
        (f"{MODULE}.zone_limit",),
        "z3",
        Proof(lemmas=partial(lemmas, _limit, len(ROWS_OF) - 1), tops=lambda tops: tops[:1], tell_lemma=told),
        (
            "zones-limit-inclusive",
            "architecture-highmem-boundary",
            "architecture-dma-of-fifteen",
        ),
        domain=Domain(
            starts="nothing but arguments",
            pages="none; numbers of pages: any below 2**51; the zones below end anywhere, and so does memory",
            sizes=("each zone of x86-64, 32-bit x86 and ARM",),
        ),
    ),
)

THEOREMS = (
    Theorem(
        name="zones-partition",
        says="Every page from the first to before the end of memory is in exactly one zone, by the limits of "
        "the architecture, and no other page is in any: x86-64, 32-bit x86 with high memory, ARM.",
        about=(f"{MODULE}.zone_limits",),
        method="exhaustive",
        check=Checker(boot.partition),
        rejects=(
            "zones-limit-inclusive",
            "zones-first-zone-from-zero",
            "zones-limit-not-from-base",
            "architecture-highmem-boundary",
            "architecture-dma-of-fifteen",
        ),
        domain=Domain(
            starts="nothing but arguments",
            pages="those at which zones begin or end, before them and behind them",
            sizes=("memory from and to each of these pages; architectures: x86-64, 32-bit x86, ARM",),
        ),
        owes=said_by(boot.partition),
    ),
    Theorem(
        name="zones-of-small-maps",
        says="For every small map the zones of each node are those of the definition: their spans, the pages "
        "that are memory, and what is handed over; present is at most spanned, managed and reserved together "
        "are present, and no page is in two zones or in none.",
        about=(
            f"{MODULE}.zone_spans",
            f"{MODULE}.ZoneSpan.spanned",
            f"{MODULE}.ZoneSpan.present",
            *(
                f"verified_buddy.boot.memory_map.{name}"
                for name in ("memory", "node_memory", "pages_of_node", "not_covered", "free_pages")
            ),
            "verified_buddy.boot.feed.free_of",
            "verified_buddy.boot.page_ranges.size",
        ),
        method="exhaustive",
        check=Checker(boot.small_maps),
        rejects=(
            "memory-map-usable-wins",
            "memory-map-pages-before-holes",
            "memory-map-nodes-in-any-order",
            "memory-map-a-page-of-two-nodes",
            "memory-map-reserved-at-the-edge-lost",
            "memory-map-reserved-pages-of-memory",
            "memory-map-beyond-the-top",
            "zones-holes-are-present",
            "zones-node-from-its-first-range",
            "zones-without-memory-are-lost",
            "feed-free-of-any-node",
            "page-ranges-size-with-the-end",
        ),
        domain=Domain(starts="nothing but a map", pages="0..5", sizes=boot.MAPS),
        owes=said_by(boot.small_maps),
    ),
    Theorem(
        name="zones-of-a-pc",
        says="On a PC page 0 is never memory, nor is what lies between 640 KiB and 1 MiB; nothing below "
        "1 MiB is handed over; nodes that leave out a MiB of memory are not believed.",
        about=("verified_buddy.boot.memory_map.memory", "verified_buddy.boot.memory_map.free_pages"),
        method="exhaustive",
        check=Checker(boot.pc),
        rejects=(
            "architecture-page-zero-used",
            "architecture-bios-is-memory",
            "architecture-first-mib-handed-over",
            "memory-map-nodes-are-believed",
        ),
        domain=Domain(
            starts="nothing but a map",
            pages="0..1023",
            sizes=(
                "memory of 0x80, 0xa0, 0x100 and 0x400 pages, from pages 0, 1 and 0x9f on; 64 bits and 32",
            ),
        ),
        owes=said_by(boot.pc),
    ),
    Theorem(
        name="zones-unavailable",
        says="The pages with descriptors that are no memory are counted hole by hole, to the zone of the "
        "memory behind them, and to the last zone up to the end of the section.",
        about=(f"{MODULE}.unavailable", f"{MODULE}.described"),
        method="exhaustive",
        check=Checker(boot.holes),
        rejects=("zones-holes-without-descriptors", "zones-no-hole-at-the-end"),
        domain=Domain(
            starts="nothing but a map",
            pages="0..131071",
            sizes=("one or two ranges whose ends are 0, 1, 4096 or 5000 pages into one of four sections",),
        ),
        owes=said_by(boot.holes),
    ),
    Theorem(
        name="zones-figures",
        says="Pages are grouped by mobility from 2560 pages on; a node's populated zones are those with "
        "memory, ascending, and nodes are 20 apart unless it is said otherwise.",
        about=(f"{MODULE}.groups_by_mobility", f"{MODULE}.nodes_of"),
        method="exhaustive",
        check=Checker(boot.figures),
        rejects=("zones-grouped-too-late", "zones-empty-ones-are-populated"),
        domain=Domain(
            starts="nothing but arguments",
            pages="0..5",
            sizes=("numbers of pages: 0..5120", "every map of two ranges and two nodes"),
        ),
        owes=said_by(boot.figures),
    ),
)

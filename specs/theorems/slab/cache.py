"""The rows about slab caches that are checked by running them, or tested."""

from __future__ import annotations

from specs.exhaustive import slab_figures, slab_walk
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.theorem import Assumption, Theorem
from specs.model.slab import CacheOracle
from specs.random.slab_programs import CPU, SIZES, Cached, SlabMachine
from specs.random.tester import Tester, drawn

PROGRAMS = 15
CACHE = tuple(
    f"verified_buddy.slab.cache.SlabCache.{name}"
    for name in ("alloc", "free", "shrink", "destroy", "new_slab", "discard", "deactivate", "object_at")
)
SLAB = tuple(f"verified_buddy.slab.slab.Slab.{name}" for name in ("take", "put", "pages"))
PAGES = tuple(
    f"verified_buddy.slab.pages.{name}"
    for name in ("Pages.alloc", "Pages.free", "ZonePages.alloc", "ZonePages.free")
)
FIGURES = (Assumption(("slab-order", "slab-figures-confirmed"), "how many objects a slab has, and where"),)

THEOREMS = (
    Theorem(
        name="slab-small-states",
        says="In every state of a small cache every object of a slab is in use or free, and in one place; a "
        "slab is active, partial, or full and on no list.  What is handed out was free, and is the last that "
        "was freed in the active slab, the first partial one, or a new one; a slab's pages go back once, "
        "whole, with their order, and only when no object is in use; what is no object in use is rejected.",
        about=(*CACHE, *SLAB),
        method="exhaustive",
        check=Checker(slab_walk.visit),
        rejects=(
            "slab-fifo",
            "slab-hands-out-the-oldest",
            "slab-hands-out-and-keeps",
            "slab-object-counted-twice",
            "slab-object-not-counted",
            "slab-first-list-descends",
            "slab-short-slab-is-cut-as-usual",
            "slab-has-one-page",
            "slab-objects-behind-the-page",
            "slab-middle-of-an-object",
            "slab-object-behind-the-last",
            "slab-partial-never-used",
            "slab-partial-from-the-tail",
            "slab-partial-at-the-head",
            "slab-never-partial",
            "slab-released-in-use",
            "slab-keeps-one-more",
            "slab-never-released",
            "slab-active-is-released",
            "slab-released-twice",
            "slab-released-stays-listed",
            "slab-released-with-the-usual-order",
            "slab-released-page-by-page",
            "slab-fallback-not-tried",
            "slab-fallback-of-the-usual-order",
            "slab-first-try-is-plain",
            "slab-double-free-unseen",
            "slab-foreign-object-is-nobodys",
            "slab-pages-stay-marked",
            "slab-address-of-any-type",
            "slab-shrink-keeps-the-active",
            "slab-shrink-keeps-the-empty",
            "slab-shrink-emptiest-first",
            "slab-shrink-first-of-equals",
            "slab-flushed-to-the-tail",
            "slab-destroyed-in-use",
            "slab-sequence-ignored",
        ),
        assumes=FIGURES,
        domain=Domain(
            starts="a cache without slabs, and each state that its calls lead to",
            pages="the first that are not held, or none: each request for pages is granted, or refused",
            sizes=(
                *map(str, slab_walk.SHAPES),
                "states that differ in the pages of their slabs alone count as one",
            ),
        ),
        owes=said_by(slab_walk.Walk.after, slab_walk.Walk.refused, CacheOracle.faults),
    ),
    Theorem(
        name="slab-shrink",
        says="A cache that is shrunk has no empty slab, and its fullest slabs first, the last of equals "
        "before the others; those with more than 32 free objects stay behind, in their order.",
        about=("verified_buddy.slab.cache.SlabCache.shrink",),
        method="exhaustive",
        check=Checker(slab_walk.shrunk),
        rejects=("slab-shrink-sorts-all", "slab-shrink-first-of-equals", "slab-shrink-emptiest-first"),
        domain=Domain(
            starts="partial lists of up to three slabs of 64 objects",
            pages="none",
            sizes=(f"free objects of each: {', '.join(map(str, slab_walk.FREE))}",),
        ),
        owes=said_by(slab_walk.shrunk),
    ),
    Theorem(
        name="slab-refused",
        says="A cache is refused that cannot be: sizes, counts and orders that are none or too large, flags "
        "that are none of a cache, a sequence that does not name each object once.  One that is accepted "
        "keeps as many spare slabs as were asked for, or as its size says.",
        about=("verified_buddy.slab.cache.sequence_error", "verified_buddy.slab.layout.min_partial"),
        method="exhaustive",
        check=Checker(slab_figures.refused),
        rejects=(
            "slab-sequence-of-any-kind",
            "slab-cache-of-any-mask",
            "slab-cache-of-any-size",
            "slab-min-objects-by-cpus",
            "slab-min-objects-one-bit-less",
            "slab-min-partial-of-one-bit-more",
            "slab-min-partial-may-be-none",
        ),
        domain=Domain(
            starts="caches of two objects a slab, with one argument changed",
            pages="none",
            sizes=(f"sequences: {len(slab_figures.SEQUENCES)} that are none",),
        ),
        owes=said_by(slab_figures.refused),
    ),
    Theorem(
        name="slab-machine",
        says="In random programs of two caches on one Linux zone every object has one owner, all objects lie "
        "apart in blocks that are live in the zone, requests for pages are of the right order and type, and "
        "every page comes back in the end.",
        about=(*CACHE, *SLAB, *PAGES),
        method="hypothesis",
        check=Tester(SlabMachine, PROGRAMS),
        rejects=("slab-fifo",),
        assumes=FIGURES,
        domain=drawn(
            PROGRAMS,
            "4..64 of one zone with two CPUs",
            (10,),
            f"sizes: {', '.join(map(str, SIZES))} bytes; CPU {CPU}; somebody else takes blocks of order 0..4",
        ),
        owes=said_by(Cached.both, SlabMachine.compare, SlabMachine.rejected),
    ),
)

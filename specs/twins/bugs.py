"""Bugs that real buddy allocators shipped, and what is made of each: broken twins, or why there is none yet.

A bug that the present code can express has twins, and every twin stands in the ``rejects`` of a row.  Of
the others, most belong to a layer that does not exist yet; a few need two calls at a time, and no run of
one call after the other can show them.
"""

from __future__ import annotations

from dataclasses import dataclass

OWN_TABLES = "the allocator's own tables"
LAYERS = (OWN_TABLES,)
"""What the code does not model yet."""


@dataclass(frozen=True)
class Bug:
    """A bug, and its status: exactly one of twins, layer and single_threaded is given."""

    id: str
    source: str
    """Where it shipped; its twins say the same."""
    breaks: str
    """The property that rules it out."""
    logic: str
    """What was wrong."""
    twins: tuple[str, ...] = ()
    layer: str = ""
    """The layer without which it cannot be expressed."""
    single_threaded: str = ""
    """Why one call at a time does not show it."""


# Three lines a bug, or the table is no table.
# fmt: off
BUGS = (
    Bug("L1", "Linux d9dddbf55667", "merge rule, accounting",
        "the merge looks at the freed pageblock's type alone, and not at the buddy's",
        twins=("merge-checks-the-freed-type-alone", "typed-merge-asks-one-side")),
    Bug("L2", "Linux 51bb1a4093cc", "a block's list is of its pageblock's type",
        "pages leave the per-CPU list under the type that they had when they entered it",
        twins=("drain-under-the-cached-type", "pcp-drains-as-cached")),
    Bug("L3", "lkml 2014/10/23/103", "atomicity",
        "the type of a page is read before the zone is locked, and stale when it is used",
        single_threaded="another CPU must change the type between the reading and the lock"),
    Bug("L4", "Linux 9282012fc0aa", "watermark",
        "the free pages less the highatomic reserve fall below zero, and the check passes",
        twins=("watermark-wraps-around",)),
    Bug("L6", "Linux 026b08147923", "completeness",
        "the check before the allocation subtracts the same pages again for each order; it refuses too much",
        twins=("alloc-subtracts-free-pages-twice",)),
    Bug("L7", "Linux 72853e2991a2", "the counter is the sum of the lists",
        "the count of free pages changes without the lists",
        twins=("list-forgets-its-count", "counted-zone-forgets-a-refill")),
    Bug("L8", "Linux 04c8716f7b00", "completeness",
        "out of memory is declared while the highatomic reserve has free pages",
        twins=("unreserve-keeps-the-last-though-forced", "slowpath-reserve-kept-to-the-end")),
    Bug("L9", "Linux c2f6ea38fc1b", "smallest fit",
        "one page is taken out of the largest free block instead of the smallest",
        twins=("takes-the-largest",)),
    Bug("L11", "Linux 535131e6925b", "the result is of the type asked for",
        "one per-CPU list serves all types",
        twins=("lists-for-all-types", "pcp-one-list-for-all-types")),
    Bug("L12", "Linux abe5f972912d", "range of a counter",
        "the count of pages still to drain goes below zero, unsigned",
        twins=("drain-wraps-its-count", "pcp-drain-wraps")),
    Bug("L13", "lkml 0605.2/1279", "bounds",
        "the upper buddy that would complete the greatest block is believed free, though memory ends there",
        twins=("merge-looks-past-the-end",)),
    Bug("X15", "Xen 7d3f8a2a26", "who may be merged",
        "a reserved neighbour is merged as if it were free",
        twins=("merge-takes-the-reserved",)),
    Bug("X16", "Xen bd0bb8a005", "containment",
        "the loop over the pages of a block asks each time where the first one belongs",
        twins=("take-asks-for-the-first-page", "zonelist-mask-asks-the-first-node")),
    Bug("X17", "Xen 1e2df96088", "join of the halves' state",
        "merging keeps what is known of the lower half, and forgets it of the upper",
        twins=("typed-merge-forgets-the-upper", "typed-merge-takes-the-buddys-type")),
    Bug("X19", "Xen 762b9a2d99", "containment in a zone",
        "page 0 is never held back, so that a block merges across the border of two zones",
        twins=("merges-with-page-zero", "typed-range-outside-the-zone")),
    Bug("X20", "Xen 5ac2dddb17", "completeness",
        "a request to keep out of one place is refused always where there is no other",
        twins=("alloc-avoids-its-own-order", "zonelist-no-mask-allows-nothing")),
    Bug("X21", "Xen 87c0718ce7", "bounds at boot",
        "the end of a range is rounded up, so that a page behind it becomes free",
        twins=("init-past-the-end", "page-ranges-end-rounded-up")),
    Bug("X22", "Xen 2026, reserve_offlined_page()", "alignment",
        "what is left of a block around a page taken out is listed misaligned, and a later merge fails",
        twins=("take-lists-what-is-left-misaligned",)),
    Bug("D22", "DRM d828ff14f3", "size of the result",
        "the call succeeds with less than was asked for",
        twins=("returns-less-than-asked",)),
    Bug("D23", "DRM c3fc9e9ac5", "a refusal changes nothing",
        "a call that fails has taken blocks off the lists",
        twins=("refusal-drops-a-block", "page-alloc-keeps-what-was-refused")),
    Bug("D25", "DRM 0522114626", "completeness",
        "an empty list ends the search, though the next would do",
        twins=("alloc-stops-at-an-empty-list",)),
    Bug("D26", "DRM ce6592bcef", "alignment",
        "pages asked for by their place are cut into blocks without regard to alignment",
        twins=("init-ignores-alignment",)),
    Bug("D27", "DRM a305177551", "bounds at boot",
        "a bound of 64 bits is computed in 32",
        twins=("init-truncates-the-end",)),
    Bug("D28", "intel-gfx 2022-01/287373", "the lists are the free blocks",
        "of two blocks that become one, only one is unlisted",
        twins=("merge-forgets-the-buddy",)),
    Bug("D29", "dc0e3aa54eaa", "totality",
        "a request that cannot be met is an assertion instead of a refusal",
        twins=("refusal-asserts",)),
    Bug("Z31", "Zephyr 2c7d68009a", "the result was free",
        "the call succeeds without a block",
        twins=("take-succeeds-with-nothing",)),
    Bug("Z32", "Zephyr 7845e1b01e", "atomicity",
        "the lock is dropped in the middle of a split, and memory seems exhausted",
        single_threaded="another thread must ask for memory while half of a block is on no list"),
    Bug("Z34", "Zephyr 465b2cf31b", "bounds",
        "room for the allocator's own tables is rounded once for all levels instead of for each",
        layer=OWN_TABLES),
    Bug("Z36", "Zephyr #12252", "termination",
        "a request that nothing can meet waits for ever",
        twins=("alloc-waits",)),
    Bug("R37", "rcore a51e890", "top order",
        "a block of the greatest order is merged too, and both halves vanish",
        twins=("merge-at-the-top",)),
    Bug("R39", "rcore #50, #51", "merging, whatever the history",
        "ranges that touch are never merged",
        twins=("merge-stops-early", "init-lists-without-merging")),
    Bug("M40", "mycelium #94", "alignment",
        "the merged block starts at the half that was freed, even if that is the upper one",
        twins=("merge-keeps-the-block", "parent-is-the-block")),
    Bug("V41", "xv6-riscv-fall19 #13", "no overlap",
        "memory that is free already is given once more",
        twins=("adds-twice",)),
    Bug("U43", "unikraft #688", "bounds",
        "the room that the allocator keeps for itself is handed to the lists too",
        twins=("range-counts-its-own-table",)),
    Bug("T45", "truenas/os #156", "the counter is the sum of the lists",
        "a page that was claimed still counts as free",
        twins=("take-keeps-the-block-listed", "counted-zone-cached-pages-are-free")),
    Bug("P1", "pKVM (5.10 era)", "completeness",
        "the range of orders is one short: a fresh pool refuses its own greatest block",
        twins=("refuses-the-top-order",)),
)
"""Every bug of the list that this was begun with, once each."""
# fmt: on

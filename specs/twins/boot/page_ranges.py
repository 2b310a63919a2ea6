"""Broken twins of the arithmetic of ranges."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "boot.page_ranges"

TWINS = (
    Twin(
        "page-ranges-end-rounded-up",
        MODULE,
        "end // PAGE_SIZE)",
        "(end + (PAGE_SIZE - 1)) // PAGE_SIZE)",
        "Xen 87c0718ce7",
    ),
    Twin(
        "page-ranges-start-rounded-down",
        MODULE,
        "(start + (PAGE_SIZE - 1)) // PAGE_SIZE",
        "start // PAGE_SIZE",
    ),
    Twin("page-ranges-start-to-the-next", MODULE, "(start + (PAGE_SIZE - 1))", "(start + PAGE_SIZE)"),
    Twin(
        "page-ranges-overlap-to-the-later-end", MODULE, "min(one.end, other.end)", "max(one.end, other.end)"
    ),
    Twin(
        "page-ranges-within-tells-nothing-too",
        MODULE,
        "for each in cut if each.start < each.end)",
        "for each in cut if each.start <= each.end)",
    ),
    Twin(
        "page-ranges-overlap-counted-twice",
        MODULE,
        "if found and start <= found[-1].end:",
        "if found and start == found[-1].end:",
    ),
    Twin(
        "page-ranges-join-forgets-the-longer",
        MODULE,
        "Range(found[-1].start, max(found[-1].end, end))",
        "Range(found[-1].start, end)",
    ),
    Twin(
        "page-ranges-touching-stay-apart",
        MODULE,
        "if found and start <= found[-1].end:",
        "if found and start < found[-1].end:",
    ),
    Twin(
        "page-ranges-last-reserved-lost",
        MODULE,
        "for other in others:",
        "for other in others[:-1]:",
    ),
    Twin(
        "page-ranges-nothing-left-behind",
        MODULE,
        "        left.append(Range(start, whole.end))\n",
        "",
    ),
    Twin("page-ranges-size-with-the-end", MODULE, "sum(end - start for", "sum(end - start + 1 for"),
)

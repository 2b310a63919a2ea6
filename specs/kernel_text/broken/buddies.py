"""Kernels that take a page for a buddy that is none, or none for one."""

from __future__ import annotations

from specs.kernel_text.broken.edit import AGREEMENT, Edit

EDITS = (
    Edit("what is not free is a buddy", "page_is_buddy", r"!PageBuddy\(buddy\)", "false", AGREEMENT),
    Edit("a buddy of any order", "page_is_buddy", r"buddy_order\(buddy\) != order", "false", AGREEMENT),
    Edit("a buddy no larger", "page_is_buddy", r"buddy_order\(buddy\) !=", "buddy_order(buddy) >", AGREEMENT),
    Edit(
        "a buddy of another zone",
        "page_is_buddy",
        r"page_zone_id\(page\) != page_zone_id\(buddy\)",
        "false",
        AGREEMENT,
    ),
    Edit(
        "a page is asked for itself",
        "page_is_buddy",
        r"!= page_zone_id\(buddy\)",
        "!= page_zone_id(page)",
        AGREEMENT,
    ),
    Edit("the page's own mark", "page_is_buddy", r"!PageBuddy\(buddy\)", "!PageBuddy(page)", AGREEMENT),
)

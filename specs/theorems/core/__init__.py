"""Rows about the core."""

from __future__ import annotations

from specs.theorems.core import (
    buddy,
    buddy_init,
    free_area,
    orders,
    paths,
    pfn,
    policy,
    random_programs,
    round_trip,
    runs,
    small_states,
    zone,
)

PROVED = (
    *pfn.ROWS,
    *free_area.ROWS,
    *buddy.ROWS,
    *round_trip.ROWS,
    *buddy_init.ROWS,
    *policy.ROWS,
    *zone.ROWS,
)
WALKED = (*runs.ROWS, *paths.ROWS)
TOPS = orders.ROWS
RUN = (*small_states.THEOREMS, *random_programs.THEOREMS)

"""The slow path of a request as the specification's page shows it, drawn from the table of its states."""

from __future__ import annotations

from typing import Final

from specs.theorems import LEDGER
from verified_buddy.linux.slowpath import NEXT, STEPS, State

KERNEL: Final = {
    State.RESTART: "__alloc_pages_slowpath(), restart",
    State.WAKE: "wake_all_kswapds()",
    State.A1: "get_page_from_freelist()",
    State.C0: "__alloc_pages_direct_compact()",
    State.RETRY: "__alloc_pages_slowpath(), retry",
    State.A2: "get_page_from_freelist()",
    State.R: "__alloc_pages_direct_reclaim()",
    State.C: "__alloc_pages_direct_compact()",
    State.D: "__alloc_pages_slowpath()",
    State.E: "should_reclaim_retry()",
    State.F: "should_compact_retry()",
    State.G: "__alloc_pages_may_oom()",
    State.NOPAGE: "__alloc_pages_slowpath(), nopage",
    State.GOT: "__alloc_pages_slowpath(), got_pg",
    State.FAIL: "warn_alloc()",
}
"""Where each state is in mm/page_alloc.c."""


def drawn() -> str:
    """A line a state: where a request goes from there; ``^`` stands before a state that lies above."""
    order = list(NEXT)
    lines = []
    for state, after in NEXT.items():
        ways = (f"{'^' if order.index(each) <= order.index(state) else ''}{each.name}" for each in after)
        arrow = f"{state.name:8}-> {' | '.join(ways)}" if after else state.name
        lines.append(f"{arrow:44}{state.value}")
    return "\n".join(lines)


def table() -> str:
    """A line a state: the kernel's function, ours, and the rows about it."""
    lines = ["| state | Linux | function | rows |", "|---|---|---|---|"]
    for state in NEXT:
        function = f"verified_buddy.linux.slowpath.{STEPS[state].__name__ if state in STEPS else 'slowpath'}"
        rows = ", ".join(f"`{row.name}`" for row in LEDGER if function in row.about)
        lines.append(f"| {state.name} | `{KERNEL[state]}` | `{function.rpartition('.')[2]}` | {rows} |")
    return "\n".join(lines)

"""What a machine tells of itself: lines of a trace, spelled as a kernel's are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final, Literal, NamedTuple

from verified_buddy.linux.gfp_names import show_gfp

Spelling = Literal["tracefs", "perf"]
Sink = Callable[[str], object]
"""Where the text goes."""

BEGINS: Final = 1_000_000
"""The first event's time, in microseconds; each is one later than the one before."""
SECOND: Final = 1_000_000
TURNS: Final = 8
"""So many tasks on each CPU take turns."""
MANY: Final = 4096
"""So many lines are written at once."""

HEADER: Final = """\
# tracer: nop
#
# entries-in-buffer/entries-written: {entries:<44}#P:{cpus}
#
#                                _-----=> irqs-off/BH-disabled
#                               / _----=> need-resched
#                              | / _---=> hardirq/softirq
#                              || / _--=> preempt-depth
#                              ||| / _-=> migrate-disable
#                              |||| /     delay
#           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
#              | |         |   |||||     |         |
"""

PLACES: Final[dict[str, str]] = {
    "req": "__alloc_pages+0x5/0x330",
    "gpff": "get_page_from_freelist+0x5/0x11a0",
    "wmf": "get_page_from_freelist+0x121/0x11a0",
    "tryz": "get_page_from_freelist+0x185/0x11a0",
    "rmqb": "get_page_from_freelist+0x1d8/0x11a0",
    "gpff_ret": "get_page_from_freelist+0x5a9/0x11a0",
    "wm": "__zone_watermark_ok+0x5/0x140",
    "wm_ret": "__zone_watermark_ok+0xe9/0x140",
    "slow": "__alloc_pages+0x300/0x330",
    "slow_ret": "__alloc_pages+0x305/0x330",
    "wkswapd": "wakeup_kswapd+0x5/0x180",
    "dcomp": "__alloc_pages_direct_compact+0x5/0x330",
    "dcomp_ret": "__alloc_pages_slowpath.constprop.0+0x5aa/0xe70 <- __alloc_pages_direct_compact",
    "drecl": "try_to_free_pages+0x5/0x210",
    "drecl_ret": "__alloc_pages_slowpath.constprop.0+0x338/0xe70 <- try_to_free_pages",
    "drainall": "__drain_all_pages+0x5/0x180",
    "drainz": "drain_pages_zone+0x5/0x70",
    "unres": "unreserve_highatomic_pageblock+0x5/0x230",
    "unres_ret": "__alloc_pages_slowpath.constprop.0+0x36b/0xe70 <- unreserve_highatomic_pageblock",
    "oom": "out_of_memory+0x5/0x4c0",
    "oom_ret": "__alloc_pages_slowpath.constprop.0+0x67f/0xe70 <- out_of_memory",
    "bal": "balance_pgdat+0x5/0xa40",
    "bal_ret": "kswapd+0x1f0/0x3a0 <- balance_pgdat",
    "pbal": "pgdat_balanced+0x5/0x90",
    "dirtyok": "get_page_from_freelist+0x2f1/0x11a0 <- node_dirty_ok",
    "nrfree": "__mod_zone_page_state+0x5/0x60",
    "vmfold": "refresh_cpu_vm_stats+0x5/0x230",
    "setthr": "set_pgdat_percpu_threshold+0x5/0xa0",
    "bulk": "rmqueue_bulk+0x5/0x5d0",
    "fop_pcp": "free_pcppages_bulk+0x13b/0x2e0",
    "fop_one": "free_one_page.constprop.0+0x57/0xe0",
    "fop_ok": "__free_pages_ok+0x229/0x530",
    "movefree": "move_freepages_block+0x0/0x250",
    "setblock": "set_pfnblock_flags_mask+0x0/0xa0",
    "kmemch": "__memcg_kmem_charge_page+0x5/0x290",
    "kmemch_ret": "__alloc_pages+0x207/0x330 <- __memcg_kmem_charge_page",
    "kmemun": "__memcg_kmem_uncharge_page+0x5/0xa0",
    "trych": "try_charge_memcg+0x5/0x780",
    "trych_ret": "__memcg_kmem_charge_page+0xed/0x290 <- try_charge_memcg",
    "pcharge": "page_counter_try_charge+0x5/0xb0",
    "pcharge_ret": "try_charge_memcg+0xc7/0x780 <- page_counter_try_charge",
    "pforce": "page_counter_charge+0x5/0x40",
    "puncharge": "page_counter_uncharge+0x5/0x50",
    "refillst": "__refill_stock+0x5/0xa0",
    "drainst": "drain_stock+0x5/0x60",
    "mcgreclaim": "try_to_free_mem_cgroup_pages+0x5/0x1b0",
    "mcgreclaim_ret": "try_charge_memcg+0x2a1/0x780 <- try_to_free_mem_cgroup_pages",
}
"""By probe: the function that it stands in, and for a return the caller first."""

PROBE_FLAGS: Final = "..Zff"
"""What a probe shows of its context: that it is a probe."""
PLAIN_FLAGS: Final = "....."


class Who(NamedTuple):
    """A task, as lines name it."""

    comm: str
    pid: int


class Teller:
    """Spells what happens, a line an event, and counts the lines."""

    def __init__(self, sink: Sink, spelling: Spelling = "tracefs", *, probes: bool = True) -> None:
        """``probes``: whether to tell what the kernel's own events do not."""
        self.sink = sink
        self.spelling = spelling
        self.probes = probes
        self.entries = 0
        self.cpu = 0
        """The CPU of whoever acts, for what is not told which."""
        self.who: Who | None = None
        """The task that acts; None for the load's own task on the CPU."""
        self.group = 0
        """Which group that task is of."""
        self.turn = 0
        """Which of the load's tasks that is."""
        self.lines: list[str] = []
        self.begin = tracefs_begin if spelling == "tracefs" else perf_begin
        self.name = tracefs_name if spelling == "tracefs" else perf_name

    def event(self, cpu: int, name: str, fields: str, group: str = "kmem") -> None:
        """One of the kernel's own events."""
        self._line(cpu, PLAIN_FLAGS, f"{self.name(name, group)}: {fields}")

    def probe(self, cpu: int, name: str, fields: str, place: str = "") -> None:
        """What a probe tells."""
        if self.probes:
            text = f"{self.name(name, 'kprobes')}: ({place or PLACES[name]}) {fields}"
            self._line(cpu, PROBE_FLAGS, text)

    def mark(self, text: str) -> None:
        """What the recorder writes."""
        self.event(self.cpu, *MARKS[self.spelling](text))

    def _line(self, cpu: int, flags: str, text: str) -> None:
        second, micro = divmod(BEGINS + self.entries, SECOND)
        self.entries += 1
        who = self.who or own_task(cpu, self.turn, self.group)
        self.lines.append(f"{self.begin(who, cpu, flags)}{second:>5}.{micro:06d}: {text}\n")
        if len(self.lines) >= MANY:
            self.flush()

    def next_task(self) -> None:
        """Another of the load's tasks goes on, on every CPU."""
        self.turn = (self.turn + 1) % TURNS

    def flush(self) -> None:
        """Hand over what is not written yet."""
        if self.lines:
            self.sink("".join(self.lines))
            self.lines.clear()

    @contextmanager
    def acting(self, who: Who, cpu: int) -> Iterator[None]:
        """Another task acts, on that CPU, until it has done."""
        before = self.who, self.cpu
        self.who, self.cpu = who, cpu
        try:
            yield
        finally:
            self.who, self.cpu = before


MARKS: Final[dict[str, Callable[[str], tuple[str, str, str]]]] = {
    "tracefs": lambda text: ("tracing_mark_write", text, ""),
    "perf": lambda text: ("print", f"tracing_mark_write: {text}", "ftrace"),
}
"""By spelling: the name, the fields and the group of a mark."""


def header(spelling: Spelling, entries: int, cpus: int) -> str:
    """What stands before the events; as long for any number of them."""
    return HEADER.format(entries=f"{entries}/{entries}", cpus=cpus) if spelling == "tracefs" else ""


@cache
def own_task(cpu: int, turn: int, group: int) -> Who:
    """The task that the load is on a CPU, for a while; those of each group are others."""
    return Who("load", 1000 + (group << 17) + cpu * TURNS + turn)


@cache
def tracefs_begin(who: Who, cpu: int, flags: str) -> str:
    """What stands before the time."""
    return f"{who.comm:>16}-{who.pid:<7} [{cpu:03d}] {flags} "


@cache
def perf_begin(who: Who, cpu: int, flags: str) -> str:
    """The same; perf does not tell flags."""
    return f"{who.comm:>16} {who.pid:>5} [{cpu:03d}] "


@cache
def tracefs_name(name: str, group: str) -> str:
    """How an event is called."""
    return name


@cache
def perf_name(name: str, group: str) -> str:
    """The same, with its group."""
    return f"{f'{group}:{name}':>29}"


@cache
def flags_of(gfp_mask: int) -> str:
    """The mask by its names."""
    return show_gfp(gfp_mask)

"""How names of the kernel's text are read: tables of macros, of configuration, of what is passed over."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from specs.kernel_text.errors import NoTree


def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


NOTHING: Final = words(
    "__always_inline __cold __force __init __initdata __maybe_unused __meminit __must_check "
    "__read_mostly __ref __sched asmlinkage inline noinline noinline_for_stack __pure "
    "__always_unused __user __iomem __rcu"
)
"""Words about a function or a value that change nothing in what it computes."""

AS: Final = {
    "__attribute__(x)": "",
    "__printf(a, b)": "",
    "__acquires(x)": "",
    "__releases(x)": "",
    "likely(x)": "(x)",
    "unlikely(x)": "(x)",
    "fallthrough": "",
    "true": "1",
    "false": "0",
    "BIT(n)": "(1UL << (n))",
    "SZ_1M": "0x00100000",
    "PAGE_SIZE": "(1UL << 12)",
    "min_t(type, a, b)": "min((type)(a), (type)(b))",
    "max_t(type, a, b)": "max((type)(a), (type)(b))",
    "WRITE_ONCE(place, value)": "((place) = (value))",
    "list_first_entry(list, type, member)": "list_first_entry(list)",
    "list_last_entry(list, type, member)": "list_last_entry(list)",
    "list_first_entry_or_null(list, type, member)": "list_first_entry_or_null(list)",
    "get_page_from_free_area(area, type)": "get_page_from_free_area(area, type)",
    "for_each_zone_zonelist_nodemask(zone, z, list, highest, nodes)": "for (zone = first_zone(list); zone; "
    "zone = next_zone(zone))",
    "for_each_free_list(list, zone, order)": "for_each_free_list_is_not_read",
}
"""Macros that take a type or make a loop; the others are operations, and never expanded."""

KEPT: Final = (
    "get_pageblock_migratetype",
    "pcp_spin_trylock",
    "PAGE_ALLOC_COSTLY_ORDER",
    "MAX_ORDER",
    "MAX_PAGE_ORDER",
    "NR_PAGE_ORDERS",
    "pageblock_order",
    "pageblock_nr_pages",
)
"""Names of the tree's that stay names: a row is decided for a zone of any size."""

PASSED_OVER: Final = {
    "locks": words(
        "spin_lock_irqsave spin_unlock_irqrestore spin_lock spin_unlock lockdep_assert_held "
        "pcp_trylock_prepare pcp_trylock_finish pcp_spin_unlock pcp_spin_lock_maybe_irqsave "
        "pcp_spin_unlock_maybe_irqrestore pcp_spin_lock pcp_spin_lock_irqsave "
        "pcp_spin_unlock_irqrestore local_lock_irqsave local_unlock_irqrestore"
    ),
    "statistics": words("__count_vm_events __count_zid_vm_events zone_statistics"),
    "tracepoints": ("trace_*",),
    "debug checks": words(
        "VM_BUG_ON VM_BUG_ON_PAGE VM_WARN_ON VM_WARN_ON_ONCE VM_WARN_ONCE WARN_ON WARN_ON_ONCE "
        "BUILD_BUG_ON dump_page"
    ),
    "page reporting": ("page_reporting_notify_free",),
    "the mark of a poisoned page": ("SetPageHWPoisonTakenOff", "ClearPageHWPoisonTakenOff"),
}
"""By what they are: calls that are passed over, arguments and all; printed with every result."""

ON: Final = words(
    "64BIT SMP MMU NUMA SPARSEMEM SPARSEMEM_VMEMMAP ZONE_DMA ZONE_DMA32 TRANSPARENT_HUGEPAGE "
    "HUGETLB_PAGE MIGRATION COMPACTION MEMORY_ISOLATION MEMORY_HOTPLUG MEMORY_FAILURE MEMCG "
    "SWAP X86_64"
)
"""The configuration of the recordings, as far as the functions ask for it."""
SIZES: Final = {
    "CONFIG_PCP_BATCH_SCALE_MAX": "5",
    "MAX_NR_ZONES": "4",
    "PAGE_SHIFT": "12",
    "SECTION_SIZE_BITS": "27",
}


def passed_over(function: str) -> bool:
    """Whether a call of it is passed over."""
    return function.startswith("trace_") or any(function in names for names in PASSED_OVER.values())


def recorded() -> dict[str, str]:
    """The configuration of the recordings."""
    return {f"CONFIG_{name}": "1" for name in ON} | SIZES


def configured(path: Path) -> dict[str, str]:
    """What a kernel's .config says; raises NoTree if it cannot be read, or is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise NoTree(f"{path}: {why}") from None
    found = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        said = re.fullmatch(r"(CONFIG_\w+)=(.*)", line)
        if said is None:
            raise NoTree(f"{path}:{number}: this is no line of a kernel's .config")
        if said[2] in ("y", "m"):
            found[said[1]] = "1"
        elif re.fullmatch(r"-?(0x)?[0-9a-fA-F]+", said[2]):
            found[said[1]] = said[2]
    if not found:
        raise NoTree(f"{path}: it configures nothing")
    return SIZES | found

"""Broken twins of page tables."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "addressing.page_table"
TWINS = (
    Twin(
        "page-table-maps-over",
        MODULE,
        "        if last.word & PRESENT != 0:\n            raise AlreadyMapped(va)\n",
        "",
    ),
    Twin(
        "page-table-keeps-tables-when-refused",
        MODULE,
        "            for table in reversed(new):\n                self.pages.free(table)\n",
        "",
    ),
    Twin(
        "page-table-leaks-what-is-empty",
        MODULE,
        "        for table in unlink(self.memory, steps):\n            self._give_back(table)\n",
        "        for table in unlink(self.memory, steps):\n            self.memory.remove(table)\n",
    ),
    Twin(
        "page-table-huge-page-unaligned",
        MODULE,
        "return None if va & (size - 1) == 0 else",
        "return None if va & 0xFFF == 0 else",
    ),
    Twin(
        "page-table-unmaps-from-the-middle",
        MODULE,
        "        if offset_in(va, last.level, self.geometry) != 0:\n"
        "            raise UnalignedAddress(va, self.geometry.page_bytes(last.level))\n",
        "",
    ),
    Twin(
        "page-table-forgets-the-offset",
        MODULE,
        " | offset_in(va, level, self.geometry))",
        " | offset_in(va, 1, self.geometry))",
    ),
    Twin("page-table-rights-of-the-leaf", MODULE, "for step in steps)", "for step in steps[-1:])"),
    Twin(
        "page-table-takes-too-few",
        MODULE,
        "self._take(last.level - level, va)",
        "self._take(min(last.level - level, 1), va)",
    ),
    Twin(
        "page-table-keeps-the-root",
        MODULE,
        "for table in reversed(self.tables()):",
        "for table in reversed(self.tables()[1:]):",
    ),
    Twin(
        "page-table-any-address",
        MODULE,
        "return None if is_canonical(va, self.geometry.linear_bits) else",
        "return None if is_canonical(va) else",
    ),
    Twin("page-table-bool-is-a-level", MODULE, "type(level) is not int or", "not isinstance(level, int) or"),
    Twin(
        "page-table-leaves-in-any-order",
        MODULE,
        "in sorted(self.memory.words[table].items()):",
        "in self.memory.words[table].items():",
    ),
    Twin(
        "page-table-any-page",
        MODULE,
        "            if not 0 <= table < 1 << (PHYSICAL_BITS - PAGE_SHIFT):\n"
        "                error = BeyondPhysical(table)\n",
        "",
    ),
    Twin(
        "page-table-allows-all",
        MODULE,
        "if access is not None and not allows(rights, access):",
        "if access is not None and rights == 0:",
    ),
    Twin(
        "page-table-movable-tables",
        MODULE,
        "partial(zone.alloc, ORDERS[0], UNMOVABLE)",
        "partial(zone.alloc, ORDERS[0])",
    ),
)

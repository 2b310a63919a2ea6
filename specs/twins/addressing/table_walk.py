"""Broken twins of a walk and of the changes at its end."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "addressing.table_walk"
TWINS = (
    Twin(
        "table-walk-goes-through-pages",
        MODULE,
        "if word & PRESENT == 0 or is_leaf(word, level):",
        "if word & PRESENT == 0:",
    ),
    Twin(
        "table-walk-goes-on",
        MODULE,
        "if word & PRESENT == 0 or is_leaf(word, level):",
        "if is_leaf(word, level):",
    ),
    Twin(
        "table-walk-one-too-low",
        MODULE,
        "range(geometry.levels, down_to - 1, -1)",
        "range(geometry.levels, down_to, -1)",
    ),
    Twin(
        "table-walk-links-the-slot-above",
        MODULE,
        "memory.write(table, index_at(va, level, geometry), word)",
        "memory.write(table, index_at(va, level + 1, geometry), word)",
    ),
    Twin("table-walk-links-the-lowest", MODULE, "        word = encode(Entry(", "        _ = encode(Entry("),
    Twin("table-walk-forgets-to-link", MODULE, "    memory.write(last.table, last.slot, word)\n", ""),
    Twin(
        "table-walk-frees-tables-in-use",
        MODULE,
        "        if not memory.is_empty(step.table):\n            break\n",
        "",
    ),
    Twin("table-walk-leaks-empty-tables", MODULE, "        empty.append(step.table)\n", ""),
    Twin(
        "table-walk-points-to-what-is-gone",
        MODULE,
        "        memory.write(parent.table, parent.slot, 0)\n",
        "",
    ),
    Twin(
        "table-walk-clears-the-first",
        MODULE,
        "memory.write(steps[-1].table, steps[-1].slot, 0)",
        "memory.write(steps[0].table, steps[0].slot, 0)",
    ),
)

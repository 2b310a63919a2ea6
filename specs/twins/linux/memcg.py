"""Broken twins of the groups, of who pays, and of the stocks."""

from __future__ import annotations

from specs.ledger.subject import Twin

MEMCG = "linux.memcg"

TWINS = (
    Twin(
        "memcg-stock-of-another",
        MEMCG,
        "if self.cached is not memcg or self.pages < pages",
        "if self.pages < pages",
    ),
    Twin("memcg-stock-gives-what-it-has-not", MEMCG, "or self.pages < pages", "or self.pages + 1 < pages"),
    Twin(
        "memcg-stock-keeps-too-many",
        MEMCG,
        "if self.pages > CHARGE_BATCH",
        "if self.pages > CHARGE_BATCH + 1",
    ),
    Twin(
        "memcg-stock-mixes-groups",
        MEMCG,
        "            self.drain()\n            self.cached = memcg",
        "            self.cached = memcg",
    ),
    Twin(
        "memcg-stock-drains-partly",
        MEMCG,
        "self.cached.memory.uncharge(self.pages)",
        "self.cached.memory.uncharge(self.pages - 1)",
    ),
    Twin(
        "memcg-stock-drains-and-keeps", MEMCG, "        self.pages = 0\n        self.cached = None\n\n", "\n"
    ),
    Twin("memcg-drains-its-own-alone", MEMCG, "stock.cached.is_descendant(root)", "stock.cached is root"),
    Twin(
        "memcg-owner-is-the-leaf",
        MEMCG,
        "return next(group for group in self.upward() if group.memory is counter)",
        "return self",
    ),
    Twin(
        "memcg-margin-of-one-more",
        MEMCG,
        "self.memory.max - self.memory.usage",
        "self.memory.max - self.memory.usage + 1",
    ),
    Twin("memcg-circle-of-parents", MEMCG, "raise InvalidGroup(waiting[0])", "break"),
    Twin("memcg-interrupts-pay", MEMCG, "elif not in_task or kernel_thread:", "elif kernel_thread:"),
    Twin("memcg-root-pays", MEMCG, "return None if group.parent is None else group", "return group"),
    Twin("memcg-active-is-ignored", MEMCG, "        group = active\n", "        group = group\n"),
)

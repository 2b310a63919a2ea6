"""Broken twins of what is known of the contents of pages."""

from __future__ import annotations

from specs.ledger.subject import Twin

MODULE = "boot.contents"

TWINS = (
    Twin(
        "contents-zero-after-writing",
        MODULE,
        "        self.zero = without(self.zero, [Range(start, end)])\n",
        "",
    ),
    Twin(
        "contents-poison-not-checked",
        MODULE,
        "right = not self.poisoning or within(self.poisoned, block) == (block,)",
        "right = True",
    ),
    Twin(
        "contents-zeroed-without-being-asked",
        MODULE,
        "and (zero or self.init_on_alloc):",
        "and (zero or not self.init_on_alloc):",
    ),
    Twin(
        "contents-zero-on-free-beats-poison",
        MODULE,
        "self.init_on_free = init_on_free and not poisoning",
        "self.init_on_free = init_on_free",
    ),
)

"""Broken twins of a machine's calls."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin("node-asks-no-mask", "linux.node", "reject(gfp_error(gfp_mask))", "gfp_error(gfp_mask)"),
    Twin(
        "node-any-cpu-may-ask",
        "linux.node",
        "        reject(self.cpu_error(task.cpu))\n        request =",
        "        request =",
    ),
    Twin("node-folds-one-zone", "linux.node", "in self.ascending:", "in self.ascending[:1]:"),
)

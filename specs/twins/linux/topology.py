"""Broken twins of what a machine is made of."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin("topology-cpus-everywhere", "linux.topology", "has_cpus=len(spec.cpus) > 0", "has_cpus=True"),
    Twin("topology-forgets-distances", "linux.topology", "spec.distances or usual", "usual"),
)

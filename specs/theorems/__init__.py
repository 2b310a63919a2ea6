"""The rows of the ledger, by what they are about."""

from __future__ import annotations

from specs.crosshair_gate import THEOREMS as CONFIRMED
from specs.ledger.theorem import Theorem
from specs.theorems import addressing, boot, core, linux, proc, slab
from specs.theorems.core import hypotheses
from specs.theorems.linux import hypotheses as linux_hypotheses
from specs.theorems.linux import paths
from specs.theorems.trust import TRUST

LEDGER: tuple[Theorem, ...] = (
    *core.PROVED,
    *linux.PROVED,
    *slab.PROVED,
    *boot.PROVED,
    *addressing.PROVED,
    *linux_hypotheses.ROWS,
    *paths.ROWS,
    *core.WALKED,
    *hypotheses.ROWS,
    *core.TOPS,
    *CONFIRMED,
    *core.RUN,
    *linux.RUN,
    *slab.RUN,
    *boot.RUN,
    *addressing.RUN,
    *proc.RUN,
)
"""Every theorem, in the order in which the ledger is printed."""

TRUSTED = tuple(trust.says for trust in TRUST)
"""What rows rest on and no row establishes; ``trust_of`` says which of it a row rests on."""

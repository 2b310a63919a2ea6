"""Broken twins of a request's way through live zones."""

from __future__ import annotations

from specs.ledger.subject import Twin

TWINS = (
    Twin(
        "request-zonelist-of-another-node",
        "linux.request",
        "self.nodes.zonelists[node]",
        "self.nodes.zonelists[-1 - node]",
    ),
    Twin(
        "request-goes-to-other-nodes",
        "linux.request",
        "lists.nofallback if thisnode else lists.fallback",
        "lists.fallback",
    ),
    Twin(
        "request-charges-interrupts",
        "linux.request",
        "self.task.memcg is None or not self.task.in_task",
        "self.task.memcg is None",
    ),
    Twin(
        "request-boost-is-told-for-ever",
        "linux.request",
        "boosted, state.boosted = state.boosted, False",
        "boosted = state.boosted",
    ),
)

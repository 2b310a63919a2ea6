"""What rows rest on and no row establishes; and which rows rest on what of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from specs.ledger.theorem import Theorem
from specs.prover.method.row import Proof
from specs.theorems.core import free_area
from specs.theorems.core.runs import Execution
from specs.theorems.linux import conservation

WALKED = {
    "paths-walked": free_area.ALL,
    "hypotheses-satisfiable": free_area.ALL,
    "layer-hypotheses": conservation.ALL,
    "zone-paths-walked": conservation.ALL,
    "pcp-paths-walked": conservation.ALL,
}
"""The rows that look at the paths of all operations, and not at what the code does there."""
COMPARED = ("paths-walked", "zone-paths-walked", "pcp-paths-walked")
"""Those of them that compare the paths with real runs, and need not trust that they are all."""
LOOPS = (
    "add_range",
    "mobility.free_range",
    "mobility.move_freepages",
    "pcp.rmqueue_bulk",
    "pcp.free_pcppages_bulk",
    "pcp.drain_pages_zone",
)
"""The operations whose loops have no bound: their paths are single iterations."""
EXAMPLES = ("typed-runs", "large-orders")
"""The rows that look at some examples, beside those of Hypothesis."""

Applies = Callable[[Theorem], bool]


@dataclass(frozen=True)
class Trust:
    """One sentence, and whether a row rests on it."""

    says: str
    applies: Applies = field(repr=False)


def operations(row: Theorem) -> tuple[str, ...]:
    """What the row runs on symbolic states; () if nothing."""
    return row.check.names if isinstance(row.check, Proof | Execution) else WALKED.get(row.name, ())


def of_layers(name: str) -> bool:
    """Whether the operation is one of a zone with migratetypes."""
    return "." in name and not name.startswith("Zone.")


def any_operation(which: Callable[[str], bool]) -> Applies:
    """Rows that say something of such an operation, whatever state it is run on."""
    return lambda row: row.name not in WALKED and any(which(name) for name in operations(row))


def named(*names: str) -> Applies:
    """These very rows."""
    return lambda row: row.name in names


def of_method(method: str) -> Applies:
    """Rows of the method."""
    return lambda row: row.method == method


def any_of(*conditions: Applies) -> Applies:
    """Rows to which any of it applies."""
    return lambda row: any(applies(row) for applies in conditions)


walked = any_operation(lambda name: True)
symbolic = any_of(of_method("z3"), walked, named(*WALKED))
run = any_of(*map(of_method, ("exhaustive", "hypothesis")), named(*EXAMPLES, "tiny-zone-confirmed"))
"""Rows in which zones or lists are run as they are, beside their counterparts of ``specs.model``."""

TRUST = (
    Trust("the lifted operators on page numbers mean what Python's ints mean (tested on values)", symbolic),
    Trust(
        "CPython executes the rest: concrete orders, branches, calls; dict, OrderedDict, list and bisect",
        lambda row: True,
    ),
    Trust(
        "the path oracle enumerates every path (compared with real runs, of every layer; for the Linux zone "
        "at max_order 3 with pageblocks of order 2)",
        lambda row: symbolic(row) and row.name not in COMPARED,
    ),
    Trust(
        "the concrete free area meets the contract of the symbolic one for any keys (checked for four keys)",
        walked,
    ),
    Trust(
        "the concrete spans meet the contract of the symbolic ones for any pages (checked for ten pages)",
        lambda row: "spans-conform" in row.assumptions,
    ),
    Trust(
        "the concrete types of pageblocks meet the contract of the symbolic ones (run in typed-small-states "
        "and typed-runs)",
        any_operation(of_layers),
    ),
    Trust(
        "the concrete per-CPU lists meet the contract of the symbolic ones (run in typed-small-states and "
        "typed-runs)",
        any_operation(lambda name: name.startswith("pcp.")),
    ),
    Trust("z3 builds the terms and prints the SMT-LIB text that the second solver reads", symbolic),
    Trust(
        "a stub stands for a function whose contract is a row of its own, in the same words",
        lambda row: any(assumption.function for assumption in row.assumes),
    ),
    Trust(
        "induction over the primitives: each keeps every invariant, so all that is made of them does", walked
    ),
    Trust("induction over the orders", named("wholly-free")),
    Trust(
        "the loop rule: an iteration from any state that satisfies the invariant stands for all of them",
        any_operation(LOOPS.__contains__),
    ),
    Trust(
        "finite sums: what single steps add and take away makes up the whole",
        named(
            "conservation",
            "zone-conservation",
            "zone-layers-conservation",
            "move-exact",
            "pcp-free",
            "drain-all",
        ),
    ),
    Trust("one call at a time: no concurrency", any_of(walked, run)),
    Trust("the abstract machine and the plain lists of specs/model do what the specification says", run),
    Trust("CrossHair's model of Python, and the solver below it", of_method("crosshair")),
    Trust(
        "the choice of examples: what none of them meets, nobody sees",
        any_of(of_method("hypothesis"), named(*EXAMPLES)),
    ),
)


def trust_of(row: Theorem) -> tuple[str, ...]:
    """The sentences that the row rests on, and no others."""
    return tuple(trust.says for trust in TRUST if trust.applies(row))

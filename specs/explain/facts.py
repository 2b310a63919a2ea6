"""All that a row says for itself, as stable keys."""

from __future__ import annotations

from typing import Any

from specs.explain import places
from specs.explain.domains import domain, sentences
from specs.explain.owed import owed, small
from specs.ledger.theorem import HOLDS, Theorem
from specs.run.readme import where
from specs.smtlib.collect import NAMES
from specs.theorems.trust import trust_of
from specs.twins import TWINS


def facts(row: Theorem) -> dict[str, Any]:
    """What stands in the row, and follows from it without a look at any path."""
    of = domain(row)
    return {
        "name": row.name,
        "says": row.says,
        "about": list(row.about),
        "method": row.method,
        "verdict_if_it_holds": HOLDS[row.method],
        "assumptions": list(row.assumptions),
        "rejects": list(row.rejects),
        "proof": where(row),
        "domain": {
            "max_orders": list(of.max_orders),
            "pages": of.pages,
            "sizes": list(of.sizes),
            "programs": of.programs,
        },
        "assumes": [{"rows": list(each.rows), "why": each.why} for each in row.assumes],
        "supposes": list(row.supposes),
        "trust": list(trust_of(row)),
        "decide": f"python -m specs --only {row.name}",
        "export": f"python -m specs export proofs --only {row.name}" if row.name in NAMES else None,
    }


def explained(row: Theorem) -> dict[str, Any]:
    """The same, with what its paths say and where everything stands."""
    return {
        **facts(row),
        "starts_from": {
            "states": domain(row).starts,
            "invariants": [{"name": name, "says": says} for name, says in sentences(row).items()],
        },
        "obligations": {"max_orders": list(small(row)), "says": list(owed(row))},
        "code": [{"name": name, "at": places.code(name)} for name in row.about],
        "stated": places.stated(row),
        "decided_by": [{"name": name, "at": at} for name, at in places.deciders(row)],
        "twins": [
            {"name": name, "breaks": TWINS[name].module, "source": TWINS[name].source} for name in row.rejects
        ],
    }

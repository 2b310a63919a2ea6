"""How the operations of the layers are set up to run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from types import ModuleType
from typing import Any

from specs.ledger.subject import Subject
from specs.prover.method.lifted import LiftedCount, LiftedPfn
from specs.prover.method.paths import Path
from specs.prover.models.core.labels import FREE, Term, label
from specs.prover.models.core.operations import P, Run, Variant, block_argument, replaced
from specs.prover.models.zone.contracts import LayerStubs
from specs.prover.models.zone.geometry import Geometry, scaled
from specs.prover.models.zone.world import ZoneWorld, in_zone, zone_of, zone_world

Body = Callable[[Subject, Variant, ZoneWorld, Any, LayerStubs], object]


def given_block(of: ZoneWorld, order: int) -> LiftedPfn:
    """The argument: an aligned block of the zone that the caller owns."""
    of.path.assume(*block_argument(order), in_zone(P))
    of.given = (P, order)
    of.state = of.state.hold(P, order)
    return LiftedPfn(of.path, P)


def listed_block(of: ZoneWorld, order: int, migratetype: Term) -> LiftedPfn:
    """The argument: a free block that is on the list of the type."""
    of.path.assume(of.state.heads(P) == label(FREE, migratetype, order), in_zone(P))
    of.roots.append(P)
    of.listed.append((P, order))
    return LiftedPfn(of.path, P)


def in_geometry(run: Run) -> Run:
    """The run of the code whose pageblocks have the size that belongs to the top order."""

    def runs(subject: Subject, variant: Variant, top: int, path: Path) -> object:
        with scaled(subject, Geometry(top)):
            return run(subject, variant, top, path)

    return runs


def with_stubs(modules: str, names: tuple[str, ...], body: Body) -> Run:
    """The run of a body; the named functions, as the modules call them, are stubs."""

    def run(subject: Subject, variant: Variant, top: int, path: Path) -> object:
        of = zone_world(subject, path, top)
        zone = zone_of(subject, of)
        stubs = LayerStubs(of, zone)
        with ExitStack() as stack:
            for module in map(partial(module_of, subject), modules.split()):
                known = {name: getattr(stubs, name) for name in names if hasattr(module, name)}
                stack.enter_context(replaced(module, **known))
            return body(subject, variant, of, zone, stubs)

    return run


def module_of(subject: Subject, name: str) -> ModuleType:
    """The subject's module of that name."""
    return subject.module(f"linux.{name}")


def nobody_asks(page: LiftedPfn) -> LiftedCount:
    """Stands in for ``movable_pages`` where only others pass it on."""
    raise AssertionError("the number of movable pages is asked for")

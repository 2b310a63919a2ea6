"""A symbolic zone as the code under proof sees it: what stands in for its lists and pageblocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import z3

from specs.ledger.subject import Subject
from specs.prover.method import invariants as inv
from specs.prover.method.labels import FREE, LIMIT, Term, label
from specs.prover.method.lifted import LiftedBool, LiftedPfn
from specs.prover.method.lifted_type import LiftedType, type_term
from specs.prover.method.world import Step
from specs.prover.models.core.area import Area
from specs.prover.models.zone.elsewhere import free_elsewhere, zone_of_page
from specs.prover.models.zone.world import ISOLATED, MIGRATETYPES, RESERVED, ZONE_END, ZONE_START, ZoneWorld


class TypedArea(Area):
    """Stands in for the ``FreeArea`` of a zone with migratetypes, which may be known or unknown ones."""

    world: ZoneWorld

    def add(self, block: LiftedPfn, order: int, migratetype: Any, *, tail: LiftedBool | bool) -> None:
        """List an owned block as free."""
        super().add(block, order, LiftedType(type_term(migratetype)), tail=tail)

    def remove(self, block: LiftedPfn, order: int) -> LiftedType:
        """Unlist a free block; the invariants hold when it is unlisted."""
        of = self.world
        calm = inv.at(of.state, "coalesced", block.term)
        label = super().remove(block, order)
        of.extra.append(calm)
        return LiftedType(label.term, of.path)

    def first(self, order: int, migratetype: Any) -> LiftedPfn | None:
        """As ever, but what was answered of a list is answered again until the lists change."""
        of, wanted = self.world, type_term(migratetype)
        for state, known, kind, head in of.heads_of:
            if state is of.state and known == order and kind.eq(wanted):
                return head
        head = super().first(order, LiftedType(wanted))
        of.heads_of.append((of.state, order, wanted, head))
        return head

    def none_free(self, order: int) -> bool:
        """Whether all lists of the order are empty.  Linux: nr_free == 0 of struct free_area."""
        of, order = self.world, self.world.order_in_range(order)
        if any(state is of.state and known == order and head for state, known, _, head in of.heads_of):
            return False
        for state, known, answer in of.counted:
            if state is of.state and known == order:
                return answer
        answer = of.path.choose()
        of.counted.append((of.state, order, answer))
        for migratetype in range(MIGRATETYPES if answer else 0):
            wanted = type_term(migratetype)
            of.empties.append((of.state, label(FREE, wanted, order)))
            of.heads_of.append((of.state, order, wanted, None))
        return answer


@dataclass(frozen=True)
class OtherArea:
    """Stands in for the free lists of another zone, of which anything may be so."""

    world: ZoneWorld
    zone: Term

    def is_free_block(self, block: LiftedPfn, order: int) -> LiftedBool:
        """Whether a free block of that order is listed there."""
        order = self.world.order_in_range(order)
        return LiftedBool(self.world.path, free_elsewhere(self.zone, block.term, order))


class SymbolicPageblocks:
    """Stands in for ``Pageblocks``."""

    def __init__(self, of: ZoneWorld) -> None:
        self.world = of

    def free_area_of(self, page: LiftedPfn) -> OtherArea | None:
        """The free lists of the zone to which a page outside this one belongs, if it belongs to any."""
        zone, path = zone_of_page(page.term), self.world.path
        if not path.choose():
            path.assume(zone == 0)
            return None
        path.assume(zone != 0)
        return OtherArea(self.world, zone)

    def migratetype(self, page: LiftedPfn) -> LiftedType:
        """The type of the pageblock that contains the page."""
        return LiftedType(self.world.types(page.term), self.world.path)

    def set(self, page: LiftedPfn, migratetype: Any) -> None:
        """Set it."""
        of, value = self.world, type_term(migratetype)
        of.steps.append(Step("type", page.term, of.geometry.order, value))
        of.types = of.types.set(page.term, value)


def zone_of(subject: Subject, of: ZoneWorld) -> Any:
    """A zone of the subject's class whose state is symbolic."""
    zone = of.zone = object.__new__(subject.linux.mobility.MobilityZone)
    path = of.path
    zone.start, zone.end = LiftedPfn(path, ZONE_START), LiftedPfn(path, ZONE_END)
    zone.free_area, zone.pageblocks = TypedArea(of), SymbolicPageblocks(of)
    zone.nr_isolate_pageblock = LiftedPfn(path, ISOLATED)
    zone.nr_reserved_highatomic = LiftedPfn(path, RESERVED)
    path.assume(z3.ULT(ISOLATED, LIMIT), z3.ULT(RESERVED, LIMIT))
    zone.managed = LiftedPfn(path, z3.BitVec("managed", 64))
    zone.policy = subject.linux.versions.v6_1.LINUX_6_1._replace(boost=of.boosts.append)
    return zone

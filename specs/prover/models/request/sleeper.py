"""kswapd of a node with any zones, beside the rules of sections 7.7, 17.7 and 17.9."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from specs.ledger.subject import Subject
from specs.prover.method.invariants import conjunction
from specs.prover.method.lifted import BITS, LiftedBool, LiftedCount, LiftedPfn, truth
from specs.prover.method.paths import Path
from specs.prover.models.request.search import Claim
from specs.prover.models.request.system import replaced
from specs.prover.models.request.zones import MASK, ORDER, AnyZone, any_of, bit, has, term_of

HIGHEST, ASKED, BEFORE = (
    z3.BitVec(name, BITS) for name in ("highest_zoneidx", "asked_order", "asked_zoneidx")
)
FAILURES = z3.BitVec("failures", BITS)
DIRECT_RECLAIM, NOBODY_ASKED = 0x400, 5


def zones_of(subject: Subject, path: Path, numbers: tuple[int, ...]) -> list[tuple[int, AnyZone]]:
    """Zones with their numbers."""
    return [(number, AnyZone(subject, path, f"0.{number}")) for number in numbers]


def bounded(path: Path, term: z3.BitVecRef, most: int) -> LiftedCount:
    """Any number up to that."""
    path.assume(z3.ULE(term, z3.BitVecVal(most, BITS)))
    return LiftedCount(path, term)


def managed(zone: AnyZone) -> z3.BoolRef:
    """Whether it has pages."""
    return zone.term("managed") != z3.BitVecVal(0, BITS)


class Wakeup:
    """A call of wakeup_kswapd(), on any kswapd."""

    def __init__(self, subject: Subject, path: Path) -> None:
        module = subject.linux.kswapd
        self.kswapd = module.Kswapd(
            bounded(path, ASKED, 10), bounded(path, BEFORE, NOBODY_ASKED), bounded(path, FAILURES, 1 << 32)
        )
        self.kswapd.asleep = LiftedBool(path, bit("asleep"))
        self.zones = zones_of(subject, path, (0, 2))
        order, highest = bounded(path, ORDER, 10), bounded(path, HIGHEST, 3)
        with replaced(module, pgdat_balanced=lambda *request: LiftedBool(path, bit("balanced"))):
            self.woken = module.wakeup_kswapd(
                self.kswapd, self.zones, LiftedPfn(path, MASK), order, highest
            ).name


def as_told(call: Wakeup) -> Iterator[Claim]:
    """Section 17.9."""
    order, highest = term_of(call.kswapd.order), term_of(call.kswapd.highest_zoneidx)
    yield order == z3.If(ORDER > ASKED, ORDER, ASKED), "the order that it is asked for only rises"
    raised = z3.Or(BEFORE == NOBODY_ASKED, BEFORE < HIGHEST)
    yield highest == z3.If(raised, HIGHEST, BEFORE), "and so does the highest index, once there is one"
    boosts = [z3.And(number <= HIGHEST, managed(zone), zone.term("boost") > 0) for number, zone in call.zones]
    needed = conjunction([bit("asleep"), FAILURES < 16, z3.Or(z3.Not(bit("balanced")), any_of(boosts))])
    compacts = conjunction([bit("asleep"), z3.Not(needed), z3.Not(has(MASK, DIRECT_RECLAIM))])
    yield z3.BoolVal(call.woken == "KSWAPD") == needed, "it is woken if it sleeps and is needed, and can help"
    yield (
        z3.BoolVal(call.woken == "KCOMPACTD") == compacts,
        "kcompactd is, if it is not, for who cannot reclaim",
    )
    awake = z3.Or(z3.Not(bit("asleep")), needed)
    yield truth(call.kswapd.asleep) == z3.Not(awake), "it is awake afterwards, or sleeps on"


CALLS = ((0, 0), (0, 2), (3, 2))
"""Orders, and highest indices."""
INDICES = (0, 1, 2)


class Balance:
    """A call of pgdat_balanced()."""

    def __init__(self, subject: Subject, order: int, highest: int, path: Path) -> None:
        self.order, self.highest = order, highest
        self.zones = zones_of(subject, path, (0, 2))
        block = {"has_suitable_block": self.suitable(path)}
        with replaced(subject.linux.watermark, **block):
            self.balanced = subject.linux.kswapd.pgdat_balanced(self.zones, order, highest)

    def suitable(self, path: Path) -> Any:
        """In place of has_suitable_block(): any answer, for each zone."""
        return lambda zone, order, flags: LiftedBool(path, bit(f"suitable:{zone.name}"))

    def above(self, zone: AnyZone) -> z3.BoolRef:
        """Sections 7.4, 7.6 and 7.7: whether the zone is above its high watermark, boost included."""
        figure = zone.term
        free = z3.If(figure("free1") < figure("drift_mark"), figure("exact"), figure("free1"))
        usable = free - ((1 << self.order) - 1) - figure("reserved")
        enough = usable > figure("high") + figure("boost") + figure(f"reserve{self.highest}")
        listed = z3.BoolVal(True) if self.order == 0 else bit(f"suitable:{zone.name}")
        return conjunction([managed(zone), enough, listed])


def in_balance(call: Balance) -> Iterator[Claim]:
    """Section 7.7, and 17.9 for a node without pages."""
    zones = [zone for number, zone in call.zones if number <= call.highest]
    wanted = z3.Or(
        any_of([call.above(zone) for zone in zones]), z3.Not(any_of([managed(zone) for zone in zones]))
    )
    yield (
        truth(call.balanced) == wanted,
        "a node is balanced if a zone is above its high watermark, or none has pages",
    )


class Round:
    """A round of kswapd: the boosts that it notes, and what it leaves of those of then."""

    def __init__(self, subject: Subject, highest: int, path: Path) -> None:
        module, self.highest = subject.linux.kswapd, highest
        self.zones = zones_of(subject, path, (0, 2))
        self.noted = module.boosts_at_start(self.zones, highest)
        now = {number: bounded(path, z3.BitVec(f"later{number}", BITS), 1 << 40) for number, _ in self.zones}
        self.left = module.boosts_at_end(now, self.noted)


def gives_back(done: Round) -> Iterator[Claim]:
    """Section 17.7."""
    for number, zone in done.zones:
        noted = z3.And(z3.BoolVal(number <= done.highest), managed(zone))
        yield (
            z3.BoolVal(number in done.noted) == noted,
            "the boosts of zones with pages are noted, up to the index",
        )
        boost = z3.If(noted, zone.term("boost"), z3.BitVecVal(0, BITS))
        later = z3.BitVec(f"later{number}", BITS)
        wanted = later - z3.If(later < boost, later, boost)
        yield term_of(done.left[number]) == wanted, "what was noted is given back, and no more than there is"

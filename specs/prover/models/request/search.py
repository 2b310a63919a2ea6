"""One search of the zones, run with any answers, beside the rule: which zone serves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import z3

from specs.ledger.subject import Subject
from specs.prover.method.invariants import conjunction
from specs.prover.method.lifted import BITS, LiftedBool, LiftedCount, LiftedPfn
from specs.prover.method.paths import Path
from specs.prover.models.request.system import PAGE, AnySystem, Event, replaced
from specs.prover.models.request.zones import MASK, ORDER, any_of, bit, has, term_of

ZONEIDX, TYPE = 2, 1
LOW, HIGH, NO_WATERMARKS, CPUSET, NOFRAGMENT, KSWAPD = 1, 2, 0x4, 0x40, 0x100, 0x800
Claim = tuple[z3.BoolRef, str]


class Situation(NamedTuple):
    """What is fixed of a search."""

    alloc_flags: int
    zones: tuple[tuple[int, int], ...]
    highest: int = ZONEIDX
    nodemask: frozenset[int] | None = None
    near: bool = True
    """Whether zones may be reclaimed before they are passed over."""
    cpuset: frozenset[int] | None = None
    dirty: bool = False
    """Whether nodes with too many dirty pages are passed over."""
    order: int | None = 0
    """None: any; then any machine may zero what it hands out, too."""

    @property
    def eligible(self) -> list[tuple[int, int]]:
        """The zones that may serve it."""
        return [
            (node, zone)
            for node, zone in self.zones
            if zone <= self.highest and (self.nodemask is None or node in self.nodemask)
        ]

    @property
    def turns(self) -> list[tuple[int, list[tuple[int, int]]]]:
        """With which flags which zones are looked at, one turn after the other."""
        every = self.eligible
        if not self.alloc_flags & NOFRAGMENT:
            return [(self.alloc_flags, every)]
        several = len({node for node, _ in self.zones}) > 1
        home = [zone for zone in every if not several or zone[0] == every[0][0]]
        local = every[: next((at for at, zone in enumerate(every) if zone not in home), len(every))]
        return [(self.alloc_flags, local), (self.alloc_flags & ~NOFRAGMENT, every)]


TWO, THREE = ((0, 2), (0, 1)), ((0, 2), (0, 1), (1, 2))
SITUATIONS = (
    Situation(LOW, TWO[:1], near=False, order=None),
    Situation(LOW, TWO),
    Situation(LOW, THREE, near=False),
    Situation(LOW | NOFRAGMENT, ((0, 2), (1, 2)), near=False),
    Situation(LOW | NOFRAGMENT, TWO, near=False),
    Situation(LOW | NOFRAGMENT, TWO[:1]),
    Situation(0, TWO, highest=1),
    Situation(0x30 | KSWAPD, ((1, 2), (0, 2)), nodemask=frozenset({0})),
    Situation(LOW | NOFRAGMENT | KSWAPD, ((1, 2), (0, 2)), nodemask=frozenset({1}), near=False),
    Situation(HIGH | CPUSET, ((0, 2), (1, 2)), near=False, cpuset=frozenset({1})),
    Situation(NO_WATERMARKS, TWO),
    Situation(NO_WATERMARKS | CPUSET, ((0, 2), (1, 2)), cpuset=frozenset({0})),
    Situation(LOW, ((0, 2), (1, 2)), near=False, dirty=True),
    Situation(LOW, TWO[:1], highest=1),
)


class Search:
    """A search, run once."""

    def __init__(self, subject: Subject, situation: Situation, path: Path) -> None:
        self.situation, self.path = situation, path
        self.system = system = AnySystem(subject, path, situation.zones)
        system.nodes = situation.cpuset
        if situation.order is None:
            path.assume(z3.ULE(ORDER, z3.BitVecVal(10, BITS)))
        else:
            path.assume(z3.BitVecVal(situation.order, BITS) == ORDER, z3.Not(bit("init_on_alloc")))
            system.zeroes = False
        refs = [ref for ref in system.zones if tuple(ref) in situation.eligible]
        if not situation.near:
            system.near = False
        preferred = refs[0] if refs else None
        self.context = subject.linux.system.AllocContext(
            system.zones, situation.highest, situation.nodemask, preferred, TYPE, situation.dirty
        )
        module, mask = subject.linux.page_alloc, LiftedPfn(path, MASK)
        order = LiftedCount(path, ORDER) if situation.order is None else situation.order
        stubs = {"zone_watermark_fast": self.fast, "zone_watermark_ok": self.again}
        self.read: dict[str, int] = {}
        """By zone: how often its counter had been read."""
        with replaced(module, **stubs):
            self.pfn = module.get_page_from_freelist(system, mask, order, situation.alloc_flags, self.context)

    def fast(
        self, zone: Any, order: Any, mark: Any, highest: int, flags: int, mask: Any, free: Any, boost: Any
    ) -> LiftedBool:
        """In place of zone_watermark_fast(): any answer, to the question that is to be asked."""
        right = conjunction([mask.term == MASK, boost.term == zone.term("boost")])
        self.path.owe("search", right, "the mask and the boost are the request's and the zone's")
        self._asked(zone, order, mark, highest, flags, free)
        self.read[zone.name] = zone.reads
        return LiftedBool(self.path, bit(f"fast:{zone.name}{' unmixed' if flags & NOFRAGMENT else ''}"))

    def again(self, zone: Any, order: Any, mark: Any, highest: int, flags: int, free: Any) -> LiftedBool:
        """In place of zone_watermark_ok(), after a zone was reclaimed."""
        self._asked(zone, order, mark, highest, flags, free)
        anew = zone.reads == self.read[zone.name] + 1
        self.path.owe("search", z3.BoolVal(anew), "the counter is read again after reclaim")
        return LiftedBool(self.path, bit(f"again:{zone.name}{' unmixed' if flags & NOFRAGMENT else ''}"))

    def _asked(self, zone: Any, order: Any, mark: Any, highest: int, flags: int, free: Any) -> None:
        figure = ("min", "low", "high")[flags & 3]
        says = "a zone is measured by the mark that the flags name, with its boost, and by its counter of now"
        right = [
            mark.term == zone.term(figure) + zone.term("boost"),
            free.term == zone.term(f"free{zone.reads}"),
        ]
        right += [term_of(order) == ORDER, z3.BoolVal(highest == self.situation.highest)]
        self.path.owe("search", conjunction(right), says)

    def of(self, name: str) -> list[Event]:
        """What was asked by that name."""
        return [event for event in self.system.events if event.name == name]


def allowed(situation: Situation, zone: tuple[int, int]) -> z3.BoolRef:
    """Whether the zone may be looked at."""
    terms = []
    if situation.alloc_flags & CPUSET and situation.cpuset is not None and zone[0] not in situation.cpuset:
        terms.append(z3.Or(z3.Not(bit("in_task")), bit("oom_victim"), z3.Not(has(MASK, 0x100000))))
    if situation.dirty:
        terms.append(bit("dirty_ok"))
    return conjunction(terms)


def serves(situation: Situation, flags: int, zone: tuple[int, int]) -> z3.BoolRef:
    """Whether the zone gives a block in a turn, if the search comes to it."""
    name = f"{zone[0]}.{zone[1]}"
    turn = name + (" unmixed" if flags & NOFRAGMENT else "")
    number = 1 if situation.alloc_flags & NOFRAGMENT and not flags & NOFRAGMENT else 0
    terms = [bit(f"fast:{turn}")]
    if flags & NO_WATERMARKS:
        terms = [z3.BoolVal(True)]
    elif situation.near:
        first = z3.Not(bit(f"fast:{name} unmixed"))
        tries = [bit(f"near{number}:{name}")]
        if number:  # it was reclaimed once already, if it failed then
            before = bit(f"near0:{name}")
            tries = [z3.If(z3.And(first, z3.BoolVal(zone in situation.turns[0][1])), tries[0], before)]
        terms.append(
            z3.And(*tries, bit(f"again:{turn}")) if len(tries) > 1 else z3.And(tries[0], bit(f"again:{turn}"))
        )
    return conjunction([allowed(situation, zone), any_of(terms), bit(f"gives:{turn}")])


def places(situation: Situation) -> list[tuple[int, tuple[int, int]]]:
    """Every zone of every turn, in the order in which it is come to."""
    return [(flags, zone) for flags, zones in situation.turns for zone in zones]


def chosen(search: Search) -> Iterator[Claim]:
    """The block is that of the first zone that serves; nobody's, if none does."""
    situation, here = search.situation, list[z3.BoolRef]()
    before: list[z3.BoolRef] = []
    for flags, zone in places(situation):
        this = serves(situation, flags, zone)
        if search.pfn == PAGE + situation.zones.index(zone) and search.of("take")[-1].args[3] == flags:
            here.append(conjunction([*before, this]))
        before.append(z3.Not(this))
    if search.pfn is None:
        here.append(conjunction(before))
    yield any_of(here), "the first zone that serves is chosen, and no other"


def looked_at(search: Search) -> Iterator[Claim]:
    """Zones are looked at in order, each once a turn, and what is taken of them is what was asked for."""
    situation, looks = search.situation, [event.args[0] for event in search.of("look")]
    seen = [(look.alloc_flags, tuple(look.zone)) for look in looks]
    order = places(situation)
    yield (
        z3.BoolVal(sorted(seen, key=order.index) == seen),
        "zones are looked at in order, and none twice in a turn",
    )
    takes = search.of("take")
    for event in takes:
        zone, number, kind, flags = event.args
        right = term_of(number) == ORDER
        yield (
            z3.And(right, z3.BoolVal(kind == TYPE and (flags, tuple(zone)) in seen)),
            "what is taken was asked for",
        )
    yield from prepared(search)
    yield from woken(search, takes)


def prepared(search: Search) -> Iterator[Claim]:
    """What is handed out is prepared once."""
    made = search.of("prepare")
    yield z3.BoolVal(len(made) == (search.pfn is not None)), "a block is prepared once, and nothing else"
    for event in made:
        pfn, order, zero, compound = event.args
        wanted = z3.Or(bit("init_on_alloc"), has(MASK, 0x100))
        many = z3.And(ORDER > 0, has(MASK, 0x40000))
        right = [zero == wanted, compound == many, term_of(order) == ORDER, z3.BoolVal(pfn == search.pfn)]
        yield conjunction(right), "it is zeroed and made compound exactly if the mask or the machine says so"


def woken(search: Search, takes: list[Event]) -> Iterator[Claim]:
    """A boost wakes kswapd, if the flags allow it."""
    wakes = search.of("kswapd")
    zones = [event.args[0] for event in takes]
    for event in wakes:
        zone, *rest = event.args
        yield (
            z3.BoolVal(zone in zones and rest == [0, 0, zone.zone]),
            "kswapd is woken for a zone that was boosted",
        )
    due = z3.And(bit("was_boosted"), z3.BoolVal(bool(search.situation.alloc_flags & KSWAPD)))
    if takes:
        yield (
            z3.BoolVal([event.args[0] for event in wakes] == zones) == due,
            "a boost wakes kswapd if the flags do",
        )
    else:
        yield z3.BoolVal(not wakes), "nobody else wakes it"

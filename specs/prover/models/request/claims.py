"""What must be the case after a state of the slow path has been run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import z3

from specs.model import slowpath as model
from specs.prover.method.invariants import conjunction
from specs.prover.method.lifted import BITS
from specs.prover.models.request.steps import FLAGS, LOOPS, MEMORY, PRIORITY, Claim, Step, words
from specs.prover.models.request.system import PAGE
from specs.prover.models.request.zones import MASK, ORDER, any_of, bit, has, term_of


def as_in_the_table(step: Step) -> Iterator[Claim]:
    """The next state, what is asked for, and what is remembered, are those of the table."""
    yield from goes_on(step)
    yield from asks(step)
    yield from remembers(step)
    yield from wakes(step)


def goes_on(step: Step) -> Iterator[Claim]:
    """The next state is the table's, and one of NEXT; a page is there exactly if that says so."""
    rules = [rule for rule in model.NEXT[step.state] if rule.when != "zone" or step.preferred is not None]
    here = [when for then, when in words().first(rules) if then == step.next]
    yield any_of(here), f"{step.next} is not next"
    module = step.subject.linux.slowpath
    allowed = module.State[step.next] in module.NEXT[module.State[step.state]]
    yield z3.BoolVal(allowed), f"{step.next} is not among NEXT"
    yield z3.BoolVal((step.way.pfn is not None) == (step.next == "GOT")), "there is a page exactly at GOT"


def asks(step: Step) -> Iterator[Claim]:
    """The calls are those of the table, in its order, and none is missing."""
    calls = [call for call in model.DOES[step.state] if call.name != "kswapds"]
    made = [event for event in step.system.events if event.name != "kswapd"]
    done = list(step.names)
    chosen: list[z3.BoolRef] = []
    for skipped in _subsets(len(calls)):
        left = [call for index, call in enumerate(calls) if index not in skipped]
        if [call.name for call in left] != done:
            continue
        said = [
            words()(call.when) if index not in skipped else z3.Not(words()(call.when))
            for index, call in enumerate(calls)
        ]
        said += [_asked(step, event, call) for event, call in zip(made, left, strict=True)]
        chosen.append(conjunction(said))
    yield any_of(chosen), f"it asks for {', '.join(done) or 'nothing'}"


def _subsets(size: int) -> Iterator[set[int]]:
    for chosen in range(1 << size):
        yield {index for index in range(size) if chosen >> index & 1}


def _asked(step: Step, event: Any, call: model.Call) -> z3.BoolRef:
    """Whether the call was made with what belongs to it."""
    args = event.args
    if call.name.endswith("search"):
        mask, order, flags, context = args
        wanted = FLAGS if call.flags == "own" else z3.BitVecVal(int(call.flags, 16), BITS)
        own = (
            (MASK | model.GFP["HARDWALL"]) & ~model.GFP["DIRECT_RECLAIM"]
            if call.name == "last search"
            else MASK
        )
        same = context is step.context
        return conjunction(
            [term_of(flags) == wanted, mask.term == own, order.term == ORDER, z3.BoolVal(same)]
        )
    if call.name == "prepare":
        pfn, order, zero, compound = args
        zeroed = zero == z3.Or(bit("init_on_alloc"), has(MASK, model.GFP["ZERO"]))
        return conjunction(
            [zeroed, compound == has(MASK, 0x40000), z3.BoolVal(pfn != PAGE), order.term == ORDER]
        )
    if call.name.startswith("compact"):
        priority, flags = args
        own = term_of(priority) == PRIORITY if "own" in call.name else z3.BoolVal(True)
        return conjunction([own, term_of(flags) == FLAGS])
    return z3.BoolVal(True)


def remembers(step: Step) -> Iterator[Claim]:
    """What it remembers is what the table says, and otherwise what it did before."""
    changes = model.REMEMBERS.get(step.state, {})
    for name, before in MEMORY.items():
        after = step.memory(name)
        if name not in changes and z3.eq(after, before):
            continue
        wanted = before
        for then, when in reversed(list(words().first((*changes.get(name, ()), model.Rule(name))))):
            value = words()(then)
            wanted = z3.If(when, z3.BitVecVal(value, BITS) if isinstance(value, int) else value, wanted)
        yield after == wanted, f"{name} afterwards"
    yield from _looks(step)


def _looks(step: Step) -> Iterator[Claim]:
    """The mask and the order stay; where it may look changes in two states."""
    way, context = step.way, step.context
    same = way.gfp_mask is step.gfp_mask and way.order is step.order
    yield z3.BoolVal(same), "the request stays the same"
    first = step.system.zones[0]
    if step.state == "RESTART":
        yield (
            z3.BoolVal(way.context == context._replace(preferred=step.preferred)),
            "the first zone is found anew",
        )
    elif step.state == "RETRY":
        wide = conjunction([z3.Not(words()("changed")), z3.Or(words()("reserves"), z3.Not(has(FLAGS, 0x40)))])
        widened = way.context == context._replace(nodemask=None, preferred=first)
        as_before = way.context is context
        yield z3.BoolVal(widened or as_before), "it looks where it did, or everywhere"
        yield z3.BoolVal(widened) == wide, "it looks everywhere exactly with reserves or without a cpuset"
    else:
        yield z3.BoolVal(way.context is context), "it looks where it did before"


def wakes(step: Step) -> Iterator[Claim]:
    """Each kswapd is woken once of every node that has memory and that it may use, if its flags say so."""
    woken = [event for event in step.system.events if event.name == "kswapd"]
    zones = [ref for ref in step.system.zones if step.nodemask is None or ref.node in step.nodemask]
    calls = [call for call in model.DOES[step.state] if call.name == "kswapds"]
    here = words()(calls[0].when) if calls else z3.BoolVal(False)
    asked = [ref for ref in zones if any(event.args[0] == ref for event in woken)]
    yield z3.BoolVal([event.args[0] for event in woken] == asked), "each kswapd is woken once, in order"
    earlier: dict[int, list[z3.BoolRef]] = {}
    for ref in zones:
        managed = step.system.figures[ref].term("managed") != z3.BitVecVal(0, BITS)
        none_before = z3.Not(any_of(earlier.setdefault(ref.node, [])))
        due = conjunction([here, has(FLAGS, model.ALLOC["KSWAPD"]), managed, none_before])
        yield z3.BoolVal(ref in asked) == due, "kswapd of every node with memory is woken if the flags say so"
        earlier[ref.node].append(managed)
    for event in woken:
        _, mask, order, highest = event.args
        right = conjunction([mask.term == MASK, order.term == ORDER, z3.BoolVal(highest == 2)])
        yield right, "it is told what the request asks for"


def spares_the_reserves(step: Step) -> Iterator[Claim]:
    """No watermark counts only for who frees memory, and at last for who must not fail."""
    allowed = words()("memory_for_all")
    none = model.ALLOC["NO_WATERMARKS"]
    after = has(step.memory("flags"), none)
    yield z3.Implies(after, z3.Or(has(FLAGS, none), allowed)), "the mark is given up for who frees memory"
    killed = False
    for event in step.system.events:
        killed = killed or event.name == "kill"
        if event.name == "search" and event.args[2] is not step.before_flags:
            beyond = has(term_of(event.args[2]), none)
            last = z3.And(words()("NOFAIL"), z3.BoolVal(killed))
            own = has(FLAGS, none)
            yield z3.Implies(beyond, z3.Or(own, last)), "and after a kill for who must not fail"


def never_fails(step: Step) -> Iterator[Claim]:
    """Who must not fail, and may reclaim, does not."""
    yield (
        z3.Or(z3.Not(words()("insists")), z3.BoolVal(step.next != "FAIL")),
        "who must not fail ends with a page",
    )
    table = step.subject.linux.slowpath.NEXT
    fails = [state.name for state, after in table.items() if any(each.name == "FAIL" for each in after)]
    yield z3.BoolVal(fails == [step.state]), "nothing fails elsewhere"


REPORTS = {
    "RETRY": "changed",
    "E": "progressed | unreserved",
    "F": "progressed | changed",
    "G": "~lock | kill_helps | NOFAIL",
    "NOPAGE": "changed | NOFAIL",
}
"""What lets a request begin again, or count anew: word that something has changed, or a mask that insists."""


def comes_to_an_end(step: Step) -> Iterator[Claim]:
    """Without such a report it goes on to a later state, or has tried once more of the times that it may."""
    report = words()(REPORTS[step.state]) if step.state in REPORTS else z3.BoolVal(False)
    loops, most = step.memory("loops"), z3.BitVecVal(model.MOST_LOOPS, BITS)
    later = model.ORDER.index(step.next) > model.ORDER.index(step.state)
    counts_on = loops >= LOOPS if step.state != "RESTART" else z3.BoolVal(True)
    once_more = z3.And(loops == LOOPS + 1, loops <= most)
    says = "it goes on, or tries once more of 16 times, or was told of something new"
    yield z3.Or(report, z3.And(counts_on, z3.Or(z3.BoolVal(later), once_more))), says

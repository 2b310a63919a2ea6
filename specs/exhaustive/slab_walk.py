"""The walk through every state of small slab caches, each call beside the oracle's."""

from __future__ import annotations

from collections import deque
from itertools import product
from typing import Any, NoReturn

from specs.exhaustive.slab_states import (
    ELSEWHERE,
    MASK,
    PAGE,
    Call,
    Held,
    Shape,
    Source,
    State,
    alike,
    cache_in,
    calls,
    no_objects,
    oracle_in,
    oracle_state,
    source_in,
    state_of,
)
from specs.ledger.refutation import Endless, Refuted, Visited, cut_if_endless, what_happened
from specs.ledger.subject import Subject

SHAPES = (
    Shape(2048, 2, 3, 0),
    Shape(2048, 2, 3, 2),
    Shape(2720, 3, 2, 0),
    Shape(2720, 3, 2, 1, (2, 0, 1)),
    Shape(1360, 2, 3, 1),
)
"""The smallest first; the third and fourth have slabs of order 1, or of order 0 with one object."""


class Walk:
    """Breadth first from a cache without slabs, every call from every state."""

    def __init__(self, subject: Subject, shape: Shape) -> None:
        self.subject, self.shape = subject, shape
        self.reached: dict[State, tuple[State, Call] | None] = {State(): None}
        self.transitions = 0

    def run(self) -> Visited:
        """Visit every state."""
        queue = deque([State()])
        while queue:
            state = queue.popleft()
            with cut_if_endless():
                self.refused(state)
                for call in calls(self.shape, state):
                    self.transitions += 1
                    after = alike(self.after(state, call))
                    if after not in self.reached:
                        self.reached[after] = state, call
                        queue.append(after)
        return Visited(len(self.reached), self.transitions)

    def after(self, state: State, call: Call) -> State:
        """The state that the call leads to: answers, requests for pages and all lists are the oracle's."""
        mine, theirs = (source_in(self.shape, state, call) for _ in range(2))
        oracle = oracle_in(self.shape, state, theirs)
        wanted: Any
        if call.name == "destroy" and oracle.used:
            wanted = f"CacheInUse: {len(oracle.used)} objects of the cache are in use"
        else:
            given = {"alloc": (MASK,), "free": (call.address,)}.get(call.name, ())
            wanted = getattr(oracle, "shrink" if call.name == "destroy" else call.name)(*given)
        answer, after = self.called(state, call, mine)
        expected = oracle_state(oracle)
        broke = [
            *([f"answer {answer}, expected {wanted}"] if answer != wanted else ()),
            *([f"pages: {mine.log}, expected {theirs.log}"] if mine.log != theirs.log else ()),
            *([f"left {after}, expected {expected}"] if after != expected else ()),
            *oracle.faults(),
            *([f"pages held: {mine.held}"] if mine.held != oracle.held else ()),
        ]
        if broke:
            self.refute(state, call, *broke)
        return after

    def called(self, state: State, call: Call, source: Source) -> tuple[Any, State]:
        """The answer of the code, an error included, and the state it leaves."""
        try:
            cache = cache_in(self.subject, self.shape, state, source)
            return self.told(cache, call), state_of(cache)
        except (Exception, Endless) as error:  # whatever broken code does is the finding
            self.refute(state, call, what_happened(error))

    def told(self, cache: Any, call: Call) -> Any:
        """The answer, an error included."""
        given = {"alloc": (MASK,), "free": (call.address,)}.get(call.name, ())
        try:
            return getattr(cache, call.name)(*given)
        except self.subject.errors.BuddyError as error:
            return f"{type(error).__name__}: {error}"

    def refused(self, state: State) -> None:
        """What is no object in use is rejected, for the first reason that holds, and changes nothing."""
        oracle = oracle_in(self.shape, state, Source({}, 0))
        source = source_in(self.shape, state, Call("free"))
        cache = cache_in(self.subject, self.shape, state, source)
        call = Call("free")
        for address in no_objects(self.shape, state):
            if (wanted := oracle.error(address)) is None:
                continue
            if type(address) is int and address // PAGE == ELSEWHERE:
                wanted = "OtherCache"
            call = Call("free", repr(address))
            self.transitions += 1
            try:
                answer = str(self.told(cache, Call("free", address)))
            except (Exception, Endless) as error:  # whatever broken code does is the finding
                self.refute(state, call, what_happened(error))
            if answer.partition(":")[0] != wanted or source.log:
                self.refute(state, call, f"answer {answer}, expected {wanted}, and no pages: {source.log}")
        if state_of(cache) != state:
            self.refute(state, call, f"or one that was rejected before it left {state_of(cache)}")

    def refute(self, state: State, call: Call, *broke: str) -> NoReturn:
        """Tell how the state was reached, the call, and what broke."""
        history: list[str] = []
        step = self.reached[state]
        while step is not None:
            history.append(str(step[1]))
            step = self.reached[step[0]]
        raise Refuted(f"{self.shape}: {'; '.join(reversed(history)) or 'new'}", str(call), *broke)


def visit(subject: Subject, _: int) -> Visited:
    """Every state of every small cache."""
    visits = [Walk(subject, shape).run() for shape in SHAPES]
    return Visited(*map(sum, zip(*visits, strict=True)))


FREE = (1, 2, 31, 32, 33, 34, 64)
MANY = Shape(64, 8, 4, 1)


def shrunk(subject: Subject, _: int) -> Visited:
    """A partial list becomes that of the oracle, and the same pages go back, in the same order."""
    walk, count = Walk(subject, MANY), 0
    for slabs in range(4):
        for free in product(FREE, repeat=slabs):
            count += 1
            objects = tuple(range(64))
            held = [Held(2 * at, 0, objects[:each], objects[each:]) for at, each in enumerate(free, 1)]
            state = State(None, tuple(slab.pfn for slab in held[::-1]), tuple(held))
            walk.reached = {state: None}
            walk.after(state, Call("shrink"))
    return Visited(count, count)

"""Long runs of the Linux zone beside the oracle on plain lists, the same each time."""

from __future__ import annotations

from random import Random

from specs.ledger.refutation import Endless, Refuted, Visited, cut_if_endless, what_happened
from specs.ledger.subject import Subject
from specs.random.linux_beside import TypedMachine
from specs.random.linux_geometries import GEOMETRIES

SEEDS, TURNS, PHASE = range(2), 1500, 400
FILLING = {"alloc": 14, "free": 8}
EMPTYING = {"alloc": 8, "free": 14}
LAST_CALLS = 3
"""So many calls are told of a run that fails."""


def run(subject: Subject, name: str, seed: int, turns: int) -> None:
    """Random calls in one geometry: phases in which memory fills alternate with others."""
    chance, said = Random(f"{name} {seed}"), list[str]()  # noqa: S311 # the same run each time, and no secret
    try:
        with cut_if_endless():
            machine = TypedMachine(subject, GEOMETRIES[name], said)
        for turn in range(turns):
            weight = (FILLING, EMPTYING)[turn // PHASE % 2]
            (call,) = chance.choices(machine.calls, [weight.get(call, 1) for call in machine.calls])
            with cut_if_endless():
                machine.step(call, chance.randrange)
            if turn % 50 == 0:
                for pair in machine.pairs:
                    pair.oracle.owners()
    except (Exception, Endless) as error:  # whatever broken code does is the finding
        where = f"{name}, seed {seed}: {len(said)} calls, the last {'; '.join(said[-LAST_CALLS:])}"
        raise Refuted(where, what_happened(error)) from error


def visit(subject: Subject, _: int) -> Visited:
    """Every run."""
    for name in GEOMETRIES:
        for seed in SEEDS:
            run(subject, name, seed, TURNS)
    runs = len(GEOMETRIES) * len(SEEDS)
    return Visited(runs, runs * TURNS)

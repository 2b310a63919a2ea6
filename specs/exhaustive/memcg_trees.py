"""Memory cgroups: every tree of three, what can be no tree, and who pays."""

from __future__ import annotations

from itertools import product
from typing import Any

from specs.ledger.refutation import Refuted, Visited, cut_if_endless
from specs.ledger.subject import Subject
from specs.model.memcg import root_of

NAMES = ("a", "b", "c")
MOST = 2**63 // 4096 - 1
LIMITS = (0, 1, MOST)
NO_LIMITS = (-1, MOST + 1, True, 1.0, "1", None)
Parents = dict[str, str | None]


def expect(found: object, meant: object, of: str) -> None:
    """They are equal; raises Refuted."""
    if found != meant or type(found) is not type(meant):
        raise Refuted(of, f"expected {meant}, got {found}")


def tree(subject: Subject, parents: Parents) -> None:
    """The groups are made as they are asked for, or not at all."""
    limits = dict(zip(NAMES, LIMITS, strict=True))
    says = f"groups with parents {parents}"
    legal = all(root_of(name, parents) is not None for name in NAMES)
    try:
        with cut_if_endless():
            made = subject.linux.memcg.groups(limits, parents)
    except subject.errors.InvalidGroup:
        expect(legal, False, says)
        return
    expect(legal, True, says)
    for name, group in made.items():
        line = [name]
        while (above := parents[line[-1]]) is not None:
            line.append(above)
        expect([each.name for each in group.upward()], line, says)
        expect(sorted(each.name for each in made.values() if group.is_descendant(each)), sorted(line), says)
        for counter, owner in zip(group.memory.upward(), line, strict=True):
            expect(group.owner_of(counter).name, owner, says)
        expect((group.memory.usage, group.memory.max), (0, limits[name]), says)
        for usage in (0, 1, 2):
            group.memory.usage = usage
            expect(group.margin(), limits[name] - usage if limits[name] > usage else 0, says)


def limits(subject: Subject) -> None:
    """What is a limit is taken; of what is none, nothing is made or changed."""
    counters = subject.linux.page_counter
    for limit in LIMITS:
        expect(counters.limit_error(limit), None, f"limit {limit}")
        counter = counters.PageCounter()
        expect(counter.max, MOST, "a new counter")
        counter.set_max(limit)
        expect(counter.max, limit, f"set_max({limit})")
    for wrong in NO_LIMITS:
        counter = counters.PageCounter(None, 5)
        calls: tuple[Any, ...] = (
            counter.set_max,
            lambda limit: counters.PageCounter(None, limit),
            lambda limit: subject.linux.memcg.groups({"a": limit}, {"a": None}),
        )
        for call in calls:
            try:
                call(wrong)
            except subject.errors.InvalidLimit:
                expect((counter.usage, counter.max), (0, 5), f"limit {wrong!r}")
                continue
            raise Refuted(f"limit {wrong!r}", "expected InvalidLimit")


def payers(subject: Subject) -> None:
    """Who pays, for every kind of task."""
    made = subject.linux.memcg.groups({"root": 9, "a": 9, "b": 9}, {"root": None, "a": "root", "b": "root"})
    for own, active, in_task, thread in product(made, (None, *made), (True, False), (True, False)):
        meant = active or (own if in_task and not thread else "root")
        found = subject.linux.memcg.charged_group(
            made[own], in_task=in_task, kernel_thread=thread, active=made[active] if active else None
        )
        says = f"a task of {own}, active {active}, in a task {in_task}, kernel thread {thread}"
        expect(found and found.name, None if meant == "root" else meant, says)


def visit(subject: Subject, _: int) -> Visited:
    """Every line of parents, every limit, every kind of task."""
    trees = [dict(zip(NAMES, above, strict=True)) for above in product((None, *NAMES, "x"), repeat=3)]
    for parents in trees:
        tree(subject, parents)
    limits(subject)
    payers(subject)
    return Visited(len(trees), len(trees) + len(LIMITS) + len(NO_LIMITS) + 48)

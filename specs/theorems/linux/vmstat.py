"""What ``verified_buddy.linux.vmstat`` counts, whatever the sum, the differences and their thresholds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial, reduce
from typing import Any

import z3

from specs.exhaustive import linux_vmstat
from specs.ledger.domain import Domain, said_by
from specs.ledger.refutation import Checker
from specs.ledger.story import Story
from specs.ledger.subject import Subject
from specs.ledger.theorem import Theorem
from specs.prover.method.lifted import BITS, LiftedCount
from specs.prover.method.paths import Owed, Path
from specs.prover.method.row import Proof
from specs.prover.method.solve import counterexample
from specs.prover.models import of_real_zones
from specs.prover.models.zone.geometry import TOP
from specs.theorems.core.pfn import each_order

MODULE = "verified_buddy.linux.vmstat"
CPUS = 2
"""The one that counts may be either; the other stands for all others."""
MOST_PAGES = 1 << 52
"""More than any machine has."""
MOST = 125


def count(name: str) -> z3.BitVecRef:
    """A number of which nothing is known."""
    return z3.BitVec(name, BITS)


VALUE, DELTA, MARK = count("value"), count("delta"), count("mark")
DIFFS = tuple(count(f"diff{cpu}") for cpu in range(CPUS))
THRESHOLDS = tuple(count(f"threshold{cpu}") for cpu in range(CPUS))


def between(low: int, term: z3.BitVecRef, high: int) -> z3.BoolRef:
    """Signed, both ends included."""
    return z3.And(term >= low, term <= high)


def term(number: Any) -> z3.BitVecRef:
    """Of a figure that the code has left or told."""
    return z3.BitVecVal(number, BITS) if isinstance(number, int) else number.term


def total(terms: Iterable[z3.BitVecRef]) -> z3.BitVecRef:
    """The sum."""
    return reduce(lambda left, right: left + right, terms)


def whole(counter: Any) -> z3.BitVecRef:
    """The sum of a counter and all its differences."""
    return total(map(term, (counter.value, *counter.diffs)))


def size(number: z3.BitVecRef) -> z3.BitVecRef:
    """Without its sign."""
    return z3.If(number < 0, -number, number)


def any_counter(subject: Subject, path: Path) -> Any:
    """Any sum, on each CPU any threshold and any difference that a signed byte holds."""
    path.assume(between(-MOST_PAGES, VALUE, MOST_PAGES), between(-MOST_PAGES, DELTA, MOST_PAGES))
    path.assume(*(between(0, threshold, MOST) for threshold in THRESHOLDS))
    path.assume(*(between(-128, diff, 127) for diff in DIFFS))
    thresholds, diffs = ([LiftedCount(path, each) for each in terms] for terms in (THRESHOLDS, DIFFS))
    return subject.linux.vmstat.ZoneCounter(LiftedCount(path, VALUE), CPUS, thresholds, diffs)


def _nothing_lost(subject: Subject, cpu: int, path: Path) -> None:
    counter = any_counter(subject, path)
    before = total([VALUE, *DIFFS])
    counter.add(cpu, LiftedCount(path, DELTA))
    after = whole(counter)
    path.owe("count", after == before + DELTA, f"what is counted on CPU {cpu} changes the whole by so much")
    counter.fold(cpu)
    path.owe("count", whole(counter) == after, f"no page is lost when CPU {cpu} gives its difference away")
    path.owe("count", term(counter.diffs[cpu]) == 0, f"CPU {cpu} has no difference left then")


def _when_due(subject: Subject, cpu: int, path: Path) -> None:
    counter = any_counter(subject, path)
    counter.add(cpu, LiftedCount(path, DELTA))
    changed = DIFFS[cpu] + DELTA
    due = size(changed) > THRESHOLDS[cpu]
    value, diff = term(counter.value), term(counter.diffs[cpu])
    path.owe("count", value == z3.If(due, VALUE + changed, VALUE), f"the sum has what was due (CPU {cpu})")
    path.owe("count", diff == z3.If(due, 0, changed), f"the difference is what was not due (CPU {cpu})")
    others = [term(counter.diffs[other]) == DIFFS[other] for other in range(CPUS) if other != cpu]
    same = [term(mine) == theirs for mine, theirs in zip(counter.thresholds, THRESHOLDS, strict=True)]
    path.owe(
        "count", z3.And(*others, *same), f"the other CPUs, and all thresholds, are as before (CPU {cpu})"
    )


def _drift(subject: Subject, cpu: int, path: Path) -> None:
    counter = any_counter(subject, path)
    counter.add(cpu, LiftedCount(path, DELTA))
    diff, threshold = term(counter.diffs[cpu]), THRESHOLDS[cpu]
    within = z3.And(diff <= threshold, -diff <= threshold)
    path.owe("count", within, f"the difference does not exceed its threshold (CPU {cpu})")


def _error(subject: Subject, _: int, path: Path) -> None:
    counter = any_counter(subject, path)
    for diff, threshold in zip(DIFFS, THRESHOLDS, strict=True):
        path.assume(diff <= threshold, -diff <= threshold)
    error, most = term(counter.read()) - term(counter.exact()), total(THRESHOLDS)
    path.owe("count", error <= most, "the sum is too large by no more than all thresholds together")
    path.owe("count", -error <= most, "nor too small by more")


def _reads(subject: Subject, _: int, path: Path) -> None:
    path.assume(between(0, MARK, MOST_PAGES))
    counter = any_counter(subject, path)
    read, exact = (z3.If(each < 0, 0, each) for each in (VALUE, total([VALUE, *DIFFS])))
    path.owe("count", term(counter.read()) == read, "the sum is read as it is, and as 0 if it is below")
    path.owe("count", term(counter.exact()) == exact, "so is the whole")
    safe = term(subject.linux.vmstat.read_safe(counter, LiftedCount(path, MARK)))
    path.owe("count", safe == z3.If(read < MARK, exact, read), "the whole is read below the mark")
    unchanged = z3.And(term(counter.value) == VALUE, whole(counter) == total([VALUE, *DIFFS]))
    path.owe("count", unchanged, "reading changes nothing")


def told(subject: Subject, owed: Owed) -> Story:
    """The figures of a counterexample, and what the code made of them."""
    model = counterexample(owed)
    if model is None:
        return Story(owed.says, owed.says, stateless=True)

    def figure(name: z3.BitVecRef) -> int:
        return int(model.eval(name, model_completion=True).as_signed_long())

    value, delta, diffs, thresholds = (
        figure(VALUE),
        figure(DELTA),
        [*map(figure, DIFFS)],
        [*map(figure, THRESHOLDS)],
    )
    said = [cpu for cpu in range(CPUS) if owed.says.endswith((f"CPU {cpu})", f"CPU {cpu}"))]
    cpu = said[0] if said else 0
    counter = subject.linux.vmstat.ZoneCounter(value, CPUS, thresholds, diffs)
    counter.add(cpu, delta)
    call = f"add({cpu}, {delta}) to a sum of {value}, differences {diffs}, thresholds {thresholds}"
    did = f"left a sum of {counter.value}, differences {counter.diffs}"
    return Story(call, owed.says, replayed=did, stateless=True)


def _lemmas(
    run: Callable[[Subject, int, Path], None], last: int, subject: Subject, top: int
) -> Iterator[Owed]:
    """For each CPU that may count, or once."""
    yield from each_order(run, subject, last)


def _row(
    name: str, says: str, functions: tuple[str, ...], run: Any, rejects: tuple[str, ...], last: int = CPUS - 1
) -> Theorem:
    proof = Proof(lemmas=partial(_lemmas, run, last), tops=of_real_zones, tell_lemma=told)
    return Theorem(
        name,
        says,
        tuple(f"{MODULE}.{function}" for function in functions),
        "z3",
        proof,
        rejects,
        domain=Domain(
            starts="any sum, and on each CPU any threshold of 0..125 and any difference of a signed byte",
            pages="below 2^52",
            max_orders=(TOP,),
            sizes=("two CPUs: the one that counts, and one for all others; sums and changes up to 2**52",),
        ),
    )


ROWS = (
    _row(
        "vmstat-nothing-lost",
        "A change that is counted on a CPU changes the sum and all differences together by exactly as much, "
        "and folding by nothing: so the counter is what was freed less what was taken.",
        ("ZoneCounter.add", "ZoneCounter.fold"),
        _nothing_lost,
        ("vmstat-delta-lost", "vmstat-diff-kept", "vmstat-fold-keeps-the-diff", "vmstat-fold-loses-the-diff"),
    ),
    _row(
        "vmstat-when-due",
        "The sum learns of a CPU's difference if and only if that exceeds the CPU's threshold, up or down, "
        "and then of all of it; no other CPU is touched.",
        ("ZoneCounter.add",),
        _when_due,
        ("vmstat-due-at-the-threshold", "vmstat-due-upwards-only", "vmstat-threshold-of-the-first-cpu"),
    ),
    _row(
        "vmstat-drift-bounded",
        "After a change that CPU's difference does not exceed its threshold, whatever it was before.",
        ("ZoneCounter.add",),
        _drift,
        ("vmstat-due-upwards-only", "vmstat-diff-kept"),
    ),
    _row(
        "vmstat-error-bounded",
        "Where no difference exceeds its threshold, the sum that is read is wrong by no more than all "
        "thresholds together.",
        ("ZoneCounter.read", "ZoneCounter.exact"),
        _error,
        ("vmstat-exact-negative", "vmstat-reads-negative"),
        last=0,
    ),
    _row(
        "vmstat-reads",
        "Neither the sum nor the whole is ever read as negative; the whole is read where the sum is below "
        "the mark, and else the sum.",
        ("ZoneCounter.read", "ZoneCounter.exact", "read_safe"),
        _reads,
        (
            "vmstat-reads-negative",
            "vmstat-exact-negative",
            "vmstat-exact-without-diffs",
            "vmstat-safe-at-the-mark",
        ),
        last=0,
    ),
    Theorem(
        name="vmstat-thresholds",
        says="The thresholds in a hurry and at rest, and the mark below which differences matter, are those "
        "of the definition.",
        about=(f"{MODULE}.normal_threshold", f"{MODULE}.pressure_threshold", f"{MODULE}.percpu_drift_mark"),
        method="exhaustive",
        check=Checker(linux_vmstat.visit),
        rejects=(
            "vmstat-threshold-without-limit",
            "vmstat-threshold-of-one-unit-more",
            "vmstat-pressure-may-be-zero",
            "vmstat-mark-forgotten",
            "vmstat-mark-too-early",
        ),
        domain=Domain(
            starts="nothing but arguments",
            pages="none",
            sizes=linux_vmstat.SIZES,
        ),
        owes=said_by(linux_vmstat.visit),
    ),
)

"""What every path shows by what the run did: counts, conservation, bounded work, and that it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from specs.ledger.story import Teller
from specs.ledger.subject import Subject
from specs.ledger.theorem import Assumption, Outcome, Theorem
from specs.prover.method.operations import Operation, Walk
from specs.prover.method.paths import Cut, TooManyPaths
from specs.prover.method.row import impossible, solvers_for
from specs.prover.method.story import called, tell, tell_of_any
from specs.prover.method.walks import walks
from specs.prover.models.core.operations import OPERATIONS
from specs.theorems.assumed import CALLS

BUDDY, ZONE = "verified_buddy.buddy", "verified_buddy.zone.Zone"
Judge = Callable[[Subject, Walk], str | None]

FREE_PAGES = {"remove": -1, "add": 1, "alloc": -1, "take": -1, "free": 1}
LIVE_PAGES = {"live": 1, "dead": -1}
"""Which way each step moves the pages of its block."""


@dataclass(frozen=True)
class Execution:
    """Judges every path of the operations by what the run did."""

    names: tuple[str, ...]
    judge: Judge

    @property
    def operations(self) -> tuple[Operation, ...]:
        """The operations whose paths are walked."""
        return tuple(OPERATIONS[name] for name in self.names)

    def __call__(self, subject: Subject, tops: tuple[int, ...]) -> Outcome:
        """Judge every path; the first that fails decides."""
        paths = 0
        try:
            for top in tops:
                for operation in self.operations:
                    for walk in walks(subject, operation, top):
                        paths += 1
                        wrong = self.judge(subject, walk)
                        if wrong is not None and not impossible(solvers_for(subject), walk):
                            told = Teller(partial(tell, subject, walk, walk.world.impossible(wrong)))
                            story = f"call: {called(walk.call)}\nbroken: {wrong}"
                            return Outcome("refuted", paths, paths, (), story, told)
        except TooManyPaths as error:
            says = f"{error}: more work than the rule allows"
            told = Teller(partial(tell_of_any, subject, self.operations, tops, says))
            return Outcome("refuted", paths, paths, (), says, told)
        return Outcome("holds" if paths else "vacuous", paths, paths)


def _change(walk: Walk, effect: dict[str, int]) -> int:
    """By how many pages the steps of the run change what the effect counts."""
    return sum(effect.get(step.does, 0) * (1 << step.order) for step in walk.world.steps)


def _conserved(subject: Subject, walk: Walk) -> str | None:
    """The number of free pages changes by the block's: less if it is handed out, more if it is freed."""
    if walk.path.error is not None:
        return None
    change = _change(walk, FREE_PAGES)
    size, result = 1 << walk.variant.order, walk.path.result
    handed_out = result is True or (result is not None and result is not False)
    gives = walk.operation in ("free_one_page", "Zone.free")
    wanted = size if gives else -size if handed_out else 0
    if change != wanted:
        return f"the number of free pages changes by {wanted}, and not by {change}"
    return None


def _live_counted(subject: Subject, walk: Walk) -> str | None:
    """What leaves the free pages becomes live, and what was live and is no longer is free."""
    if walk.path.error is not None:
        return None
    done = [step.does for step in walk.world.steps]
    paired = {"alloc": "live", "take": "live", "dead": "free"}
    wrong = [does for does in done if does in paired and done.count(does) != done.count(paired[does])]
    change = _change(walk, FREE_PAGES) + _change(walk, LIVE_PAGES)
    if wrong or change != 0:
        moved = ", ".join(done)
        return f"free pages plus live pages stay the same, and do not change by {change} ({moved})"
    return None


def _bounded(subject: Subject, walk: Walk) -> str | None:
    """One change of the one kind and at most max_order - order of the other, max_order + 1 questions."""
    kinds = [step.does for step in walk.world.steps]
    changes = {
        "rmqueue_smallest": ("remove", "add"),
        "take": ("remove", "add"),
        "free_one_page": ("add", "remove"),
    }
    once, many = changes[walk.operation]
    bound = walk.top - walk.variant.order
    if kinds.count(once) > 1 or kinds.count(many) > bound or len(walk.path.choices) > walk.top + 1:
        return f"one '{once}' and at most {bound} '{many}' are enough, and at most {walk.top + 1} questions"
    return None


def _total(subject: Subject, walk: Walk) -> str | None:
    """The call ends with a result or an error of its own."""
    error = walk.path.error
    if error is None or isinstance(error, Cut):
        return None
    if isinstance(error, subject.errors.BuddyError) and walk.operation.startswith("Zone."):
        return None
    return f"the call ends with a result or an error of its own, and not with {type(error).__name__}: {error}"


ROWS = (
    Theorem(
        "conservation",
        "Free pages plus live pages are constant: each operation changes the lists and the live blocks by "
        "exactly what it moved.",
        (f"{BUDDY}.rmqueue_smallest", f"{BUDDY}.free_one_page", f"{BUDDY}.take"),
        "execution",
        Execution(("rmqueue_smallest", "free_one_page", "take"), _conserved),
        (
            "merge-forgets-the-buddy",
            "split-forgets-the-last-half",
            "take-keeps-the-block-listed",
            "refusal-drops-a-block",
        ),
        assumes=(Assumption(("free-area-conforms",), "nr_free is the length of the lists"),),
    ),
    Theorem(
        "zone-conservation",
        "A zone's free pages and live pages always add up to its pages.",
        (f"{ZONE}.alloc", f"{ZONE}.free", f"{ZONE}.take", f"{ZONE}.nr_free_pages"),
        "execution",
        Execution(("Zone.alloc", "Zone.free", "Zone.take"), _live_counted),
        ("alloc-forgets", "free-keeps-live"),
        assumes=(
            Assumption(("conservation",), "what each operation of the lists moves"),
            Assumption(("free-area-conforms",), "nr_free_pages"),
            *CALLS,
        ),
    ),
    Theorem(
        "bounded-work",
        "alloc and free make at most max_order splits or merges, and ask at most max_order + 1 questions.",
        (f"{BUDDY}.rmqueue_smallest", f"{BUDDY}.free_one_page", f"{BUDDY}.take"),
        "execution",
        Execution(("rmqueue_smallest", "free_one_page", "take"), _bounded),
        ("merge-lists-the-block-too", "merge-ignores-the-order"),
    ),
    Theorem(
        "totality",
        "Every call ends, with a result or with an error of its own.",
        ("verified_buddy.buddy", ZONE),
        "execution",
        Execution(tuple(OPERATIONS), _total),
        ("refusal-asserts",),
        assumes=(
            Assumption(("arguments-confirmed",), "what becomes of an order outside 0..max_order"),
            Assumption(("init-exact",), "add_range makes progress"),
            *CALLS,
        ),
    ),
)

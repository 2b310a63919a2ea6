"""Whether a broken kernel is rejected: by a row of the ledger, or where C and ours do not agree."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, replace
from typing import Final

from specs.kernel_text.agreement import Comparison
from specs.kernel_text.broken.edit import AGREEMENT, Edit
from specs.kernel_text.constants import Constants
from specs.kernel_text.errors import Undefined, Unread
from specs.kernel_text.macros import recorded
from specs.kernel_text.reader import Text
from specs.kernel_text.rows import rows_of, tops_of
from specs.kernel_text.sure_path import Undecided
from specs.kernel_text.tree import Tree
from specs.kernel_text.units import HELPERS, Unit, backed
from specs.kernel_text.versions import LINUX_6_1, Version, nearest
from specs.ledger.subject import Subject, Twin, running
from specs.ledger.theorem import Outcome
from specs.prover.method.paths import TooManyPaths
from specs.prover.method.row import Proof
from specs.prover.method.solve import Solvers

TOPS: Final = (3,)
"""The max_order at which broken kernels are tried."""
WRONG: Final = ("Undefined", "Endless", "AssertionError")
"""How broken C may end a call; any other error is ours, and rejects nothing."""


@dataclass(frozen=True)
class Verdict:
    """What became of a broken kernel."""

    rejected: bool
    by: str
    """The row that rejected it, or the agreement."""
    story: str
    """The sentence that does not hold; or why it is not rejected."""
    seconds: float = 0.0
    outcome: Outcome | None = None

    def told(self) -> str:
        """The story at length, where there is one."""
        return self.outcome.tell() if self.outcome is not None and self.outcome.tell else self.story


def units_of(function: str, home: str = "", version: Version = LINUX_6_1) -> tuple[Unit, ...]:
    """The units whose text the function is; or, of a function that is run with others, those at that home."""
    found = (unit for unit in version.units if function in (unit.name, *HELPERS, *unit.runs))
    return tuple(unit for unit in found if not home or home in unit.homes)


def subject_of(unit: Unit, text: Text) -> Subject:
    """Ours with the broken function in its place: a twin, for which one solver is enough."""
    found = backed(unit, text, nearest(text.tree.series).contracts, Constants(text))
    return replace(found, twin=Twin("a broken kernel", "kernel", "", ""))


def judge(text: Text, units: tuple[Unit, ...], by: str = "") -> Verdict:
    """What the row says that must reject it; or, if none is named, any row, and then the agreement."""
    begun, last = time.perf_counter(), Verdict(False, "", "no row is about it")
    for unit in units:
        subject = subject_of(unit, text)
        for row, proof in rows_of(unit, every=True):
            if by in ("", row.name):
                last = of_proof(row.name, proof, subject)
            if last.rejected:
                return replace(last, seconds=time.perf_counter() - begun)
    for unit in units if by in ("", AGREEMENT) else ():
        for home in unit.homes:
            last = agreement(unit, text, home)
            if last.rejected:
                return replace(last, seconds=time.perf_counter() - begun)
    return replace(last, seconds=time.perf_counter() - begun)


def of_proof(name: str, proof: Proof, subject: Subject) -> Verdict:
    """What a row says; a lemma, which walks no path, may come upon what has no meaning, or is not read."""
    try:
        return of_row(name, proof(subject, tops_of(proof, TOPS)))
    except (Undefined, Unread) as error:
        return Verdict(isinstance(error, Undefined), name, f"{type(error).__name__}: {error}")


def of_row(name: str, outcome: Outcome) -> Verdict:
    """What a row's outcome says: only a sentence that is refuted rejects."""
    if outcome.result != "refuted":
        return Verdict(False, name, f"{outcome.result} {outcome.story}".rstrip())
    ended = re.match(r"the call does not end in (\w+)", outcome.story)
    if ended is not None and ended[1] not in WRONG:
        return Verdict(False, name, outcome.story)
    if re.match(r"more than \d+ |a path ", outcome.story):
        return Verdict(False, name, f"undecided: {outcome.story}")
    return Verdict(True, name, outcome.story, outcome=outcome)


def agreement(unit: Unit, text: Text, home: str) -> Verdict:
    """Whether C's function does as ours on every path."""
    case = nearest(text.tree.series).cases.get((unit.name, home))
    if case is None:
        return Verdict(False, AGREEMENT, "it is compared with nothing")
    try:
        found = Comparison(case, subject_of(unit, text), running(), home, Solvers(confirm=False)).run()
    except (Unread, TooManyPaths, Undecided) as error:
        return Verdict(False, AGREEMENT, f"{type(error).__name__}: {error}")
    return Verdict(found.result == "differs", AGREEMENT, found.story or found.result)


def reject(edit: Edit, tree: Tree) -> Verdict:
    """What becomes of the edit in the tree; raises DoesNotApply if it does not stand there."""
    return judge(
        edit.made(tree, recorded()), units_of(edit.function, edit.home, nearest(tree.series)), edit.by
    )

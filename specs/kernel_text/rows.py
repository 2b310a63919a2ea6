"""The ledger's rows about a C function: each is decided over the text, in the place of our function."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from specs.kernel_text.agreement import Agreement, Case, Comparison
from specs.kernel_text.constants import Constants
from specs.kernel_text.errors import NoTree, Place, Unread
from specs.kernel_text.sure_path import Undecided
from specs.kernel_text.units import Unit, backed
from specs.kernel_text.versions import VERSIONS, Version, nearest
from specs.ledger.subject import Subject, fresh
from specs.ledger.theorem import Outcome, Theorem
from specs.prover.method.paths import TooManyPaths
from specs.prover.method.row import Proof, solvers_for
from specs.prover.method.solve import Solvers
from specs.run.decide import limited, told
from specs.theorems import LEDGER

TOPS = (10,)
"""The top order of the kernel's zones; that of a smaller kernel may be asked for."""
FORGOTTEN = re.compile(r"(?:does not end in|the check failed:) Unread: (\S+?):(\d+): (.*)", re.DOTALL)


@dataclass(frozen=True)
class Found:
    """What deciding a row over a function's text came to."""

    function: str
    ours: str
    row: str
    verdict: str
    paths: int
    obligations: int
    seconds: float
    solvers: tuple[str, ...] = ()
    story: str = ""


@dataclass
class Findings:
    """All that was found of one unit."""

    function: str
    ours: str
    place: Place | None = None
    rows: list[Found] = field(default_factory=list)
    agreement: Agreement | None = None
    seconds: float = 0.0
    unread: list[tuple[Place, str]] = field(default_factory=list)

    @property
    def held(self) -> bool:
        """Whether all that was decided holds, and something was."""
        return bool(self.rows or self.agreement is not None) and not self.wrong and not self.unread

    @property
    def wrong(self) -> bool:
        """Whether something that was read does not hold."""
        differs = self.agreement is not None and self.agreement.result != "same"
        return differs or any(each.verdict != "proved" for each in self.rows)


@dataclass
class Shared:
    """What units of one process share: the solvers' proofs, and our side of every comparison."""

    solvers: Solvers = field(default_factory=Solvers)
    paths: Solvers = field(default_factory=lambda: Solvers(witnessed=False))
    """For comparisons, which show of a whole path that it is possible."""
    ours: Subject | None = None

    def of(self, subject: Subject) -> None:
        """The subject's rows find what was proved for others: they owe it in the same terms."""
        solvers = solvers_for(subject)
        solvers.proved, solvers.alive = self.solvers.proved, self.solvers.alive
        solvers.witnesses = self.solvers.witnesses


def rows_of(unit: Unit, only: Sequence[str] = (), *, every: bool = False) -> Iterator[tuple[Theorem, Proof]]:
    """The rows that are decided over the unit, each as far as it is about it.

    ``every``: also those that are owed through being the same as ours.
    """
    for row in LEDGER:
        if not isinstance(row.check, Proof) or (only and row.name not in only):
            continue
        if unit.among and row.name not in unit.among and not every:
            continue
        operations = tuple(name for name in row.check.names if name in unit.operations)
        if operations or row.name in unit.rows:
            lemmas = row.check.lemmas if unit.lemmas or row.name in unit.rows else None
            yield row, replace(row.check, names=operations, lemmas=lemmas)


def tops_of(proof: Proof, tops: tuple[int, ...]) -> tuple[int, ...]:
    """The top orders at which a row is decided: those asked for; what looks at no zone's state, at ours."""
    return tops if proof.names else TOPS


def names_of_rows() -> tuple[str, ...]:
    """The rows that are about any unit, in the order of the ledger."""
    about = {row.name for version in VERSIONS for unit in version.units for row, _ in rows_of(unit)}
    return tuple(row.name for row in LEDGER if row.name in about)


def examine(
    unit: Unit,
    constants: Constants,
    shared: Shared,
    tops: tuple[int, ...] = TOPS,
    only: Sequence[str] = (),
) -> Findings:
    """Decide everything about a unit; of ``only`` those rows, and not whether it is as ours."""
    started, text, home = time.perf_counter(), constants.text, unit.homes[0]
    version = nearest(text.tree.series)
    found = Findings(unit.name, home)
    try:
        found.place = text.place(unit.name)
        text.function(unit.name)
        subject = backed(unit, text, version.contracts, constants)
    except Unread as error:
        found.unread.append((error.place, error.construct))
        return found
    except NoTree as error:
        found.unread.append((Place(text.files[-1], 0), str(error).rpartition(": ")[2]))
        return found
    shared.of(subject)
    for row, proof in rows_of(unit, only):
        found.rows.extend(decided(unit, row, proof, subject, tops, found))
    case = version.cases.get((unit.name, home))
    if not only and case is not None:
        found.agreement = compared(case, home, subject, shared, found)
    found.seconds = round(time.perf_counter() - started, 2)
    return found


def lost(unit: Unit, version: Version, only: Sequence[str]) -> Findings:
    """Nothing is known of it: the process that decided it ended."""
    home, story = unit.homes[0], "the process that decided it ended"
    rows = [
        Found(unit.name, home, row.name, "unknown", 0, 0, 0.0, (), story) for row, _ in rows_of(unit, only)
    ]
    is_compared = (unit.name, home) in version.cases and not only
    same = Agreement("unknown", home, story=story) if is_compared else None
    return Findings(unit.name, home, None, rows, same)


def decided(
    unit: Unit, row: Theorem, proof: Proof, subject: Subject, tops: tuple[int, ...], found: Findings
) -> Iterator[Found]:
    """What the row comes to; nothing, if it met what is not read."""
    started = time.perf_counter()
    outcome: Outcome = limited(lambda: proof(subject, tops_of(proof, tops)))
    forgotten = FORGOTTEN.search(outcome.story)
    if forgotten is not None:
        entry = (Place(forgotten[1], int(forgotten[2])), forgotten[3])
        if entry not in found.unread:
            found.unread.append(entry)
        return
    verdict = "proved" if outcome.result == "holds" else outcome.result
    story = "" if outcome.result == "holds" else told(outcome)
    seconds = round(time.perf_counter() - started, 2)
    yield Found(
        unit.name,
        unit.homes[0],
        row.name,
        verdict,
        outcome.paths,
        outcome.obligations,
        seconds,
        outcome.solvers,
        story,
    )


def compared(case: Case, home: str, subject: Subject, shared: Shared, found: Findings) -> Agreement | None:
    """Whether C and ours do the same on every path."""
    shared.ours = shared.ours or fresh()
    comparison = Comparison(case, subject, shared.ours, home, shared.paths)
    try:
        return comparison.run()
    except Unread as error:
        if (error.place, error.construct) not in found.unread:
            found.unread.append((error.place, error.construct))
        return None
    except (TooManyPaths, Undecided) as error:
        return Agreement("unknown", home, comparison.paths, story=str(error))

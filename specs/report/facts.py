"""Everything that the page shows, gathered."""

from __future__ import annotations

from dataclasses import dataclass

from specs.ledger.checkout import commit
from specs.ledger.theorem import HOLDS
from specs.mutants.matrix import every_twin
from specs.report.kills import Kills, kills
from specs.report.saved import SavedMatrix, SavedMutant, SavedRun, SavedVerdict
from specs.report.sources import Module, anchors, diff, modules
from specs.run.decide import ALL_ORDERS
from specs.run.readme import where
from specs.theorems import LEDGER
from specs.twins import TWINS
from specs.twins.bugs import BUGS, Bug

STORIES = 2
"""How many stories a theorem tells."""


@dataclass(frozen=True)
class Row:
    """One theorem of the run, and what the kill matrix knows of it."""

    verdict: SavedVerdict
    where: str | None
    """The file that states it; None if the ledger of today has no such theorem."""
    as_stated: bool
    """Whether the ledger of today states it in the same words."""
    stories: tuple[SavedMutant, ...]

    @property
    def word(self) -> str:
        """The one word of the verdict."""
        return self.verdict.verdict


@dataclass(frozen=True)
class BrokenTwin:
    """A broken twin, with what rejects it."""

    name: str
    function: str
    """What it changes, as the kill matrix names it."""
    source: str
    diff: tuple[tuple[str, str], ...]
    rejected_by: tuple[str, ...]
    """The theorems that rejected it in this run."""
    judged: SavedMutant | None
    """What the kill matrix says of it."""


@dataclass(frozen=True)
class Page:
    """All that the template is given."""

    run: SavedRun
    rows: tuple[Row, ...]
    failed: tuple[Row, ...]
    undecided: tuple[str, ...]
    """Theorems of today's ledger that are not in the run."""
    all_orders: bool
    now: str | None
    """The commit of the code that the page shows."""
    modules: tuple[Module, ...]
    anchors: frozenset[str]
    about: dict[str, tuple[str, ...]]
    """The theorems of the run about each function."""
    twins: dict[str, BrokenTwin]
    kills: Kills | None
    bugs: tuple[Bug, ...]

    @property
    def holds(self) -> bool:
        """Whether every theorem of the run holds."""
        return bool(self.rows) and not self.failed

    @property
    def stale(self) -> bool:
        """Whether the run is of another version of the code or of the theorems."""
        return self.now != self.run.commit or not all(row.as_stated for row in self.rows)


def gather(run: SavedRun, matrix: SavedMatrix | None) -> Page:
    """The run and the matrix beside the code as it is."""
    matrix_kills = None if matrix is None else kills(matrix)
    order = {row.name: place for place, row in enumerate(LEDGER)}
    verdicts = sorted(run.theorems, key=lambda row: order.get(row.name, len(order)))
    rows = tuple(_row(verdict, matrix_kills) for verdict in verdicts)
    code = modules()
    return Page(
        run=run,
        rows=rows,
        failed=tuple(row for row in rows if not row.verdict.holds),
        undecided=tuple(name for name in order if name not in {row.name for row in verdicts}),
        all_orders=set(ALL_ORDERS) <= set(run.max_orders),
        now=commit(),
        modules=code,
        anchors=anchors(code),
        about={
            name: tuple(row.name for row in verdicts if name in row.about)
            for name in dict.fromkeys(name for row in verdicts for name in row.about)
        },
        twins={each.name: _twin(each.name, each.function, run, matrix_kills) for each in every_twin()},
        kills=matrix_kills,
        bugs=BUGS,
    )


def _row(verdict: SavedVerdict, known: Kills | None) -> Row:
    stated = next((row for row in LEDGER if row.name == verdict.name), None)
    same = stated is not None and (stated.says, stated.about) == (verdict.says, verdict.about)
    return Row(verdict, where(stated) if stated else None, same, _stories(verdict, known))


def _stories(verdict: SavedVerdict, known: Kills | None) -> tuple[SavedMutant, ...]:
    """Mutants that the theorem was the first to reject: its own twins before others, of many functions."""
    if known is None:
        return ()
    told = [mutant for mutant in known.first(verdict.name) if mutant.story]
    told.sort(key=lambda mutant: (mutant.name not in verdict.rejects, mutant.name not in TWINS))
    one_each = {mutant.function: mutant for mutant in reversed(told)}
    varied = [mutant for mutant in told if one_each[mutant.function] is mutant]
    return tuple(varied[:STORIES])


def _twin(name: str, function: str, run: SavedRun, known: Kills | None) -> BrokenTwin:
    twin = TWINS[name]
    rejected_by = tuple(row.name for row in run.theorems if name in row.rejects)
    judged = known.named.get(name) if known else None
    return BrokenTwin(name, function, twin.source, diff(twin), rejected_by, judged)


WORDS = tuple(dict.fromkeys(HOLDS.values()))
"""The words that a method may say of a theorem that holds."""

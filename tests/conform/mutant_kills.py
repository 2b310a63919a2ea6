"""Which mutants of the core each vector catches, at the level exact."""

from __future__ import annotations

from typing import Any

from specs.ledger.refutation import Endless, cut_if_endless
from specs.ledger.subject import Subject, broken, running
from specs.mutants.systematic import mutants
from verified_buddy.conform.board import Board
from verified_buddy.conform.drive import Driver
from verified_buddy.conform.factory import made
from verified_buddy.conform.vectors import VECTORS, Vector
from verified_buddy.oracle.rules import Level

CPU_SECONDS = 0.1
"""No run of a vector that ends takes so long."""


class Pool:
    """A zone of the running code, or of a broken one."""

    def __init__(self, subject: Subject, start: int, pages: int, top: int) -> None:
        self.zone: Any = subject.zone.Zone(top)
        self.zone.add_range(start, start + pages)

    def alloc(self, order: int) -> Any:
        return self.zone.alloc(order)

    def free(self, pfn: int, order: int) -> None:
        self.zone.free(pfn, order)


def caught(subject: Subject, vector: Vector, board: Board) -> bool:
    """Whether the vector tells the subject from the running code."""
    peer = made(lambda start, pages, top: Pool(subject, start, pages, top))
    driver = Driver(peer, board, Level.EXACT)
    try:
        with cut_if_endless(CPU_SECONDS):
            judge = driver.begin(vector.geometry)
            assert judge is not None
            driver.play(judge, vector.program())
    except (Exception, Endless):
        return True
    return False


def kills() -> dict[str, list[tuple[str, str]]]:
    """For each vector the mutants, with their functions, that only it catches."""
    board = Board()
    found: dict[str, list[tuple[str, str]]] = {vector.name: [] for vector in VECTORS}
    assert not any(caught(running(), vector, board) for vector in VECTORS)
    for mutant in mutants():
        if mutant.twin.module in ("buddy", "free_area"):
            subject = broken(mutant.twin)
            by = []
            for vector in VECTORS:
                if caught(subject, vector, board):
                    by.append(vector.name)
                if len(by) > 1:
                    break
            if len(by) == 1:
                found[by[0]].append((mutant.function, mutant.name))
    return found

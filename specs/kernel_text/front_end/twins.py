"""All broken twins of the front end, and whether a comparison notices one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Final

from specs.kernel_text.front_end import comparison, edges, lifted
from specs.kernel_text.front_end.corners import corners
from specs.kernel_text.front_end.front import Fault, Front, broken
from specs.kernel_text.front_end.lifted import Row
from specs.kernel_text.front_end.programs import Program, arguments, program
from specs.kernel_text.front_end.twins_expressions import EXPRESSIONS, KINDS
from specs.kernel_text.front_end.twins_integers import INTEGERS
from specs.kernel_text.front_end.twins_statements import READER, STATEMENTS
from specs.kernel_text.front_end.twins_terms import TERMS

FAULTS: Final = (*STATEMENTS, *READER, *KINDS, *EXPRESSIONS, *INTEGERS, *TERMS, *edges.EDGES)


def caught(fault: Fault, made: comparison.Batch, straight: Sequence[int]) -> str | None:
    """What is noticed of the twin; None if nothing is.  The numbers are seeds of functions without loops."""
    try:
        return next(_differences(broken(fault.twin), fault.shows, made, straight), None)
    except Exception as error:  # it may be unable to read anything
        return repr(error)


def _differences(front: Front, shows: str, made: comparison.Batch, straight: Sequence[int]) -> Iterator[str]:
    if shows == "edges":
        yield from edges.differences(front)
    elif shows == "compiled":
        yield from (str(each) for each in comparison.compare(front, made) if each.differs)
    else:
        for text, rows in straight_texts(straight):
            yield from (str(each) for each in lifted.compare(front, text, rows) if each.differs)


def straight_texts(seeds: Sequence[int], many: int = 8) -> Iterator[tuple[Program, dict[str, list[Row]]]]:
    """Texts without loops, with arguments."""
    yield corners(loops=False)
    for seed in seeds:
        made = program(seed, loops=False)
        yield made, {each.name: arguments(Random(each.name), each, many) for each in made.functions}  # noqa: S311

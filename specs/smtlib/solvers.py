"""Three solvers, each of which reads SMT-LIB text with its own parser."""

from __future__ import annotations

from collections.abc import Callable

import bitwuzla
import cvc5
import z3

MILLISECONDS = 120_000
"""After this long an answer is unknown."""


def by_z3(text: str) -> str:
    """What z3 answers."""
    solver = z3.SolverFor("QF_UFBV")
    solver.set("timeout", MILLISECONDS)
    solver.from_string(text)
    return str(solver.check())


def by_bitwuzla(text: str) -> str:
    """What bitwuzla answers."""
    options = bitwuzla.Options()
    options.set(bitwuzla.Option.TIME_LIMIT_PER, MILLISECONDS)
    parser = bitwuzla.Parser(bitwuzla.TermManager(), options)
    parser.parse(text.replace("(check-sat)\n", ""), True, False)
    return str(parser.bitwuzla().check_sat())


def by_cvc5(text: str) -> str:
    """What cvc5 answers."""
    solver = cvc5.Solver(cvc5.TermManager())
    solver.setOption("tlimit-per", str(MILLISECONDS))
    parser = cvc5.InputParser(solver)
    parser.setStringInput(cvc5.InputLanguage.SMT_LIB_2_6, text, "obligation")
    said = ""
    while not (command := parser.nextCommand()).isNull():
        said += command.invoke(solver, parser.getSymbolManager())
    return said.strip()


SOLVERS: dict[str, Callable[[str], str]] = {"z3": by_z3, "bitwuzla": by_bitwuzla, "cvc5": by_cvc5}

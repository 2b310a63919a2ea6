"""The second solver, which reads the SMT-LIB text of what the first has proved."""

from __future__ import annotations

import bitwuzla

TIMEOUT_MS = 60_000


def second_opinion(text: str) -> str:
    """What bitwuzla says of SMT-LIB text: sat, unsat or unknown."""
    options = bitwuzla.Options()
    options.set(bitwuzla.Option.TIME_LIMIT_PER, TIMEOUT_MS)
    parser = bitwuzla.Parser(bitwuzla.TermManager(), options)
    parser.parse("(set-logic QF_UFBV)\n" + text.replace("(check-sat)", ""), True, False)
    return str(parser.bitwuzla().check_sat())

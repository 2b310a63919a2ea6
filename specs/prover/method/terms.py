"""Terms that are built but once: building them, not solving them, is what takes Python long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import ParamSpec, TypeVar

import z3

Of = ParamSpec("Of")
Built = TypeVar("Built")


def built_once(build: Callable[Of, Built]) -> Callable[Of, Built]:
    """The same builder; from the same arguments, which must be positional, it gives the same object.

    A term is known by its id, which is its own as long as it lives: the arguments are kept.
    """
    known: dict[tuple[object, ...], tuple[Built, tuple[object, ...]]] = {}

    @wraps(build)
    def built(*args: Of.args, **named: Of.kwargs) -> Built:
        assert not named
        key = tuple([(id_of(arg), "term") if isinstance(arg, z3.AstRef) else arg for arg in args])
        found = known.get(key)
        if found is None:
            found = known[key] = build(*args, **named), args
        return found[0]

    return built


def id_of(term: z3.AstRef) -> int:
    """By what a term is known as long as it lives: where z3 keeps it, once; to ask z3 takes far longer."""
    return term.ast.value or 0


def ids(terms: Iterable[z3.AstRef]) -> tuple[int, ...]:
    """By what the terms are known, as long as they live."""
    return tuple([term.ast.value for term in terms])


def conjoined(terms: Sequence[z3.BoolRef]) -> z3.BoolRef:
    """The conjunction of several; ``z3.And`` asks every argument for its sort, which takes far longer."""
    context = terms[0].ctx
    arguments = (z3.Ast * len(terms))(*[term.ast for term in terms])
    return z3.BoolRef(z3.Z3_mk_and(context.ref(), len(terms), arguments), context)


@built_once
def text(term: z3.BoolRef) -> str:
    """The term in SMT-LIB, on one line."""
    return " ".join(term.sexpr().split())


@built_once
def symbols(term: z3.ExprRef) -> tuple[tuple[str, str], ...]:
    """The names that occur in the term, each with its declaration."""
    declared = term.decl()
    own = ((declared.name(), declared.sexpr()),) if declared.kind() == z3.Z3_OP_UNINTERPRETED else ()
    return tuple(dict([*own, *(entry for child in term.children() for entry in symbols(child))]).items())

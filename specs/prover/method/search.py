"""States in which facts hold together: bitwuzla finds them, and tells them as models that z3 evaluates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import bitwuzla
import z3
from bitwuzla import Kind, Option

from specs.prover.method.judge import TIMEOUT_MS, Said

QUICK_MS = 200
"""So long it may take with few simplifications, which most questions need no more of."""

Entries = list[tuple[list[z3.ExprRef], z3.ExprRef]]
"""Of a function: arguments, and its value there."""


@dataclass(frozen=True)
class Sought:
    """What bitwuzla says, and the state that it found, if it did."""

    said: Said
    model: z3.ModelRef | None = None


def seek(facts: Sequence[z3.BoolRef], milliseconds: int = TIMEOUT_MS) -> Sought:
    """Look for a state in which all facts hold."""
    text = text_of(facts)
    parser, said = _asked(text, min(milliseconds, QUICK_MS), {Option.REWRITE_LEVEL: 1})
    if said == "unknown" and milliseconds > QUICK_MS:
        parser, said = _asked(text, milliseconds, {})
    return Sought(said, _model(parser) if said == "sat" else None)


def text_of(facts: Sequence[z3.BoolRef]) -> str:
    """The facts in SMT-LIB, for a solver that then is asked whether they can hold together."""
    *others, last = map(z3.BoolRef.as_ast, facts or [z3.BoolVal(True)])
    given = (z3.Ast * len(others))(*others)
    context = z3.main_ctx().ref()
    text: str = z3.Z3_benchmark_to_smtlib_string(context, "", "", "unknown", "", len(others), given, last)
    return "(set-logic QF_UFBV)\n" + text.replace("(check-sat)", "")


def _asked(text: str, milliseconds: int, settings: dict[Option, int]) -> tuple[bitwuzla.Parser, Said]:
    options = bitwuzla.Options()
    options.set(Option.TIME_LIMIT_PER, milliseconds)
    options.set(Option.PRODUCE_MODELS, True)
    for option, value in settings.items():
        options.set(option, value)
    parser = bitwuzla.Parser(bitwuzla.TermManager(), options)
    parser.parse(text, True, False)
    said = parser.bitwuzla().check_sat()
    if said == bitwuzla.Result.SAT:
        return parser, "sat"
    return parser, "unsat" if said == bitwuzla.Result.UNSAT else "unknown"


def _model(parser: bitwuzla.Parser) -> z3.ModelRef:
    """The state that was found."""
    model = z3.Model()
    for symbol in parser.get_declared_funs():
        name, value = symbol.symbol().strip("|"), parser.bitwuzla().get_value(symbol)
        if value.kind() == Kind.LAMBDA:
            _interpret(model, name, value)
        else:
            known = _value(value)
            model.update_value(z3.Const(name, known.sort()), known)
    return model


def _interpret(model: z3.ModelRef, name: str, function: bitwuzla.Term) -> None:
    """Add a function to the model: nested lambdas, and in them what it is at some places, and elsewhere."""
    variables = []
    while function.kind() == Kind.LAMBDA:
        variable, function = function.children()
        variables.append(variable)
    domain = [_sort(variable.sort()) for variable in variables]
    entries, default = _entries([variable.id() for variable in variables], function)
    declared = z3.Function(name, *domain, default.sort())
    context = model.ctx.ref()
    made = z3.FuncInterp(
        z3.Z3_add_func_interp(context, model.model, declared.ast, default.as_ast()), model.ctx
    )
    for arguments, value in entries:
        at = z3.AstVector()
        for argument in arguments:
            at.push(argument)
        z3.Z3_func_interp_add_entry(context, made.f, at.vector, value.as_ast())


def _entries(variables: list[int], value: bitwuzla.Term) -> tuple[Entries, z3.ExprRef]:
    """The first that is said of a place counts."""
    found: dict[tuple[int, ...], tuple[list[z3.ExprRef], z3.ExprRef]] = {}
    while value.kind() == Kind.ITE:
        place, here, value = value.children()
        known = dict(_place(place))
        arguments = [known[variable] for variable in variables]
        found.setdefault(tuple(each.get_id() for each in arguments), (arguments, _value(here)))
    return list(found.values()), _value(value)


def _place(condition: bitwuzla.Term) -> Iterator[tuple[int, z3.ExprRef]]:
    """What each variable is where the condition holds."""
    parts = condition.children()
    if condition.kind() == Kind.AND:
        for part in parts:
            yield from _place(part)
    else:
        assert condition.kind() == Kind.EQUAL
        variable, value = parts if parts[1].is_value() else reversed(parts)
        yield variable.id(), _value(value)


def _value(term: bitwuzla.Term) -> z3.ExprRef:
    if term.sort().is_bool():
        return z3.BoolVal(bool(term.value()))
    return z3.BitVecVal(int(term.value(10)), term.sort().bv_size())


def _sort(sort: bitwuzla.Sort) -> z3.SortRef:
    return z3.BoolSort() if sort.is_bool() else z3.BitVecSort(sort.bv_size())

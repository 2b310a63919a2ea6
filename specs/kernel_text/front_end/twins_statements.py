"""Broken twins of the reader and of the statements: one for each construct."""

from __future__ import annotations

from typing import Final

from specs.kernel_text.front_end.front import Fault

AT: Final = "interpreter"
STATEMENTS: Final = (
    Fault("a label's statement is skipped", AT, "machine.statement(node.stmt, scope),", "None,"),
    Fault(
        "a name of a block leaks",
        AT,
        "inner = Scope(scope)\n        for each",
        "inner = scope\n        for each",
    ),
    Fault("a name of a for leaks", AT, "inner = Scope(scope)\n        init", "inner = scope\n        init"),
    Fault(
        "a block runs its first statement alone",
        AT,
        "(node.block_items or []) if",
        "(node.block_items or [])[:1] if",
    ),
    Fault(
        "of several variables the first is declared",
        AT,
        "for each in node.decls",
        "for each in node.decls[:1]",
    ),
    Fault(
        "a first value keeps its type",
        AT,
        "adapted(self, evaluate(self, node.init, scope), cell.kind)",
        "evaluate(self, node.init, scope)",
    ),
    Fault("a first value is passed over", AT, "if node.init is not None:", "if False:"),
    Fault(
        "if takes the other branch",
        AT,
        "node.iftrue if self.decide(found) else node.iffalse",
        "node.iffalse if self.decide(found) else node.iftrue",
    ),
    Fault("an else is passed over", AT, "else node.iffalse", "else None"),
    Fault(
        "a switch runs one case alone",
        AT,
        "parts[self._case(parts, value, inner) :]",
        "parts[self._case(parts, value, inner) :][:1]",
    ),
    Fault("a switch begins with its first case", AT, "parts[self._case(parts, value, inner) :]", "parts"),
    Fault("a switch has no default", AT, "                otherwise = at\n", "                pass\n"),
    Fault(
        "a default is taken before a case behind it",
        AT,
        "                otherwise = at\n                continue\n",
        "                return at\n",
    ),
    Fault(
        "a break leaves more than its switch",
        AT,
        "        except Left:\n            pass\n",
        "        except Left:\n            raise\n",
    ),
    Fault("what for begins with is passed over", AT, "if init is not None:", "if False:"),
    Fault("the step of a for is passed over", AT, "if step is not None:", "if False:"),
    Fault("a do asks first", AT, "isinstance(node, c_ast.DoWhile), 0", "False, 0"),
    Fault("a while asks last", AT, "isinstance(node, c_ast.DoWhile), 0", "True, 0"),
    Fault("a loop turns once", AT, "while first or", "while turns < 1 and"),
    Fault(
        "a for without a condition ends at once",
        AT,
        "node.cond is None or holds",
        "node.cond is not None and holds",
    ),
    Fault("a break goes on", AT, "except Left:\n                break", "except Left:\n                pass"),
    Fault(
        "a continue leaves",
        AT,
        "except Continued:\n                pass",
        "except Continued:\n                break",
    ),
    Fault(
        "a continue skips the step of a for",
        AT,
        "except Continued:\n                pass",
        "except Continued:\n                continue",
    ),
    Fault(
        "a continue is a break, a break a continue",
        AT,
        "raise Left if isinstance(node, c_ast.Break) else Continued",
        "raise Continued if isinstance(node, c_ast.Break) else Left",
    ),
    Fault("a goto falls through", AT, "raise Jump(node.name)", "return"),
    Fault(
        "a goto lands behind its label's statement",
        AT,
        "at = labels[jump.label]",
        "at = labels[jump.label] + 1",
    ),
    Fault("a goto starts again", AT, "at = labels[jump.label]", "at = 0"),
    Fault("a return goes on", AT, "raise Returned(None if", "return (None if"),
    Fault(
        "a return keeps its type", AT, "return adapted(self, returned.value, result)", "return returned.value"
    ),
    Fault("an argument keeps its type", AT, "Cell(adapted(self, value, kind), kind)", "Cell(value, kind)"),
    Fault(
        "a parameter is no integer",
        AT,
        "Cell(adapted(self, value, kind), kind)",
        "Cell(adapted(self, value, kind))",
    ),
    Fault(
        "arguments are taken from behind",
        AT,
        "zip(names, args, strict=True)",
        "zip(names, args[::-1], strict=True)",
    ),
    Fault(
        "an empty statement is not read",
        AT,
        "    c_ast.EmptyStatement: lambda machine, node, scope: None,\n",
        "",
    ),
    Fault(
        "a condition is told at the line before it",
        "expressions",
        "    machine.place = place_of(node, machine.place)\n    return machine.decide",
        "    return machine.decide",
    ),
    Fault(
        "a statement is told at the line before it",
        AT,
        "        self.place = place_of(node, self.place)\n        run =",
        "        run =",
    ),
    Fault(
        "a name is looked for outside first",
        "values",
        "        scope: Scope | None = self\n"
        "        while scope is not None:\n"
        "            if name in scope.cells:\n"
        "                return scope.cells[name]\n"
        "            scope = scope.outer\n"
        "        return None",
        "        found = self.outer.find(name) if self.outer is not None else None\n"
        "        return found or self.cells.get(name)",
    ),
    Fault(
        "names of a block alone are seen",
        "values",
        "            scope = scope.outer\n",
        "            scope = None\n",
    ),
)
"""Statements, and the names of variables."""
READER: Final = (
    Fault(
        "no macro is expanded",
        "reader",
        'in ("error", "warning", "pragma")',
        'in ("error", "define", "pragma")',
    ),
    Fault(
        "an #undef is passed over",
        "reader",
        'in ("error", "warning", "pragma")',
        'in ("error", "undef", "pragma")',
    ),
    Fault(
        "a name that is not defined is",
        "reader",
        "        return False\n\n    def on_unknown_macro_in_expr",
        "        return True\n\n    def on_unknown_macro_in_expr",
    ),
    Fault("a name that is not defined is 1", "reader", "        return 0\n", "        return 1\n"),
    Fault(
        "an #else is taken as well",
        "reader",
        'in ("error", "warning", "pragma")',
        'in ("error", "else", "pragma")',
    ),
    Fault(
        "an #elif is passed over",
        "reader",
        'in ("error", "warning", "pragma")',
        'in ("error", "elif", "pragma")',
    ),
    Fault(
        "an include stays",
        "reader",
        'if directive.value == "include":\n            raise OutputDirective(Action.IgnoreAndRemove)',
        'if directive.value == "include":\n            raise OutputDirective(Action.IgnoreAndPassThrough)',
    ),
    Fault("comments stay", "reader", "        return False\n\n\n", "        return True\n\n\n"),
    Fault(
        "a function's line is lost", "reader", '#line {place.line} "{place.file}"', '#line 1 "{place.file}"'
    ),
    Fault("a line too many is counted", "pieces", "self.line + 1)", "self.line + 2)"),
    Fault(
        "the lines that the preprocessor tells are passed over",
        "pieces",
        'int(found["line"] or self.line + 1)',
        "self.line + 1",
    ),
    Fault(
        "a function starts at the last one's end",
        "pieces",
        "            self.start, self.begun = found.end(), line\n",
        "            pass\n",
    ),
    Fault("likely() is the opposite", "macros", '"likely(x)": "(x)"', '"likely(x)": "!(x)"'),
    Fault("unlikely() is always so", "macros", '"unlikely(x)": "(x)"', '"unlikely(x)": "1"'),
    Fault("a bit is of an int", "macros", '"(1UL << (n))"', '"(1 << (n))"'),
    Fault("true is 0", "macros", '"true": "1"', '"true": "0"'),
    Fault("false is 1", "macros", '"false": "0"', '"false": "1"'),
    Fault("a word of the kernel's stays", "macros", "__meminit ", ""),
    Fault(
        "what is passed over is called",
        "macros",
        "any(function in names for names in PASSED_OVER.values())",
        "False",
    ),
    Fault(
        "what is configured is not enabled", "expressions", "int(isinstance(given[0], c_ast.Constant))", "0"
    ),
    Fault(
        "what is not configured is enabled", "expressions", "int(isinstance(given[0], c_ast.Constant))", "1"
    ),
)
"""The preprocessor, and what is told by name."""

"""The text of the core, in pieces that can be linked to; modestly highlighted."""

from __future__ import annotations

import ast
import difflib
import io
import keyword
import textwrap
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from markupsafe import Markup, escape

from specs.ledger.subject import DEFINITIONS, PACKAGE, UNDER_PROOF, Twin, source_of

CONTEXT = 1
"""Lines around what a twin changes."""
GAP = "…"
KINDS = {tokenize.COMMENT: "comment", tokenize.STRING: "string"}


@dataclass(frozen=True)
class Piece:
    """A function, a method, or what stands between them."""

    name: str
    """With its module, as the ledger names it; empty for what stands between."""
    line: int
    code: Markup


@dataclass(frozen=True)
class Module:
    """A module of the core, in the order of its text."""

    name: str
    path: str
    pieces: tuple[Piece, ...]


@cache
def modules() -> tuple[Module, ...]:
    """The code under proof in the order of its imports, its errors, the arithmetic it is compared with."""
    names = {name: f"{PACKAGE}.{name}" for name in UNDER_PROOF if name != "errors"}
    names |= {"errors": f"{PACKAGE}.errors", "definitions": DEFINITIONS}
    return tuple(
        Module(name, name.replace(".", "/") + ".py", tuple(_pieces(name, source_of(short))))
        for short, name in names.items()
    )


def anchors(of: tuple[Module, ...]) -> frozenset[str]:
    """Every name that can be linked to."""
    names = [piece.name for module in of for piece in module.pieces if piece.name]
    return frozenset((*names, *(module.name for module in of)))


def _pieces(module: str, text: str) -> Iterator[Piece]:
    """The text, cut where a function, a class or a method begins and ends."""
    lines = text.splitlines(keepends=True)
    done = 0
    for name, start, end in (*_definitions(ast.parse(text)), ("", len(lines), len(lines))):
        for piece, first, last in (("", done, start), (name and f"{module}.{name}", start, end)):
            cut = "".join(lines[first:last]).rstrip()
            blank = len(cut) - len(cut.lstrip("\n"))
            if cut:
                yield Piece(piece, first + blank + 1, highlighted(textwrap.dedent(cut.lstrip("\n"))))
        done = end


def _definitions(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """Each function or method, and each class up to its first method: name, first line, the line after."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, _start(node), node.end_lineno or 0
        elif isinstance(node, ast.ClassDef):
            methods = [each for each in node.body if isinstance(each, ast.FunctionDef)]
            yield node.name, _start(node), _start(methods[0]) if methods else node.end_lineno or 0
            for method in methods:
                yield f"{node.name}.{method.name}", _start(method), method.end_lineno or 0


def _start(node: ast.FunctionDef | ast.ClassDef) -> int:
    """The line, from 0, where it begins: a decorator's, if it has any."""
    return min(each.lineno for each in (node, *node.decorator_list)) - 1


def highlighted(text: str) -> Markup:
    """Python with its comments, strings and keywords marked."""
    lines = text.splitlines(keepends=True) or [""]
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    parts, at = [], 0
    for token in _tokens(text):
        kind = _kind(token)
        if kind:
            start, end = (starts[row - 1] + column for row, column in (token.start, token.end))
            parts += [
                escape(text[at:start]),
                Markup('<span class="{}">{}</span>').format(kind, text[start:end]),
            ]
            at = end
    return Markup("").join((*parts, escape(text[at:])))


def _kind(token: tokenize.TokenInfo) -> str | None:
    if token.type == tokenize.NAME and keyword.iskeyword(token.string):
        return "keyword"
    return KINDS.get(token.type)


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
    except (tokenize.TokenError, SyntaxError):
        return  # half a statement: the rest stays plain


@cache
def diff(twin: Twin) -> tuple[tuple[str, str], ...]:
    """The lines that a twin changes, each with its sign, and what says something around them."""
    before = source_of(twin.module)
    found = difflib.unified_diff(
        before.splitlines(), twin.patched(before).splitlines(), lineterm="", n=CONTEXT
    )
    lines = [line for line in found if not line.startswith(("---", "+++")) and line.strip(' "') != ""]
    text = textwrap.dedent("\n".join(line[1:] for line in lines if line[0] != "@")).split("\n")
    rest = iter(text)
    told = [(GAP, "") if line[0] == "@" else (line[0], next(rest)) for line in lines]
    return tuple(told[1:])  # the first hunk needs no gap before it

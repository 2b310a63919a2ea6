"""The reader: files of a tree go through a preprocessor, and functions are found by name and parsed.

Headers are read for their macros and enumerations, in the order of ``HEADERS``; what they include is not.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, NoReturn

from pcpp.preprocessor import Action, OutputDirective, Preprocessor
from pycparser import c_ast, c_parser

from specs.kernel_text.errors import NoTree, Place, Unread
from specs.kernel_text.macros import AS, KEPT, NOTHING, PASSED_OVER
from specs.kernel_text.pieces import Piece, pieces
from specs.kernel_text.tree import Tree

HEADERS: Final = (
    "include/linux/mmzone.h",
    "include/linux/gfp_types.h",
    "include/linux/page-flags-layout.h",
    "include/linux/gfp.h",
    "include/linux/page-isolation.h",
    "mm/internal.h",
)
SOURCES: Final = ("mm/page_isolation.c", "mm/page_alloc.c")
PASSED: Final = tuple(name for names in PASSED_OVER.values() for name in names)
OURS: Final = (*KEPT, *NOTHING, *PASSED, *(name.partition("(")[0] for name in AS))
"""Names that mean what the table of macros says, whatever the tree defines them as."""
ASKED: Final = ("FPI_", "ALLOC_", "___GFP_", "NR_PCP", "NR_LOWORDER")
"""How the macros begin whose values are handed over."""
TYPES: Final = {"bool": "_Bool", "gfp_t": "unsigned int", "fpi_t": "int", "u64": "unsigned long"}
"""Types by a name of the kernel's own; others that end in _t are parsed as int, and no value has them."""


class Reading(Preprocessor):  # type: ignore[misc]  # it ships no types
    """The preprocessor, over files that are read one by one: it follows no include, and keeps quiet."""

    def __init__(self, defined: Mapping[str, str]) -> None:
        super().__init__()
        self.line_directive = "#line"
        self.faults: list[tuple[int, str]] = []
        self.at = 0
        for name in NOTHING:
            self.define(f"{name} ")
        for name, value in (AS | dict(defined)).items():
            self.define(f"{name} {value}")

    def on_error(self, file: str, line: int, msg: str) -> None:
        """Keep what is wrong, to be told later."""
        self.faults.append((line, msg))

    def on_include_not_found(self, *_: Any) -> None:
        """No include is followed."""
        raise OutputDirective(Action.IgnoreAndRemove)

    def on_directive_handle(
        self, directive: Any, toks: Any, ifpassthru: bool, precedingtoks: Any
    ) -> bool | None:
        """Leave out what is not a macro or a condition."""
        self.at = directive.lineno
        if directive.value in ("error", "warning", "pragma"):
            raise OutputDirective(Action.IgnoreAndRemove)
        if directive.value == "include":
            raise OutputDirective(Action.IgnoreAndRemove)
        if directive.value == "define" and toks and toks[0].value in OURS:
            raise OutputDirective(Action.IgnoreAndRemove)
        handled: bool | None = super().on_directive_handle(directive, toks, ifpassthru, precedingtoks)
        return handled

    def on_unknown_macro_in_defined_expr(self, ident: Any) -> bool:
        """It is not defined."""
        return False

    def on_unknown_macro_in_expr(self, ident: Any) -> int:
        """It is 0: C11 6.10.1."""
        return 0

    def on_unknown_macro_function_in_expr(self, ident: Any) -> Any:
        """Whether a part of the kernel is configured; of others nothing is known."""
        if ident != "IS_ENABLED":
            self.faults.append((self.at, f"a condition asks for {ident}()"))
        return lambda value: value

    def on_comment(self, tok: Any) -> bool:
        """Comments are left out."""
        return False


@dataclass
class Text:
    """What is read of a tree under a configuration, with some of its text replaced in memory."""

    tree: Tree
    defined: Mapping[str, str]
    edits: Mapping[str, str] = field(default_factory=dict)
    """By file: a text that is read in its place."""
    parsed: dict[str, c_ast.FuncDef] = field(default_factory=dict)

    def source(self, file: str) -> str:
        """The file's text, or what is read in its place."""
        return self.edits[file] if file in self.edits else self.tree.text(file)

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The files that there are, in the order in which they are read."""
        return tuple(name for name in (*HEADERS, *SOURCES) if self.tree.has(name) or name in self.edits)

    @cached_property
    def _read(self) -> tuple[dict[str, Piece], dict[str, str], dict[str, Piece]]:
        """Functions, macros without arguments, and what else is defined."""
        reading = Reading(self.defined)
        functions: dict[str, Piece] = {}
        others: dict[str, Piece] = {}
        for file in self.files:
            made = io.StringIO()
            reading.parse(self.source(file), file)
            reading.write(made)
            for line, says in reading.faults:
                raise Unread(Place(file, line), f"the preprocessor: {says}")
            for piece in pieces(made.getvalue(), file):
                name = piece.name or str(piece.place)  # an enumeration may have none
                (functions if piece.text.endswith("}") else others).setdefault(name, piece)
        return functions, _expanded(reading), others

    def has(self, name: str) -> bool:
        """Whether a function of that name is defined."""
        return name in self._read[0]

    def place(self, name: str) -> Place:
        """Where the function stands; raises NoTree if there is none."""
        if not self.has(name):
            raise NoTree(f"{self.tree.root}: no function {name}() is defined in {', '.join(self.files)}")
        return self._read[0][name].place

    def function(self, name: str) -> c_ast.FuncDef:
        """The function, parsed; raises Unread if it cannot be, and NoTree if there is none."""
        if name not in self.parsed:
            place = self.place(name)
            for part in parse(self._read[0][name].text, place).ext:
                if isinstance(part, c_ast.FuncDef):
                    self.parsed[name] = part
        return self.parsed[name]

    def macro(self, name: str) -> c_ast.Node | None:
        """The expression that a macro without arguments stands for; None if there is none."""
        text = self._read[1].get(name)
        if text is None:
            return None
        function = parse(f"int f(void) {{ return {text}; }}", Place("(macros)", 1)).ext[-1]
        return function.body.block_items[0].expr

    @cached_property
    def enumerations(self) -> tuple[c_ast.Enum, ...]:
        """The enumerations of the headers that can be read."""
        found = []
        for piece in self._read[2].values():
            if piece.text.lstrip().startswith("enum"):
                with suppress(Unread):
                    made = parse(piece.text, piece.place).ext[-1]
                    found.append(made.type)
        return tuple(found)

    def defined_as(self, name: str) -> c_ast.Decl | None:
        """What else is defined by that name: an enumeration, or an array with its values."""
        piece = self._read[2].get(name)
        if piece is None:
            return None
        return next(
            (part for part in parse(piece.text, piece.place).ext if isinstance(part, c_ast.Decl)), None
        )


def _expanded(reading: Reading) -> dict[str, str]:
    """What the macros that are asked for by name stand for, where they are defined."""
    names = [
        name for name in reading.macros if name.startswith(ASKED) and reading.macros[name].arglist is None
    ]
    made = io.StringIO()
    reading.parse("".join(f"@{name}@ {name};\n" for name in names).replace("@", '"'), "(macros)")
    reading.write(made)
    return {
        name: text.strip() for name, text in re.findall(r'^"(\w+)"\s(.*);\s*$', made.getvalue(), re.MULTILINE)
    }


class Parser(c_parser.CParser):  # type: ignore[misc]  # it ships no types
    """The parser, which tells the line of every error: of some it tells the file alone."""

    def _parse_error(self, msg: str, coord: Any) -> NoReturn:
        token = self._peek() if isinstance(coord, str) else None
        coord = coord if token is None else self._tok_coord(token)
        super()._parse_error(msg, coord)
        raise AssertionError(msg)


def parse(text: str, place: Place) -> c_ast.FileAST:
    """The text, parsed; raises Unread with the place of what is not understood."""
    named = {*re.findall(r"\b[a-z_]\w*_t\b", text), "bool", "u64"}
    head = "".join(f"typedef {TYPES.get(name, 'int')} {name};\n" for name in sorted(named))
    try:
        return Parser().parse(f'{head}#line {place.line} "{place.file}"\n{text}\n', place.file)
    except c_parser.ParseError as error:
        said = re.match(r"(?:(\S+?):(\d+)(?::\d+)?: )?(.*)", str(error), re.DOTALL)
        assert said is not None
        where = Place(place.file, int(said[2]) if said[2] else place.line)
        raise Unread(where, f"a syntax error ({said[3].strip()})") from None

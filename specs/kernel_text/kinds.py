"""Which integer type C text names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pycparser import c_ast

from specs.kernel_text.integers import BOOL, INT, LONG, UINT, ULONG, Kind

KINDS: Mapping[str, Kind] = {
    "_Bool": BOOL,
    "bool": BOOL,
    "int": INT,
    "signed int": INT,
    "unsigned": UINT,
    "unsigned int": UINT,
    "gfp_t": UINT,
    "fpi_t": INT,
    "long": LONG,
    "unsigned long": ULONG,
    "size_t": ULONG,
    "u64": ULONG,
}


def kind_of(node: c_ast.Node) -> Any:
    """The kind of an integer type; None of a pointer, and of a structure."""
    if isinstance(node, c_ast.TypeDecl):
        return kind_of(node.type)
    if isinstance(node, c_ast.Typename):
        return kind_of(node.type)
    if isinstance(node, c_ast.Enum):
        return UINT
    if isinstance(node, c_ast.IdentifierType):
        words = " ".join(node.names)
        words = words.removesuffix(" int") if words in ("long int", "unsigned long int") else words
        return KINDS.get(words)
    return None

"""The front end that is compared: the one that runs, or a copy of its modules with one small patch."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from specs.ledger.subject import Twin

PACKAGE: Final = "specs.kernel_text"
MODULES: Final = (
    *("errors", "integers", "macros", "reader", "tree", "interpreter", "expressions", "constants"),
    *("values", "lifting", "edge", "members", "free_lists", "pcp_lists", "counters", "primitives"),
)


@dataclass(frozen=True)
class Fault:
    """A broken twin of the front end, and which comparison it shows in: of compiled code, or of terms."""

    name: str
    module: str
    old: str
    new: str
    shows: str = "compiled"

    @property
    def twin(self) -> Twin:
        """As the ledger's twins are."""
        return Twin(self.name, self.module, self.old, self.new)


@dataclass(frozen=True)
class Front:
    """Modules of the front end."""

    modules: dict[str, ModuleType]

    def __getattr__(self, name: str) -> ModuleType:
        return self.modules[name]

    def read(self, file: str, text: str) -> Any:
        """The text as if a file of a tree had it."""
        return self.reader.Text(self.tree.Tree(Path("nowhere"), "6.1.0"), {}, {file: text})

    def kind(self, name: str) -> Any:
        """A kind of its own, by its name."""
        kinds = self.integers
        return next(
            each for each in (kinds.BOOL, kinds.INT, kinds.UINT, kinds.LONG, kinds.ULONG) if each.name == name
        )

    def given(self, value: int) -> Any:
        """An argument, in a wide kind: the function makes its own of it."""
        return self.integers.Int(self.kind("long" if value < 1 << 63 else "unsigned long"), value)

    def run(self, text: Any, name: str, args: Sequence[Any], path: Any = None) -> tuple[Any, Any]:
        """What a function of the text answers, and the machine that ran it."""
        machine = self.interpreter.Machine(text, self.constants.Nothing(), {}, path)
        try:
            return machine.run(name, list(args)), machine
        except self.errors.Undefined as error:
            return error, machine


@cache
def running() -> Front:
    """The front end that runs."""
    return _imported()


def broken(twin: Twin) -> Front:
    """Copies of its modules, one patched; the running ones stay as they are."""
    with _imports_anew({f"{PACKAGE}.{twin.module}": twin.patched(source_of(twin.module))}):
        return _imported()


@cache
def source_of(module: str) -> str:
    """The text of a module."""
    spec = find_spec(f"{PACKAGE}.{module}")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_text(encoding="utf-8")


def _imported() -> Front:
    return Front({name: importlib.import_module(f"{PACKAGE}.{name}") for name in MODULES})


def _renewed(name: str) -> bool:
    return name.startswith(f"{PACKAGE}.") and not name.startswith(f"{PACKAGE}.front_end")


@contextmanager
def _imports_anew(patched: dict[str, str]) -> Iterator[None]:
    """What is imported meanwhile of the front end is new, and some of it patched; then all is as it was."""
    package = importlib.import_module(PACKAGE)
    mine = {name: sys.modules.pop(name) for name in [name for name in sys.modules if _renewed(name)]}
    finder = _Finder(patched)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if _renewed(name)]:
            del sys.modules[name]
        sys.modules.update(mine)
        for name, module in mine.items():
            if name.count(".") == PACKAGE.count(".") + 1:
                setattr(package, name.rpartition(".")[2], module)


class _Finder(MetaPathFinder, Loader):
    """Serves patched text for the module that a twin breaks."""

    def __init__(self, patched: dict[str, str]) -> None:
        self.patched = patched

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname in self.patched else None

    def exec_module(self, module: ModuleType) -> None:
        text = self.patched[module.__name__]
        exec(compile(text, f"<{module.__name__}, broken>", "exec"), module.__dict__)  # noqa: S102 # our own text

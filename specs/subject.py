"""The code under proof: the modules that run, or copies of them with one small patch."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

PACKAGE = "verified_buddy"
CORE = ("errors", "pfn", "free_area", "buddy", "spans", "zone")
"""The modules under proof, in the order of their imports."""


@dataclass(frozen=True)
class Twin:
    """A broken twin: the core with one piece of its text replaced."""

    name: str
    module: str
    old: str
    new: str
    source: str = "ours"


class DoesNotApply(Exception):
    """The text that a twin replaces does not stand exactly once in the code."""


@dataclass(frozen=True)
class Subject:
    """The core's modules, running or broken."""

    errors: ModuleType
    pfn: ModuleType
    free_area: ModuleType
    buddy: ModuleType
    spans: ModuleType
    zone: ModuleType
    twin: Twin | None = None


def running() -> Subject:
    """The very modules that the package's users import."""
    return Subject(twin=None, **{name: importlib.import_module(f"{PACKAGE}.{name}") for name in CORE})


def source_of(module: str) -> str:
    """The text of a module of the core."""
    spec = find_spec(f"{PACKAGE}.{module}")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_text(encoding="utf-8")


def broken(twin: Twin) -> Subject:
    """Fresh copies of the core's modules, one of them patched; the running modules stay as they are."""
    text = source_of(twin.module)
    if text.count(twin.old) != 1:
        raise DoesNotApply(f"twin {twin.name}: its text stands {text.count(twin.old)} times in {twin.module}")
    patched = {f"{PACKAGE}.{twin.module}": text.replace(twin.old, twin.new)}
    mine = {name: module for name, module in sys.modules.items() if name.split(".")[0] == PACKAGE}
    for name in mine:
        del sys.modules[name]
    finder = _Finder(patched)
    sys.meta_path.insert(0, finder)
    try:
        modules = {name: importlib.import_module(f"{PACKAGE}.{name}") for name in CORE}
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
            del sys.modules[name]
        sys.modules.update(mine)
    return Subject(**modules, twin=twin)


class _Finder(MetaPathFinder, Loader):
    """Serves patched text for the modules that a twin breaks."""

    def __init__(self, patched: dict[str, str]) -> None:
        self.patched = patched

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        return spec_from_loader(fullname, self) if fullname in self.patched else None

    def exec_module(self, module: ModuleType) -> None:
        text = self.patched[module.__name__]
        exec(compile(text, f"<{module.__name__}, broken>", "exec"), module.__dict__)  # noqa: S102 # our own text

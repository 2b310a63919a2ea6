"""The code under proof: the modules that run, or copies of them with one small patch."""

from __future__ import annotations

import importlib
import linecache
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import specs.model.definitions

PACKAGE = "verified_buddy"
CORE = ("errors", "pfn", "free_area", "buddy", "spans", "zone")
"""The modules of the core, in the order of their imports."""
LINUX = (
    "linux.migratetype",
    "linux.pageblock",
    "linux.mobility",
    "linux.fallback",
    "linux.versions.v6_1",
    "linux.highatomic",
    "linux.isolation",
    "linux.pcp",
    "linux.pcp_limits",
    "linux.zone",
    "linux.zone_type",
    "linux.gfp",
    "linux.gfp_names",
    "linux.alloc_flags",
    "linux.watermark",
    "linux.watermark_setup",
    "linux.vmstat",
    "linux.fragmentation",
    "linux.zonelist",
    "linux.compaction",
    "linux.system",
    "linux.kswapd",
    "linux.slow_request",
    "linux.slow_retry",
    "linux.slowpath",
    "linux.page_alloc",
    "linux.page_counter",
    "linux.memcg",
    "linux.memcg_charge",
    "linux.counted_zone",
    "linux.request_zone",
    "linux.world",
    "linux.topology",
    "linux.node_zones",
    "linux.request",
    "linux.node",
)
"""The modules of Linux 6.1, under proof as well, in the order of their imports."""
SLAB = tuple(f"slab.{name}" for name in ("layout", "request", "slab", "pages", "cache"))
"""The modules of the slab caches, which stand above it, in the order of their imports."""
BY_Z3 = LINUX[: LINUX.index("linux.pcp_limits")]
"""Those of them that work on pages; the others compute limits and flags, and check what callers hand over."""
BOOT = (
    "boot.page_ranges",
    "boot.architecture",
    "boot.memory_map",
    "boot.zones",
    "boot.feed",
    "boot.contents",
)
"""The modules of a machine's start, under proof as well, in the order of their imports."""
ADDRESSING = tuple(
    f"addressing.{name}" for name in ("address", "segment", "paging", "table_walk", "page_table")
)
"""The modules of addresses and page tables, in the order of their imports."""
PROC = tuple(
    f"proc.{name}"
    for name in ("buddyinfo", "pagetypeinfo", "extfrag", "zoneinfo", "vmstat", "slabinfo", "nodes")
)
"""The modules of the files of /proc, under proof as well, in the order of their imports."""
ROOMS = ("linux", "slab", "boot", "addressing", "proc")
"""The packages under proof beside the core."""
UNDER_PROOF = (*CORE, *LINUX, *SLAB, *BOOT, *ADDRESSING, *PROC)
"""All modules under proof, in the order of their imports."""
COMPARED = ("linux.versions.v6_12",)
"""Modules of other kernels, which are compared with their texts, and about which the ledger says nothing."""
HOLDERS = ("FreeArea", "FreeAreaOrder", "Spans", "Pageblocks", "PerCpuPages")
"""The classes that hold the state, for which others stand in."""
DEFINITIONS = "specs.model.definitions"


@dataclass(frozen=True)
class Twin:
    """A broken twin: the code under proof with one piece of its text replaced."""

    name: str
    module: str
    old: str
    new: str
    source: str = "ours"
    at: int | None = None
    """Where the old text stands, in characters; None if it stands but once."""

    def patched(self, text: str) -> str:
        """The module's text with the replacement; raises DoesNotApply."""
        if self.at is None and text.count(self.old) != 1:
            count = text.count(self.old)
            raise DoesNotApply(f"twin {self.name}: its text stands {count} times in {self.module}")
        start = text.index(self.old) if self.at is None else self.at
        if not text.startswith(self.old, start):
            raise DoesNotApply(f"twin {self.name}: its text does not stand at {start} in {self.module}")
        return text[:start] + self.new + text[start + len(self.old) :]


class DoesNotApply(Exception):
    """The text that a twin replaces does not stand where it should."""


@dataclass(frozen=True)
class Subject:
    """The modules under proof, running or broken."""

    errors: ModuleType
    pfn: ModuleType
    free_area: ModuleType
    buddy: ModuleType
    spans: ModuleType
    zone: ModuleType
    linux: ModuleType
    """The package of the Linux zone, with its modules."""
    slab: ModuleType
    """The package of the slab caches, with its modules."""
    boot: ModuleType
    """The package of a machine's start, with its modules."""
    addressing: ModuleType
    """The package of addresses and page tables, with its modules."""
    proc: ModuleType
    """The package of the files of /proc, with its modules."""
    definitions: ModuleType
    """The specification's arithmetic, which the core is compared with."""
    twin: Twin | None = None

    def module(self, name: str) -> ModuleType:
        """One of its modules, by the name that ``UNDER_PROOF`` gives it."""
        found = self
        for part in name.split("."):
            found = getattr(found, part)
        assert isinstance(found, ModuleType)
        return found

    def text(self, module: str) -> str:
        """The text of one of its modules."""
        text = source_of(module)
        return self.twin.patched(text) if self.twin and self.twin.module == module else text


def running() -> Subject:
    """The very modules that the package's users import."""
    return Subject(definitions=specs.model.definitions, twin=None, **_imported())


def fresh() -> Subject:
    """Copies of the modules under proof, in which functions may be replaced; the running ones stay."""
    with _imports_anew({}):
        return Subject(definitions=importlib.import_module(DEFINITIONS), twin=None, **_imported())


def _imported() -> dict[str, ModuleType]:
    """The modules of the core, and the packages of the other rooms."""
    found = {name: importlib.import_module(f"{PACKAGE}.{name}") for name in (*UNDER_PROOF, *COMPARED)}
    return {name: found[name] for name in CORE} | {room: sys.modules[f"{PACKAGE}.{room}"] for room in ROOMS}


def _full_name(module: str) -> str:
    return DEFINITIONS if module == "definitions" else f"{PACKAGE}.{module}"


@cache
def source_of(module: str) -> str:
    """The text of a module under proof."""
    spec = find_spec(_full_name(module))
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).read_text(encoding="utf-8")


def broken(twin: Twin) -> Subject:
    """Fresh copies of the modules under proof, one patched; the running ones stay as they are."""
    with broken_imports(twin):
        proved = _imported()
        definitions = importlib.import_module(DEFINITIONS)
    return Subject(definitions=definitions, twin=twin, **proved)


def broken_imports(twin: Twin) -> AbstractContextManager[None]:
    """What is imported meanwhile of the package is new, and one module patched; then all is as it was."""
    return _imports_anew({_full_name(twin.module): twin.patched(source_of(twin.module))})


@contextmanager
def _imports_anew(patched: dict[str, str]) -> Iterator[None]:
    """What is imported meanwhile of the package is new, and some of it patched; then all is as it was."""
    names = [name for name in sys.modules if name.split(".")[0] == PACKAGE or name == DEFINITIONS]
    mine = {name: sys.modules.pop(name) for name in names}
    finder = _Finder(patched)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
            del sys.modules[name]
        sys.modules.update(mine)
        specs.model.definitions = mine[DEFINITIONS]


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
        name = f"<{module.__name__}, broken>"
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        exec(compile(text, name, "exec"), module.__dict__)  # noqa: S102 # our own text

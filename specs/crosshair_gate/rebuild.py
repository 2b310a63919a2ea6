"""The subject of a check, carried to another process by its twin."""

from __future__ import annotations

import importlib
import linecache
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from specs import definitions
from specs.subject import CORE, PACKAGE, DoesNotApply, Subject, Twin, broken, running, source_of

DEFINITIONS = "definitions"
"""The module that a twin of ``specs.definitions`` names; the core's twins name modules of the core."""


def rebuilt(twin: Mapping[str, str] | None) -> Subject:
    """The running subject, or the one that the twin breaks."""
    if twin is None:
        return running()
    patch = Twin(**twin)
    if patch.module not in CORE:
        return with_broken_definition(patch)
    text = source_of(patch.module).replace(patch.old, patch.new)
    remember(f"<{PACKAGE}.{patch.module}, broken>", text)
    return broken(patch)


def with_broken_definition(twin: Twin) -> Subject:
    """The running core, beside a broken definition."""
    assert twin.module == DEFINITIONS
    return replace(running(), twin=twin)


def definitions_of(subject: Subject) -> ModuleType:
    """The definitions, broken if the subject's twin says so."""
    twin = subject.twin
    if twin is None or twin.module != DEFINITIONS:
        return importlib.import_module(definitions.__name__)
    text = Path(definitions.__file__).read_text(encoding="utf-8")
    if text.count(twin.old) != 1:
        raise DoesNotApply(f"twin {twin.name}: its text stands {text.count(twin.old)} times")
    text = text.replace(twin.old, twin.new)
    name = f"<{definitions.__name__}, broken>"
    remember(name, text)
    module = ModuleType(definitions.__name__)
    exec(compile(text, name, "exec"), module.__dict__)  # noqa: S102 # our own text
    return module


def remember(name: str, text: str) -> None:
    """Let CrossHair find the contract clauses of a text that is in no file."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)

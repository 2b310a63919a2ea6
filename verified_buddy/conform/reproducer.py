"""A finding as files: a buddy-trace, a C program against the header, a test in Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from verified_buddy.conform.finding import Run
from verified_buddy.conform.library import HEADER
from verified_buddy.oracle.rules import Level
from verified_buddy.oracle.trace import Alloc, Free

C: Final = """\
/*
 * {rule} (theorem {theorem}): {says}
 *
{picture}
 *
 * cc -o reproducer {name}.c your_allocator.c && ./reproducer
 * Exit status 1: the last call answers as it must not; 0: it does not.
 */
#include <stdio.h>
#include "verified_buddy.h"

int main(void)
{{
	if (vb_init({start}u, {pages}u, {top}) < 0) {{
		puts("vb_init: geometry not supported");
		return 2;
	}}
{calls}
{end}
}}
"""
PYTHON: Final = '''\
"""{rule} (theorem {theorem}), on {geometry}."""

from verified_buddy.conform.library_use import Geometry, diverges, {way}

PEER = {way}({argument})  # change it to where your allocator is
STEPS = {steps}  # k: alloc of order k; ~i: free of what STEPS[i] was handed


def test_{name}() -> None:
    found = diverges(PEER, {geometry_code}, STEPS, level="{level}")
    assert found is None, found
'''


def write(directory: Path, run: Run, level: Level, way: tuple[str, str]) -> list[str]:
    """Write the three files, and the header beside them; their names.  Raises OSError."""
    directory.mkdir(parents=True, exist_ok=True)
    name = run.rule.replace("-", "_")
    texts = {
        f"{name}.jsonl": run.trace().decode(),
        f"{name}.c": c_program(run, name),
        f"test_{name}.py": python_test(run, level, name, way),
        HEADER.name: HEADER.read_text(encoding="utf-8"),
    }
    for file, text in texts.items():
        (directory / file).write_text(text, encoding="utf-8")
    return [str(directory / file) for file in texts if file != HEADER.name]


def c_program(run: Run, name: str) -> str:
    """A program that makes the calls, and says whether the last one answers as it did."""
    start, pages, top = run.geometry
    words, picture = run.picture()
    lines = [*(words.split("; ") if words else []), *picture]
    return C.format(
        rule=run.rule,
        theorem=run.theorem,
        says=run.says.replace("*/", "* /"),
        picture="\n".join(f" * {line}".rstrip() for line in lines),
        name=name,
        start=start,
        pages=pages,
        top=top,
        calls="\n".join(f"\t{line}" for line in c_calls(run)),
        end=f"\t{c_end(run)}",
    )


def c_calls(run: Run) -> list[str]:
    """The calls; what a free gives back is named by the alloc."""
    lines = []
    names: dict[tuple[int, int | None], str] = {}
    for number, event in enumerate(run.asked, 1):
        if type(event) is Alloc:
            lines.append(f"int64_t b{number} = vb_alloc({event.order});")
            lines.append(f'printf("alloc {event.order}: %lld\\n", (long long)b{number});')
            if event.pfn is not None:
                names[event.pfn, event.order] = f"(uint64_t)b{number}"
        elif type(event) is Free:
            block = names.pop((event.pfn, event.order), f"{event.pfn}u")
            lines.append(f"int r{number} = vb_free({block}, {event.order});")
            lines.append(f'printf("free {event.pfn} {event.order}: %d\\n", r{number});')
    return lines


def c_end(run: Run) -> str:
    """What the last call must not answer."""
    last, number = run.asked[-1] if run.asked else None, len(run.asked)
    if type(last) is Alloc and run.rule not in ("crash", "hang", "memory", "output", "fork"):
        answer = -1 if last.pfn is None else last.pfn
        return f"return b{number} == {answer if answer < 1 << 63 else answer - (1 << 64)};"
    if type(last) is Free and run.rule in ("free-refused", "invalid-free"):
        return f"return r{number} {'==' if run.rule == 'invalid-free' else '!='} 0;"
    return "return 0;"


def python_test(run: Run, level: Level, name: str, way: tuple[str, str]) -> str:
    """A test of pytest that repeats the steps in a child process."""
    start, pages, top = run.geometry
    steps = ", ".join(str(step) if step >= 0 else f"~{~step}" for step in run.steps)
    return PYTHON.format(
        rule=run.rule,
        theorem=run.theorem,
        geometry=run.geometry,
        way=way[0],
        argument=json.dumps(way[1]),
        steps=f"[{steps}]",
        name=name,
        geometry_code=f"Geometry({start}, {pages}, {top})",
        level=level,
    )

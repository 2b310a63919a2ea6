"""A finding as files: a buddy-trace, a C program against the header, a test in Python."""

from __future__ import annotations

import json
from collections.abc import Container
from itertools import count
from pathlib import Path
from typing import Final

from verified_buddy.conform.finding import Run
from verified_buddy.conform.library import HEADER
from verified_buddy.conform.soil import C as SOIL
from verified_buddy.oracle.rules import Level
from verified_buddy.oracle.trace import Alloc, Free

MARK: Final = "verified-buddy conform"
"""What is ours says so near its beginning."""
C: Final = """\
/*
 * Found by {mark}.
 * {rule} (theorem {theorem}): {says}
 *
{picture}
 *
 * cc -o reproducer {name}.c your_allocator.c && ./reproducer
 * Exit status 1: the last call answers as it must not; 0: it does not.
 */
#include <stdio.h>
{includes}#include "verified_buddy.h"

{before}int main(void)
{{
{first}	if (vb_init({start}u, {pages}u, {top}) < 0) {{
		puts("vb_init: geometry not supported");
		return 2;
	}}
{calls}
{end}
}}
"""
PYTHON: Final = '''\
"""{rule} (theorem {theorem}), on {geometry}.  Found by {mark}."""

from verified_buddy.conform.library_use import Geometry, {does}, {way}

PEER = {way}({argument})  # change it to where your allocator is
{what}


def test_{name}() -> None:
    found = {does}(PEER, {geometry_code}, {given})
    assert found is None, found
'''


STEPS: Final = "# k: alloc of order k; ~i: free of what STEPS[i] was handed"


def write(
    directory: Path, run: Run, level: Level, way: tuple[str, str], taken: Container[str] = ()
) -> list[str]:
    """Write the three files, and the header beside them; their names.  Raises OSError.

    Only what an earlier search wrote is written over, and none of what is taken.
    """
    directory.mkdir(parents=True, exist_ok=True)
    rule = run.rule.replace("-", "_")
    for number in count(1):
        name = rule if number == 1 else f"{rule}_{number}"
        paths = [directory / each for each in (f"{name}.jsonl", f"{name}.c", f"test_{name}.py")]
        if not any(str(path) in taken or is_foreign(path) for path in paths):
            break
    texts = (run.trace(MARK).decode(), c_program(run, name), python_test(run, level, name, way))
    try:
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8")
        if not (directory / HEADER.name).exists():
            (directory / HEADER.name).write_bytes(HEADER.read_bytes())
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)  # nothing is left half written
        raise
    return [str(path) for path in paths]


def is_foreign(path: Path) -> bool:
    """Whether something is there that we did not write."""
    if not path.exists() and not path.is_symlink():
        return False
    return not path.is_file() or MARK not in path.read_text(encoding="utf-8", errors="replace")[:400]


def c_program(run: Run, name: str) -> str:
    """A program that makes the calls, and says whether the last one answers as it did."""
    start, pages, top = run.geometry
    soiled = run.rule == "crash"
    words, picture = run.picture()
    lines = [*(words.split("; ") if words else []), *picture]
    return C.format(
        mark=MARK,
        includes="#include <stdlib.h>\n#include <string.h>\n" if soiled else "",
        before=f"{SOIL}\n" if soiled else "",
        first="\tsoil();\n" if soiled else "",
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
    """A test of pytest that repeats the steps, or the misuse, in a child process."""
    start, pages, top = run.geometry
    steps = ", ".join(str(step) if step >= 0 else f"~{~step}" for step in run.steps)
    return PYTHON.format(
        rule=run.rule,
        theorem=run.theorem,
        geometry=run.geometry,
        way=way[0],
        argument=json.dumps(way[1]),
        does="misused" if run.misuse else "diverges",
        what=f"MISUSE = {json.dumps(run.misuse)}" if run.misuse else f"STEPS = [{steps}]  {STEPS}",
        given="MISUSE" if run.misuse else f'STEPS, level="{level}"',
        name=name,
        mark=MARK,
        geometry_code=f"Geometry({start}, {pages}, {top})",
    )

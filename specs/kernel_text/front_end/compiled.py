"""What a C compiler makes of the random functions: their values, and the lines on which C defines none."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from specs.kernel_text.front_end.programs import Function, Program

FILE: Final = "mm/page_alloc.c"
PRELUDE: Final = """
typedef _Bool bool; typedef unsigned int gfp_t; typedef int fpi_t;
typedef unsigned long u64; typedef unsigned long size_t;
#define __always_inline
#define __meminit
#define __ref
#define noinline
#define inline
#define fallthrough
#define likely(x) (x)
#define unlikely(x) (x)
#define BIT(n) (1UL << (n))
#define true 1
#define false 0
#define VM_WARN_ON(x) 0
#define SECOND(one, two, ...) two
#define OF_1 0, 1
#define IS_ONE(x) SECOND(x, 0)
#define IS_SET(x) IS_ONE(OF_##x)
#define IS_ENABLED(x) IS_SET(x)
"""
"""What the kernel's headers say of words that the random texts use."""
CHECKS: Final = "-fsanitize=signed-integer-overflow,shift,integer-divide-by-zero"
CALLS: Final = """
struct calls { unsigned long (*call)(const unsigned long *); const unsigned long *rows; int many, width; };
"""
CATCHER: Final = (
    f"""
#include <setjmp.h>
#include <stdio.h>
{CALLS}"""
    + """
struct place { const char *file; unsigned line, column; };
extern const struct calls all[];
static jmp_buf back;
static void caught(struct place *at) { printf("U%u\\n", at->line); longjmp(back, 1); }
#define CATCH(what) void __ubsan_handle_##what(struct place *at) { caught(at); }
CATCH(add_overflow) CATCH(sub_overflow) CATCH(mul_overflow) CATCH(negate_overflow)
CATCH(divrem_overflow) CATCH(shift_out_of_bounds)
int main(void)
{
	for (const struct calls *each = all; each->call; each++)
		for (volatile int row = 0; row < each->many; row++)
			if (!setjmp(back))
				printf("%lx\\n", each->call(each->rows + row * each->width));
	return 0;
}
"""
)
"""Calls every function; what the compiler's checks find is printed with its line, and ends the call."""

Rows = Mapping[str, Sequence[tuple[int, ...]]]
"""By function: the arguments of each call."""


@dataclass(frozen=True)
class Answer:
    """What a call came to: a value as 64 bits, or a line on which C defines none."""

    value: int | None
    line: int | None = None


def compiler() -> str | None:
    """The C compiler, if there is one."""
    return shutil.which("cc")


def answers(folder: Path, programs: Sequence[Program], rows: Rows) -> dict[str, list[Answer]]:
    """What the calls come to, by function."""
    (folder / "drawn.c").write_text(_drawn(programs, rows), encoding="utf-8")
    (folder / "catcher.c").write_text(CATCHER, encoding="utf-8")
    flags = ["cc", "-std=gnu11", "-w", "-c"]
    _run([*flags, "-O0", CHECKS, "drawn.c"], folder)  # an optimiser drops the checks of what nobody uses
    _run([*flags, "-O0", "catcher.c"], folder)
    _run(["cc", "drawn.o", "catcher.o", "-o", "drawn"], folder)
    said = iter(_run(["./drawn"], folder).splitlines())
    found = {}
    for each in _functions(programs):
        found[each.name] = [_answer(next(said)) for _ in rows[each.name]]
    return found


def _answer(line: str) -> Answer:
    return Answer(None, int(line[1:])) if line.startswith("U") else Answer(int(line, 16))


def _functions(programs: Sequence[Program]) -> list[Function]:
    return [function for program in programs for function in program.functions]


def _drawn(programs: Sequence[Program], rows: Rows) -> str:
    parts = [PRELUDE]
    for program in programs:
        text = program.text.replace("#include <linux/nothing.h>", "")
        parts.append(f'#line 1 "{FILE}"\n{text}')
    parts.append('#line 1 "calls"\n')
    table = []
    for each in _functions(programs):
        flat = ",".join(f"{value & (2**64 - 1)}ul" for row in rows[each.name] for value in row)
        given = ", ".join(f"({kind.name})a[{at}]" for at, kind in enumerate(each.kinds))
        parts.append(f"static const unsigned long in_{each.name}[] = {{{flat}}};\n")
        parts.append(f"static unsigned long to_{each.name}(const unsigned long *a)")
        parts.append(f" {{ return {each.name}({given}); }}\n")
        table.append(f"{{to_{each.name}, in_{each.name}, {len(rows[each.name])}, {len(each.kinds)}}},\n")
    return "".join([*parts, CALLS, "const struct calls all[] = {", *table, "{0}};\n"])


def _run(command: Sequence[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603 # cc
    assert done.returncode == 0, f"{command}: {done.stderr[:2000]}"
    return done.stdout

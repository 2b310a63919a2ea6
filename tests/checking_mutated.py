"""Mutated inputs of every kind, each given to ``verified-buddy check``: a verdict, or one line.

python tests/checking_mutated.py FIRST MANY    judges that many seeds, from the first on, in at most 1 GB
"""

from __future__ import annotations

import faulthandler
import gzip
import json
import os
import re
import resource
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Thread

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.checking_command import Checked, checked  # noqa: E402 - a script finds the checkout itself
from tests.kmem.kernel_trace import DATA, text_of  # noqa: E402 - as above
from tests.oracle.page_map import alloc, free, header, spell, take  # noqa: E402 - as above

MEMORY = 1 << 30
SECONDS = 60
"""Whatever takes longer hangs; nothing here takes a tenth of that."""
FIGURES = [b"0", b"1", b"-1", b"9", b"10", b"11", b"16", b"17", b"4", b"5", b"0x0", b"0x1000", b"9" * 40]
FIGURES += [b"18446744073709551615", b"0xffffffffffffffff", b"4503599627370495", b"1e999", b"null", b"0x3ff"]
PIECES = [
    b"\n",
    b"\0",
    b"\xff\xfe",
    b"\x1b[7m",
    b" ",
    b"=",
    b"{",
    b"[",
    b'"',
    b"\t",
    b"\r",
    b":",
    b"# tracer: nop\n",
]
PIECES += [
    b"mm_page_alloc: ",
    b"CPU:1 [LOST 3 EVENTS]\n",
    b"\x1f\x8b",
    b" " * 5000,
    b"x" * 70_000,
    b"[" * 3000,
]
NUMBER = re.compile(rb"0x[0-9a-f]+|\d+")
KINDS = (
    "operations",
    "timed",
    "tracefs",
    "perf",
    "trace-cmd",
    "posted",
    "failure",
    "replay",
    "bare",
    "requests",
)
FILES = {
    "replay": ("snapshot", "expect", "zoneinfo", "pagetypeinfo"),
    "bare": ("snapshot", "expect", "zoneinfo", "pagetypeinfo"),
    "requests": ("snapshot", "zonestate"),
}
"""By kind: what is given beside the trace."""


@cache
def originals(kind: str) -> list[bytes]:
    """Inputs of that kind that are as they should be."""
    if kind in {"operations", "timed"}:
        blocks = [(order, pfn << order) for order in range(3) for pfn in range(4)]
        events = [alloc(*block) for block in blocks[::5]] + [free(pfn, order) for order, pfn in blocks[::5]]
        events = [*events, alloc(3, None), take(8, 3), free(8, None, rc=-1)] * 40
        if kind == "timed":
            events = [{**event, "t0": time, "t1": time + 3} for time, event in enumerate(events[:60])]
        return [spell(header(), events)]
    if kind in {"posted", "failure"}:
        folder = DATA.parent / {"posted": "spellings", "failure": "failures"}[kind]
        return [path.read_bytes() for path in sorted(folder.glob("*.txt"))]
    if kind in {"replay", "bare"}:
        lines = text_of("nocomp1").splitlines(keepends=True)[:700]
        bare = [line for line in lines if b"fop_" not in line]
        return [b"".join(lines if kind == "replay" else bare)]
    if kind == "requests":
        return [b"".join(text_of("req1").splitlines(keepends=True)[:700]) + asked()]
    name = {"tracefs": "full2.trace.txt.gz", "perf": "perf-script.txt.gz"}.get(
        kind, "trace-cmd-report.txt.gz"
    )
    lines = gzip.decompress((DATA / name).read_bytes()).splitlines(keepends=True)
    return [b"".join(lines[:400])]


@cache
def asked() -> bytes:
    """Lines of req1 that take the slow path, reclaim, compact, kill and give up reserves."""
    lines = text_of("req1").splitlines(keepends=True)
    return b"".join(lines[3050:3110] + lines[126_100:126_180] + lines[193_250:193_320])


@cache
def beside(kind: str, option: str) -> bytes:
    """What the option is given, as it should be."""
    if kind == "requests":
        return state("req1") if option == "zonestate" else lists("req1")
    if option == "zoneinfo":
        return (DATA / "small.zoneinfo").read_bytes().replace(b"45021", b"61405")
    if option == "pagetypeinfo":
        zones = "".join(f"Node    0, zone {name:>8}, type    Unmovable      7\n" for name in ("DMA", "DMA32"))
        kinds = "Number of blocks type     Unmovable      Movable  Reclaimable   HighAtomic      Isolate\n"
        return f"Page block order: 9\n{zones}\n{kinds}".encode()
    return lists("nocomp1")


def lists(name: str) -> bytes:
    """The free lists with which the recording begins."""
    return gzip.decompress((DATA / f"{name}.fl.start.gz").read_bytes())


def state(name: str) -> bytes:
    """What requests read of the machine then."""
    return (DATA / f"{name}.zs.start").read_bytes()


def mutated(text: bytes, random: Random) -> bytes:
    """The text with a few changes, small and large."""
    for _ in range(random.choice([1, 1, 2, 5, 30])):
        at = random.randrange(len(text) + 1)
        to = min(len(text), at + random.choice([1, 2, 20, 300, 5000]))
        lines = text.splitlines(keepends=True) or [b""]
        match random.randrange(9):
            case 0:
                text = text[:at] + bytes([random.randrange(256)]) + text[at + 1 :]
            case 1:
                text = text[:at] + text[to:]
            case 2:
                text = text[:to] + text[at:]
            case 3:
                text = text[:at] + random.choice(PIECES) + text[at:]
            case 4 if found := list(NUMBER.finditer(text)):
                one = random.choice(found)
                text = text[: one.start()] + random.choice(FIGURES) + text[one.end() :]
            case 5:
                random.shuffle(lines)
                text = b"".join(lines)
            case 6:
                lines.insert(random.randrange(len(lines)), random.choice(lines))
                text = b"".join(lines)
            case 7:
                text = text[:at]
            case _:
                other = random.choice(originals(random.choice(KINDS)))
                text = text[:at] + other[random.randrange(len(other)) :][:5000]
    return text


def options_of(kind: str, random: Random, directory: Path) -> list[str]:
    """Options, with the files that they name."""
    options = ["--json"] * random.randrange(2) + ["--keep-going"] * random.randrange(2)
    if kind not in FILES:
        return options + (["--level", random.choice(["safety", "exact"])] if random.random() < 0.2 else [])
    broken = random.choice([*FILES[kind], None, None])
    for option in FILES[kind]:
        if option in {"snapshot", "zonestate", broken} or random.random() < 0.3:
            text = beside(kind, option)
            path = directory / option
            path.write_bytes(mutated(text, random) if option == broken else text)
            options += [f"--{option}", str(path)]
    return options


def judged(seed: int, directory: Path) -> Checked:
    """What comes of the input with that seed: as a file, from standard input, or from a pipe."""
    random = Random(seed)
    kind = KINDS[seed % len(KINDS)]
    text = random.choice(originals(kind))
    options = options_of(kind, random, directory)
    if random.random() < 0.9:
        text = mutated(text, random)
    if random.random() < 0.3:
        text = b"".join(gzip.compress(part, 1) for part in (text[:1000], text[1000:]))
        text = mutated(text, random) if random.random() < 0.5 else text
    way = random.choice(["file", "input", "pipe"])
    if way == "input":
        return checked(*options, "-", text=text)
    if way == "file":
        (directory / "trace").write_bytes(text)
        return checked(*options, directory / "trace")
    reader, end = os.pipe()
    writer = Thread(target=delivered, args=(end, text))
    writer.start()
    try:
        return checked(*options, f"/dev/fd/{reader}")
    finally:
        os.close(reader)
        writer.join()


def delivered(end: int, text: bytes) -> None:
    """Write the text into the pipe, as far as somebody reads it."""
    with suppress(BrokenPipeError), open(end, "wb") as pipe:
        pipe.write(text)


def wrong(found: Checked) -> str | None:
    """What is wrong with the outcome itself, whatever the input."""
    lines = found.stderr.splitlines()
    if found.status not in {0, 1, 2}:
        return f"status {found.status}"
    if len(lines) > 1 or (found.status == 2) > len(lines):
        return f"{len(lines)} lines on standard error"
    if any(word in found.stderr + found.stdout for word in ("Traceback", "not enough memory")):
        return "no verdict, and no reason"
    if found.stdout.startswith("{"):
        for line in found.stdout.splitlines():
            json.loads(line)
    return None


def main(first: int, many: int, check: Callable[[int, Path], Checked] = judged) -> int:
    """Judge the seeds; the number of those that went wrong."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    statuses, bad = Counter[int](), 0
    with TemporaryDirectory() as directory:
        for seed in range(first, first + many):
            faulthandler.dump_traceback_later(SECONDS, exit=True)
            found = check(seed, Path(directory))
            statuses[found.status] += 1
            if (why := wrong(found)) is not None:
                bad += 1
                print(f"seed {seed}: {why}\n{found.stderr[-500:]}")  # noqa: T201 - its result
    faulthandler.cancel_dump_traceback_later()
    print(f"statuses {dict(sorted(statuses.items()))}")  # noqa: T201 - its result
    return bad


if __name__ == "__main__":
    sys.exit(min(1, main(int(sys.argv[1]), int(sys.argv[2]))))

"""Test vectors: short runs on small pools, each of which catches what no other does.

``verified_buddy.conform.expected`` says what each step may answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from verified_buddy.conform.board import alloc, free
from verified_buddy.conform.peer import Geometry
from verified_buddy.conform.steps import Program


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a vector.

    alloc asks for a block of the order; free gives back what that step was handed; fill asks for pages until
    one is refused; sweep frees ``count`` single pages, from ``pfn`` on, every so many.
    """

    op: str
    order: int = 0
    step: int = 0
    pfn: int = 0
    every: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class Vector:
    """A run on a pool, and what only it catches.

    The script in short: ``a3`` alloc of order 3, ``f1`` free what step 1 was handed, ``F`` fill, ``s0/2*8``
    sweep eight pages from 0, every second.
    """

    name: str
    about: str
    geometry: Geometry
    script: str
    only: tuple[str, ...] = ()
    """Bugs of real allocators (the ids of ``specs.twins.bugs``) that no other vector catches."""
    only_mutants_of: tuple[str, ...] = ()
    """Functions of the core, some of whose mutants no other vector catches."""

    def steps(self) -> list[Step]:
        """The lines."""
        return [step(word) for word in self.script.split()]

    def program(self) -> Program:
        """The run; what was refused, or kept from it, is not freed."""
        held: dict[int, tuple[int, int]] = {}
        pages: set[int] = set()
        for number, step in enumerate(self.steps(), 1):
            if step.op == "alloc":
                pfn = yield alloc(step.order)
                if pfn >= 0:
                    held[number] = pfn, step.order
                    pages |= {pfn} if step.order == 0 else set()
            elif step.op == "free":
                if step.step in held:
                    pages.discard(held[step.step][0])
                    yield free(*held.pop(step.step))
            elif step.op == "fill":
                while (pfn := (yield alloc(0))) >= 0:
                    pages.add(pfn)
            else:
                for page in range(step.pfn, step.pfn + step.count * step.every, step.every):
                    if page in pages:
                        pages.discard(page)
                        yield free(page, 0)


def step(word: str) -> Step:
    """A line, of its short form."""
    kind, rest = word[0], word[1:]
    if kind == "a":
        return Step("alloc", order=int(rest))
    if kind == "f":
        return Step("free", step=int(rest))
    if kind == "F":
        return Step("fill")
    pfn, _, more = rest.partition("/")
    every, _, count = more.partition("*")
    return Step("sweep", pfn=int(pfn), every=int(every), count=int(count))


# A line a script, or nobody can read them.
# fmt: off
VECTORS: Final = (
    Vector("odd-start", "The first page has its buddy outside the pool.",
        Geometry(1, 7, 3), "F s1/1*7 a3 a2 a1 a0 a0",
        only=("D28", "D29", "X17", "X19", "Z36"),
        only_mutants_of=("buddy.add_range",)),
    Vector("odd-end", "The last page has its buddy outside the pool; pages go and come back.",
        Geometry(0, 3, 1), "a0 a0 f1 f2 a0 a0 a0",
        only=("L13", "L7", "X21"),
        only_mutants_of=("buddy.add_range",)),
    Vector("far", "A pool of exactly 2^k pages, whose numbers need more than 32 bits.",
        Geometry(1 << 33, 4, 2), "a2 f1 a0 a0",
        only=("D27", "P1", "R39", "X20")),
    Vector("live-buddy", "No merge with a buddy that is live, or of another order.",
        Geometry(0, 4, 2), "F s0/1*1 a1 s2/1*1 a1 s1/1*1 a1",
        only=("D26",)),
    Vector("many-pages", "A list of 256 blocks, more than a byte can count.",
        Geometry(0, 512, 9), "F s0/2*256 a0",
        only=("L12",)),
    Vector("top-buddies", "Two buddies of the top order stay two; which end of its list a block goes to.",
        Geometry(0, 16, 2), "F s8/1*2 s0/1*4 s4/1*2 a1 a1",
        only=("R37",),
        only_mutants_of=("buddy.add_range", "buddy.buddy_merge_likely", "buddy.free_one_page")),
    Vector("tail", "A block whose parent's buddy is free goes to the tail of its list (level exact).",
        Geometry(0, 16, 4), "F s8/1*1 s0/1*2 s3/1*1 a0 a0",
        only_mutants_of=("buddy.buddy_merge_likely", "buddy.free_one_page")),
)
# fmt: on
"""As few as catch all that 36 such scripts caught; each is the only one that catches something."""

"""What pages hold, as a record of each of them says, beside what is known of ranges."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from specs.ledger.refutation import Refuted, Visited
from specs.ledger.subject import Subject

SPANS = list(combinations(range(4), 2))
CALLS = ("freed", "written", "handed_out", "handed_out zero")
STEPS = 3
BOTH = (False, True)
ANY, ZERO, POISON = "anything", "zero", "poison"
Options = tuple[bool, bool, bool]


def step(pages: list[str], call: str, span: tuple[int, int], options: Options) -> bool:
    """What the call makes of the pages, one by one; whether they were as they should be."""
    on_alloc, on_free, poisoning = options
    right = True
    for page in range(*span):
        if call == "freed":
            pages[page] = POISON if poisoning else ZERO if on_free else ANY
        elif call == "written":
            pages[page] = ANY
        else:
            if poisoning:
                right = right and pages[page] == POISON
            elif on_free:
                right = right and pages[page] == ZERO
            asked = call.endswith("zero") or (on_alloc and not poisoning)
            if asked and (poisoning or not on_free):
                pages[page] = ZERO
            elif poisoning:
                pages[page] = ANY
    return right


def told(contents: Any, call: str, span: tuple[int, int]) -> bool:
    """What the code says of the same call."""
    if call.startswith("handed_out"):
        return bool(contents.handed_out(*span, zero=call.endswith("zero")))
    getattr(contents, call)(*span)
    return True


def programs(subject: Subject, _: int) -> Visited:
    """After every program, and at each call, the code knows of every page what its record says."""
    count = 0
    calls = list(product(CALLS, SPANS))
    for options in product(BOTH, BOTH, BOTH):
        names = dict(zip(("init_on_alloc", "init_on_free", "poisoning"), options, strict=True))
        for program in product(calls, repeat=STEPS):
            count += 1
            contents, pages = subject.boot.contents.Contents(**names), [ANY] * 3
            for call, span in program:
                right = step(pages, call, span, options)
                if told(contents, call, span) != right:
                    raise Refuted(f"{names}: {program}", f"that {call} is {'right' if right else 'wrong'}")
            for page, holds in enumerate(pages):
                zero, poisoned = (
                    any(start <= page < end for start, end in ranges)
                    for ranges in (contents.zero, contents.poisoned)
                )
                if (zero, poisoned) != (holds == ZERO, holds == POISON):
                    raise Refuted(f"{names}: {program}", f"page {page} holds {holds}")
    return Visited(count, count)

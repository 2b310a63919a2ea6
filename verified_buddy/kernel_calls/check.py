"""Judging kernel-calls: each call's result, state and counters afterwards, and the whole state at the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final

import msgspec
from msgspec import UNSET, UnsetType

from verified_buddy.errors import BuddyError
from verified_buddy.kernel_calls.calls import AnyCall, End, Header, read
from verified_buddy.kernel_calls.guesses import differing_part
from verified_buddy.kernel_calls.machine import Machine, Result
from verified_buddy.kernel_calls.parts import part_of_whole, shown
from verified_buddy.kernel_calls.state import State, checksum
from verified_buddy.oracle.check import LISTED, Divergence, Verdict
from verified_buddy.oracle.rules import THEOREMS, Level, Rule
from verified_buddy.oracle.source import Unusable

AFTERWARDS: Final = ("state", "nr_free_pages", "result", "end")
"""Fields of a call that are no arguments."""


@dataclass(slots=True)
class CallsVerdict(Verdict):
    """What a file of kernel-calls came to; its operations are calls."""

    programs: int = 0
    """How many were begun."""
    agreed: int = 0
    """How many calls the model answered as the kernel did, state and counters included."""
    breaks_off: str = ""
    """Where and why the file could be read no further, if something had diverged before."""


class Differs(Exception):
    """The kernel did something else than the model: the rule, and what that is."""

    def __init__(self, rule: Rule, says: str) -> None:
        super().__init__(rule, says)
        self.rule, self.says = rule, says


class Program:
    """One program as far as it has been played."""

    def __init__(self, number: int, line: int, header: Header) -> None:
        """A machine after boot.  Raises BuddyError."""
        self.number, self.line = number, line
        self.calls = 0
        self.machine = Machine(header)
        self.state = self.machine.state()

    def step(self, call: AnyCall) -> None:
        """Make the call.  Raises Differs; Unusable, BuddyError if it makes no sense."""
        self.calls += 1
        result = self.machine.make(call)
        before, self.state = self.state, self.machine.state()
        recorded: Result | UnsetType = getattr(call, "result", UNSET)
        if recorded is not UNSET and recorded != result:
            says = f"the kernel returned {shown(recorded)}, and the model {shown(result)}"
            raise Differs("wrong-result", says)
        if checksum(self.state) != call.state:
            first_page = self.machine.header.first_page
            part = differing_part(call.state, before, self.state, first_page)
            raise Differs("wrong-state", f"the state afterwards differs: {part}")
        counters = [each.value for each in self.machine.free_pages]
        if counters != call.nr_free_pages:
            says = f"NR_FREE_PAGES is {call.nr_free_pages} in the kernel, {counters} in the model"
            raise Differs("wrong-counter", says)

    def end(self, end: State) -> None:
        """Compare the whole state.  Raises Differs."""
        part = part_of_whole(end, self.state, self.machine.header.first_page)
        if part is not None:
            raise Differs("wrong-state", f"the state at the end differs: {part}")


def check(
    stream: BinaryIO,
    name: str,
    *,
    keep_going: bool = False,
    progress: Callable[[], None] = lambda: None,
) -> CallsVerdict:
    """Play the programs up to the first difference; or, of each, up to its first.  Raises Unusable, OSError.

    What follows a difference in a program cannot be judged: its state is not the kernel's.
    """
    verdict = CallsVerdict(name, Level.EXACT)
    try:
        play(stream, verdict, keep_going=keep_going, progress=progress)
    except Unusable as error:
        if verdict.conforms:
            raise
        verdict.breaks_off = str(error)
    return verdict


def play(stream: BinaryIO, verdict: CallsVerdict, *, keep_going: bool, progress: Callable[[], None]) -> None:
    """Play the programs, and note in the verdict what comes of them.  Raises Unusable."""
    program: Program | None = None
    between = True
    for line, said in read(stream):
        if isinstance(said, Header) != between:
            raise Unusable(misplaced(said), line)
        between = isinstance(said, End)
        if isinstance(said, Header):
            verdict.programs += 1
            program = begun(verdict.programs, line, said)
            progress()
        elif program is not None and not agrees(program, said, line, verdict):
            if not keep_going:
                return
            program = None
    if not between:
        raise Unusable(f"program {verdict.programs} breaks off: the state at its end is missing", line)
    if verdict.operations == 0:
        raise Unusable("vacuous: there is not one call to judge")


def misplaced(said: Header | AnyCall | End) -> str:
    """Why the line does not stand where it should."""
    if isinstance(said, Header):
        return "a program begins before the state at the end of the one before"
    return "a call or an end stands in no program: that begins with a header"


def begun(number: int, line: int, header: Header) -> Program:
    """The program of that header.  Raises Unusable."""
    try:
        return Program(number, line, header)
    except BuddyError as error:
        raise Unusable(f"no such machine: {error}", line) from None


def agrees(program: Program, said: AnyCall | End, line: int, verdict: CallsVerdict) -> bool:
    """Whether the model does as the kernel did; the verdict counts it.  Raises Unusable."""
    try:
        if isinstance(said, End):
            program.end(said.end)
        else:
            verdict.operations += 1
            program.step(said)
            verdict.agreed += 1
    except (BuddyError, Unusable) as error:
        verdict.operations -= 1
        raise Unusable(f"{spelled(said)}: no such call can be made: {error}", line) from None
    except Differs as found:
        verdict.divergences += 1
        where = f"program {program.number} (line {program.line}), after its last call"
        if not isinstance(said, End):
            where = f"program {program.number} (line {program.line}), call {program.calls}, {spelled(said)}"
        told = Divergence(
            verdict.operations, line, found.rule, THEOREMS[found.rule], f"{where}: {found.says}", ()
        )
        verdict.listed = [*verdict.listed, told][:LISTED]
        return False
    return True


def spelled(call: AnyCall | End) -> str:
    """The call, with the arguments that are not false."""
    fields = msgspec.structs.asdict(call)
    told = [f"{name}={value}" for name, value in fields.items() if not (name in AFTERWARDS or value is False)]
    return f"{type(call).__struct_config__.tag}({', '.join(told)})"

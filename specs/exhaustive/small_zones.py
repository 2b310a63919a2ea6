"""Small zones, every call that is worth making in them, and what the abstract machine says of it."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from specs.model.abstract import Machine, Plain, Rejected, Wrong

Range = tuple[int, int]
Answer = int | bool | None


class Call(NamedTuple):
    """A method of the zone and its arguments."""

    name: str
    args: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(str, self.args))})"

    @property
    def pages(self) -> tuple[int, ...]:
        """The pages among the arguments; of a range the first and the last."""
        if self.name == "add_range":
            return self.args[0], self.args[1] - 1
        return self.args[:-1]


def layouts(max_order: int) -> list[list[Range]]:
    """Zones of 1..8 pages in one range, or of up to 6 in two, aligned and not; the smallest first.

    With max_order 0 no more than 6 and 5: every permutation of the list is a state, 109,601 for 8 pages.
    """
    last = 2**max_order - 1
    zones = [[(start, start + size)] for size in range(1, 7) for start in sorted({0, last})]
    if max_order > 0:
        zones += [[(0, 8)]]
    if max_order in (1, 2):
        zones += [[(last, last + 9 - max_order)]]
    for first, hole, second in ((1, 1, 1), (2, 1, 2), (1, 0, 3), (1, 2, 4), (3, 0, 3), (3, 1, 3)):
        if first + second < 6 or max_order > 0:
            low, high = (last, last + first), (last + first + hole, last + first + hole + second)
            zones += [[low, high], [high, low]]
    return sorted(zones, key=lambda ranges: sum(end - start for start, end in ranges))


def calls(ranges: list[Range], max_order: int) -> list[Call]:
    """Every call with orders and pages of the zone's and just outside; one of each that never is valid."""
    pages = range(max(0, min(ranges)[0] - 1), max(ranges)[1] + 1)
    blocks = [(pfn, order) for pfn in pages for order in range(max_order + 1)]
    blocks += [(-1, 0), (2**52 - 2**max_order + 1, max_order), (pages[-1], -1), (pages[-1], max_order + 1)]
    start, end = ranges[0]
    spans = [*ranges, (start, start), (end, start), (-1, end), (end - 1, end + 1), (end, 2**52 + 1)]
    return [
        *(Call("alloc", (order,)) for order in range(-1, max_order + 2)),
        *(Call("free", block) for block in blocks),
        *(Call("take", block) for block in blocks),
        *(Call("add_range", span) for span in spans),
    ]


def sizes(max_order: int) -> str:
    """How large the zones are, in words."""
    of_one, of_two = (
        sorted(
            {sum(end - start for start, end in ranges) for ranges in layouts(max_order) if len(ranges) == n}
        )
        for n in (1, 2)
    )
    return f"max_order {max_order}: {_counted(of_one)} pages in one range, {_counted(of_two)} in two"


def _counted(numbers: list[int]) -> str:
    """The numbers, ascending, with runs as such."""
    starts = [number for number in numbers if number - 1 not in numbers]
    ends = [number for number in numbers if number + 1 not in numbers]
    runs = [f"{low}..{high}" if low < high else str(low) for low, high in zip(starts, ends, strict=True)]
    return " or ".join(runs)


class Owners:
    """The abstract state: how many ranges were given, and the live blocks; with the machine's judgement."""

    def __init__(self, ranges: list[Range], max_order: int, given: int, live: dict[int, int]) -> None:
        self.ranges, self.max_order, self.given, self.live = ranges, max_order, given, live
        self.key = given, frozenset(live.items())
        self.pages = Plain(page for span in ranges[:given] for page in range(*span))
        self.runs = self.pages.runs()
        self.judged: dict[tuple[Call, Answer], Owners] = {}

    def machine(self) -> Machine:
        """The abstract machine in this state."""
        machine = Machine(self.max_order, self.pages.copy())
        machine.live = self.live.copy()
        return machine

    @cached_property
    def calls(self) -> dict[Call, str]:
        """Each call, with the error that it must raise, or an empty name."""
        every = calls(self.ranges, self.max_order)
        if self.given == 0:
            every = [call for call in every if call.name != "add_range" or call.args == self.ranges[0]]
        return {call: self.rejection(call) for call in every}

    def rejection(self, call: Call) -> str:
        """The error that the call must raise."""
        machine = self.machine()
        try:
            if call.name == "alloc":
                machine.check_order(*call.args)
            else:
                getattr(machine, call.name)(*call.args)
        except Rejected as rejected:
            return str(rejected)
        return ""

    def after(self, call: Call, answer: Answer) -> Owners:
        """The state after a valid call, if the machine allows the answer, else ``Wrong``."""
        if (call, answer) not in self.judged:
            machine = self.machine()
            if call.name == "alloc":
                machine.alloc(call.args[0], answer)
            elif getattr(machine, call.name)(*call.args) is not answer:
                raise Wrong(f"{call.name} may not answer {answer} here")
            given = self.given + (call.name == "add_range")
            same = machine.live == self.live and given == self.given
            after = self if same else Owners(self.ranges, self.max_order, given, machine.live)
            self.judged[call, answer] = after
        return self.judged[call, answer]

"""Random programs on page tables of four levels, beside the plain list of what is mapped."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from specs.model.addressing import NEVER, Shape
from specs.model.page_table_beside import Beside, Call
from specs.random.programs import Programs

HALF = 2**47
SPOTS = (0, 2**21, 2**30 - 2**21, 2**39, HALF - 2**30, 2**64 - HALF, 0xFFFF_8880_0000_0000, 2**64 - 2**30)
"""Where tables begin or end."""
FLAGS = (0x63 + NEVER, 0x161, 0x65, 0x67 + 2**59, 0xE65 + NEVER, 0x62, 0xE3)
TABLE_FLAGS = (0x67, 0x63, 0x65, 0x67 + NEVER, 0, None)
LEVELS = st.sampled_from((1, 1, 1, 2, 2, 3, 4))


@st.composite
def places(draw: st.DrawFn, level: int = 1) -> int:
    """An address near one of the spots, mostly one at which a page of the level may start."""
    size = Shape().size(min(level, 3))
    spot: int = draw(st.sampled_from(SPOTS))
    many: int = draw(st.sampled_from((0, 0, 1, 2, 511)))
    beside: int = draw(st.sampled_from((0, 0, 0, 0, 0, 4096, 1)))
    return spot - spot % size + size * many + beside


class PageTableMachine(Programs):
    """Maps, unmaps and looks; whatever is mapped or free in the list is so in the tables."""

    def __init__(self) -> None:
        super().__init__()
        module, error = self.subject.addressing.page_table, self.subject.errors.BuddyError
        self.beside = Beside(module, error, Shape(), range(100, 400))
        self.looked: dict[int, None] = {}

    @rule(data=st.data(), level=LEVELS, flags=st.sampled_from(FLAGS), tables=st.sampled_from(TABLE_FLAGS))
    def map(self, data: st.DataObject, level: int, flags: int, tables: Any) -> None:
        """A page of some size, mostly a legal one; sometimes with few pages for tables."""
        va, pa = data.draw(places(level)), data.draw(places(level)) % 2**52
        budget = data.draw(st.sampled_from((None, None, None, 0, 1, 2)))
        self.both(Call(va, pa, level, flags, tables, budget))

    @rule(data=st.data())
    def unmap(self, data: st.DataObject) -> None:
        """What is mapped, or what is not."""
        mapped = [page.start for page in self.beside.mapped.pages]
        self.both(Call(data.draw(st.sampled_from(mapped) if mapped else places())))

    @rule(va=places())
    def unmap_any(self, va: int) -> None:
        """Whatever is there."""
        self.both(Call(va))

    def both(self, call: Call) -> None:
        """Both do as the call says, or refuse; then every address that was ever named leads to the same."""
        with self.telling(str(call)):
            refused = self.beside.call(call)
            if self.beside.mapped.shape.legal(call.va):
                size = self.beside.mapped.shape.size(call.level)
                near = (call.va, call.va + size - 1, call.va + size, call.va - 1)
                self.looked |= {each: None for each in near if self.beside.mapped.shape.legal(each)}
            if not refused:
                self.beside.compare(list(self.looked)[-40:])

    def teardown(self) -> None:
        """All tables go back."""
        with self.telling(""):
            self.beside.end()

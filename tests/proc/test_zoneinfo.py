"""/proc/zoneinfo is that of recorded kernels, as far as the model has state."""

from __future__ import annotations

import re

from specs.model.proc_files import read_zoneinfo
from tests.proc.proc_recorded import WITH_STATE, Moment, beside, label
from verified_buddy.proc.zoneinfo import show_zoneinfo
from verified_buddy.replay.proc_files import zone_infos

COMPARED = {
    ("req1", "before"): (61, 68, 149),
    ("req1", "after"): (64, 68, 149),
    ("req3memcg", "before"): (64, 68, 149),
    ("req3memcg", "after"): (65, 68, 149),
    ("req4compact", "before"): (64, 68, 149),
    ("req4compact", "after"): (65, 68, 149),
}
"""Lines that are the file's, of those that are shown; and lines of the file."""
MOVES = {"pages free", "nr_free_pages", "count:", "protection:"}
"""What changes while files are read."""
MOST = 186
"""Pages: no figure is further off."""


def shown(moment: Moment) -> str:
    """The file from the snapshot and the state of zones."""
    return show_zoneinfo(zone_infos(moment.snapshot(), moment.state()))


def test_all_lines_but_those_of_what_moves_are_the_files() -> None:
    for moment in WITH_STATE:
        recorded = moment.text("zoneinfo")
        lines = beside(shown(moment), recorded)
        other = [(mine, theirs) for mine, theirs in lines if mine != theirs]
        assert {label(mine).strip() for mine, _ in other} <= MOVES
        equal = len(lines) - len(other)
        assert COMPARED[moment] == (equal, len(lines), len(recorded.splitlines()))
        for pair in other:
            if "protection" not in pair[0]:
                mine, theirs = (int(line.split()[-1]) for line in pair)
                assert abs(mine - theirs) <= MOST


def test_reserves_are_those_of_the_pages_managed_since_the_last_file_was_read() -> None:
    # Whoever reads /proc/sys/vm/lowmem_reserve_ratio lets the kernel compute the reserves anew; that file was
    # read after zoneinfo, and at boot there were fewer pages.
    for moment in WITH_STATE:
        dma, dma32, *_ = read_zoneinfo(shown(moment))
        after = Moment(moment.name, "after").text("zoneinfo")
        assert f"protection: ({', '.join(map(str, dma[10]))})" in after
        assert dma[10] == (0, *(dma32[9] // 256,) * 4)


def test_what_the_model_has_no_state_for_is_left_out_and_never_0() -> None:
    for moment in WITH_STATE:
        missing = re.compile(r"numa_|nr_zone|per-node|nr_mlock|cma")
        assert missing.search(moment.text("zoneinfo"))
        assert not missing.search(shown(moment))

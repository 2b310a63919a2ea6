"""/proc/slabinfo is that of recorded kernels."""

from __future__ import annotations

import gzip

import pytest

from specs.model.proc_files import read_slabinfo
from tests.kmem.kernel_trace import DATA
from verified_buddy.proc.slabinfo import CacheCounts, show_slabinfo


@pytest.mark.parametrize("name", ["req1", "req2numa-markers", "req3memcg", "req4compact"])
def test_what_a_kernel_showed_is_shown_to_the_letter(name: str) -> None:
    text = gzip.decompress((DATA / f"{name}.slabinfo.gz").read_bytes()).decode("ascii")
    caches = read_slabinfo(text)
    assert len(caches) == 155
    assert show_slabinfo(CacheCounts(*cache) for cache in caches) == text

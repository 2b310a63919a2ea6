"""Two slab caches on the pages of one Linux zone, tested by random programs beside a map of what is whose."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from specs.ledger.refutation import cut_if_endless
from specs.model.slab import OF_CACHE, PAGE, CacheOracle, orders, spare_slabs, wanted_objects
from specs.random.programs import Programs

SIZES = (64, 96, 192, 256, 640, 1024, 1360, 2720, 4096, 8384)
MASKS = (0xCC0, 0xA20, 0x800, 0x500CC0 | 0x100, 0xCC0 | 0x8000, 0xCC0 | 0x8)
"""GFP_KERNEL, GFP_ATOMIC, GFP_NOWAIT; charged and zeroed; NOFAIL; movable, which a slab is not."""
CPU = 1


class Watched:
    """The zone as the pages of slabs ask for it: each call is written down."""

    def __init__(self, zone: Any) -> None:
        self.zone = zone
        self.log: list[tuple[Any, ...]] = []

    def alloc(self, order: int, migratetype: int, cpu: int) -> Any:
        """A block of the zone."""
        pfn = self.zone.alloc(order, migratetype, cpu)
        self.log.append(("asked", order, pfn, migratetype, cpu))
        return pfn

    def free(self, pfn: int, order: int, cpu: int) -> None:
        """It comes back."""
        self.zone.free(pfn, order, cpu)
        self.log.append(("back", order, pfn, cpu))


class Cached:
    """A cache of the code, and the oracle, which is told the pages that the code was given."""

    def __init__(self, cache: Any, watched: Watched, size: int, first: list[int], of_cache: int) -> None:
        self.cache, self.watched = cache, watched
        order = orders(size)[min(wanted_objects(1), PAGE * 8 // size)]
        self.kind = 2 if of_cache == OF_CACHE["RECLAIMABLE"] else 0
        self.oracle = CacheOracle(size, order, spare_slabs(size), self.ask, self.back, first=first)

    def ask(self, order: int, _: int) -> int | None:
        """What the zone answered to the code, which must have asked for this."""
        *asked, pfn, kind, cpu = self.watched.log.pop(0)
        assert asked == ["asked", order], f"{asked}, expected a request for order {order}"
        assert (kind, cpu) == (self.kind, CPU), f"asked for type {kind} on CPU {cpu}"
        assert pfn is None or isinstance(pfn, int)
        return pfn

    def back(self, pfn: int, order: int) -> None:
        """The code must have given back this."""
        given = self.watched.log.pop(0) if self.watched.log else "nothing"
        assert given == ("back", order, pfn, CPU), f"{given} went back, expected page {pfn} of order {order}"

    def both(self, name: str, *arguments: Any) -> Any:
        """Make the call here and there: the same answer, the same requests for pages, the same lists."""
        answer = getattr(self.cache, name)(*arguments)
        expected = getattr(self.oracle, "shrink" if name == "destroy" else name)(*arguments)
        assert answer == expected, f"answer {answer}, expected {expected}"
        assert not self.watched.log, f"pages: {self.watched.log[0]}"
        partial = [int(pfn) for pfn in self.cache.partial]
        assert partial == self.oracle.partial, f"partial list {partial}, expected {self.oracle.partial}"
        active = self.cache.active and self.cache.active.pfn
        assert active == self.oracle.active, f"slab {active} is active, expected {self.oracle.active}"
        return answer


class SlabMachine(Programs):
    """Two caches and somebody who takes whole blocks, on one zone."""

    @initialize(
        sizes=st.lists(st.sampled_from(SIZES), min_size=2, max_size=2),
        pages=st.integers(4, 64),
        chance=st.randoms(use_true_random=False),
    )
    def begin(self, sizes: list[int], pages: int, chance: Any) -> None:
        """A zone; a cache of reclaimable objects, ascending, and one of others, in any order."""
        with self.telling(f"caches of {sizes} bytes, {pages} pages"):
            self.zone = self.subject.linux.zone.LinuxZone(0, 1024, cpus=2, high=8, batch=2)
            self.zone.add_range(1, 1 + pages)
            self.pages, self.elsewhere = pages, set[int]()
            self.blocks: list[tuple[int, int]] = []
            self.owners: dict[int, int] = {}
            of_cache = OF_CACHE["RECLAIMABLE"]
            self.caches = [self.cached(sizes[0], [], of_cache), self.cached(sizes[1], [1], 0, chance)]

    def cached(self, size: int, first: list[int], of_cache: int, chance: Any = None) -> Cached:
        """A cache; with ``first`` its objects are shuffled."""
        watched = Watched(self.zone)
        pages = self.subject.slab.pages.ZonePages(watched, CPU)
        if first:
            order = orders(size)[min(wanted_objects(1), PAGE * 8 // size)]
            first = [*range(PAGE * 2**order // size)]
            chance.shuffle(first)
        cache = self.subject.slab.cache.SlabCache(
            pages, size, of_cache=of_cache, sequence=first or None, slab_pages=self.elsewhere
        )
        return Cached(cache, watched, size, first, of_cache)

    @rule(which=st.integers(0, 1), times=st.integers(1, 70), mask=st.sampled_from(MASKS))
    def alloc(self, which: int, times: int, mask: int) -> None:
        """Some objects: nobody has them yet."""
        for _ in range(times):
            with self.telling(f"alloc({which}, {mask:#x})"), cut_if_endless():
                address = self.caches[which].both("alloc", mask)
                assert address not in self.owners, f"{address} has an owner"
                if address is not None:
                    self.owners[address] = which
        self.compare()

    @precondition(lambda self: self.owners)
    @rule(at=st.integers(0, 2**16), times=st.integers(1, 70))
    def free(self, at: int, times: int) -> None:
        """Some objects, from anywhere; then they are free, and are so but once."""
        for turn in range(min(times, len(self.owners))):
            address = [*self.owners][(at + 7919 * turn) % len(self.owners)]
            which = self.owners.pop(address)
            with self.telling(f"free({which}, {address})"), cut_if_endless():
                self.caches[which].both("free", address)
            self.rejected(which, address)
        self.compare()

    @precondition(lambda self: self.owners)
    @rule(at=st.integers(0, 2**16), by=st.sampled_from([0, 1, 4, 4096, -4096]))
    def free_of_no_object(self, at: int, by: int) -> None:
        """The other cache's object, or nearly one."""
        address = [*self.owners][at % len(self.owners)]
        self.rejected(1 - self.owners[address], address + by)

    def rejected(self, which: int, address: int) -> None:
        """If the cache has no such object, it says so as the oracle does."""
        mine, theirs = self.caches[which].oracle, self.caches[1 - which].oracle
        wanted = mine.error(address)
        if wanted == "NotInSlab" and theirs.slab_of(address) is not None:
            wanted = "OtherCache"
        if wanted is None:
            return
        with self.telling(f"free({which}, {address})"), cut_if_endless():
            answer = "no error"
            try:
                self.caches[which].cache.free(address)
            except self.subject.errors.BuddyError as error:
                answer = type(error).__name__
            assert answer == wanted, f"answer {answer}, expected {wanted}"

    @rule(which=st.integers(0, 1))
    def shrink(self, which: int) -> None:
        """No empty slab is left."""
        with self.telling(f"shrink({which})"), cut_if_endless():
            self.caches[which].both("shrink")
        self.compare()

    @rule(order=st.integers(0, 4))
    def take(self, order: int) -> None:
        """Somebody else takes a block, so that pages are short."""
        with self.telling(f"zone.alloc({order})"):
            pfn = self.zone.alloc(order)
            if pfn is not None:
                self.blocks.append((pfn, order))
        self.compare()

    @precondition(lambda self: self.blocks)
    @rule(at=st.integers(0, 40))
    def give_back(self, at: int) -> None:
        """The block comes back."""
        with self.telling("zone.free()"):
            self.zone.free(*self.blocks.pop(at % len(self.blocks)))
        self.compare()

    def compare(self) -> None:
        """Objects, slabs and pages are where the map says, and no page is lost."""
        with self.telling(""):
            held = [block for each in self.caches for block in each.oracle.held.items()]
            assert sorted(self.zone.live.items()) == sorted([*self.blocks, *held]), "live blocks of the zone"
            pages = sum(2**order for order in self.zone.live.values())
            free = self.zone.nr_free_pages() + sum(lists.count for lists in self.zone.pcp)
            assert pages + free == self.pages, f"{pages} pages live and {free} not, of {self.pages}"
            for which, each in enumerate(self.caches):
                mine = {address for address, owner in self.owners.items() if owner == which}
                assert each.oracle.used == mine, "objects in use"
                for broke in each.oracle.faults():
                    raise AssertionError(broke)

    def teardown(self) -> None:
        """What is freed last brings every page back."""
        for address, which in getattr(self, "owners", {}).items():
            with self.telling(f"free({which}, {address})"):
                self.caches[which].both("free", address)
        for each in getattr(self, "caches", ()):
            with self.telling("destroy()"):
                each.both("destroy")
                assert not each.oracle.held, "a slab is left"

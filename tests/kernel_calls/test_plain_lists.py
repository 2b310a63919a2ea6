"""The oracle on plain lists, against which the model is checked in long runs, does as the kernel did too.

Written from the format's description and the specification, without the model and its reader.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

from specs.model.linux_lists import ORDERS, MachineMap, pages_of
from specs.model.linux_zone import ZoneOracle
from tests.kernel_calls.files import Lines, programs

ARGUMENTS = ("highatomic_request", "last_resort", "no_fragment", "pcp_locked")


class Machine:
    """The zones of a header, on plain lists."""

    def __init__(self, header: dict[str, Any]) -> None:
        self.pages = range(header["first_page"], header["first_page"] + header["pages"], 512)
        self.map, self.movable, self.zones = MachineMap(), set[int](), list[ZoneOracle]()
        for zone in header["zones"]:
            shape = {"cpus": header["cpus"], "high": zone["high"], "batch": zone["batch"]}
            made = ZoneOracle(zone["start"], zone["end"], self.map, movable_pages=self.count, **shape)
            self.zones.append(made)
        owner = header["pages_in_no_zone_belong_to"]
        if owner is not None:
            self.map.owner_of_others = self.zones[owner].buddy
        for made, zone in zip(self.zones, header["zones"], strict=True):
            for start, end in zone["ranges"]:
                made.add_range(start, end)

    def count(self, pfn: int) -> int:
        """The movable pages from this one to its pageblock's end."""
        return len(self.movable & set(range(pfn, pfn - pfn % 512 + 512)))

    def state(self) -> list[dict[str, Any]]:
        """As the format has it."""
        types = [self.map.types.get(pfn // 512, 0) for pfn in self.pages]
        return [
            {
                "free_lists": [[zone.buddy.lists[order, kind] for kind in range(5)] for order in ORDERS],
                "per_cpu": [
                    {"count": cpu.count(), "free_factor": cpu.free_factor, "lists": cpu.lists}
                    for cpu in zone.cpus
                ],
                "nr_reserved_highatomic": zone.buddy.reserved,
                "nr_isolate_pageblock": zone.buddy.isolated_blocks,
                "managed": zone.buddy.managed,
                "pageblocks": types,
            }
            for zone in self.zones
        ]

    def play(self, call: dict[str, Any]) -> object:
        """Make the call; what it returns."""
        zone, cpu = self.zones[call["zone"]], call.get("cpu", 0)
        match call["op"]:
            case "alloc":
                options = {name: call[name] for name in ARGUMENTS}
                got = zone.alloc(call["order"], call["migratetype"], cpu, **options)
                if got is not None and call["then_movable"]:
                    self.movable |= pages_of(got, call["order"])
                return got
            case "alloc_bulk":
                return zone.alloc_bulk(call["pages"], call["migratetype"], cpu)
            case "drain":
                zone.drain(cpu)
            case "drain_all":
                zone.drain_all()
            case op if "pageblock" in op or "migratetype" in op:
                return self.pageblock(zone, call)
            case _:
                return self.block(zone, call)
        return None

    def block(self, zone: ZoneOracle, call: dict[str, Any]) -> object:
        """A call about a block."""
        pfn, order = call["pfn"], call.get("order", 0)
        match call["op"]:
            case "now_movable":
                self.movable |= pages_of(pfn, order)
            case "free":
                self.movable -= pages_of(pfn, order)
                locked, active = call["pcp_locked"], call["reclaim_active"]
                zone.free(pfn, order, call["cpu"], pcp_locked=locked, reclaim_active=active)
            case "split_page":
                zone.split(pfn, order)
            case "isolate_free_page":
                return zone.isolate(pfn, order, call["mark"])
            case "take_page_off_buddy":
                return zone.offline(pfn)
            case _:
                assert call["op"] in ("putback_isolated_page", "put_page_back_buddy")
                zone.putback(pfn)
        return None

    def pageblock(self, zone: ZoneOracle, call: dict[str, Any]) -> object:
        """A call about a whole pageblock."""
        if call["op"] == "unreserve_highatomic_pageblock":
            return zone.buddy.unreserve(call["migratetype"], force=call["force"])
        pfn: int = call["pfn"]
        if call["op"] == "unset_migratetype_isolate":
            return zone.buddy.unset_isolate(pfn, call["migratetype"])
        assert call["op"] == "set_migratetype_isolate"
        done = zone.buddy.set_isolate(pfn)
        head = pfn - pfn % 1024
        if done and zone.buddy.is_free(head, 10):
            zone.buddy.split_free(head, 10, head + 512)
        return done


def crc32(state: object) -> int:
    return zlib.crc32(json.dumps(state, separators=(",", ":"), sort_keys=True).encode())


def differences(program: Lines) -> list[int]:
    """The calls, or the end, at which the oracle does something else."""
    header, *calls, end = program
    machine, found = Machine(header), []
    for number, call in enumerate(calls, 1):
        answer = machine.play(call)
        if call.get("result", answer) != answer or crc32(machine.state()) != call["state"]:
            found.append(number)
    return found if json.loads(json.dumps(machine.state())) == end["end"] else [*found, len(calls) + 1]


def test_the_oracle_on_plain_lists_does_as_the_kernel_did() -> None:
    assert [differences(program) for program in programs()] == [[]] * 46

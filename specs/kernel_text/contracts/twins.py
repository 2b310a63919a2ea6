"""A broken twin for each operation of the edge, and for each member: one small patch of its text."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from specs.kernel_text.contracts.compared import ELEMENT
from specs.kernel_text.contracts.members import GIVEN, HANDED, LINKS
from specs.kernel_text.contracts.others import NOTHING, ONE, ZERO
from specs.ledger.subject import Twin

P, M = "primitives", "members"
ROOM, OPERATIONS = Path(__file__).parents[1], ("free_lists", "pcp_lists", "counters", P)
Broken = tuple[str, Twin]
"""The operation that it breaks, and the patch."""


def of(operation: str, old: str, new: str, module: str = P) -> Broken:
    """A twin of an operation, in the module of the edge in which its text stands."""
    if module == P:
        texts = {name: (ROOM / f"{name}.py").read_text(encoding="utf-8") for name in OPERATIONS}
        module = next((name for name, text in texts.items() if old in text), P)
    return operation, Twin(f"{operation}: {old} -> {new}", module, old, new)


def entry(operation: str, old: str, new: str) -> Broken:
    """A twin of what stands in the table for an operation."""
    return of(operation, f'    "{operation}": {old},', f'    "{operation}": {new},')


PRIMITIVES: Final[tuple[Broken, ...]] = (
    of("nr_free == 0", "free[area.order].nr_free == 0", "free[area.order].nr_free != 0"),
    entry("add_to_free_list", "list_block(tail=False)", "list_block(tail=True)"),
    of("add_to_free_list", "    _mark(edge, page, number)\n\n    return put", "    return put"),
    entry("add_to_free_list_tail", "list_block(tail=True)", "list_block(tail=False)"),
    entry("del_page_from_free_list", "unlist", "is_buddy_page"),
    entry("__del_page_from_free_list", "unlist", "is_buddy_page"),
    entry("__add_to_free_list", "list_block_at", "list_block(tail=True)"),
    of("__add_to_free_list", "migratetype), tail=end)", "migratetype), tail=not end)"),
    of("move_to_free_list", "types[-1]), tail=True)", "types[-1]), tail=False)"),
    of("move_to_free_list", "edge.moved += 1 << number", "edge.moved += number"),
    entry("list_move_tail", "to_the_tail_of", "answers(None)"),
    of("list_move_tail", "Int(INT, to.area.order), to.migratetype", "Int(INT, to.area.order), Int(INT, 0)"),
    entry("get_page_from_free_area", "first_of", "is_empty"),
    entry("free_area_empty", "is_empty", "first_of"),
    entry("PageBuddy", "is_buddy_page", "answers(ONE)"),
    of(
        "buddy_order",
        "for each in range(free.max_order + 1)])\n\n\ndef _listed",
        "for each in (0,)])\n\n\ndef _listed",
    ),
    entry("buddy_order_unsafe", "order_at", "is_buddy_page"),
    of("set_buddy_order", "if marked == order and key(other) == key(page)", "if key(other) == key(page)"),
    of("set_buddy_order", "if marked == order and key(other) == key(page)", "if marked == order"),
    entry("get_pageblock_migratetype", "type_at", "answers(ONE)"),
    of(
        "get_pfnblock_migratetype",
        '    same_page(edge, page, pfn, "the number that is told is the page\'s")\n',
        "",
    ),
    entry("set_pageblock_migratetype", "set_type", "answers(None)"),
    of("zone_spans_pfn", 'compare(edge.path, "<", pfn, end)', 'compare(edge.path, "<=", pfn, end)'),
    of("zone_spans_pfn", 'compare(edge.path, "<=", start, pfn)', 'compare(edge.path, "<", start, pfn)'),
    of("pageblock_start_pfn", "value & -size if", "value & ~size if"),
    of(
        "pageblock_end_pfn",
        'combine(edge.path, "+", pageblock_start',
        'combine(edge.path, "-", pageblock_start',
    ),
    of("page_to_pfn", "Int(ULONG, page.pfn),", "Int(ULONG, page.pfn + 1),"),
    of("pfn_to_page", "Page(pfn.value),", "Page(pfn.value - 1),"),
    entry("page_zone", "lambda edge, page: edge.zone", "lambda edge, page: edge.pcp"),
    of("min", '_one_of(edge, "<", left, right)', '_one_of(edge, ">", left, right)'),
    of("max", '_one_of(edge, ">", left, right)', '_one_of(edge, "<", left, right)'),
    of("clamp", "largest(edge, value, low), high", "largest(edge, value, high), low"),
    entry("READ_ONCE", "lambda edge, value: value", "answers(ZERO)"),
    entry("data_race", "lambda edge, value: value", "answers(ZERO)"),
    entry("set_pcppage_migratetype", "carried", "answers(None)"),
    of("get_pcppage_migratetype", "found.pcp.lists[found.index][edge.our_pfn(page)])", "found.index)"),
    entry("list_add", "on_pcp_list(tail=False)", "on_pcp_list(tail=True)"),
    entry("list_add_tail", "on_pcp_list(tail=True)", "on_pcp_list(tail=False)"),
    of("list_del", "edge.origin.pop(key(node.page), None)", "edge.origin.get(key(node.page))"),
    of("list_del", "    edge.types[key(node.page)] = to_int(INT, kind)\n", ""),
    entry("list_first_entry", 'pcp_end("first")', 'pcp_end("last")'),
    entry("list_last_entry", 'pcp_end("last")', 'pcp_end("first")'),
    of("list_empty", "of.pcp.first(of.index) is None", "of.pcp.first(of.index) is not None"),
    of("test_bit", '    edge.owe(right, "the bit', '    edge.owe(True, "the bit'),
    of("__mod_zone_freepage_state", '"+", edge.free_pages, added', '"-", edge.free_pages, added'),
    of("__mod_zone_freepage_state", "% (2 * half) - half", "% half - half"),
    of("__mod_zone_freepage_state", "edge.owe(zone is edge.zone", "edge.owe(True"),
    of("__mod_zone_page_state", '["NR_FREE_PAGES"].value, "', '["NR_FREE_PAGES"].value + 1, "'),
    of("__mod_zone_page_state", "edge.owe(item.value == edge", "edge.owe(True or edge"),
    entry("boost_watermark", "boost", "answers(ZERO)"),
    of("boost_watermark", "    zone.policy.boost(zone)\n", ""),
    of("boost_watermark", 'edge.owe(zone is edge.zone, "the marks', 'edge.owe(True, "the marks'),
    of("zone_managed_pages", "zone.managed),", "zone.end),"),
    entry("pcp_spin_trylock", "lambda edge, _: edge.pcp", "answers(None)"),
    entry("per_cpu_ptr", "lambda edge, *_: edge.pcp", "answers(None)"),
    entry("PageLRU", "is_movable_page", "answers(ZERO)"),
    of("__ffs", "bits(edge, value, lowest=True)", "bits(edge, value, lowest=False)"),
    of("__fls", "bits(edge, value, lowest=False)", "bits(edge, value, lowest=True)"),
    *(entry(name, "answers(None)", "answers(ONE)") for name in NOTHING),
    *(entry(name, "answers(ZERO)", "answers(ONE)") for name in ZERO),
    *(entry(name, "answers(ONE)", "answers(ZERO)") for name in ONE),
)
"""One or two of every operation."""
NUMBERS: Final = (
    ("nr_reserved_highatomic", "ULONG", "nr_isolate_pageblock"),
    ("nr_isolate_pageblock", "ULONG", "nr_reserved_highatomic"),
    ("batch", "INT", "high"),
    ("high", "INT", "batch"),
    ("free_factor", "INT", "batch"),
)
MEMBERS: Final[tuple[Broken, ...]] = (
    *(
        of(name, f'"{name}": _number({kind}, "{name}")', f'"{name}": _number({kind}, "{other}")', M)
        for name, kind, other in NUMBERS
    ),
    of("high", '"high": _number(INT,', '"high": _number(ULONG,', M),
    *(of(name, f'_given("{name}")', '_given("lists")', M) for name in GIVEN),
    *(of(name, f'_handed_on("{name}")', '_handed_on("other")', M) for name in HANDED),
    of("free_area", "lambda edge, of: AreaOf(of)", "lambda edge, of: AreaOf(of, 0)", M),
    of("nr_free", "return FreeCount(of)", "return of", M),
    of("free_list", "return FreeList(of)", "return of", M),
    of("nr_free_highatomic", '_hand_on("nr_free_highatomic"', '_hand_on("watermark_boost"', M),
    of("watermark_boost", '_hand_on("watermark_boost"', '_hand_on("nr_free_highatomic"', M),
    *(
        of(name, f'"{name}": lambda edge, of: ListNode(of)', f'"{name}": lambda edge, of: of', M)
        for name in LINKS
    ),
    of("lists", "lambda edge, of: PcpList(of)", "lambda edge, of: PcpList(of, 0)", M),
    of("count", "return edge.count if", "return Int(INT, 0) if", M),
    *(
        of(name, f'"{name}": _put("{name}"', f'"{name}": _put("{other}"', M)
        for name, _, other in NUMBERS
        if name not in ("batch", "high")
    ),
    of("count", "edge.count = convert(edge.path, value, INT)", "edge.count = Int(INT, 1)", M),
    of(ELEMENT, "edge.zone.free_area.max_order + 1", "edge.zone.free_area.max_order", M),
    of(ELEMENT, 'edge.given["lists"]))', 'edge.given["lists"] + 1))', M),
    of(ELEMENT, "if not 0 <= at < size", "if not -1 <= at < size", M),
    of(ELEMENT, "at, MIGRATETYPES)", "at, 99)", M),
    of(ELEMENT, "return FreeList(of.area, index)", "return FreeList(of.area, Int(INT, 0))", M),
    of(ELEMENT, "        if at < 0:\n", "        if at < -1:\n", M),
    of(ELEMENT, "of.moved(at if", "of.moved(-at if", M),
)
"""One or two of every member."""
TWINS: Final = (*PRIMITIVES, *MEMBERS)

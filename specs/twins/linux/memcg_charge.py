"""Broken twins of the charge: what it tries, how often, and what is left when it is refused."""

from __future__ import annotations

from specs.ledger.subject import Twin

CHARGE = "linux.memcg_charge"

TWINS = (
    Twin(
        "memcg-surplus-is-lost", CHARGE, "    if batch > pages:\n", "    if batch > pages + CHARGE_BATCH:\n"
    ),
    Twin(
        "memcg-refusal-leaves-the-batch",
        CHARGE,
        "        return memcg.owner_of(refused)",
        "        stock.refill(memcg, 0)\n        return memcg.owner_of(refused)",
    ),
    Twin("memcg-batch-is-not-tried-exactly", CHARGE, "pages < CHARGE_BATCH:", "pages < 0:"),
    Twin(
        "memcg-noretry-goes-on",
        CHARGE,
        "elif gfp_mask & gfp.NORETRY != 0:",
        "elif gfp_mask & gfp.NORETRY < 0:",
    ),
    Twin("memcg-nofail-fails", CHARGE, "(gfp.NOFAIL | gfp.HIGH)", "gfp.HIGH"),
    Twin("memcg-high-is-no-privilege", CHARGE, "(gfp.NOFAIL | gfp.HIGH)", "gfp.NOFAIL"),
    Twin("memcg-mayfail-kills", CHARGE, "gfp_mask & gfp.RETRY_MAYFAIL != 0 or (", "("),
    Twin("memcg-waits-where-it-may-not", CHARGE, "gfp_mask & gfp.DIRECT_RECLAIM != 0", "gfp_mask >= 0"),
    Twin("memcg-one-retry-less", CHARGE, "elif retries > 0:", "elif retries > 1:"),
    Twin(
        "memcg-retries-start-anew-never",
        CHARGE,
        "passed_oom, retries = True, MAX_RECLAIM_RETRIES",
        "passed_oom = True",
    ),
    Twin("memcg-dying-goes-on", CHARGE, " or (passed_oom and task.dying)", ""),
    Twin("memcg-large-charge-kills", CHARGE, "    if order > COSTLY_ORDER:\n        return False\n", ""),
    Twin("memcg-reclaimer-waits", CHARGE, "    if not task.memalloc:\n", "    if True:\n"),
    Twin("memcg-drains-each-time", CHARGE, "            drained = True\n", ""),
    Twin(
        "memcg-force-is-forgotten",
        CHARGE,
        "    memcg.memory.charge(pages)\n    return True",
        "    return True",
    ),
    Twin(
        "memcg-retry-charges-a-batch",
        CHARGE,
        "refused = attempt(memcg, stocks[cpu], pages, pages)",
        "refused = attempt(memcg, stocks[cpu], pages, max(pages, CHARGE_BATCH))",
    ),
    Twin("memcg-charges-nobody", CHARGE, "return memcg is None or try_charge", "return True or try_charge"),
    Twin(
        "memcg-uncharge-skips-the-stock",
        CHARGE,
        "        stock.refill(memcg, 1 << order)",
        "        memcg.memory.uncharge(1 << order)",
    ),
)

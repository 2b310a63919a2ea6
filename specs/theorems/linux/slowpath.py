"""What ``verified_buddy.linux.slowpath`` does: each state from anything that a request may remember."""

from __future__ import annotations

from functools import partial

from specs.ledger.theorem import Theorem
from specs.prover.models.request import claims, steps
from specs.prover.models.request.system import ANY_REQUEST, of_requests

SLOWPATH, REQUEST, RETRY = (
    f"verified_buddy.linux.{name}" for name in ("slowpath", "slow_request", "slow_retry")
)
SUPPOSES = (
    "the tests of watermarks answer as their own rows say: any answer is possible here",
    "one call at a time, but for what the system is asked: that may change at any moment",
)


def _about(module: str, names: str) -> tuple[str, ...]:
    return tuple(f"{module}.{name}" for name in names.split())


def _row(
    name: str, says: str, states: str, claim: steps.Claims, about: tuple[str, ...], rejects: tuple[str, ...]
) -> Theorem:
    lemmas = partial(steps.steps, claim, tuple(states.split()))
    return Theorem(
        name, says, about, "z3", of_requests(lemmas), rejects, supposes=SUPPOSES, domain=ANY_REQUEST
    )


table_row = partial(_row, claim=claims.as_in_the_table)
ROWS = (
    table_row(
        "slowpath-begins",
        "A request that begins, or begins anew, has tried nothing, and has the flags that its mask "
        "says; it wakes "
        "kswapd of each node that it may use, once, if it may, and searches above the min watermark.",
        "RESTART WAKE A1",
        about=(
            *_about(SLOWPATH, "restart wake first_search"),
            *_about(REQUEST, "wake_all_kswapds SlowPath.got SlowPath.look_anew"),
        ),
        rejects=(
            "slowpath-first-look-at-low",
            "slowpath-counts-on-when-it-begins-anew",
            "slowpath-compacts-as-hard-as-before",
            "slowpath-wakes-kswapd-per-zone",
            "slowpath-wakes-empty-nodes",
        ),
    ),
    table_row(
        "slowpath-compacts",
        "Memory is compacted at once only if the order is what is missing, and after reclaim in any "
        "case; a captured "
        "block is prepared once, zeroed if it has to be, and otherwise the lists are searched.",
        "C0 C",
        about=(
            *_about(SLOWPATH, "compact_first compact"),
            *_about(REQUEST, "direct_compact SlowPath.has SlowPath.costly SlowPath.can_compact"),
        ),
        rejects=(
            "slowpath-compacts-for-single-pages",
            "slowpath-compacts-for-movable-pages",
            "slowpath-compacts-for-who-has-reserves",
            "slowpath-goes-on-when-deferred",
            "slowpath-reclaims-for-huge-pages-of-a-node",
            "slowpath-captured-page-not-zeroed",
            "slowpath-searches-after-nothing-was-tried",
        ),
    ),
    table_row(
        "slowpath-retries",
        "Each time kswapd is woken again; who has reserves searches with them, and on every node; "
        "who must not "
        "reclaim gives up then.",
        "RETRY A2",
        about=(*_about(SLOWPATH, "retry second_search"), *_about(REQUEST, "reserve_flags")),
        rejects=(
            "slowpath-second-look-skipped",
            "slowpath-reserves-stay-in-the-cpuset",
            "slowpath-nodemask-not-widened",
            "slowpath-kswapd-falls-asleep",
            "slowpath-reserves-forget-kswapd",
            "slowpath-reclaims-within-reclaim",
        ),
    ),
    table_row(
        "slowpath-reclaims",
        "After reclaim the lists are searched; if in vain, once more when a reserved pageblock and "
        "what CPUs keep has "
        "come back. It is tried again as the table says: up to 16 times in a row without progress, "
        "or for great "
        "orders with, and while all that could be reclaimed would do; the highatomic reserve is "
        "given up last.",
        "R D E",
        about=(
            *_about(SLOWPATH, "reclaim may_retry may_reclaim"),
            *_about(RETRY, "should_reclaim_retry"),
        ),
        rejects=(
            "slowpath-no-drain",
            "slowpath-drains-before-it-looks",
            "slowpath-reserve-kept-to-the-end",
            "slowpath-noretry-ignored",
            "slowpath-costly-order-insists",
            "slowpath-one-loop-less",
            "slowpath-loops-never-reset",
            "slowpath-loops-reset-for-costly-orders",
            "slowpath-retry-without-the-boost",
            "slowpath-retry-by-the-low-mark",
        ),
    ),
    table_row(
        "slowpath-compacts-again",
        "Compaction is tried again after reclaim with progress: 16 times, 4 for great orders, while "
        "it says that it "
        "worked on; then, or when it gave up, one step harder as long as there is one.",
        "F",
        about=(*_about(SLOWPATH, "may_compact"), *_about(RETRY, "should_compact_retry")),
        rejects=(
            "slowpath-compacts-as-often-for-costly-orders",
            "slowpath-costly-orders-compact-hardest",
            "slowpath-retries-not-forgotten",
            "slowpath-waits-for-the-dying",
            "slowpath-change-before-a-kill-missed",
        ),
    ),
    table_row(
        "slowpath-kills",
        "Before a task is killed the lists are searched once more above the high watermark, within "
        "the cpuset and "
        "without reclaim; nobody is killed for great orders, low zones, one node, or a request that "
        "may fail; a "
        "victim with nothing left to try gives up.",
        "G",
        about=(*_about(SLOWPATH, "kill"), *_about(RETRY, "may_oom killing_helps")),
        rejects=(
            "slowpath-kills-for-costly-orders",
            "slowpath-kills-for-low-zones",
            "slowpath-last-look-at-low",
            "slowpath-last-look-not-hardwall",
            "slowpath-last-look-may-reclaim",
            "slowpath-victim-loops",
            "slowpath-loops-not-reset-by-a-kill",
            "slowpath-lock-is-kept",
        ),
    ),
    table_row(
        "slowpath-no-page",
        "A request without a page fails, unless it must not and may reclaim: that one may have some "
        "of the reserves, "
        "first within its cpuset, and is tried again.",
        "NOPAGE",
        about=(*_about(SLOWPATH, "no_page"), *_about(REQUEST, "search_all_nodes")),
        rejects=(
            "slowpath-nofail-fails",
            "slowpath-nofail-atomic-loops",
            "slowpath-nofail-leaves-the-cpuset-first",
        ),
    ),
    _row(
        "slowpath-spares-the-reserves",
        "No search disregards the watermarks but for a request of who frees memory itself, which "
        "does not decline, "
        "and, once a task was to be killed, for one that must not fail.",
        "RESTART RETRY G NOPAGE",
        claims.spares_the_reserves,
        _about(SLOWPATH, "restart retry kill"),
        ("slowpath-nofail-takes-all-at-once",),
    ),
    _row(
        "slowpath-nofail",
        "A request that must not fail, and may reclaim, never does.",
        "NOPAGE",
        claims.never_fails,
        _about(SLOWPATH, "no_page slowpath"),
        ("slowpath-nofail-fails",),
    ),
    _row(
        "slowpath-ends",
        "From any state a request goes on to a later one, or tries once more of 16 times, unless it "
        "was told of "
        "something new: pages reclaimed or given back by the reserve, a task killed or being killed, "
        "a cpuset that "
        "changed; so it ends if that is told but finitely often, unless it must not fail.",
        "RETRY E F G NOPAGE",
        claims.comes_to_an_end,
        _about(SLOWPATH, "slowpath may_reclaim may_compact kill no_page"),
        ("slowpath-no-limit-of-loops",),
    ),
)

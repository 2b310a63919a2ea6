/* SPDX-License-Identifier: MIT */
/* A toy: numbers and small questions. */

enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_MOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_PCPTYPES,
	MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES,
	MIGRATE_ISOLATE,
	MIGRATE_TYPES
};

enum zone_watermarks { WMARK_MIN, WMARK_LOW, WMARK_HIGH, WMARK_PROMO, NR_WMARK };

enum zone_type { ZONE_DMA, ZONE_DMA32, ZONE_NORMAL, ZONE_MOVABLE, __MAX_NR_ZONES };

enum zone_stat_item { NR_FREE_PAGES };

enum zone_flags { ZONE_BOOSTED_WATERMARK, ZONE_RECLAIM_ACTIVE };

#define NR_PCP_THP 2
#define NR_LOWORDER_PCP_LISTS (3 * PAGE_ALLOC_COSTLY_ORDER + 3)
#define NR_PCP_LISTS (NR_PCP_THP + NR_LOWORDER_PCP_LISTS)

static inline bool migratetype_is_mergeable(int mt)
{
	return mt <= MIGRATE_RECLAIMABLE;
}

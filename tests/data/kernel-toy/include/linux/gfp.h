/* SPDX-License-Identifier: MIT */
/* A toy: what a request says, and the zone and the type of page that follow from it. */

#define __GFP_DMA 0x01u
#define __GFP_HIGHMEM 0x02u
#define __GFP_DMA32 0x04u
#define __GFP_MOVABLE 0x08u
#define __GFP_RECLAIMABLE 0x10u
#define __GFP_HIGH 0x20u
#define __GFP_ATOMIC 0x200u
#define __GFP_DIRECT_RECLAIM 0x400u
#define __GFP_KSWAPD_RECLAIM 0x800u
#define __GFP_NOMEMALLOC 0x80000u

/* The highest zone that may serve; nobody asks for two of the low ones. */
static inline enum zone_type gfp_zone(gfp_t flags)
{
	if (flags & __GFP_DMA)
		return ZONE_DMA;
	if (flags & __GFP_DMA32)
		return ZONE_DMA32;
	if ((flags & __GFP_MOVABLE) && (flags & __GFP_HIGHMEM))
		return ZONE_MOVABLE;
	return ZONE_NORMAL;
}

/* One type for all, where pages are not grouped. */
static inline int gfp_migratetype(const gfp_t gfp_flags)
{
	if (!page_group_by_mobility_disabled) {
		if (gfp_flags & __GFP_MOVABLE)
			return MIGRATE_MOVABLE;
		if (gfp_flags & __GFP_RECLAIMABLE)
			return MIGRATE_RECLAIMABLE;
	}
	return MIGRATE_UNMOVABLE;
}

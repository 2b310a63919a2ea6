/* SPDX-License-Identifier: MIT */
/* A toy: pageblocks go out of use, and come back. */

static int set_migratetype_isolate(struct page *first, int migratetype, int isol_flags,
				   unsigned long from, unsigned long behind)
{
	struct zone *home = page_zone(first);
	unsigned long irq;
	int refused = -EBUSY, moved;

	spin_lock_irqsave(&home->lock, irq);
	if (!is_migrate_isolate_page(first) &&
	    has_unmovable_pages(from, behind, migratetype, isol_flags) == NULL) {
		home->nr_isolate_pageblock += 1;
		set_pageblock_migratetype(first, MIGRATE_ISOLATE);
		moved = move_freepages_block(home, first, MIGRATE_ISOLATE, NULL);
		__mod_zone_freepage_state(home, -moved, migratetype);
		refused = 0;
	}
	spin_unlock_irqrestore(&home->lock, irq);
	return refused;
}

/*
 * A block that covers whole pageblocks could not merge while they were isolated.  So it is taken
 * out and given back; anything smaller goes to its new lists where it lies.
 */
static void unset_migratetype_isolate(struct page *first, int migratetype)
{
	struct zone *home = page_zone(first);
	struct page *beside;
	unsigned int size = 0;
	int out = 0;

	if (!is_migrate_isolate_page(first))
		return;

	if (PageBuddy(first)) {
		size = buddy_order(first);
		if (size >= pageblock_order && size + 1 < MAX_ORDER) {
			beside = find_buddy_page_pfn(first, page_to_pfn(first), size, NULL);
			if (beside != NULL && !is_migrate_isolate_page(beside))
				out = __isolate_free_page(first, size);
		}
	}

	if (out == 0) {
		out = move_freepages_block(home, first, migratetype, NULL);
		__mod_zone_freepage_state(home, out, migratetype);
		set_pageblock_migratetype(first, migratetype);
	} else {
		set_pageblock_migratetype(first, migratetype);
		__putback_isolated_page(first, size, migratetype);
	}
	home->nr_isolate_pageblock -= 1;
}

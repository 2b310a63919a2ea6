/*
 * What verified-buddy asks of an allocator; build yours as a shared library:
 *
 *     cc -shared -fPIC -o libmine.so mine.c
 *     verified-buddy conform --library ./libmine.so
 *
 * Pages are counted in your smallest unit.  A block of order k has 2^k pages and starts at a
 * multiple of 2^k, counted from page 0, wherever the pool starts.  One call at a time.
 */
#ifndef VERIFIED_BUDDY_H
#define VERIFIED_BUDDY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Begin with the pages start_pfn .. start_pfn + nr_pages - 1, all free, in blocks of up to order
 * max_order.  It is called many times; each call forgets what was before.  nr_pages need be no
 * power of two and start_pfn no multiple of anything; what you do not support, you refuse
 * (vb_geometry(), below, can say at once what that is).
 * Returns 0, or less than 0: geometry not supported (another one is tried).
 */
int vb_init(uint64_t start_pfn, uint64_t nr_pages, unsigned max_order);

/*
 * Hand out a block of that order, 0 .. max_order.
 * Returns its first page, or -1 when refused, which is right only if no block can be had.
 */
int64_t vb_alloc(unsigned order);

/*
 * Take back a block that vb_alloc() returned, with the order that it was asked for.
 * Returns 0, or less than 0 when refused, which is right only if there is no such block.
 */
int vb_free(uint64_t pfn, unsigned order);

/* Optional: bit k is set if order k can be asked for.  Without it: 0 .. max_order. */
uint64_t vb_orders(void);

/* Optional: 0 if the order that vb_free() is given is ignored. */
int vb_free_takes_order(void);

/*
 * Optional: the pages [*lo, *hi) may be handed out; the others you keep for yourself.
 * Called after vb_init().  Returns 0.
 */
int vb_usable(uint64_t *lo, uint64_t *hi);

/*
 * Optional: the index-th geometry that you support, index 0, 1, ...  With it, no others are tried.
 * Returns 0, or less than 0 when there are not so many.  At most 256 are asked for.
 */
int vb_geometry(unsigned index, uint64_t *start_pfn, uint64_t *nr_pages, unsigned *max_order);

/* Optional: called at the end of a run; the next is begun by vb_init(). */
void vb_fini(void);

#ifdef __cplusplus
}
#endif

#endif

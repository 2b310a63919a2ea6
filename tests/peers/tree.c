/*
 * A buddy allocator on a binary tree: each node knows the greatest free block below it.  The tree spans the
 * pool rounded out to blocks of the top order; a block is at the lowest page of the leftmost that will do.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint64_t first, count, base, roots;
static unsigned top;
static int8_t *longest;	 /* order of the greatest free block, or -1; roots trees, one after the other */
static uint8_t *live;	 /* order + 1 of the block that starts at the page */
static uint64_t nodes;	 /* in a tree */

static int8_t *tree(uint64_t root)
{
	return longest + root * nodes - 1; /* nodes count from 1 */
}

static int8_t above(const int8_t *t, uint64_t node, unsigned order)
{
	int8_t left = t[2 * node], right = t[2 * node + 1];

	if (left == (int)order && right == (int)order)
		return (int8_t)(order + 1);
	return left > right ? left : right;
}

static int8_t build(int8_t *t, uint64_t node, uint64_t pfn, unsigned order)
{
	if (order == 0) {
		t[node] = pfn >= first && pfn - first < count ? 0 : -1;
	} else {
		build(t, 2 * node, pfn, order - 1);
		build(t, 2 * node + 1, pfn + (1ull << (order - 1)), order - 1);
		t[node] = above(t, node, order - 1);
	}
	return t[node];
}

int vb_init(uint64_t start_pfn, uint64_t nr_pages, unsigned max_order)
{
	if (max_order > 20 || nr_pages > 1u << 24)
		return -1;
	first = start_pfn;
	count = nr_pages;
	top = max_order;
	base = first >> top << top;
	roots = (first + count - base + (1ull << top) - 1) >> top;
	nodes = (2ull << top) - 1;
	free(longest), free(live);
	longest = malloc(roots * nodes);
	live = calloc(count, 1);
	for (uint64_t root = 0; root < roots; root++)
		build(tree(root), 1, base + (root << top), top);
	return 0;
}

int64_t vb_alloc(unsigned order)
{
	uint64_t root, node = 1, pfn;
	unsigned at = top;
	int8_t *t;

	if (order > top)
		return -1;
	for (root = 0; root < roots && tree(root)[1] < (int)order; root++)
		;
	if (root == roots)
		return -1;
	t = tree(root);
	pfn = base + (root << top);
	while (at > order) {
		node *= 2;
		at--;
		if (t[node] >= (int)order)
			continue;
		node++;
		pfn += 1ull << at;
	}
	/* The halves of a free block are whole, whatever they said when it was one. */
	t[node] = -1;
	for (uint64_t n = node / 2, k = order; n; n /= 2, k++)
		t[n] = above(t, n, (unsigned)k);
	live[pfn - first] = (uint8_t)(order + 1);
	return (int64_t)pfn;
}

int vb_free(uint64_t pfn, unsigned order)
{
	uint64_t root, node;
	int8_t *t;

	if (pfn < first || pfn - first >= count || live[pfn - first] != order + 1)
		return -1;
	live[pfn - first] = 0;
	root = (pfn - base) >> top;
	t = tree(root);
	node = (1ull << (top - order)) + ((pfn - base - (root << top)) >> order);
	t[node] = (int8_t)order;
	for (uint64_t n = node / 2, k = order; n; n /= 2, k++)
		t[n] = above(t, n, (unsigned)k);
	return 0;
}

/* How to use the vectors without Python: drives the allocator that it is linked with by one, from stdin. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "verified_buddy.h"
#pragma weak vb_usable
#pragma weak vb_orders
static uint64_t first, count, lo, hi, page, got[4096], order_of[4096]; /* by step */
static char owned[1 << 16], line[1 << 16], key[32];
static unsigned top, step, order, of, n, every;
#define expect(holds, otherwise) ((holds) ? (void)0 : exit(printf("step %u: %s\n", step, otherwise) * 0 + 1))
static uint64_t ask(unsigned k) /* at every level: aligned, inside, and nobody else's */
{
	vb_orders && !(vb_orders() >> k & 1) ? exit(3) : (void)0;
	uint64_t pfn = (uint64_t)vb_alloc(k), size = 1ull << k, end = pfn == UINT64_MAX ? pfn : pfn + size, page;
	expect(pfn == end || (k <= top && pfn >= lo && end <= hi && pfn % size == 0), "out of range or misaligned");
	for (page = pfn; page < end; page++)
		expect(!owned[page - first]++, "overlap");
	return pfn;
}
static void give_back(uint64_t pfn, uint64_t k)
{
	expect(vb_free(pfn, (unsigned)k) == 0, "free refused");
	memset(owned + (pfn - first), 0, 1ull << k);
}
static int allowed(const char *value, uint64_t pfn) /* a word, a page or null, or a list of these */
{
	if (*value == '"')
		return strchr(pfn == UINT64_MAX ? "aer" : "aeb", value[1]) != NULL;
	value += *value == '[';
	while ((*value == 'n' ? UINT64_MAX : strtoull(value, NULL, 10)) != pfn)
		if (*(value += strcspn(value, ",]}")) != ',' || *++value == '"')
			return 0;
	return 1;
}
int main(int argc, char **argv) /* level; exits with 0: as expected, 1: not, 2: no vector, 3: not supported */
{
	for (snprintf(key, sizeof(key), "\"%s\":", argc > 1 ? argv[1] : "complete"); fgets(line, sizeof(line), stdin);) {
		step += step || strncmp(line, "{\"op\"", 5) == 0; /* the first line of a step, and all after it */
		const char *value = strstr(line, key) ? strstr(line, key) + strlen(key) : "\"any\"";
		if (sscanf(line, "\"start_pfn\":%lu,\"nr_pages\":%lu,\"max_order\":%u", &first, &count, &top) == 3) {
			if (hi = first + count, vb_init(lo = first, count, top) < 0)
				return 3;
			if (vb_usable && vb_usable(&lo, &hi) == 0 && hi - lo < count)
				strcpy(key, "\"safety\":"); /* the other levels are of a whole pool */
		} else if (sscanf(line, "{\"op\":\"alloc\",\"order\":%u", &order) == 1) {
			expect(allowed(value, got[step] = ask(order_of[step] = order)), "not what this level allows");
		} else if (sscanf(line, "{\"op\":\"free\",\"step\":%u", &of) == 1 && got[of] != UINT64_MAX) {
			give_back(got[of], order_of[of]);
		} else if (sscanf(line, "{\"op\":\"sweep\",\"pfn\":%lu,\"every\":%u,\"count\":%u", &page, &every, &n) == 3) {
			for (; n--; page += every)
				owned[page - first] ? give_back(page, 0) : (void)0;
		} else if (strncmp(line, "{\"op\":\"fill\"", 12) == 0) {
			for (n = 0; (page = ask(0)) != UINT64_MAX; n++) /* exact: a list, in order */
				expect(!strchr("[,", *value) || strtoull(++value, (char **)&value, 10) == page, "not exact");
			expect(strchr("\"]", *value) || n == strtoul(value, NULL, 10), "not all pages");
		}
	}
	return strncmp(line, "]}", 2) ? printf("vacuous: no vector, or it breaks off\n") * 0 + 2 : 0;
}

/*
 * Speaks the protocol of --command for the allocator that it is linked with, without a JSON library: what is
 * asked always looks the same.  With -DDELAY=n each call takes n microseconds.
 *
 *     cc -o serve serve.c mine.c && verified-buddy conform --command ./serve
 */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>
#include "verified_buddy.h"
#pragma weak vb_usable
#ifndef DELAY
#define DELAY 0
#endif

int main(void)
{
	char line[256];
	uint64_t pfn, pages, low, high;
	unsigned order;

	while (fgets(line, sizeof(line), stdin)) {
		if (DELAY)
			usleep(DELAY);
		if (sscanf(line, "{\"op\":\"init\",\"start_pfn\":%" SCNu64 ",\"nr_pages\":%" SCNu64 ",\"max_order\":%u}",
			   &pfn, &pages, &order) == 3) {
			printf("{\"rc\":%d", vb_init(pfn, pages, order));
			if (vb_usable && vb_usable(&low, &high) == 0)
				printf(",\"usable\":[%" PRIu64 ",%" PRIu64 "]", low, high);
			puts("}");
		} else if (sscanf(line, "{\"op\":\"alloc\",\"order\":%u}", &order) == 1) {
			int64_t page = vb_alloc(order);

			if (page == -1)
				puts("{\"pfn\":null}");
			else
				printf("{\"pfn\":%" PRId64 "}\n", page);
		} else if (sscanf(line, "{\"op\":\"free\",\"pfn\":%" SCNu64 ",\"order\":%u}", &pfn, &order) == 2) {
			printf("{\"rc\":%d}\n", vb_free(pfn, order));
		}
		fflush(stdout);
	}
	return 0;
}

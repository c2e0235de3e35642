// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the headers of shim/ leave open: memory that can run out on demand, and
 * random numbers.
 */
#include <stdlib.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <shim.h>

static unsigned long fail_in;
static bool has_failed;
static long live;

void shim_fail_at(unsigned long n)
{
	fail_in = n;
	has_failed = false;
}

unsigned long shim_fail_in(void)
{
	return fail_in;
}

bool shim_has_failed(void)
{
	return has_failed;
}

long shim_live(void)
{
	return live;
}

void *shim_alloc(size_t size, gfp_t gfp)
{
	unsigned char *p;
	size_t i;

	if (fail_in && !--fail_in) {
		has_failed = true;
		return NULL;
	}
	p = malloc(size);
	if (!p)
		abort();
	/* What nobody promised to be zero is not. */
	for (i = 0; i < size; i++)
		p[i] = gfp & __GFP_ZERO ? 0 : 0xa5;
	__atomic_add_fetch(&live, 1, __ATOMIC_RELAXED);
	return p;
}

void shim_free(const void *p)
{
	if (!p)
		return;
	__atomic_sub_fetch(&live, 1, __ATOMIC_RELAXED);
	free((void *)p);
}

void get_random_bytes(void *p, size_t n)
{
	static u64 state = 0x853c49e6748fea9bull;
	u8 *b = p;

	while (n--) {
		state ^= state << 13;
		state ^= state >> 7;
		state ^= state << 17;
		*b++ = state >> 32;
	}
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where ranges of addresses start: a B-tree without pointers.
 */
#include <linux/kernel.h>
#include "starts.h"

#define STEP 4

static u32 groups_of(u32 n)
{
	return DIV_ROUND_UP(n, EPACL_FANOUT);
}

/* Whole groups; or less than one, which is searched in steps of STEP. */
static u32 padded(u32 n)
{
	return ALIGN(n, n > EPACL_FANOUT ? EPACL_FANOUT : STEP);
}

/* ---- building ---- */

size_t epacl_starts_room(u32 n, enum epacl_width width)
{
	size_t all = padded(n);

	while (n > EPACL_FANOUT) {
		n = groups_of(n);
		all += padded(n);
	}
	return all * epacl_start_size(width);
}

static void pad(u8 *level, u32 n, size_t size)
{
	memset(level + n * size, 0xff, (padded(n) - n) * size);
}

/* The first start of each group of @level. */
static void put_level(u8 *above, const u8 *level, u32 groups, size_t size)
{
	u32 i;

	for (i = 0; i < groups; i++)
		memcpy(above + i * size, level + i * EPACL_FANOUT * size, size);
	pad(above, groups, size);
}

void epacl_starts_finish(void *starts, u32 n, enum epacl_width width)
{
	size_t size = epacl_start_size(width);
	u8 *level = starts, *above;
	u32 groups;

	pad(level, n, size);
	for (groups = groups_of(n); groups > 1; groups = groups_of(groups)) {
		above = level + groups * EPACL_FANOUT * size;
		put_level(above, level, groups, size);
		level = above;
	}
}

/* ---- searching ---- */

static bool start128_is_behind(const struct epacl_start128 *start,
			       const struct epacl_start128 *value)
{
	return start->hi > value->hi ||
	       (start->hi == value->hi && start->lo > value->lo);
}

#define IS_BEHIND(start, value) (*(start) > *(value))

/* From the top down: each call is one level, of EPACL_FANOUT times as many. */
#define RANK(name, type, is_behind)                                   \
	static u32 name(const type *starts, u32 n, const type *value) \
	{                                                             \
		u32 size = min_t(u32, padded(n), EPACL_FANOUT);       \
		u32 group = 0, behind = 0, i;                         \
                                                                      \
		if (n > EPACL_FANOUT) {                               \
			group = name(starts + ALIGN(n, EPACL_FANOUT), \
				     groups_of(n), value);            \
			if (!group)                                   \
				return 0;                             \
			group = (group - 1) * EPACL_FANOUT;           \
		}                                                     \
		starts += group;                                      \
		for (i = 0; i < size; i += STEP)                      \
			behind += is_behind(&starts[i], value) +      \
				  is_behind(&starts[i + 1], value) +  \
				  is_behind(&starts[i + 2], value) +  \
				  is_behind(&starts[i + 3], value);   \
		/* Padding is not behind the last address of all. */  \
		return min(group + size - behind, n);                 \
	}

RANK(rank32, u32, IS_BEHIND)
RANK(rank64, u64, IS_BEHIND)
RANK(rank128, struct epacl_start128, start128_is_behind)

u32 epacl_starts_rank(const void *starts, u32 n, enum epacl_width width,
		      const struct epacl_ip *ip)
{
	struct epacl_start128 value;
	u32 v4;

	if (width == EPACL_WIDTH_32) {
		v4 = be32_to_cpu(ip->v4);
		return rank32(starts, n, &v4);
	}
	value.hi = epacl_ip_upper(ip);
	if (width == EPACL_WIDTH_64)
		return rank64(starts, n, &value.hi);
	value.lo = epacl_ip_lower(ip);
	return rank128(starts, n, &value);
}

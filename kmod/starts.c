// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where ranges of addresses start: a B-tree without pointers.
 */
#include "starts.h"

static u32 groups_of(u32 n)
{
	return DIV_ROUND_UP(n, EPACL_FANOUT);
}

/* ---- one of them ---- */

struct epacl_start128 epacl_start_of(const struct epacl_ip *ip)
{
	struct epacl_start128 start = {};

	if (ip->family == 4) {
		start.hi = (u64)be32_to_cpu(ip->v4) << 32;
	} else {
		start.hi = epacl_ip_upper(ip);
		start.lo = epacl_ip_lower(ip);
	}
	return start;
}

struct epacl_start128 epacl_start_get(const void *starts,
				      enum epacl_width width, u32 i)
{
	struct epacl_start128 start = {};

	if (width == EPACL_WIDTH_128)
		return ((const struct epacl_start128 *)starts)[i];
	if (width == EPACL_WIDTH_64)
		start.hi = ((const u64 *)starts)[i];
	else
		start.hi = (u64)((const u32 *)starts)[i] << 32;
	return start;
}

void epacl_start_put(void *starts, enum epacl_width width, u32 i,
		     struct epacl_start128 start)
{
	if (width == EPACL_WIDTH_128)
		((struct epacl_start128 *)starts)[i] = start;
	else if (width == EPACL_WIDTH_64)
		((u64 *)starts)[i] = start.hi;
	else
		((u32 *)starts)[i] = start.hi >> 32;
}

/* ---- building ---- */

size_t epacl_starts_upper_size(u32 n, enum epacl_width width)
{
	size_t all = 0;

	while (n > EPACL_FANOUT) {
		n = groups_of(n);
		all += epacl_starts_size(n, width);
	}
	return all;
}

void epacl_starts_pad(void *starts, u32 n, enum epacl_width width)
{
	size_t used = n * epacl_start_size(width);

	memset((u8 *)starts + used, 0xff, epacl_starts_size(n, width) - used);
}

void epacl_starts_raise(const void *starts, void *upper, u32 n,
			enum epacl_width width)
{
	size_t size = epacl_start_size(width);
	const u8 *level = starts;
	u8 *above = upper;
	u32 i;

	while (n > EPACL_FANOUT) {
		n = groups_of(n);
		for (i = 0; i < n; i++)
			memcpy(above + i * size,
			       level + i * EPACL_FANOUT * size, size);
		epacl_starts_pad(above, n, width);
		level = above;
		above += epacl_starts_size(n, width);
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
#define RANK(name, type, is_behind)                                          \
	static u32 name(const type *starts, const type *upper, u32 n,        \
			const type *value)                                   \
	{                                                                    \
		u32 size = min_t(u32, epacl_starts_padded(n), EPACL_FANOUT); \
		u32 group = 0, behind = 0, i;                                \
                                                                             \
		if (n > EPACL_FANOUT) {                                      \
			group = groups_of(n);                                \
			group = name(upper,                                  \
				     upper + epacl_starts_padded(group),     \
				     group, value);                          \
			if (!group)                                          \
				return 0;                                    \
			group = (group - 1) * EPACL_FANOUT;                  \
		}                                                            \
		starts += group;                                             \
		for (i = 0; i < size; i += EPACL_STEP)                       \
			behind += is_behind(&starts[i], value) +             \
				  is_behind(&starts[i + 1], value) +         \
				  is_behind(&starts[i + 2], value) +         \
				  is_behind(&starts[i + 3], value);          \
		/* Padding is not behind the last address of all. */         \
		return min(group + size - behind, n);                        \
	}

RANK(rank32, u32, IS_BEHIND)
RANK(rank64, u64, IS_BEHIND)
RANK(rank128, struct epacl_start128, start128_is_behind)

u32 epacl_starts_rank(const void *starts, const void *upper, u32 n,
		      enum epacl_width width, const struct epacl_ip *ip)
{
	struct epacl_start128 value = epacl_start_of(ip);
	u32 v4 = value.hi >> 32;

	switch (width) {
	case EPACL_WIDTH_32:
		return rank32(starts, upper, n, &v4);
	case EPACL_WIDTH_64:
		return rank64(starts, upper, n, &value.hi);
	default:
		return rank128(starts, upper, n, &value);
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The prefixes of a set in as little memory as they can be searched in. A pure
 * data structure.
 */
#ifndef _EPACL_PACKED_H
#define _EPACL_PACKED_H

#include "memory.h"
#include "starts.h"
#include "types.h"

/**
 * struct epacl_prefixes - those of one family
 * @width: enum epacl_width
 * @n: how many
 * @starts: the address of each, ascending, shorter prefixes first: as many upper
 *	bits as @width says, in host order; the last group is filled up with ones
 * @lens: the length of each
 */
struct epacl_prefixes {
	u8 width;
	u32 n;
	void *starts;
	u8 *lens;
};

/**
 * struct epacl_packed - prefixes, sorted as epacl_prefix_compare() has it, each
 *	once; all zero: none
 * @of: IPv4, IPv6
 * @memory: where they lie
 */
struct epacl_packed {
	struct epacl_prefixes of[2];
	void *memory;
};

static inline struct epacl_start128
epacl_start_at(const struct epacl_prefixes *p, u32 i)
{
	return epacl_start_get(p->starts, p->width, i);
}

/* Do the first @len bits agree? */
static inline bool epacl_bits_agree(u64 a, u64 b, u32 len)
{
	return !len || !((a ^ b) >> (64 - len));
}

static inline bool epacl_starts_agree(const struct epacl_start128 *a,
				      const struct epacl_start128 *b, u32 len)
{
	if (len <= 64)
		return epacl_bits_agree(a->hi, b->hi, len);
	return a->hi == b->hi && epacl_bits_agree(a->lo, b->lo, len - 64);
}

static inline u32 epacl_packed_count(const struct epacl_packed *packed)
{
	return packed->of[0].n + packed->of[1].n;
}

/* Number @i in the order of both families. */
void epacl_packed_get(const struct epacl_packed *packed, u32 i,
		      struct epacl_prefix *prefix);
/* Is it one of them, with this length? */
bool epacl_packed_has(const struct epacl_packed *packed,
		      const struct epacl_prefix *prefix);
bool epacl_packed_equal(const struct epacl_packed *a,
			const struct epacl_packed *b);

/**
 * epacl_packed_merge - old prefixes and new ones
 * @memory: account
 * @to: receives them
 * @from: the old ones
 * @more: the new ones, sorted, each once; none is in @from
 * @n: how many
 *
 * Return: 0 or -ENOMEM. May sleep.
 */
int epacl_packed_merge(struct epacl_memory *memory, struct epacl_packed *to,
		       const struct epacl_packed *from,
		       const struct epacl_prefix *more, u32 n);
/* Leaves none. */
void epacl_packed_free(struct epacl_packed *packed);

#endif /* _EPACL_PACKED_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hash tables of element numbers, as a snapshot holds them: filled once, then
 * only read. Never more than half full, so that a look-up that finds nothing
 * ends soon.
 */
#ifndef _EPACL_INDEX_H
#define _EPACL_INDEX_H

#include <linux/jhash.h>
#include "snapshot.h"

static inline u32 epacl_hash_name(u32 seed, const char *name)
{
	return jhash(name, strlen(name), seed);
}

static inline u32 epacl_hash_u64(u32 seed, u64 value)
{
	return jhash_2words(value, value >> 32, seed);
}

static inline u32 epacl_hash_pointer(u32 seed, const void *p)
{
	return epacl_hash_u64(seed, (unsigned long)p);
}

/* @more: what else the key holds. */
static inline u32 epacl_hash_ip(u32 seed, const struct epacl_ip *ip, u32 more)
{
	return jhash2((__force const u32 *)ip->w, 4, seed ^ more);
}

static inline u32 epacl_hash_public(u32 seed, const struct epacl_ip *ip,
				    u8 proto, u16 port)
{
	return epacl_hash_ip(seed, ip, proto << 16 | port);
}

/*
 * Walks the elements whose hash may be @hash: @pos is the position, @i the
 * number of the element.
 */
#define epacl_index_for_each(index, hash, pos, i)          \
	for ((pos) = (hash) & (index)->mask;               \
	     ((i) = (index)->slots[pos]) && ((i)--, true); \
	     (pos) = ((pos) + 1) & (index)->mask)

/* Room for @n elements. Return: 0 or -ENOMEM. */
int epacl_index_alloc(struct epacl_memory *memory, struct epacl_index *index,
		      u32 n);
void epacl_index_free(struct epacl_index *index);

/* Puts element number @i in. There must be room. */
void epacl_index_put(struct epacl_index *index, u32 hash, u32 i);

#endif /* _EPACL_INDEX_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Not Jenkins' hash, but a seeded one. */
#ifndef _SHIM_LINUX_JHASH_H
#define _SHIM_LINUX_JHASH_H

#include <linux/types.h>

static inline u32 jhash(const void *p, u32 n, u32 seed)
{
	const u8 *b = p;
	u32 hash = seed ^ n ^ 0x811c9dc5u;

	while (n--) {
		hash = (hash ^ *b++) * 0x01000193u;
		hash ^= hash >> 15;
	}
	return hash ^ hash >> 13;
}

static inline u32 jhash2(const u32 *p, u32 n, u32 seed)
{
	return jhash(p, n * sizeof(*p), seed);
}

static inline u32 jhash_2words(u32 a, u32 b, u32 seed)
{
	u32 words[] = { a, b };

	return jhash2(words, 2, seed);
}

#endif /* _SHIM_LINUX_JHASH_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Not SipHash, but a keyed hash. */
#ifndef _SHIM_LINUX_SIPHASH_H
#define _SHIM_LINUX_SIPHASH_H

#include <linux/types.h>

#define SIPHASH_ALIGNMENT __alignof__(u64)

typedef struct {
	u64 key[2];
} siphash_key_t;

static inline u64 siphash(const void *p, size_t n, const siphash_key_t *key)
{
	const u8 *b = p;
	u64 hash = key->key[0] ^ n;

	while (n--) {
		hash = (hash ^ *b++) * 0x9e3779b97f4a7c15ull;
		hash ^= hash >> 29;
	}
	hash = (hash ^ key->key[1]) * 0xbf58476d1ce4e5b9ull;
	return hash ^ hash >> 32;
}

#endif /* _SHIM_LINUX_SIPHASH_H */

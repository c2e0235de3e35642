/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bob Jenkins' hash lookup3 of 2006, which is in the public domain, as the kernel
 * computes it: what it says decides which member of an lbset a source is sent to.
 */
#ifndef _SHIM_LINUX_JHASH_H
#define _SHIM_LINUX_JHASH_H

#include <linux/string.h>
#include <linux/types.h>

static inline u32 shim_rol(u32 word, unsigned int n)
{
	return word << n | word >> (32 - n);
}

static inline void shim_mix(u32 v[3])
{
	static const u8 turns[6] = { 4, 6, 8, 16, 19, 4 };
	unsigned int i, a, b, c;

	for (i = 0; i < 6; i++) {
		a = i % 3;
		b = (i + 1) % 3;
		c = (i + 2) % 3;
		v[a] -= v[c];
		v[a] ^= shim_rol(v[c], turns[i]);
		v[c] += v[b];
	}
}

static inline u32 shim_final(u32 v[3])
{
	static const u8 turns[7] = { 14, 11, 25, 16, 4, 14, 24 };
	unsigned int i, to, from;

	for (i = 0; i < 7; i++) {
		to = (i + 2) % 3;
		from = (i + 1) % 3;
		v[to] ^= v[from];
		v[to] -= shim_rol(v[from], turns[i]);
	}
	return v[2];
}

static inline u32 jhash(const void *key, u32 n, u32 seed)
{
	u32 v[3], word[3];
	const u8 *p = key;
	unsigned int i;

	v[0] = v[1] = v[2] = 0xdeadbeef + n + seed;
	for (; n > 12; n -= 12, p += 12) {
		memcpy(word, p, 12);
		for (i = 0; i < 3; i++)
			v[i] += word[i];
		shim_mix(v);
	}
	if (!n)
		return v[2];
	for (i = 0; i < n; i++)
		v[i / 4] += (u32)p[i] << 8 * (i % 4);
	return shim_final(v);
}

static inline u32 jhash2(const u32 *words, u32 n, u32 seed)
{
	return jhash(words, n * sizeof(*words), seed);
}

static inline u32 jhash_2words(u32 a, u32 b, u32 seed)
{
	u32 words[] = { a, b };

	return jhash2(words, 2, seed);
}

#endif /* _SHIM_LINUX_JHASH_H */

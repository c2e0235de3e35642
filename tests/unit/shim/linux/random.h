/* SPDX-License-Identifier: GPL-2.0-only */
/* The same sequence in every run. */
#ifndef _SHIM_LINUX_RANDOM_H
#define _SHIM_LINUX_RANDOM_H

#include <linux/types.h>

void get_random_bytes(void *p, size_t n);

static inline u32 get_random_u32(void)
{
	u32 n;

	get_random_bytes(&n, sizeof(n));
	return n;
}

#endif /* _SHIM_LINUX_RANDOM_H */

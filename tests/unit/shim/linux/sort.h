/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SORT_H
#define _SHIM_LINUX_SORT_H

#include <stdlib.h>

static inline void sort(void *base, size_t n, size_t size,
			int (*compare)(const void *a, const void *b),
			void (*swap_elements)(void *a, void *b, int size))
{
	(void)swap_elements;
	if (n > 1)
		qsort(base, n, size, compare);
}

#endif /* _SHIM_LINUX_SORT_H */

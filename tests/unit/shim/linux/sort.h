/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SORT_H
#define _SHIM_LINUX_SORT_H

#include <stdlib.h>

/* The C library shows it to whom asks for GNU alone. */
void qsort_r(void *base, size_t n, size_t size,
	     int (*compare)(const void *a, const void *b, void *arg),
	     void *arg);

struct shim_sort {
	int (*compare)(const void *a, const void *b, const void *priv);
	const void *priv;
};

static inline int shim_compare(const void *a, const void *b, void *sort)
{
	const struct shim_sort *s = sort;

	return s->compare(a, b, s->priv);
}

static inline void sort(void *base, size_t n, size_t size,
			int (*compare)(const void *a, const void *b),
			void (*swap_elements)(void *a, void *b, int size))
{
	(void)swap_elements;
	if (n > 1)
		qsort(base, n, size, compare);
}

static inline void
sort_r(void *base, size_t n, size_t size,
       int (*compare)(const void *a, const void *b, const void *priv),
       void (*swap_elements)(void *a, void *b, int size, const void *priv),
       const void *priv)
{
	struct shim_sort s = { .compare = compare, .priv = priv };

	(void)swap_elements;
	if (n > 1)
		qsort_r(base, n, size, shim_compare, &s);
}

#endif /* _SHIM_LINUX_SORT_H */

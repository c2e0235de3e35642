// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hash tables of element numbers.
 */
#include <linux/errno.h>
#include <linux/log2.h>
#include "index.h"

int epacl_index_alloc(struct epacl_memory *memory, struct epacl_index *index,
		      u32 n)
{
	u32 slots = roundup_pow_of_two(2 * n + 2);

	index->slots = epacl_alloc(memory, slots * sizeof(*index->slots));
	if (!index->slots)
		return -ENOMEM;
	index->mask = slots - 1;
	return 0;
}

void epacl_index_free(struct epacl_index *index)
{
	epacl_free(index->slots);
}

void epacl_index_put(struct epacl_index *index, u32 hash, u32 i)
{
	u32 pos = hash & index->mask;

	while (index->slots[pos])
		pos = (pos + 1) & index->mask;
	index->slots[pos] = i + 1;
}

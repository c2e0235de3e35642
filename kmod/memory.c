// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that a namespace's policy holds.
 */
#include <linux/gfp.h>
#include <linux/log2.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include "memory.h"

/*
 * Stands in front of every allocation; keeps what follows aligned as it is.
 * @size is that of the whole, @front what of it is before the header.
 */
struct header {
	struct epacl_memory *memory;
	u64 front : 8;
	u64 size : 56;
};

/*
 * Compare and exchange rather than add and take back: an allocation that is too
 * large must not make a smaller one fail that comes at the same time.
 */
bool epacl_charge(struct epacl_memory *memory, u64 size)
{
	s64 used = atomic64_read(&memory->used);

	do {
		if (size > memory->max || (u64)used > memory->max - size)
			return false;
	} while (!atomic64_try_cmpxchg(&memory->used, &used, used + size));
	return true;
}

void epacl_uncharge(struct epacl_memory *memory, u64 size)
{
	atomic64_sub(size, &memory->used);
}

void *epacl_alloc_bare(struct epacl_memory *memory, size_t size)
{
	void *p;

	if (!epacl_charge(memory, size))
		return NULL;
	p = kvmalloc(size, GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN);
	if (!p)
		epacl_uncharge(memory, size);
	return p;
}

void epacl_free_bare(struct epacl_memory *memory, void *p, size_t size)
{
	epacl_uncharge(memory, size);
	kvfree(p);
}

static void *alloc(struct epacl_memory *memory, size_t size, size_t front)
{
	struct header *header;
	size_t whole;
	u8 *at;

	if (check_add_overflow(size, front + sizeof(*header), &whole))
		return NULL;
	at = epacl_alloc_bare(memory, whole);
	if (!at)
		return NULL;
	header = (struct header *)(at + front);
	header->memory = memory;
	header->front = front;
	header->size = whole;
	return header + 1;
}

void *epacl_alloc(struct epacl_memory *memory, size_t size)
{
	return alloc(memory, size, 0);
}

void *epacl_alloc_lines(struct epacl_memory *memory, size_t size)
{
	return alloc(memory, size, EPACL_LINE - sizeof(struct header));
}

void epacl_free(void *p)
{
	struct header *header;

	if (!p)
		return;
	header = (struct header *)p - 1;
	epacl_free_bare(header->memory, (u8 *)header - header->front,
			header->size);
}

struct epacl_memory *epacl_account(const void *p)
{
	return ((const struct header *)p - 1)->memory;
}

size_t epacl_round_up(size_t size)
{
	return roundup_pow_of_two(size + sizeof(struct header)) -
	       sizeof(struct header);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that a namespace's policy holds: accounted to its owner's memory
 * control group, and capped per namespace.
 */
#ifndef _EPACL_MEMORY_H
#define _EPACL_MEMORY_H

#include <linux/atomic.h>
#include <linux/kernel.h>
#include <linux/types.h>

/**
 * struct epacl_memory - what one namespace holds
 * @used: bytes, policy in force, snapshots on their way out, dumps and staged
 *	transactions together
 * @max: allocations that would exceed it fail
 */
struct epacl_memory {
	atomic64_t used;
	u64 max;
};

/**
 * epacl_alloc - zeroed memory on a namespace's account
 * @memory: account; must outlive the allocation
 * @size: bytes
 *
 * Context: may sleep. Return: NULL if there is none, or the cap is reached.
 */
void *epacl_alloc(struct epacl_memory *memory, size_t size);

/* What the packet path reads is laid out in cache lines of this size. */
#define EPACL_LINE 64

/*
 * The same, beginning with a cache line, where the kernel's allocator gives
 * memory that does. For what packets read.
 */
void *epacl_alloc_lines(struct epacl_memory *memory, size_t size);

/* NULL is fine. May sleep. */
void epacl_free(void *p);
/* The account that @p is on. */
struct epacl_memory *epacl_account(const void *p);

/*
 * As these two, for small things of which there are many: nothing is in front,
 * but whoever frees one says whose it is, and how large.
 */
void *epacl_alloc_bare(struct epacl_memory *memory, size_t size);
void epacl_free_bare(struct epacl_memory *memory, void *p, size_t size);

/*
 * What may be asked for in the place of @size bytes: the kernel rounds up to a
 * power of two, and what is in front counts, too.
 */
size_t epacl_round_up(size_t size);

/* The account alone. Return: false: the cap is reached. Any context. */
bool epacl_charge(struct epacl_memory *memory, u64 size);
void epacl_uncharge(struct epacl_memory *memory, u64 size);

/**
 * struct epacl_room - memory that is given out piece by piece
 * @at: where it begins, aligned for a u64; NULL: there is none yet, and the
 *	pieces are only counted
 * @used: bytes given out, or counted
 */
struct epacl_room {
	u8 *at;
	size_t used;
};

/* The next piece, aligned for a u64. */
static inline void *epacl_take(struct epacl_room *room, size_t size)
{
	void *piece = room->at ? room->at + room->used : NULL;

	room->used += ALIGN(size, sizeof(u64));
	return piece;
}

/* The next piece, beginning with a cache line if the room does. */
static inline void *epacl_take_lines(struct epacl_room *room, size_t size)
{
	room->used = ALIGN(room->used, EPACL_LINE);
	return epacl_take(room, size);
}

#endif /* _EPACL_MEMORY_H */

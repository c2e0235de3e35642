/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where ranges of addresses start, ascending, to find the one that an address is
 * in: a B-tree without pointers. The starts are in groups of EPACL_FANOUT, the
 * last one is padded; on each further level is the first start of every group
 * below, until one group is left. The upper levels lie one behind the other. A
 * group is one cache line, or two or four; it is searched without a branch that
 * depends on the packet.
 */
#ifndef _EPACL_STARTS_H
#define _EPACL_STARTS_H

#include <linux/kernel.h>
#include "types.h"

#define EPACL_FANOUT 16

/**
 * enum epacl_width - what is kept of a start
 * @EPACL_WIDTH_32: u32, IPv4
 * @EPACL_WIDTH_64: u64, the upper half of IPv6: all lower halves are zero
 * @EPACL_WIDTH_128: struct epacl_start128
 */
enum epacl_width { EPACL_WIDTH_32, EPACL_WIDTH_64, EPACL_WIDTH_128 };

struct epacl_start128 {
	u64 hi;
	u64 lo;
};

static inline size_t epacl_start_size(enum epacl_width width)
{
	return width == EPACL_WIDTH_32 ? sizeof(u32) :
	       width == EPACL_WIDTH_64 ? sizeof(u64) :
					 sizeof(struct epacl_start128);
}

/* Starts with their padding: whole groups; or less than one, in whole steps. */
#define EPACL_STEP 4

static inline u32 epacl_starts_padded(u32 n)
{
	return ALIGN(n, n > EPACL_FANOUT ? EPACL_FANOUT : EPACL_STEP);
}

/* Bytes of one level. */
static inline size_t epacl_starts_size(u32 n, enum epacl_width width)
{
	return epacl_starts_padded(n) * epacl_start_size(width);
}

/* Bytes of all levels above @n starts. */
size_t epacl_starts_upper_size(u32 n, enum epacl_width width);

/* An address as a number, from the top down: IPv4 is the upper half of hi. */
struct epacl_start128 epacl_start_of(const struct epacl_ip *ip);

/* Start number @i: as many upper bits as @width says. */
struct epacl_start128 epacl_start_get(const void *starts,
				      enum epacl_width width, u32 i);
void epacl_start_put(void *starts, enum epacl_width width, u32 i,
		     struct epacl_start128 start);

/* Fills up the last group of @n starts that are in place. */
void epacl_starts_pad(void *starts, u32 n, enum epacl_width width);

/* Makes the levels above @n starts, from @upper on. */
void epacl_starts_raise(const void *starts, void *upper, u32 n,
			enum epacl_width width);

/**
 * epacl_starts_rank - how many starts are not behind an address
 * @starts: padded
 * @upper: the levels above
 * @n: of those in place, at least one
 * @width: of each
 * @ip: address, of their family
 *
 * Any context.
 */
u32 epacl_starts_rank(const void *starts, const void *upper, u32 n,
		      enum epacl_width width, const struct epacl_ip *ip);

#endif /* _EPACL_STARTS_H */

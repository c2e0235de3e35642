/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where ranges of addresses start, ascending, to find the one that an address is
 * in: a B-tree without pointers. The starts are in groups of EPACL_FANOUT, the
 * last one is padded; behind them follow, level by level, the first start of
 * every group below, until one group is left. A group is one cache line, or two
 * or four; it is searched without a branch that depends on the packet.
 */
#ifndef _EPACL_STARTS_H
#define _EPACL_STARTS_H

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

/* Room for @n starts and the levels above them. */
size_t epacl_starts_room(u32 n, enum epacl_width width);

/* Pads @n starts that are in place, and makes the levels above them. */
void epacl_starts_finish(void *starts, u32 n, enum epacl_width width);

/**
 * epacl_starts_rank - how many starts are not behind an address
 * @starts: finished
 * @n: of those in place
 * @width: of each
 * @ip: address, of their family
 *
 * Any context.
 */
u32 epacl_starts_rank(const void *starts, u32 n, enum epacl_width width,
		      const struct epacl_ip *ip);

#endif /* _EPACL_STARTS_H */

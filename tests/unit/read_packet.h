/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Bytes as the hooks would meet them, and what must be true of all that is read.
 */
#ifndef _READ_PACKET_H
#define _READ_PACKET_H

#include "packet.h"

/*
 * From the network header on, in a buffer that ends where the packet ends;
 * @headlen: how much of it can be pointed at, the rest is copied.
 */
void read_packet(struct epacl_packet *p, const u8 *from, unsigned int n,
		 u16 ethertype, unsigned int headlen, bool gso);

/*
 * From the Ethernet header on, which is all there; @headlen: behind it; @tag:
 * taken off already, -1: none.
 */
void read_frame_at(struct epacl_packet *p, const u8 *frame, unsigned int n,
		   bool egress, unsigned int headlen, int tag);

/* Of @n bytes from the network header on. NULL: all is well; else what is not. */
const char *packet_violates(const struct epacl_packet *p, unsigned int n);

#endif /* _READ_PACKET_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a plan is made of; for the nat_*.c files alone. */
#ifndef _CTL_NAT_PLAN_H
#define _CTL_NAT_PLAN_H

#include "nat.h"

/**
 * enum nat_kind - what an entry says
 * @NAT_PUBLIC: @a, @proto, @port and up become @b, @to_port
 * @NAT_MEMBER: @a, @proto, @port may become @b, @to_port, one of several
 * @NAT_FROM: @a is the source of a nic. A less specific one says nothing
 *	about it
 * @NAT_VIP: @a leaves as @b
 * @NAT_INSIDE: from @a to @b the source stays
 */
enum nat_kind {
	NAT_PUBLIC,
	NAT_MEMBER,
	NAT_FROM,
	NAT_VIP,
	NAT_INSIDE,
};

/**
 * struct nat_entry - one statement; has no padding, unused members are zero
 * @kind: enum nat_kind
 * @family: 4 or 6
 * @proto: IANA number
 * @alen: prefix length of @a
 * @blen: prefix length of @b
 * @range: 1 if it keeps the number of the port, else 0
 * @port: first public port, host byte order
 * @nports: number of ports
 * @to_port: first private port, host byte order
 * @zone: of the source @a; 0: the default one
 * @a: address that is looked up, host bits masked
 * @b: address that is the answer, or the inside prefix, masked
 */
struct nat_entry {
	__u8 kind;
	__u8 family;
	__u8 proto;
	__u8 alen;
	__u8 blen;
	__u8 range;
	__u16 port;
	__u16 nports;
	__u16 to_port;
	__u16 zone;
	__u8 a[16];
	__u8 b[16];
};

/* Bytes of an address of the family. */
static inline unsigned int nat_addr_bytes(int family)
{
	return family == 4 ? 4 : 16;
}

/**
 * nat_plan_vip - what a source leaves as
 * @plan: plan
 * @from: entry of kind NAT_FROM
 *
 * Return: the NAT_VIP entry, or NULL.
 */
const struct nat_entry *nat_plan_vip(const struct nat_plan *plan,
				     const struct nat_entry *from);

/**
 * nat_plan_select - all entries of a kind and family, sorted
 * @plan: plan
 * @kind: enum nat_kind
 * @family: 4 or 6
 * @n: receives their number
 *
 * They are sorted by @zone, @proto, @a, @alen, @port, @b, @blen, so that a prefix
 * comes before those that it contains; members of one public address and port
 * stay in the order in which they came.
 *
 * Return: an array for free(), never NULL but without memory.
 */
struct nat_entry *nat_plan_select(const struct nat_plan *plan,
				  enum nat_kind kind, int family, size_t *n);

#endif /* _CTL_NAT_PLAN_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses, prefixes and port ranges, and the comparisons of them.
 */
#ifndef _EPACL_TYPES_H
#define _EPACL_TYPES_H

#include <linux/bitops.h>
#include <linux/string.h>
#include <linux/types.h>
#include <linux/epacl.h>
#include <asm/byteorder.h>

/**
 * struct epacl_ip - an IPv4 or IPv6 address
 * @b: network byte order; IPv4 in the first four bytes, the rest zero
 * @family: 4 or 6; 0: no address
 */
struct epacl_ip {
	union {
		u8 b[16];
		__be32 v4;
		__be32 w[4];
		u64 q[2] __packed __aligned(4); /* else all were 24 bytes */
	};
	u8 family;
};

/**
 * struct epacl_prefix - an address range that starts at a power of two
 * @ip: host bits are zero
 * @len: 0 to 32 or 128
 */
struct epacl_prefix {
	struct epacl_ip ip;
	u8 len;
};

/* Inclusive, host byte order. */
struct epacl_ports {
	u16 lo;
	u16 hi;
};

static inline u8 epacl_family_bits(u8 family)
{
	return family == 4 ? 32 : 128;
}

/* @bytes: 4 or 16 of them. */
static inline void epacl_ip_set(struct epacl_ip *ip, u8 family,
				const void *bytes)
{
	ip->family = family;
	if (family == 6) {
		memcpy(ip->b, bytes, sizeof(ip->b));
		return;
	}
	ip->q[0] = 0;
	ip->q[1] = 0;
	memcpy(&ip->v4, bytes, sizeof(ip->v4));
}

/* By family, then by address. Return: below, equal to, or above 0. */
static inline int epacl_ip_compare(const struct epacl_ip *a,
				   const struct epacl_ip *b)
{
	if (a->family != b->family)
		return a->family - b->family;
	return memcmp(a->b, b->b, sizeof(a->b));
}

static inline bool epacl_ip_equal(const struct epacl_ip *a,
				  const struct epacl_ip *b)
{
	return a->family == b->family && a->q[0] == b->q[0] &&
	       a->q[1] == b->q[1];
}

/* The halves of an IPv6 address as numbers. */
static inline u64 epacl_ip_upper(const struct epacl_ip *ip)
{
	return be64_to_cpu((__force __be64)ip->q[0]);
}

static inline u64 epacl_ip_lower(const struct epacl_ip *ip)
{
	return be64_to_cpu((__force __be64)ip->q[1]);
}

/* A prefix as long as the address: one plain address. */
static inline bool epacl_prefix_is_plain(const struct epacl_prefix *p)
{
	return p->len == epacl_family_bits(p->ip.family);
}

bool epacl_prefix_holds(const struct epacl_prefix *p,
			const struct epacl_ip *ip);
bool epacl_prefixes_overlap(const struct epacl_prefix *a,
			    const struct epacl_prefix *b);
void epacl_prefix_mask(struct epacl_prefix *p);

bool epacl_ip_is_multicast(const struct epacl_ip *ip);
bool epacl_ip_is_link_local(const struct epacl_ip *ip);
bool epacl_ip_is_unspecified(const struct epacl_ip *ip);

/* True for 255.255.255.255, and the last address of an IPv4 prefix. */
bool epacl_ip_is_broadcast(const struct epacl_ip *ip);
bool epacl_prefix_broadcast_is(const struct epacl_prefix *p,
			       const struct epacl_ip *ip);

/* Room for an address in text, and for a prefix. */
#define EPACL_IP_TEXT 44

/* Writes @ip as text. Return: @text. */
const char *epacl_ip_text(const struct epacl_ip *ip, char text[EPACL_IP_TEXT]);
const char *epacl_prefix_text(const struct epacl_prefix *p,
			      char text[EPACL_IP_TEXT]);

static inline bool epacl_ports_hold(const struct epacl_ports *p, u16 port)
{
	return p->lo <= port && port <= p->hi;
}

static inline bool epacl_proto_has_ports(u16 proto)
{
	switch (proto) {
	case 6: /* TCP */
	case 17: /* UDP */
	case 33: /* DCCP */
	case 132: /* SCTP */
	case 136: /* UDP-Lite */
		return true;
	default:
		return false;
	}
}

#endif /* _EPACL_TYPES_H */

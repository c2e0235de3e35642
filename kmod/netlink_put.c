// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers, attribute by attribute.
 */
#include "netlink_put.h"
#include "policy.h"

/* ---- structures of the protocol ---- */

static void fill_address(struct epacl_u_prefix *u, const struct epacl_ip *ip,
			 u8 len)
{
	u->family = ip->family;
	u->len = len;
	u->reserved = 0;
	memcpy(u->addr, ip->b, sizeof(u->addr));
}

static void fill_ip(void *to, const void *from)
{
	const struct epacl_ip *ip = from;

	fill_address(to, ip, epacl_family_bits(ip->family));
}

static void fill_prefix(void *to, const void *from)
{
	const struct epacl_prefix *prefix = from;

	fill_address(to, &prefix->ip, prefix->len);
}

static void fill_ports(void *to, const void *from)
{
	const struct epacl_ports *ports = from;
	struct epacl_u_ports *u = to;

	u->lo = ports->lo;
	u->hi = ports->hi;
}

static void fill_public(void *to, const void *from)
{
	const struct epacl_public *public = from;
	struct epacl_u_public *u = to;

	u->family = public->ip.family;
	u->reserved = 0;
	u->port = public->port;
	memcpy(u->addr, public->ip.b, sizeof(u->addr));
}

/**
 * struct form - how the elements of an array are written
 * @from: size of one
 * @to: size of what is written for it
 * @fill: writes one
 */
struct form {
	size_t from;
	size_t to;
	void (*fill)(void *to, const void *from);
};

static int put_array(struct sk_buff *skb, int attr, const struct form *form,
		     const void *from, u32 n)
{
	struct nlattr *nla;
	u32 i;

	if (!n)
		return 0;
	nla = nla_reserve(skb, attr, n * form->to);
	if (!nla)
		return -EMSGSIZE;
	for (i = 0; i < n; i++)
		form->fill(nla_data(nla) + i * form->to, from + i * form->from);
	return 0;
}

int epacl_nl_put_ips(struct sk_buff *skb, int attr, const struct epacl_ip *ips,
		     u32 n)
{
	static const struct form form = { sizeof(struct epacl_ip),
					  sizeof(struct epacl_u_prefix),
					  fill_ip };

	return put_array(skb, attr, &form, ips, n);
}

int epacl_nl_put_prefixes(struct sk_buff *skb, int attr,
			  const struct epacl_prefix *prefixes, u32 n)
{
	static const struct form form = { sizeof(struct epacl_prefix),
					  sizeof(struct epacl_u_prefix),
					  fill_prefix };

	return put_array(skb, attr, &form, prefixes, n);
}

int epacl_nl_put_packed(struct sk_buff *skb, int attr,
			const struct epacl_packed *packed, u32 first, u32 n)
{
	struct epacl_prefix prefix;
	struct epacl_u_prefix *to;
	struct nlattr *nla;
	u32 i;

	if (!n)
		return 0;
	nla = nla_reserve(skb, attr, n * sizeof(*to));
	if (!nla)
		return -EMSGSIZE;
	to = nla_data(nla);
	for (i = 0; i < n; i++) {
		epacl_packed_get(packed, first + i, &prefix);
		fill_prefix(&to[i], &prefix);
	}
	return 0;
}

int epacl_nl_put_ports(struct sk_buff *skb, int attr,
		       const struct epacl_ports *ports, u32 n)
{
	static const struct form form = { sizeof(struct epacl_ports),
					  sizeof(struct epacl_u_ports),
					  fill_ports };

	return put_array(skb, attr, &form, ports, n);
}

int epacl_nl_put_publics(struct sk_buff *skb, int attr,
			 const struct epacl_public *publics, u32 n)
{
	static const struct form form = { sizeof(struct epacl_public),
					  sizeof(struct epacl_u_public),
					  fill_public };

	return put_array(skb, attr, &form, publics, n);
}

int epacl_nl_put_ip(struct sk_buff *skb, int attr, const struct epacl_ip *ip)
{
	return epacl_nl_put_ips(skb, attr, ip, 1);
}

int epacl_nl_put_vlans(struct sk_buff *skb, int attr, const u16 *vlans, u32 n)
{
	return n ? nla_put(skb, attr, n * sizeof(*vlans), vlans) : 0;
}

/* ---- names ---- */

int epacl_nl_put_names(struct sk_buff *skb, int attr,
		       const struct epacl_name *names, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (nla_put_string(skb, attr, names[i].s))
			return -EMSGSIZE;
	return 0;
}

int epacl_nl_put_name(struct sk_buff *skb, int attr, const char *s)
{
	return s && *s ? nla_put_string(skb, attr, s) : 0;
}

int epacl_nl_put_flag(struct sk_buff *skb, int attr, bool is)
{
	return is ? nla_put_flag(skb, attr) : 0;
}

int epacl_nl_put_owner(struct sk_buff *skb, int attr, u8 kind, u8 direction,
		       const char *name, const char *part)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest || nla_put_u8(skb, EPACL_OWNER_A_KIND, kind) ||
	    nla_put_string(skb, EPACL_OWNER_A_NAME, name) ||
	    epacl_nl_put_name(skb, EPACL_OWNER_A_PART, part) ||
	    (epacl_owner_has_direction(kind) &&
	     nla_put_u8(skb, EPACL_OWNER_A_DIRECTION, direction)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Structures of the protocol, and what they become in an operation.
 */
#include "netlink_parse.h"

static const char *convert_ip(u8 family, const u8 *addr, struct epacl_ip *ip)
{
	if (family != 4 && family != 6)
		return "the address family is neither 4 nor 6";
	if (family == 4 && memchr_inv(addr + 4, 0, 12))
		return "bytes after an IPv4 address are not zero";
	memcpy(ip->b, addr, sizeof(ip->b));
	ip->family = family;
	return NULL;
}

static const char *convert_prefix(const void *from, void *to)
{
	const struct epacl_u_prefix *u = from;
	struct epacl_prefix *prefix = to;
	const char *wrong = convert_ip(u->family, u->addr, &prefix->ip);

	if (wrong)
		return wrong;
	if (u->reserved)
		return "reserved bytes of a prefix are not zero";
	if (u->len > epacl_family_bits(u->family))
		return "the prefix is longer than an address";
	prefix->len = u->len;
	return NULL;
}

static const char *convert_plain(const void *from, void *to)
{
	const struct epacl_prefix *prefix = to;

	return convert_prefix(from, to) ?:
					  (epacl_prefix_is_plain(prefix) ?
						   NULL :
						   "a plain address is needed, not a prefix");
}

static const char *convert_address(const void *from, void *to)
{
	struct epacl_prefix prefix;
	const char *wrong = convert_plain(from, &prefix);

	if (!wrong)
		*(struct epacl_ip *)to = prefix.ip;
	return wrong;
}

static const char *convert_ports(const void *from, void *to)
{
	const struct epacl_u_ports *u = from;
	struct epacl_ports *ports = to;

	if (u->lo > u->hi)
		return "a range of ports ends before it begins";
	ports->lo = u->lo;
	ports->hi = u->hi;
	return NULL;
}

static const char *convert_public(const void *from, void *to)
{
	const struct epacl_u_public *u = from;
	struct epacl_public *public = to;

	if (u->reserved)
		return "reserved bytes of a public address are not zero";
	public->port = u->port;
	return convert_ip(u->family, u->addr, &public->ip);
}

static const char *convert_vlan(const void *from, void *to)
{
	memcpy(to, from, sizeof(u16));
	return NULL;
}

#define ELEMENT(_from, _to, _convert)                     \
	{                                                 \
		.from = sizeof(_from), .to = sizeof(_to), \
		.convert = (_convert)                     \
	}

const struct epacl_nl_element epacl_nl_prefix = ELEMENT(struct epacl_u_prefix,
							struct epacl_prefix,
							convert_prefix);
const struct epacl_nl_element epacl_nl_plain = ELEMENT(struct epacl_u_prefix,
						       struct epacl_prefix,
						       convert_plain);
const struct epacl_nl_element epacl_nl_address = ELEMENT(struct epacl_u_prefix,
							 struct epacl_ip,
							 convert_address);
const struct epacl_nl_element epacl_nl_ports = ELEMENT(struct epacl_u_ports,
						       struct epacl_ports,
						       convert_ports);
const struct epacl_nl_element epacl_nl_public = ELEMENT(struct epacl_u_public,
							struct epacl_public,
							convert_public);
const struct epacl_nl_element epacl_nl_vlan = ELEMENT(u16, u16, convert_vlan);

int epacl_nl_parse_ip(const struct nlattr *attr, struct epacl_ip *ip,
		      struct netlink_ext_ack *extack)
{
	const char *wrong = convert_address(nla_data(attr), ip);

	return wrong ? epacl_nl_refuse(extack, attr, -EINVAL, wrong) : 0;
}

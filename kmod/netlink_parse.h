/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files that read requests share.
 */
#ifndef _EPACL_NETLINK_PARSE_H
#define _EPACL_NETLINK_PARSE_H

#include "netlink.h"

/**
 * struct epacl_nl_element - a fixed-size structure of the protocol
 * @from: its size
 * @to: size of what it becomes
 * @convert: fills @to in. Return: NULL, or what is wrong
 */
struct epacl_nl_element {
	size_t from;
	size_t to;
	const char *(*convert)(const void *from, void *to);
};

/* ---- netlink_element.c: what becomes of each ---- */

extern const struct epacl_nl_element epacl_nl_prefix; /* epacl_prefix */
extern const struct epacl_nl_element epacl_nl_plain; /* a plain one */
extern const struct epacl_nl_element epacl_nl_address; /* epacl_ip */
extern const struct epacl_nl_element epacl_nl_ports; /* epacl_ports */
extern const struct epacl_nl_element epacl_nl_public; /* epacl_public */
extern const struct epacl_nl_element epacl_nl_vlan; /* u16 */

/* ---- netlink_policy.c: the form of each command ---- */

extern const struct nla_policy epacl_nl_add_policy[EPACL_A_MAX + 1];
extern const struct nla_policy epacl_nl_change_policy[EPACL_A_MAX + 1];
extern const struct nla_policy epacl_nl_remove_policy[EPACL_A_MAX + 1];
extern const struct nla_policy epacl_nl_flush_policy[EPACL_A_MAX + 1];

#endif /* _EPACL_NETLINK_PARSE_H */

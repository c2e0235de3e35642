/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Address translation: the nftables table that sends traffic for public
 * addresses to the endpoints behind them, and lets guests leave by the address
 * of their service. What the table should hold is a plan, a set of entries
 * computed from a policy; plans can be compared, and one can be installed.
 */
#ifndef _CTL_NAT_H
#define _CTL_NAT_H

#include <stdbool.h>
#include <stddef.h>

#include <linux/epacl.h>

struct nat_plan;

struct nat_plan *nat_plan_new(void);
void nat_plan_free(struct nat_plan *plan);

/**
 * nat_plan_add_public - traffic for a public address goes to an endpoint
 * @plan: receives the entry
 * @pub: the public address and the first public port
 * @proto: IP protocol, one that has ports
 * @nports: 1, or the length of the endpoint's range of ports
 * @to: plain address of the guest, of the family of @pub
 * @to_port: first private port
 *
 * Return: 0, or a negative errno.
 */
int nat_plan_add_public(struct nat_plan *plan, const struct epacl_u_public *pub,
			__u8 proto, __u16 nports,
			const struct epacl_u_prefix *to, __u16 to_port);

/**
 * nat_plan_add_member - some of the traffic for a public address goes to one of
 * several endpoints
 * @plan: receives the entry
 * @pub: the public address and port
 * @proto: IP protocol, one that has ports
 * @to: plain address of the guest, of the family of @pub
 * @to_port: private port
 *
 * Members of the same address, protocol and port share the sources: they are
 * numbered as they come, and the hash of a source says which one it is.
 *
 * Return: 0, or a negative errno.
 */
int nat_plan_add_member(struct nat_plan *plan, const struct epacl_u_public *pub,
			__u8 proto, const struct epacl_u_prefix *to,
			__u16 to_port);

/**
 * nat_plan_add_source - what a guest sends outside leaves by its service
 * @plan: receives the entry
 * @zone: connection tracking zone of the nic's vnet; 0: the default one
 * @from: address or prefix of a nic
 * @vip: plain address of its VM's service in the family of @from, or NULL
 * @inside: prefixes of the nic's vnet and its peers, of the same family
 * @n_inside: their number
 *
 * Return: 0, or a negative errno.
 */
int nat_plan_add_source(struct nat_plan *plan, __u16 zone,
			const struct epacl_u_prefix *from,
			const struct epacl_u_prefix *vip,
			const struct epacl_u_prefix *inside, size_t n_inside);

/* What both hold; NULL without memory. */
struct nat_plan *nat_plan_intersect(const struct nat_plan *a,
				    const struct nat_plan *b);

bool nat_plan_equal(const struct nat_plan *a, const struct nat_plan *b);

/* Is every entry of @b in @a? */
bool nat_plan_covers(const struct nat_plan *a, const struct nat_plan *b);

bool nat_plan_empty(const struct nat_plan *plan);

/**
 * nat_install - replace our table, in one nftables transaction
 * @plan: what it shall hold; if that is nothing, the table goes
 * @why: receives a sentence where it fails
 * @whylen: size of @why
 *
 * Return: 0, or a negative errno.
 */
int nat_install(const struct nat_plan *plan, char *why, size_t whylen);

/**
 * nat_is_installed - does the kernel hold a plan?
 * @plan: what the table should hold
 * @why: receives a sentence where it fails
 * @whylen: size of @why
 *
 * Return: 1 if it does, 0 if the table is missing or differs, or a negative
 * errno.
 */
int nat_is_installed(const struct nat_plan *plan, char *why, size_t whylen);

#endif /* _CTL_NAT_H */

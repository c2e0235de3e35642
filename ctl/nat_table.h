/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table as it should be in the kernel, computed from a plan: sets with
 * their elements, chains, rules; for the nat*.c files alone.
 */
#ifndef _CTL_NAT_TABLE_H
#define _CTL_NAT_TABLE_H

#include "nat_plan.h"

struct nftnl_chain;
struct nftnl_rule;
struct nftnl_set;

#define NAT_TABLE	"epacl"
#define NAT_KEY_MAX	32
#define NAT_DATA_MAX	20
#define NAT_RULES_MAX	20

enum nat_set_kind {
	NAT_SET_PUBLICS,	/* address . protocol . port : address . port */
	NAT_SET_RANGES,		/* address . protocol . ports : address */
	NAT_SET_VIPS,		/* addresses of the two above */
	NAT_SET_SOURCES,	/* addresses : address */
	NAT_SET_INSIDE,		/* addresses . addresses */
	NAT_SET_KINDS
};

/**
 * struct nat_elem - element of a set; has no padding, unused bytes are zero
 * @key: as in the kernel's registers, or the first of an interval
 * @end: for a concatenation of intervals, the last
 * @data: what a map answers
 * @is_end: for an interval of one field, it is not an element but the first
 *	key after one
 */
struct nat_elem {
	__u8 key[NAT_KEY_MAX];
	__u8 end[NAT_KEY_MAX];
	__u8 data[NAT_DATA_MAX];
	__u8 is_end;
};

/**
 * struct nat_set - a set, which exists if it has elements
 * @kind: what it is
 * @family: 4 or 6
 * @elems: array of @n, sorted by nat_set_sort()
 */
struct nat_set {
	enum nat_set_kind kind;
	int family;
	struct nat_elem *elems;
	size_t n;
	size_t cap;
};

/**
 * struct nat_table - what the kernel should hold
 * @sets: per kind, of IPv4 and of IPv6
 * @rules: array of @n_rules, in the order of evaluation within each chain
 */
struct nat_table {
	struct nat_set sets[NAT_SET_KINDS][2];
	struct nftnl_rule *rules[NAT_RULES_MAX];
	unsigned int n_rules;
};

/* A hook; all chains are of type nat and accept at their end. */
struct nat_chain {
	const char *name;
	__u32 hook;
	__s32 priority;
};

#define NAT_CHAINS 3
extern const struct nat_chain nat_chains[NAT_CHAINS];

/* Writes a sentence to @why. */
__attribute__((format(printf, 3, 4)))
void nat_why(char *why, size_t whylen, const char *format, ...);

/**
 * nat_table_build - computes the table of a plan
 * @t: receives it, for nat_table_free() also after an error
 * @plan: plan
 * @why: receives a sentence where it fails
 * @whylen: size of @why
 *
 * Return: 0, -EINVAL if ranges of public ports overlap, or -ENOMEM.
 */
int nat_table_build(struct nat_table *t, const struct nat_plan *plan,
		    char *why, size_t whylen);
void nat_table_free(struct nat_table *t);

/* Fills in SOURCES and INSIDE of a family. Return: 0 or -ENOMEM. */
int nat_sources_build(struct nat_table *t, const struct nat_plan *plan,
		      int family);

/* Fills in the rules, once the sets are there. Return: 0 or -ENOMEM. */
int nat_rules_build(struct nat_table *t);

/* Return: 0 or -ENOMEM. */
int nat_set_add(struct nat_set *set, const struct nat_elem *elem);
void nat_set_sort(struct nat_set *set);
void nat_set_free(struct nat_set *set);

static inline struct nat_set *nat_table_set(struct nat_table *t,
					    enum nat_set_kind kind, int family)
{
	return &t->sets[kind][family == 6];
}

/* What libnftnl and the kernel want to know about a set. */
const char *nat_set_name(const struct nat_set *set);
unsigned int nat_set_key_len(const struct nat_set *set);
unsigned int nat_set_data_len(const struct nat_set *set);
__u32 nat_set_flags(const struct nat_set *set);

/* Return: the set without its elements, or NULL without memory. */
struct nftnl_set *nat_set_nftnl(const struct nat_set *set, __u32 id);

#endif /* _CTL_NAT_TABLE_H */

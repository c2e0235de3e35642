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

#define NAT_TABLE "epacl"
#define NAT_KEY_MAX 32
#define NAT_DATA_MAX 20
#define NAT_NAME_MAX 20 /* inside4-4294967295 */

enum nat_set_kind {
	NAT_SET_PUBLICS, /* address . protocol . port : address . port */
	NAT_SET_RANGES, /* address . protocol . ports : address */
	NAT_SET_LBSETS, /* address . protocol . port : chain of the members */
	NAT_SET_VIPS, /* addresses of the three above */
	NAT_SET_SOURCES, /* addresses : address */
	NAT_SET_GROUPS, /* addresses : chain of the group */
	NAT_SET_ZONES, /* zones that the two below are about */
	NAT_SET_ZONE_SOURCES, /* zone . addresses : address */
	NAT_SET_ZONE_GROUPS, /* zone . addresses : chain of the group */
	NAT_SET_INSIDE, /* addresses; one set for each group */
	NAT_SET_MEMBERS, /* number : address . port; one for each of LBSETS */
	NAT_SET_KINDS
};

/* All but INSIDE and MEMBERS: there is one of each for each family. */
#define NAT_FIXED_SETS (NAT_SET_INSIDE * 2)

/**
 * struct nat_elem - element of a set; has no padding, unused bytes are zero
 * @key: as in the kernel's registers, or the first of an interval
 * @end: for a concatenation of intervals, the last
 * @data: what a map answers: fields, or the name of a chain
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
 * @name: its name in the kernel; for INSIDE and MEMBERS that of a chain, too
 * @elems: array of @n, sorted by nat_set_sort()
 */
struct nat_set {
	enum nat_set_kind kind;
	int family;
	char name[NAT_NAME_MAX];
	struct nat_elem *elems;
	size_t n;
	size_t cap;
};

/* Where the kernel enters a chain; such are of type nat and accept at the end. */
struct nat_hook {
	const char *name;
	__u32 hook;
	__s32 priority;
};

#define NAT_HOOKS 3
extern const struct nat_hook nat_hooks[NAT_HOOKS];

/**
 * struct nat_chain - a chain and its rules
 * @name: its name
 * @hook: where it is entered, or NULL if other chains jump to it
 * @first: number of its first rule
 * @n_rules: number of its rules, which are in the order of evaluation
 */
struct nat_chain {
	char name[NAT_NAME_MAX];
	const struct nat_hook *hook;
	size_t first;
	size_t n_rules;
};

/**
 * struct nat_table - what the kernel should hold
 * @sets: array of @n_sets; nat_table_set() finds those before NAT_FIXED_SETS,
 *	INSIDE and MEMBERS follow
 * @numbered: how many there are of each of these, by family
 * @chains: array of @n_chains
 * @rules: array of @n_rules, those of a chain side by side
 */
struct nat_table {
	struct nat_set *sets;
	size_t n_sets;
	unsigned int numbered[NAT_SET_KINDS][2];
	struct nat_chain *chains;
	size_t n_chains;
	struct nftnl_rule **rules;
	size_t n_rules;
};

/* Writes a sentence to @why. */
__attribute__((format(printf, 3, 4))) void nat_why(char *why, size_t whylen,
						   const char *format, ...);

/**
 * nat_table_build - computes the table of a plan
 * @t: receives it, for nat_table_free() also after an error
 * @plan: plan
 * @why: receives a sentence where it fails
 * @whylen: size of @why
 *
 * Return: 0, -EINVAL if ranges of public ports overlap, or -ENOMEM.
 */
int nat_table_build(struct nat_table *t, const struct nat_plan *plan, char *why,
		    size_t whylen);
void nat_table_free(struct nat_table *t);

/**
 * nat_write - replaces the table in the kernel
 * @t: what it shall be; NULL: it goes
 * @why: receives a sentence where it fails
 * @whylen: size of @why
 *
 * Return: 0; -ERESTART if others changed nftables meanwhile; or another -errno.
 */
int nat_write(const struct nat_table *t, char *why, size_t whylen);

/**
 * nat_check - compares the table in the kernel
 * @t: what it should be
 * @empty: it should not be there
 * @why: receives a sentence about what differs, or failed
 * @whylen: size of @why
 *
 * Return: 1 if it is so, 0 if not, or a negative errno.
 */
int nat_check(struct nat_table *t, bool empty, char *why, size_t whylen);

/* How often either is tried while others change the ruleset. */
#define NAT_TRIES 20

/*
 * Fills in the sets about the sources of a family, and INSIDE. Return: 0 or
 * -ENOMEM.
 */
int nat_sources_build(struct nat_table *t, const struct nat_plan *plan,
		      int family);

/* Fills in chains and rules, once the sets are there. Return: 0 or -ENOMEM. */
int nat_rules_build(struct nat_table *t);

/* Adds an INSIDE or MEMBERS; sets may move. Return: it, or NULL. */
struct nat_set *nat_table_add_set(struct nat_table *t, enum nat_set_kind kind,
				  int family);

/* Makes room for one more than @n. Return: @array, maybe moved, or NULL. */
void *nat_grow(void *array, size_t n, size_t size);

/* Return: 0 or -ENOMEM. */
int nat_set_add(struct nat_set *set, const struct nat_elem *elem);
void nat_set_sort(struct nat_set *set);
void nat_set_free(struct nat_set *set);

static inline struct nat_set *nat_table_set(struct nat_table *t,
					    enum nat_set_kind kind, int family)
{
	return &t->sets[kind * 2 + (family == 6)];
}

/* What libnftnl and the kernel want to know about a set. */
unsigned int nat_set_key_len(const struct nat_set *set);
unsigned int nat_set_data_len(const struct nat_set *set);
__u32 nat_set_flags(const struct nat_set *set);
bool nat_set_has_verdicts(const struct nat_set *set);

/* Return: the set without its elements, or NULL without memory. */
struct nftnl_set *nat_set_nftnl(const struct nat_set *set, __u32 id);

#endif /* _CTL_NAT_TABLE_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy, or a part of it, as the kernel reported it. */
#ifndef _CTL_POLICY_H
#define _CTL_POLICY_H

#include "kind.h"

struct nl;

/**
 * struct object - one object
 * @kind: what it is
 * @name: its first key as typed, "" where it has none
 * @nest: its attributes
 */
struct object {
	const struct kind *kind;
	char *name;
	struct nlattr *nest;
};

/**
 * struct policy - objects
 * @objects: in the kernel's order
 * @n: their number
 * @room: objects that there is room for
 * @index: the same by kind, then name, then in the kernel's order
 * @generation: number of the policy that it was read from
 */
struct policy {
	struct object *objects;
	size_t n;
	size_t room;
	const struct object **index;
	__u64 generation;
};

/**
 * struct query - a part of the policy
 * @kind: of what; NULL: everything
 * @attrs: further attributes of the request: the nest that chooses
 * @len: their bytes; 0: all of the kind
 */
struct query {
	const struct kind *kind;
	const void *attrs;
	size_t len;
};

/* All of one kind. */
#define QUERY_ALL(k)        \
	{                   \
		.kind = (k) \
	}

enum status policy_read(struct nl *nl, const struct place *at, __u64 txn,
			const struct query *queries, size_t n,
			struct policy *policy);
void policy_free(struct policy *policy);
const struct object *policy_find(const struct policy *policy,
				 const struct kind *k, const char *name,
				 size_t *pos);
const struct object *policy_next(const struct policy *policy,
				 const struct kind *k, const char *name,
				 size_t *pos);
void policy_view(const struct policy *policy, const struct object *o,
		 struct view *v);

/* Each object of that kind and name; i is a size_t. */
#define policy_for_each(policy, k, name, o, i)          \
	for (o = policy_find(policy, k, name, &(i)); o; \
	     o = policy_next(policy, k, name, &(i)))

#endif /* _CTL_POLICY_H */

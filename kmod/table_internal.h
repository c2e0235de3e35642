/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files that build tables share: where the ranges of rules begin and end,
 * and a walk over that.
 *
 * A rule holds some ranges of each axis. Where one begins or ends is an edge; in
 * the order of their values the edges say, by one walk, which rules hold each
 * range between them.
 */
#ifndef _EPACL_TABLE_INTERNAL_H
#define _EPACL_TABLE_INTERNAL_H

#include <linux/math.h>
#include "classify.h"
#include "table.h"

/*
 * Rule number @rule begins, or ends, to hold what is from @value on, which is of
 * any axis; of all but IPv6 its upper half is 0.
 */
struct epacl_edge {
	struct epacl_start128 value;
	u32 rule;
};

/**
 * struct epacl_build - a table in the making
 * @memory: account
 * @sets: by name
 * @rules: the rules
 * @n: how many
 * @form: of the table, see table.h
 * @by: axis that leaves few rules to each range, in EPACL_FORM_FEW
 * @nfew: how many it leaves to all
 * @has_sets: some look at sets
 * @edges: of each axis, sorted
 * @nedges: how many
 * @looked_at: by a rule, each axis
 * @ranges: of each axis; 0: none looks at it
 * @lower: lower halves of IPv6 are needed
 * @edge: of the axis that is walked, the next one
 * @nactive: rules that hold the range that the walk has come to
 * @active: row of them
 * @summary: a bit for each word of @active that is not 0
 */
struct epacl_build {
	struct epacl_memory *memory;
	const struct epacl_pmap *sets;
	struct epacl_rule **rules;
	u32 n;
	enum epacl_form form;
	enum epacl_axis_name by;
	u32 nfew;
	bool has_sets;
	bool lower;
	struct epacl_edge *edges[EPACL_AXES];
	u32 nedges[EPACL_AXES];
	bool looked_at[EPACL_AXES];
	u32 ranges[EPACL_AXES];
	u32 edge;
	u32 nactive;
	u64 *active;
	u64 *summary;
};

static inline u32 epacl_words_of(u32 n)
{
	return DIV_ROUND_UP(n, 64);
}

/**
 * epacl_edges_alloc - room for the edges of @b's rules
 * @b: memory, rules and form are set
 *
 * May sleep. Return: 0, or -ENOMEM; what there is then is to be freed too.
 */
int epacl_edges_alloc(struct epacl_build *b);
void epacl_edges_free(struct epacl_build *b);

/* Finds and sorts the edges. May sleep. */
void epacl_edges_find(struct epacl_build *b);

/* A walk over the ranges of an axis, one at a time; @active are its rules. */
void epacl_walk_begin(struct epacl_build *b);

/* Rule number @rule becomes active, or ceases to be. */
void epacl_walk_toggle(struct epacl_build *b, u32 rule);

/* On to the next range, number @range. Return: where it begins. */
struct epacl_start128 epacl_walk_range(struct epacl_build *b,
				       enum epacl_axis_name axis, u32 range);

/* Return: number of the first active rule, plus one; 0: there is none. */
u32 epacl_walk_first(const struct epacl_build *b);

#endif /* _EPACL_TABLE_INTERNAL_H */

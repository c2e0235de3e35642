// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is an address in a set of prefixes?
 *
 * Of the prefixes of a family, those that lie within no other are disjoint: the
 * last one that does not start behind the address holds it, or none does. Any
 * prefix leads to the one that it lies within: that one's length is enough. So
 * one looks for the last prefix of all, by its start, see starts.h; the upper
 * levels stay in the cache.
 *
 * The lowest level is the set itself, see packed.h, and so are the lengths where
 * no prefix lies within another. Where most do, a lowest level without those is
 * little memory, and less to look at.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include "classify.h"

/* Prefixes after which a long loop lets others run. */
#define SLICE 4096

/* A set of which this part lies within no other has a lowest level of those. */
#define FEW 4

/**
 * struct tree - the prefixes of one family
 * @width: enum epacl_width
 * @n: starts; 0: there are no prefixes
 * @starts: of prefixes
 * @upper: the levels above
 * @lens: of each prefix, or of the one that it lies within
 */
struct tree {
	u8 width;
	u32 n;
	void *starts;
	void *upper;
	u8 *lens;
};

struct epacl_set_table {
	struct tree tree[2]; /* IPv4, IPv6 */
};

/* ---- packets ---- */

bool epacl_set_table_holds(const struct epacl_set_table *table,
			   const struct epacl_ip *ip)
{
	const struct tree *tree = &table->tree[ip->family == 6];
	struct epacl_start128 start, value = epacl_start_of(ip);
	u32 rank = 0;

	if (tree->n)
		rank = epacl_starts_rank(tree->starts, tree->upper, tree->n,
					 tree->width, ip);
	if (!rank--)
		return false;
	start = epacl_start_get(tree->starts, tree->width, rank);
	return epacl_starts_agree(&start, &value, tree->lens[rank]);
}

/* ---- building ---- */

/**
 * struct build - a tree in the making
 * @from: the prefixes of the set
 * @nouter: those that lie within no other
 * @width: of these
 * @tree: the tree
 */
struct build {
	const struct epacl_prefixes *from;
	u32 nouter;
	u8 width;
	struct tree *tree;
};

/*
 * Does prefix number @i lie within number @outer, the last one that lies within
 * no other? What does comes right behind it.
 */
static bool is_within(const struct epacl_prefixes *p, u32 i, u32 outer)
{
	struct epacl_start128 a = epacl_start_at(p, i);
	struct epacl_start128 b = epacl_start_at(p, outer);

	return i != outer && epacl_starts_agree(&a, &b, p->lens[outer]);
}

static void measure(struct build *b)
{
	const struct epacl_prefixes *p = b->from;
	u32 i, outer = 0;

	b->width = min_t(u8, p->width, EPACL_WIDTH_64);
	for (i = 0; i < p->n; i++) {
		if (!(i % SLICE))
			cond_resched();
		if (is_within(p, i, outer))
			continue;
		outer = i;
		b->nouter++;
		if (p->lens[i] > 64)
			b->width = EPACL_WIDTH_128;
	}
}

static bool has_few_outer(const struct build *b)
{
	return b->nouter <= b->from->n / FEW;
}

static void lay_out(const struct build *b, struct epacl_room *room)
{
	const struct epacl_prefixes *p = b->from;
	struct tree *tree = b->tree;

	tree->width = p->width;
	if (!p->n)
		return;
	tree->n = p->n;
	tree->starts = p->starts;
	tree->lens = p->lens;
	if (has_few_outer(b)) {
		tree->width = b->width;
		tree->n = b->nouter;
		tree->starts = epacl_take(room, epacl_starts_size(tree->n,
								  tree->width));
	}
	tree->upper = epacl_take(room,
				 epacl_starts_upper_size(tree->n, tree->width));
	if (b->nouter < p->n)
		tree->lens = epacl_take(room, tree->n);
}

/* What is not the set's own. */
static void fill_lowest(const struct build *b)
{
	const struct epacl_prefixes *p = b->from;
	const struct tree *tree = b->tree;
	bool few = has_few_outer(b);
	u32 i, outer = 0, n = 0;

	if (b->nouter == p->n)
		return;
	for (i = 0; i < p->n; i++) {
		if (!(i % SLICE))
			cond_resched();
		if (!is_within(p, i, outer))
			outer = i;
		else if (few)
			continue;
		if (few)
			epacl_start_put(tree->starts, tree->width, n,
					epacl_start_at(p, i));
		tree->lens[n++] = p->lens[outer];
	}
	if (few)
		epacl_starts_pad(tree->starts, n, tree->width);
}

int epacl_set_table_build(struct epacl_memory *memory, struct epacl_set *set)
{
	struct epacl_set_table size = {}, *table;
	struct epacl_room room = {};
	struct build build[2] = {};
	struct tree *tree;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(build); i++) {
		build[i].from = &set->packed.of[i];
		build[i].tree = &size.tree[i];
		measure(&build[i]);
		lay_out(&build[i], &room);
	}
	table = epacl_alloc(memory, sizeof(*table) + room.used);
	if (!table)
		return -ENOMEM;
	room = (struct epacl_room){ .at = (u8 *)(table + 1) };
	for (i = 0; i < ARRAY_SIZE(build); i++) {
		tree = &table->tree[i];
		build[i].tree = tree;
		lay_out(&build[i], &room);
		fill_lowest(&build[i]);
		epacl_starts_raise(tree->starts, tree->upper, tree->n,
				   tree->width);
	}
	set->table = table;
	return 0;
}

void epacl_set_table_free(struct epacl_set_table *table)
{
	epacl_free(table);
}

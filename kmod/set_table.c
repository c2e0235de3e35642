// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is an address in a set of prefixes?
 *
 * Of the prefixes of a family, those that lie within no other are disjoint: the
 * last one that does not start behind the address holds it, or none does. Any
 * prefix leads to the one that it lies within: that one's length is enough. So
 * one looks for the last prefix of all, in a B-tree without pointers: the starts
 * in ascending order, in groups of EPACL_FANOUT, and on each further level the first
 * start of every group below. One group is one or two cache lines, and the upper
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

/* 16 to the sixth is more than EPACL_SET_PREFIXES_MAX. */
#define LEVELS 6

/* Prefixes after which a long loop lets others run. */
#define SLICE 4096

/* A set of which this part lies within no other has a lowest level of those. */
#define FEW 4

/**
 * struct tree - the prefixes of one family
 * @width: enum epacl_width
 * @levels: how many; 0: there are no prefixes
 * @n: starts on each level, the lowest first: those of prefixes, then one of
 *	every EPACL_FANOUT of the level below
 * @starts: of each level, in whole groups: the last one is padded
 * @lens: of each prefix, or of the one that it lies within
 */
struct tree {
	u8 width;
	u8 levels;
	u32 n[LEVELS];
	void *starts[LEVELS];
	u8 *lens;
};

struct epacl_set_table {
	struct tree tree[2]; /* IPv4, IPv6 */
};

/* ---- packets ---- */

static bool start_not_behind(const struct epacl_start128 *start,
			     const struct epacl_start128 *value)
{
	return start->hi < value->hi ||
	       (start->hi == value->hi && start->lo <= value->lo);
}

/* How many starts are not behind @value, in groups from the top down. */
#define RANK(name, type, within)                                             \
	static u32 name(const struct tree *tree, const type *value)          \
	{                                                                    \
		u32 group = 0, n = 0, i;                                     \
		const type *starts;                                          \
		int level;                                                   \
                                                                             \
		for (level = tree->levels - 1; level >= 0; level--) {        \
			starts = (const type *)tree->starts[level] +         \
				 group * EPACL_FANOUT;                       \
			for (i = n = 0; i < EPACL_FANOUT; i++)               \
				n += within(&starts[i], value);              \
			if (!n)                                              \
				return 0;                                    \
			/* Padding is not behind the last address of all. */ \
			n = min(n + group * EPACL_FANOUT, tree->n[level]);   \
			group = n - 1;                                       \
		}                                                            \
		return n;                                                    \
	}

#define NOT_BEHIND(start, value) (*(start) <= *(value))

RANK(rank32, u32, NOT_BEHIND)
RANK(rank64, u64, NOT_BEHIND)
RANK(rank128, struct epacl_start128, start_not_behind)

static bool holds4(const struct tree *tree, const struct epacl_ip *ip)
{
	u32 value = be32_to_cpu(ip->v4), rank = rank32(tree, &value);
	const u32 *starts = tree->starts[0];

	if (!rank--)
		return false;
	return epacl_bits_agree((u64)starts[rank] << 32, (u64)value << 32,
				tree->lens[rank]);
}

static bool holds64(const struct tree *tree, const struct epacl_ip *ip)
{
	u64 value = epacl_ip_upper(ip);
	u32 rank = rank64(tree, &value);
	const u64 *starts = tree->starts[0];

	if (!rank--)
		return false;
	return epacl_bits_agree(starts[rank], value, tree->lens[rank]);
}

static bool holds128(const struct tree *tree, const struct epacl_ip *ip)
{
	struct epacl_start128 value = {
		.hi = epacl_ip_upper(ip),
		.lo = epacl_ip_lower(ip),
	};
	u32 rank = rank128(tree, &value);
	const struct epacl_start128 *starts = tree->starts[0];

	if (!rank--)
		return false;
	return epacl_starts_agree(&starts[rank], &value, tree->lens[rank]);
}

bool epacl_set_table_holds(const struct epacl_set_table *table,
			   const struct epacl_ip *ip)
{
	const struct tree *tree = &table->tree[ip->family == 6];

	switch (tree->width) {
	case EPACL_WIDTH_32:
		return holds4(tree, ip);
	case EPACL_WIDTH_64:
		return holds64(tree, ip);
	default:
		return holds128(tree, ip);
	}
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

/* The levels above the lowest. */
static void lay_out_upper(struct tree *tree, struct epacl_room *room)
{
	u32 n = tree->n[0];

	for (tree->levels = 1; n > EPACL_FANOUT; tree->levels++) {
		n = DIV_ROUND_UP(n, EPACL_FANOUT);
		tree->n[tree->levels] = n;
		tree->starts[tree->levels] =
			epacl_take(room, epacl_starts_size(tree->width, n));
	}
}

static void lay_out(const struct build *b, struct epacl_room *room)
{
	const struct epacl_prefixes *p = b->from;
	struct tree *tree = b->tree;

	tree->width = p->width;
	if (!p->n)
		return;
	tree->n[0] = p->n;
	tree->starts[0] = p->starts;
	tree->lens = p->lens;
	if (has_few_outer(b)) {
		tree->width = b->width;
		tree->n[0] = b->nouter;
		tree->starts[0] = epacl_take(room,
					     epacl_starts_size(tree->width,
							       b->nouter));
	}
	lay_out_upper(tree, room);
	if (b->nouter < p->n)
		tree->lens = epacl_take(room, tree->n[0]);
}

/* What is not the set's own. */
static void fill_lowest(const struct build *b)
{
	struct epacl_prefixes to = {
		.width = b->tree->width,
		.starts = b->tree->starts[0],
		.lens = b->tree->lens,
	};
	const struct epacl_prefixes *p = b->from;
	bool few = has_few_outer(b);
	u32 i, outer = 0;

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
			epacl_start_put(&to, to.n, epacl_start_at(p, i));
		to.lens[to.n++] = p->lens[outer];
	}
	if (few)
		epacl_starts_pad(to.width, to.starts, to.n);
}

/* One of every EPACL_FANOUT starts makes the level above. */
static void fill_upper(struct tree *tree)
{
	struct epacl_prefixes to = { .width = tree->width };
	struct epacl_prefixes from = { .width = tree->width };
	int level;
	u32 i;

	for (level = 1; level < tree->levels; level++) {
		from.starts = tree->starts[level - 1];
		to.starts = tree->starts[level];
		for (i = 0; i < tree->n[level]; i++)
			epacl_start_put(&to, i,
					epacl_start_at(&from,
						       i * EPACL_FANOUT));
		epacl_starts_pad(to.width, to.starts, tree->n[level]);
	}
}

int epacl_set_table_build(struct epacl_memory *memory, struct epacl_set *set)
{
	struct epacl_set_table size = {}, *table;
	struct epacl_room room = {};
	struct build build[2] = {};
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
		build[i].tree = &table->tree[i];
		lay_out(&build[i], &room);
		fill_lowest(&build[i]);
		fill_upper(build[i].tree);
	}
	set->table = table;
	return 0;
}

void epacl_set_table_free(struct epacl_set_table *table)
{
	epacl_free(table);
}

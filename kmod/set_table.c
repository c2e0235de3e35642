// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is an address in a set of prefixes?
 *
 * The prefixes of a family, those within others left out, are disjoint: the last
 * one that does not start behind the address holds it, or none does. It is found
 * in a B-tree without pointers: the starts in ascending order, in groups of
 * FANOUT, and on each further level the first start of every group below. One
 * group is one or two cache lines, and the upper levels stay in the cache.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/log2.h>
#include "classify.h"

#define FANOUT 16
/* 16 to the sixth is more than EPACL_SET_PREFIXES_MAX. */
#define LEVELS 6

struct start128 {
	u64 hi;
	u64 lo;
};

/* How wide the starts are. */
enum width { WIDTH_32, WIDTH_64, WIDTH_128 };

/**
 * struct tree - the prefixes of one family
 * @width: enum width
 * @levels: how many; 0: there are no prefixes
 * @n: starts on each level, the lowest first: those of all prefixes, then one of
 *	every FANOUT of the level below
 * @starts: of each level, in whole groups: the last one is padded
 * @lens: of each prefix
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

static bool start128_within(const struct start128 *start,
			    const struct start128 *value)
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
				 group * FANOUT;                             \
			for (i = n = 0; i < FANOUT; i++)                     \
				n += within(&starts[i], value);              \
			if (!n)                                              \
				return 0;                                    \
			/* Padding is not behind the last address of all. */ \
			n = min(n + group * FANOUT, tree->n[level]);         \
			group = n - 1;                                       \
		}                                                            \
		return n;                                                    \
	}

#define NOT_BEHIND(start, value) (*(start) <= *(value))

RANK(rank32, u32, NOT_BEHIND)
RANK(rank64, u64, NOT_BEHIND)
RANK(rank128, struct start128, start128_within)

static struct start128 value_of(const struct epacl_ip *ip)
{
	struct start128 v = {
		.hi = epacl_ip_upper(ip),
		.lo = epacl_ip_lower(ip),
	};

	return v;
}

/* Do the first @len bits agree? */
static bool same_bits(u64 a, u64 b, u32 len)
{
	return !len || !((a ^ b) >> (64 - len));
}

static bool holds4(const struct tree *tree, const struct epacl_ip *ip)
{
	u32 value = be32_to_cpu(ip->v4), rank = rank32(tree, &value);
	const u32 *starts = tree->starts[0];

	if (!rank--)
		return false;
	return same_bits((u64)starts[rank] << 32, (u64)value << 32,
			 tree->lens[rank]);
}

static bool holds64(const struct tree *tree, const struct epacl_ip *ip)
{
	u64 value = epacl_ip_upper(ip);
	u32 rank = rank64(tree, &value);
	const u64 *starts = tree->starts[0];

	if (!rank--)
		return false;
	return same_bits(starts[rank], value, tree->lens[rank]);
}

static bool holds128(const struct tree *tree, const struct epacl_ip *ip)
{
	struct start128 value = value_of(ip);
	u32 rank = rank128(tree, &value), len;
	const struct start128 *start = tree->starts[0];

	if (!rank--)
		return false;
	start += rank;
	len = tree->lens[rank];
	return same_bits(start->hi, value.hi, min_t(u32, len, 64)) &&
	       (len <= 64 || same_bits(start->lo, value.lo, len - 64));
}

bool epacl_set_table_holds(const struct epacl_set_table *table,
			   const struct epacl_ip *ip)
{
	const struct tree *tree = &table->tree[ip->family == 6];

	switch (tree->width) {
	case WIDTH_32:
		return holds4(tree, ip);
	case WIDTH_64:
		return holds64(tree, ip);
	default:
		return holds128(tree, ip);
	}
}

/* ---- building ---- */

static const size_t start_size[] = {
	[WIDTH_32] = sizeof(u32),
	[WIDTH_64] = sizeof(u64),
	[WIDTH_128] = sizeof(struct start128),
};

/* Sorted, what lies within a prefix comes right behind it. */
static bool is_within(const struct epacl_prefix *prefix,
		      const struct epacl_prefix *last)
{
	return last && epacl_prefix_holds(last, &prefix->ip);
}

static void measure(struct tree *tree, const struct epacl_set *set, u8 family)
{
	const struct epacl_prefix *last = NULL;
	u32 i;

	tree->width = family == 4 ? WIDTH_32 : WIDTH_64;
	for (i = 0; i < set->n; i++) {
		if (set->prefixes[i].ip.family != family ||
		    is_within(&set->prefixes[i], last))
			continue;
		last = &set->prefixes[i];
		tree->n[0]++;
		if (family == 6 && last->len > 64)
			tree->width = WIDTH_128;
	}
}

static void lay_out(struct tree *tree, struct epacl_room *room)
{
	u32 n = tree->n[0], groups;

	tree->levels = 0;
	if (!n)
		return;
	do {
		groups = DIV_ROUND_UP(n, FANOUT);
		tree->n[tree->levels] = n;
		tree->starts[tree->levels++] =
			epacl_take(room,
				   groups * FANOUT * start_size[tree->width]);
		n = groups;
	} while (groups > 1);
	tree->lens = epacl_take(room, tree->n[0]);
}

static void put_start(struct tree *tree, u32 i, const struct epacl_prefix *p)
{
	void *starts = tree->starts[0];

	if (tree->width == WIDTH_32)
		((u32 *)starts)[i] = be32_to_cpu(p->ip.v4);
	else if (tree->width == WIDTH_64)
		((u64 *)starts)[i] = epacl_ip_upper(&p->ip);
	else
		((struct start128 *)starts)[i] = value_of(&p->ip);
	tree->lens[i] = p->len;
}

static void fill_starts(struct tree *tree, const struct epacl_set *set,
			u8 family)
{
	const struct epacl_prefix *last = NULL;
	u32 i, n = 0;

	for (i = 0; i < set->n; i++) {
		if (set->prefixes[i].ip.family != family ||
		    is_within(&set->prefixes[i], last))
			continue;
		last = &set->prefixes[i];
		put_start(tree, n++, last);
	}
}

/* One of every FANOUT starts makes the level above. */
static void fill_level(struct tree *tree, int level)
{
	size_t size = start_size[tree->width];
	u32 n = tree->n[level], groups = DIV_ROUND_UP(n, FANOUT), i;
	u8 *starts = tree->starts[level];

	memset(starts + n * size, 0xff, (groups * FANOUT - n) * size);
	if (level + 1 == tree->levels)
		return;
	for (i = 0; i < groups; i++)
		memcpy((u8 *)tree->starts[level + 1] + i * size,
		       starts + i * FANOUT * size, size);
}

int epacl_set_table_build(struct epacl_memory *memory, struct epacl_set *set)
{
	struct epacl_set_table size = {}, *table;
	struct epacl_room room = {};
	u8 family;
	int level;

	for (family = 4; family <= 6; family += 2) {
		measure(&size.tree[family == 6], set, family);
		lay_out(&size.tree[family == 6], &room);
	}
	table = epacl_alloc(memory, sizeof(*table) + room.used);
	if (!table)
		return -ENOMEM;
	*table = size;
	room = (struct epacl_room){ .at = (u8 *)(table + 1) };
	for (family = 4; family <= 6; family += 2) {
		lay_out(&table->tree[family == 6], &room);
		fill_starts(&table->tree[family == 6], set, family);
		for (level = 0; level < table->tree[family == 6].levels;
		     level++)
			fill_level(&table->tree[family == 6], level);
	}
	set->table = table;
	return 0;
}

void epacl_set_table_free(struct epacl_set_table *table)
{
	epacl_free(table);
}

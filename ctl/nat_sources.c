// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Source addresses: nested prefixes become intervals that do not overlap, as
 * the kernel's interval sets require. The most specific prefix speaks for an
 * address. Neighbours that say the same are joined: the guests of one vnet,
 * numbered consecutively, are one element. Sources with the same prefixes inside
 * form a group, which is normally a vnet: the prefixes are there once, not once
 * for every guest. All of this is done for each zone by itself.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* qsort_r */
#endif
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "nat_table.h"

#define ZONE_BYTES 4 /* that a zone takes in a key */
#define DEPTH_MAX 129 /* prefixes that contain one another */

/* Addresses, first and last. */
struct interval {
	__u8 lo[16];
	__u8 hi[16];
};

/**
 * struct piece - addresses for which one prefix speaks
 * @at: the addresses
 * @from: number of the prefix
 */
struct piece {
	struct interval at;
	size_t from;
};

/**
 * struct sources - everything about the sources of one family and zone
 * @zone: the zone; 0: the default one
 * @bytes: of an address
 * @from: array of @n_from, sorted
 * @inside: array of @n_inside, sorted likewise
 * @dst: the prefixes inside as intervals, for each of @from disjoint and sorted
 * @first: those of prefix i are from @first[i] to before @first[i + 1]
 * @like: of those with the same intervals, the number of one
 * @group: for a number in @like, the number of the group's set in the table, or
 *	0 if there is none yet
 * @piece: array of @n_pieces, disjoint and sorted
 */
struct sources {
	__u16 zone;
	unsigned int bytes;
	struct nat_entry *from;
	size_t n_from;
	struct nat_entry *inside;
	size_t n_inside;
	struct interval *dst;
	size_t *first;
	size_t *like;
	size_t *group;
	struct piece *piece;
	size_t n_pieces;
};

/* Return: false if @a was the last address, and is the first one now. */
static bool next(__u8 *a, unsigned int bytes)
{
	while (bytes--)
		if (++a[bytes])
			return true;
	return false;
}

static void previous(__u8 *a, unsigned int bytes)
{
	while (bytes--)
		if (a[bytes]--)
			return;
}

static struct interval prefix_interval(const __u8 addr[16], unsigned int len,
				       unsigned int bytes)
{
	struct interval at;
	unsigned int i;

	memcpy(at.lo, addr, 16);
	memcpy(at.hi, addr, 16);
	for (i = len; i < bytes * 8; i++)
		at.hi[i / 8] |= 0x80 >> i % 8;
	return at;
}

/* Whether @b begins right behind @a. */
static bool adjacent(const struct interval *a, const struct interval *b,
		     unsigned int bytes)
{
	__u8 behind[16];

	memcpy(behind, a->hi, 16);
	return next(behind, bytes) && !memcmp(behind, b->lo, 16);
}

/* Sets @s->dst and @s->first: per source, nested prefixes go, others join. */
static void build_destinations(struct sources *s)
{
	struct interval at, *last;
	size_t i, j = 0, n = 0;

	for (i = 0; i < s->n_from; i++) {
		s->first[i] = n;
		for (; j < s->n_inside; j++) {
			const struct nat_entry *e = &s->inside[j];

			if (e->alen != s->from[i].alen ||
			    memcmp(e->a, s->from[i].a, 16))
				break;
			at = prefix_interval(e->b, e->blen, s->bytes);
			last = n > s->first[i] ? &s->dst[n - 1] : NULL;
			if (last && memcmp(at.lo, last->hi, 16) <= 0)
				continue; /* contained, being longer */
			if (last && adjacent(last, &at, s->bytes))
				memcpy(last->hi, at.hi, 16);
			else
				s->dst[n++] = at;
		}
	}
	s->first[s->n_from] = n;
}

/* State of the sweep over the prefixes, from the lowest address up. */
struct sweep {
	struct sources *s;
	struct piece open[DEPTH_MAX];
	unsigned int depth;
	__u8 at[16]; /* lowest address that no piece covers yet */
	bool done; /* there is none */
};

/* The innermost open prefix speaks for all up to and including @hi. */
static void cover(struct sweep *w, const __u8 hi[16])
{
	struct piece *piece = &w->s->piece[w->s->n_pieces];

	if (w->done || memcmp(w->at, hi, 16) > 0)
		return;
	memcpy(piece->at.lo, w->at, 16);
	memcpy(piece->at.hi, hi, 16);
	piece->from = w->open[w->depth - 1].from;
	w->s->n_pieces++;
	memcpy(w->at, hi, 16);
	w->done = !next(w->at, w->s->bytes);
}

/* Closes the prefixes that end before @lo; all if that is NULL. */
static void close_before(struct sweep *w, const __u8 *lo)
{
	const struct piece *top;

	while (w->depth) {
		top = &w->open[w->depth - 1];
		if (lo && memcmp(top->at.hi, lo, 16) >= 0)
			return;
		cover(w, top->at.hi);
		w->depth--;
	}
}

static void build_pieces(struct sources *s)
{
	struct sweep w = { .s = s };
	struct interval at;
	__u8 before[16];
	size_t i;

	for (i = 0; i < s->n_from; i++) {
		at = prefix_interval(s->from[i].a, s->from[i].alen, s->bytes);
		close_before(&w, at.lo);
		if (w.depth && memcmp(w.at, at.lo, 16) < 0) {
			memcpy(before, at.lo, 16);
			previous(before, s->bytes);
			cover(&w, before);
		}
		memcpy(w.at, at.lo, 16);
		w.open[w.depth++] = (struct piece){ .at = at, .from = i };
	}
	close_before(&w, NULL);
}

static const __u8 *vip(const struct nat_plan *plan, const struct sources *s,
		       const struct piece *piece)
{
	const struct nat_entry *e = nat_plan_vip(plan, &s->from[piece->from]);

	return e ? e->b : NULL;
}

/* Fewer intervals first, then by their addresses. */
static int compare_inside(const void *va, const void *vb, void *data)
{
	const struct sources *s = data;
	const size_t *i = &s->first[*(const size_t *)va];
	const size_t *j = &s->first[*(const size_t *)vb];
	size_t n = i[1] - i[0], m = j[1] - j[0];

	if (n != m)
		return n < m ? -1 : 1;
	return memcmp(&s->dst[i[0]], &s->dst[j[0]], n * sizeof(*s->dst));
}

/* Sets @s->like: those with the same inside have the same. */
static int build_likes(struct sources *s)
{
	size_t *order = calloc(s->n_from + 1, sizeof(*order));
	size_t i;

	if (!order)
		return -ENOMEM;
	for (i = 0; i < s->n_from; i++)
		order[i] = i;
	qsort_r(order, s->n_from, sizeof(*order), compare_inside, s);
	for (i = 0; i < s->n_from; i++) {
		s->like[order[i]] = order[i];
		if (i && !compare_inside(&order[i - 1], &order[i], s))
			s->like[order[i]] = s->like[order[i - 1]];
	}
	free(order);
	return 0;
}

/* An interval of a zone's addresses is one element. */
static int add_zone_interval(const struct sources *s, struct nat_set *set,
			     const struct interval *at, const void *data,
			     size_t len)
{
	struct nat_elem elem = { .is_end = 0 };

	memcpy(elem.key, &s->zone, sizeof(s->zone));
	memcpy(elem.key + ZONE_BYTES, at->lo, s->bytes);
	memcpy(elem.end, &s->zone, sizeof(s->zone));
	memcpy(elem.end + ZONE_BYTES, at->hi, s->bytes);
	memcpy(elem.data, data, len);
	return nat_set_add(set, &elem);
}

/*
 * One interval of a set: its first address, and as an element of its own the
 * first one behind, unless there is none. As nft does, what comes before the
 * first interval is marked, too. Intervals must come in their order.
 */
static int add_interval(const struct sources *s, struct nat_set *set,
			const struct interval *at, const void *data, size_t len)
{
	static const __u8 first[16];
	const struct nat_elem nothing = { .is_end = 1 };
	struct nat_elem lo = { .is_end = 0 }, end = { .is_end = 1 };
	int err = 0;

	if (!set->n && memcmp(at->lo, first, 16))
		err = nat_set_add(set, &nothing);
	memcpy(lo.key, at->lo, s->bytes);
	if (len)
		memcpy(lo.data, data, len);
	if (!err)
		err = nat_set_add(set, &lo);
	memcpy(end.key, at->hi, s->bytes);
	if (!err && next(end.key, s->bytes))
		err = nat_set_add(set, &end);
	return err;
}

/* An interval of sources, and what is said of them. */
static int add_answer(const struct sources *s, struct nat_set *set,
		      const struct interval *at, const void *data, size_t len)
{
	return s->zone ? add_zone_interval(s, set, at, data, len) :
			 add_interval(s, set, at, data, len);
}

static int build_sources(const struct sources *s, const struct nat_plan *plan,
			 struct nat_set *set)
{
	struct interval at;
	const __u8 *to;
	size_t i;
	int err = 0;

	for (i = 0; i < s->n_pieces && !err; i++) {
		at = s->piece[i].at;
		to = vip(plan, s, &s->piece[i]);
		if (!to)
			continue;
		for (; i + 1 < s->n_pieces; i++) {
			const struct piece *more = &s->piece[i + 1];
			const __u8 *other = vip(plan, s, more);

			if (!other || memcmp(to, other, 16) ||
			    !adjacent(&at, &more->at, s->bytes))
				break;
			memcpy(at.hi, more->at.hi, 16);
		}
		err = add_answer(s, set, &at, to, s->bytes);
	}
	return err;
}

/* A group for prefix @from and those like it. */
static int add_group(struct sources *s, struct nat_table *t, int family,
		     size_t from)
{
	struct nat_set *set = nat_table_add_set(t, NAT_SET_INSIDE, family);
	int err = 0;
	size_t i;

	if (!set)
		return -ENOMEM;
	s->group[s->like[from]] = t->n_sets - 1;
	for (i = s->first[from]; i < s->first[from + 1] && !err; i++)
		err = add_interval(s, set, &s->dst[i], NULL, 0);
	return err;
}

/* Which group the addresses from @at on belong to. */
static int add_member(struct sources *s, struct nat_table *t, int family,
		      const struct interval *at, size_t from)
{
	const char *name;
	int err;

	if (!s->group[s->like[from]]) {
		err = add_group(s, t, family, from);
		if (err)
			return err;
	}
	name = t->sets[s->group[s->like[from]]].name;
	return add_answer(s,
			  nat_table_set(t,
					s->zone ? NAT_SET_ZONE_GROUPS :
						  NAT_SET_GROUPS,
					family),
			  at, name, strlen(name));
}

static int build_groups(struct sources *s, struct nat_table *t, int family)
{
	int err = build_likes(s);
	struct interval at;
	size_t i, from;

	for (i = 0; i < s->n_pieces && !err; i++) {
		at = s->piece[i].at;
		from = s->piece[i].from;
		if (s->first[from] == s->first[from + 1])
			continue;
		for (; i + 1 < s->n_pieces; i++) {
			const struct piece *more = &s->piece[i + 1];

			if (s->like[from] != s->like[more->from] ||
			    !adjacent(&at, &more->at, s->bytes))
				break;
			memcpy(at.hi, more->at.hi, 16);
		}
		err = add_member(s, t, family, &at, from);
	}
	return err;
}

static int add_zone(const struct sources *s, struct nat_table *t, int family)
{
	struct nat_elem elem = { .is_end = 0 };

	memcpy(elem.key, &s->zone, sizeof(s->zone));
	return nat_set_add(nat_table_set(t, NAT_SET_ZONES, family), &elem);
}

static int build_zone(struct sources *s, struct nat_table *t,
		      const struct nat_plan *plan, int family)
{
	enum nat_set_kind kind = s->zone ? NAT_SET_ZONE_SOURCES :
					   NAT_SET_SOURCES;
	struct nat_set *set = nat_table_set(t, kind, family);
	size_t before = set->n;
	int err;

	build_destinations(s);
	build_pieces(s);
	err = build_sources(s, plan, set);
	if (!err && s->zone)
		err = add_zone(s, t, family);
	if (err)
		return err;
	/* Without either no rule asks what is inside. */
	if (set->n == before && !nat_table_set(t, NAT_SET_VIPS, family)->n)
		return 0;
	return build_groups(s, t, family);
}

/* How many of @e, which is sorted, are of a zone. */
static size_t count_zone(const struct nat_entry *e, size_t n, __u16 zone)
{
	size_t i = 0;

	while (i < n && e[i].zone == zone)
		i++;
	return i;
}

/* Zone by zone; what is inside for a source is of its zone. */
static int build_all(const struct sources *all, struct nat_table *t,
		     const struct nat_plan *plan, int family)
{
	size_t i = 0, j = 0;
	int err = 0;

	while (i < all->n_from && !err) {
		struct sources s = *all;

		s.zone = all->from[i].zone;
		s.from += i;
		s.n_from = count_zone(s.from, all->n_from - i, s.zone);
		s.inside += j;
		s.n_inside = count_zone(s.inside, all->n_inside - j, s.zone);
		i += s.n_from;
		j += s.n_inside;
		memset(s.group, 0, s.n_from * sizeof(*s.group));
		err = build_zone(&s, t, plan, family);
	}
	return err;
}

int nat_sources_build(struct nat_table *t, const struct nat_plan *plan,
		      int family)
{
	struct sources s = { .bytes = nat_addr_bytes(family) };
	int err = -ENOMEM;

	s.from = nat_plan_select(plan, NAT_FROM, family, &s.n_from);
	s.inside = nat_plan_select(plan, NAT_INSIDE, family, &s.n_inside);
	s.dst = calloc(s.n_inside + 1, sizeof(*s.dst));
	s.first = calloc(s.n_from + 1, sizeof(*s.first));
	s.like = calloc(s.n_from + 1, sizeof(*s.like));
	s.group = calloc(s.n_from + 1, sizeof(*s.group));
	/* Each prefix begins one piece, and may begin another at its end. */
	s.piece = calloc(2 * s.n_from + 1, sizeof(*s.piece));
	if (s.from && s.inside && s.dst && s.first && s.like && s.group &&
	    s.piece)
		err = build_all(&s, t, plan, family);
	free(s.from);
	free(s.inside);
	free(s.dst);
	free(s.first);
	free(s.like);
	free(s.group);
	free(s.piece);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The prefixes of a set in as little memory as they can be searched in.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include "packed.h"

/* Prefixes after which a long loop lets others run. */
#define SLICE 4096

/* ---- looking for one ---- */

static const struct epacl_prefixes *of_family(const struct epacl_packed *packed,
					      u8 family)
{
	return &packed->of[family == 6];
}

/* As epacl_prefix_compare(). */
static int compare(const struct epacl_prefixes *p, u32 i,
		   const struct epacl_start128 *start, u8 len)
{
	struct epacl_start128 at = epacl_start_at(p, i);

	if (at.hi != start->hi)
		return at.hi < start->hi ? -1 : 1;
	if (at.lo != start->lo)
		return at.lo < start->lo ? -1 : 1;
	return p->lens[i] - len;
}

/* Where @prefix is, or belongs. Most often that is behind all others. */
static u32 position(const struct epacl_prefixes *p,
		    const struct epacl_prefix *prefix)
{
	struct epacl_start128 start = epacl_start_of(&prefix->ip);
	u32 lo = 0, hi = p->n, mid;

	if (hi && compare(p, hi - 1, &start, prefix->len) < 0)
		return hi;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (compare(p, mid, &start, prefix->len) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool epacl_packed_has(const struct epacl_packed *packed,
		      const struct epacl_prefix *prefix)
{
	const struct epacl_prefixes *p = of_family(packed, prefix->ip.family);
	struct epacl_start128 start = epacl_start_of(&prefix->ip);
	u32 i = position(p, prefix);

	return i < p->n && !compare(p, i, &start, prefix->len);
}

void epacl_packed_get(const struct epacl_packed *packed, u32 i,
		      struct epacl_prefix *prefix)
{
	bool is_v4 = i < packed->of[0].n;
	const struct epacl_prefixes *p = &packed->of[!is_v4];
	struct epacl_start128 start;
	__be64 halves[2];
	__be32 v4;

	i -= is_v4 ? 0 : packed->of[0].n;
	start = epacl_start_at(p, i);
	v4 = cpu_to_be32(start.hi >> 32);
	halves[0] = cpu_to_be64(start.hi);
	halves[1] = cpu_to_be64(start.lo);
	if (is_v4)
		epacl_ip_set(&prefix->ip, 4, &v4);
	else
		epacl_ip_set(&prefix->ip, 6, halves);
	prefix->len = p->lens[i];
}

bool epacl_packed_equal(const struct epacl_packed *a,
			const struct epacl_packed *b)
{
	const struct epacl_prefixes *p, *q;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(a->of); i++) {
		p = &a->of[i];
		q = &b->of[i];
		if (p->n != q->n || p->width != q->width)
			return false;
		if (p->n && (memcmp(p->starts, q->starts,
				    p->n * epacl_start_size(p->width)) ||
			     memcmp(p->lens, q->lens, p->n)))
			return false;
	}
	return true;
}

/* ---- merging ---- */

/**
 * struct merge - of one family
 * @to: receives the prefixes
 * @from: the old ones
 * @nto: how many have come
 * @nfrom: how many of them are old ones
 */
struct merge {
	struct epacl_prefixes *to;
	const struct epacl_prefixes *from;
	u32 nto;
	u32 nfrom;
};

static void copy_starts(struct merge *m, u32 n)
{
	size_t size = epacl_start_size(m->from->width);
	u32 i;

	if (m->to->width == m->from->width) {
		memcpy((u8 *)m->to->starts + m->nto * size,
		       (u8 *)m->from->starts + m->nfrom * size, n * size);
		return;
	}
	for (i = 0; i < n; i++)
		epacl_start_put(m->to->starts, m->to->width, m->nto + i,
				epacl_start_at(m->from, m->nfrom + i));
}

/* The old ones up to number @end. */
static void copy(struct merge *m, u32 end)
{
	u32 n;

	while (m->nfrom < end) {
		n = min_t(u32, end - m->nfrom, SLICE);
		copy_starts(m, n);
		memcpy(&m->to->lens[m->nto], &m->from->lens[m->nfrom], n);
		m->nto += n;
		m->nfrom += n;
		cond_resched();
	}
}

static void put(struct merge *m, const struct epacl_prefix *prefix)
{
	epacl_start_put(m->to->starts, m->to->width, m->nto,
			epacl_start_of(&prefix->ip));
	m->to->lens[m->nto++] = prefix->len;
}

/* What it takes of @more, which is sorted by family. Return: behind that. */
static const struct epacl_prefix *merge(struct merge *m,
					const struct epacl_prefix *more)
{
	u32 n;

	for (n = m->to->n - m->from->n; n; n--) {
		copy(m, position(m->from, more));
		put(m, more++);
	}
	copy(m, m->from->n);
	epacl_starts_pad(m->to->starts, m->to->n, m->to->width);
	return more;
}

/* How many there will be of each family, and how wide. */
static void measure(struct epacl_packed *to, const struct epacl_packed *from,
		    const struct epacl_prefix *more, u32 n)
{
	struct epacl_prefixes *p;
	u32 i;

	to->of[0].n = from->of[0].n;
	to->of[0].width = EPACL_WIDTH_32;
	to->of[1].n = from->of[1].n;
	to->of[1].width = max_t(u8, from->of[1].width, EPACL_WIDTH_64);
	for (i = 0; i < n; i++) {
		p = &to->of[more[i].ip.family == 6];
		p->n++;
		if (more[i].len > 64)
			p->width = EPACL_WIDTH_128;
	}
}

static void lay_out(struct epacl_packed *packed, struct epacl_room *room)
{
	struct epacl_prefixes *v4 = &packed->of[0], *v6 = &packed->of[1];

	v4->starts = epacl_take(room, epacl_starts_size(v4->n, v4->width));
	v6->starts = epacl_take(room, epacl_starts_size(v6->n, v6->width));
	v4->lens = epacl_take(room, v4->n);
	v6->lens = epacl_take(room, v6->n);
}

int epacl_packed_merge(struct epacl_memory *memory, struct epacl_packed *to,
		       const struct epacl_packed *from,
		       const struct epacl_prefix *more, u32 n)
{
	struct epacl_room room = {};
	struct merge m = {};
	u32 i;

	memset(to, 0, sizeof(*to));
	measure(to, from, more, n);
	if (!epacl_packed_count(to))
		return 0;
	lay_out(to, &room);
	to->memory = epacl_alloc_lines(memory, room.used);
	if (!to->memory)
		return -ENOMEM;
	room = (struct epacl_room){ .at = to->memory };
	lay_out(to, &room);
	for (i = 0; i < ARRAY_SIZE(to->of); i++) {
		m = (struct merge){ .to = &to->of[i], .from = &from->of[i] };
		more = merge(&m, more);
	}
	return 0;
}

void epacl_packed_free(struct epacl_packed *packed)
{
	epacl_free(packed->memory);
	memset(packed, 0, sizeof(*packed));
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the ranges of rules begin and end. See table_internal.h.
 */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include "table_internal.h"

static int value_compare(const struct epacl_start128 *a,
			 const struct epacl_start128 *b)
{
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	if (a->lo != b->lo)
		return a->lo < b->lo ? -1 : 1;
	return 0;
}

/* Of a list there may be millions. */
static int edge_compare(const void *a, const void *b)
{
	cond_resched();
	return value_compare(&((const struct epacl_edge *)a)->value,
			     &((const struct epacl_edge *)b)->value);
}

static void put_edge(struct epacl_build *b, enum epacl_axis_name axis, u32 rule,
		     struct epacl_start128 value)
{
	struct epacl_edge *edge = &b->edges[axis][b->nedges[axis]++];

	edge->value = value;
	edge->rule = rule;
}

/* @end: first value behind the range; NULL: there is none. */
static void put_range(struct epacl_build *b, enum epacl_axis_name axis,
		      u32 rule, struct epacl_start128 start,
		      const struct epacl_start128 *end)
{
	put_edge(b, axis, rule, start);
	if (end)
		put_edge(b, axis, rule, *end);
}

static void put_all(struct epacl_build *b, enum epacl_axis_name axis, u32 rule)
{
	put_range(b, axis, rule, (struct epacl_start128){}, NULL);
}

/* The first value behind a prefix. Return: false: there is none. */
static bool value_behind(const struct epacl_prefix *prefix,
			 struct epacl_start128 *v)
{
	*v = epacl_start_of(&prefix->ip);
	if (!prefix->len)
		return false;
	if (prefix->len <= 64) {
		v->hi += 1ull << (64 - prefix->len);
		return v->hi;
	}
	v->lo += 1ull << (128 - prefix->len);
	if (!v->lo)
		v->hi++;
	return v->lo || v->hi;
}

static void put_remote(struct epacl_build *b, u32 rule)
{
	const struct epacl_match *match = &b->rules[rule]->match;
	const struct epacl_prefix *remote = &match->remote;
	struct epacl_start128 end;
	bool ends;

	if (match->has_set || !remote->ip.family) {
		put_all(b, EPACL_AXIS_REMOTE4, rule);
		put_all(b, EPACL_AXIS_REMOTE6, rule);
		return;
	}
	ends = value_behind(remote, &end);
	put_range(b,
		  remote->ip.family == 4 ? EPACL_AXIS_REMOTE4 :
					   EPACL_AXIS_REMOTE6,
		  rule, epacl_start_of(&remote->ip), ends ? &end : NULL);
	if (remote->ip.family == 6 && remote->len > 64)
		b->lower = true;
}

static void put_numbers(struct epacl_build *b, enum epacl_axis_name axis,
			u32 rule, u32 lo, u32 hi)
{
	struct epacl_start128 start = { .lo = lo }, end = { .lo = hi + 1 };

	b->looked_at[axis] = true;
	put_range(b, axis, rule, start, hi < U16_MAX ? &end : NULL);
}

static int ports_compare(const void *a, const void *b)
{
	const struct epacl_ports *x = a, *y = b;

	return x->lo - y->lo;
}

/* A rule's ranges may overlap, its edges on one axis may not. */
static void put_ports(struct epacl_build *b, enum epacl_axis_name axis,
		      u32 rule, const struct epacl_ports *ports, u32 n)
{
	struct epacl_ports sorted[EPACL_PORTS_MAX];
	u32 i, lo, hi;

	if (!n) {
		put_all(b, axis, rule);
		return;
	}
	memcpy(sorted, ports, n * sizeof(*ports));
	sort(sorted, n, sizeof(*sorted), ports_compare, NULL);
	lo = sorted[0].lo;
	hi = sorted[0].hi;
	for (i = 1; i < n; i++) {
		if (sorted[i].lo > hi) {
			put_numbers(b, axis, rule, lo, hi);
			lo = sorted[i].lo;
		}
		hi = max_t(u32, hi, sorted[i].hi);
	}
	put_numbers(b, axis, rule, lo, hi);
}

static void put_rule(struct epacl_build *b, u32 rule)
{
	const struct epacl_match *match = &b->rules[rule]->match;

	put_remote(b, rule);
	if (b->form == EPACL_FORM_FIRST)
		return;
	if (match->proto == EPACL_PROTO_ANY)
		put_all(b, EPACL_AXIS_PROTO, rule);
	else
		put_numbers(b, EPACL_AXIS_PROTO, rule, match->proto,
			    match->proto);
	put_ports(b, EPACL_AXIS_LPORT, rule, match->ports, match->nlports);
	put_ports(b, EPACL_AXIS_RPORT, rule, match->ports + match->nlports,
		  match->nrports);
}

static u32 count_ranges(const struct epacl_build *b, enum epacl_axis_name axis)
{
	const struct epacl_edge *edges = b->edges[axis];
	static const struct epacl_start128 zero;
	const struct epacl_start128 *last = &zero;
	u32 n = 1, i;

	for (i = 0; i < b->nedges[axis]; i++) {
		if (!value_compare(&edges[i].value, last))
			continue;
		last = &edges[i].value;
		n++;
	}
	return n;
}

/* Most edges that the rules can have on each axis. */
int epacl_edges_alloc(struct epacl_build *b)
{
	u32 most[EPACL_AXES] = {}, i;

	for (i = 0; i < b->n; i++) {
		most[EPACL_AXIS_REMOTE4] += 2;
		most[EPACL_AXIS_REMOTE6] += 2;
		if (b->form == EPACL_FORM_FIRST)
			continue;
		most[EPACL_AXIS_PROTO] += 2;
		most[EPACL_AXIS_LPORT] += 2 * max_t(u32, 1,
						    b->rules[i]->match.nlports);
		most[EPACL_AXIS_RPORT] += 2 * max_t(u32, 1,
						    b->rules[i]->match.nrports);
	}
	for (i = 0; i < EPACL_AXES; i++) {
		if (!most[i])
			continue;
		b->edges[i] = epacl_alloc(b->memory,
					  most[i] * sizeof(*b->edges[i]));
		if (!b->edges[i])
			return -ENOMEM;
	}
	b->active = epacl_alloc(b->memory,
				epacl_words_of(b->n) * sizeof(*b->active));
	b->summary = epacl_alloc(b->memory,
				 epacl_words_of(epacl_words_of(b->n)) *
					 sizeof(*b->summary));
	return b->active && b->summary ? 0 : -ENOMEM;
}

void epacl_edges_free(struct epacl_build *b)
{
	u32 i;

	for (i = 0; i < EPACL_AXES; i++)
		epacl_free(b->edges[i]);
	epacl_free(b->active);
	epacl_free(b->summary);
}

void epacl_edges_find(struct epacl_build *b)
{
	u32 i;

	for (i = 0; i < b->n; i++)
		put_rule(b, i);
	for (i = 0; i < EPACL_AXES; i++) {
		if (!b->edges[i])
			continue;
		cond_resched();
		sort(b->edges[i], b->nedges[i], sizeof(*b->edges[i]),
		     edge_compare, NULL);
		b->ranges[i] = count_ranges(b, i);
		if (i > EPACL_AXIS_REMOTE6 && !b->looked_at[i])
			b->ranges[i] = 0;
	}
}

/* ---- walking along an axis ---- */

void epacl_walk_toggle(struct epacl_build *b, u32 rule)
{
	u32 word = rule / 64;

	b->active[word] ^= 1ull << rule % 64;
	if (b->active[word] >> rule % 64 & 1)
		b->nactive++;
	else
		b->nactive--;
	if (b->active[word])
		b->summary[word / 64] |= 1ull << word % 64;
	else
		b->summary[word / 64] &= ~(1ull << word % 64);
}

u32 epacl_walk_first(const struct epacl_build *b)
{
	u32 words = epacl_words_of(epacl_words_of(b->n)), i, word;

	for (i = 0; i < words; i++) {
		if (!b->summary[i])
			continue;
		word = 64 * i + __ffs64(b->summary[i]);
		return 64 * word + __ffs64(b->active[word]) + 1;
	}
	return 0;
}

void epacl_walk_begin(struct epacl_build *b)
{
	b->edge = 0;
	b->nactive = 0;
	memset(b->active, 0, epacl_words_of(b->n) * sizeof(*b->active));
	memset(b->summary, 0,
	       epacl_words_of(epacl_words_of(b->n)) * sizeof(*b->summary));
}

struct epacl_start128 epacl_walk_range(struct epacl_build *b,
				       enum epacl_axis_name axis, u32 range)
{
	const struct epacl_edge *edges = b->edges[axis];
	struct epacl_start128 start = {};

	if (range)
		start = edges[b->edge].value;
	while (b->edge < b->nedges[axis] &&
	       !value_compare(&edges[b->edge].value, &start))
		epacl_walk_toggle(b, edges[b->edge++].rule);
	return start;
}

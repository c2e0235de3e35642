// SPDX-License-Identifier: GPL-2.0-only
/*
 * Builds the tables of a rule list. See table.h.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include "table_internal.h"

/* ---- how much room ---- */

static bool looks_further(const struct epacl_match *match)
{
	return match->proto != EPACL_PROTO_ANY || match->nlports ||
	       match->nrports || match->has_type || match->secure ||
	       match->has_set;
}

static bool looks_at_rest(const struct epacl_match *match)
{
	return match->has_type || match->secure || match->has_set;
}

static bool is_remote(enum epacl_axis_name axis)
{
	return axis == EPACL_AXIS_REMOTE4 || axis == EPACL_AXIS_REMOTE6;
}

static enum epacl_width width_of(const struct epacl_build *b,
				 enum epacl_axis_name axis)
{
	if (axis == EPACL_AXIS_REMOTE4)
		return EPACL_WIDTH_32;
	return b->lower ? EPACL_WIDTH_128 : EPACL_WIDTH_64;
}

static bool is_port(enum epacl_axis_name axis)
{
	return axis == EPACL_AXIS_LPORT || axis == EPACL_AXIS_RPORT;
}

/* ---- which form ---- */

static bool looks_at_ports(const struct epacl_match *match,
			   enum epacl_axis_name axis)
{
	return axis == EPACL_AXIS_LPORT ? match->nlports : match->nrports;
}

static u32 count_portless(const struct epacl_build *b,
			  enum epacl_axis_name axis)
{
	u32 n = 0, i;

	for (i = 0; i < b->n; i++)
		n += !looks_at_ports(&b->rules[i]->match, axis);
	return n;
}

/* Adds up the rules of all ranges. Return: no range has more than few. */
static bool are_few(struct epacl_build *b, enum epacl_axis_name axis, u32 *sum,
		    u32 *ranges)
{
	u32 i, n;

	epacl_walk_begin(b);
	for (i = 0; i < b->ranges[axis]; i++) {
		epacl_walk_range(b, axis, i);
		if (b->nactive > EPACL_TABLE_FEW)
			return false;
		*sum += b->nactive;
	}
	*ranges += b->ranges[axis];
	if (!is_port(axis))
		return true;
	n = count_portless(b, axis);
	*sum += n;
	return n <= EPACL_TABLE_FEW;
}

static void choose_form(struct epacl_build *b)
{
	static const enum epacl_axis_name axes[] = {
		EPACL_AXIS_REMOTE4,
		EPACL_AXIS_LPORT,
		EPACL_AXIS_RPORT,
	};
	u32 i, sum, ranges;

	for (i = 0; b->form == EPACL_FORM_ROWS && i < ARRAY_SIZE(axes); i++) {
		sum = ranges = 0;
		if (!b->ranges[axes[i]] ||
		    !are_few(b, axes[i], &sum, &ranges) ||
		    (!i && !are_few(b, EPACL_AXIS_REMOTE6, &sum, &ranges)) ||
		    sum > ranges * EPACL_TABLE_FEW_AVERAGE)
			continue;
		b->form = EPACL_FORM_FEW;
		b->by = axes[i];
		b->nfew = sum;
	}
}

static bool is_used(const struct epacl_build *b, enum epacl_axis_name axis)
{
	if (!b->ranges[axis])
		return false;
	if (b->form != EPACL_FORM_FEW)
		return true;
	return axis == b->by ||
	       (b->by == EPACL_AXIS_REMOTE4 && axis == EPACL_AXIS_REMOTE6);
}

/* ---- laying it down ---- */

static void lay_out_first(struct epacl_axis *axis, struct epacl_room *room)
{
	axis->first = epacl_take(room, axis->n * sizeof(*axis->first));
	axis->counters = epacl_take(room, axis->n * sizeof(*axis->counters));
}

/* The first, few or rows of the ranges of an axis. */
static void lay_out_answers(const struct epacl_build *b,
			    struct epacl_axis *axis, bool port,
			    struct epacl_room *room)
{
	if (b->form == EPACL_FORM_ROWS)
		axis->rows = epacl_take(room, (axis->n + port) *
						      epacl_words_of(b->n) *
						      sizeof(u64));
	else if (b->form == EPACL_FORM_FEW)
		axis->few = epacl_take(room,
				       (axis->n + port + 1) * sizeof(u32));
	else
		lay_out_first(axis, room);
}

static void *take_starts(const struct epacl_axis *axis,
			 enum epacl_axis_name name, struct epacl_room *room)
{
	if (!is_remote(name))
		return epacl_take(room, axis->n * sizeof(u16));
	return epacl_take_lines(room,
				epacl_starts_size(axis->n, axis->width) +
					epacl_starts_upper_size(axis->n,
								axis->width));
}

static void lay_out_axis(const struct epacl_build *b, struct epacl_table *table,
			 enum epacl_axis_name name, struct epacl_room *room)
{
	struct epacl_axis *axis = &table->axes[name];

	axis->n = b->ranges[name];
	axis->width = width_of(b, name);
	axis->starts = take_starts(axis, name, room);
	lay_out_answers(b, axis, is_port(name), room);
}

/* Also only counts, where there is no room yet. */
static void lay_out(const struct epacl_build *b, struct epacl_table *table,
		    struct epacl_room *room)
{
	u32 i;

	for (i = 0; i < EPACL_AXES; i++)
		if (is_used(b, i))
			lay_out_axis(b, table, i, room);
	if (b->form == EPACL_FORM_ROWS)
		table->rest = epacl_take(room,
					 epacl_words_of(b->n) * sizeof(u64));
	if (b->has_sets)
		table->sets = epacl_take(room, b->n * sizeof(u32));
	if (b->form == EPACL_FORM_FEW) {
		table->briefs = epacl_take(room, b->n * sizeof(*table->briefs));
		table->few = epacl_take(room, b->nfew * sizeof(u16));
	}
}

static void set_start(const struct epacl_axis *axis, enum epacl_axis_name name,
		      u32 range, const struct epacl_start128 *value)
{
	if (is_remote(name))
		epacl_start_put((void *)axis->starts, axis->width, range,
				*value);
	else
		((u16 *)axis->starts)[range] = value->lo;
}

/* The active rules, from @at of table.few on. Return: where they end. */
static u32 put_few(const struct epacl_build *b, const struct epacl_table *table,
		   u32 at)
{
	u32 word;
	u64 bits;

	for (word = 0; word < epacl_words_of(b->n); word++)
		for (bits = b->active[word]; bits; bits &= bits - 1)
			((u16 *)table->few)[at++] = 64 * word + __ffs64(bits);
	return at;
}

static void set_first(const struct epacl_build *b,
		      const struct epacl_axis *axis, u32 range)
{
	struct epacl_first *first = (struct epacl_first *)&axis->first[range];
	struct epacl_count __percpu **counters =
		(struct epacl_count __percpu **)axis->counters;
	const struct epacl_rule *rule;

	first->rule = epacl_walk_first(b);
	if (!first->rule)
		return;
	rule = b->rules[first->rule - 1];
	first->permit = rule->permit;
	first->log = rule->log;
	counters[range] = rule->counter;
}

/* Of the range that the walk has come to. */
static void set_answer(struct epacl_build *b, const struct epacl_table *table,
		       const struct epacl_axis *axis, u32 range)
{
	u32 *few = (u32 *)axis->few;

	switch (b->form) {
	case EPACL_FORM_ROWS:
		memcpy((u64 *)axis->rows + range * table->words, b->active,
		       table->words * sizeof(u64));
		break;
	case EPACL_FORM_FEW:
		few[range + 1] = put_few(b, table, few[range]);
		break;
	case EPACL_FORM_FIRST:
		set_first(b, axis, range);
		break;
	}
}

static void activate_portless(struct epacl_build *b, enum epacl_axis_name axis)
{
	u32 i;

	epacl_walk_begin(b);
	for (i = 0; i < b->n; i++)
		if (!looks_at_ports(&b->rules[i]->match, axis))
			epacl_walk_toggle(b, i);
}

static void finish_remote(const struct epacl_axis *axis)
{
	epacl_starts_pad((void *)axis->starts, axis->n, axis->width);
	epacl_starts_raise(axis->starts, (void *)epacl_axis_upper(axis),
			   axis->n, axis->width);
}

static void fill_axis(struct epacl_build *b, const struct epacl_table *table,
		      enum epacl_axis_name name)
{
	const struct epacl_axis *axis = &table->axes[name];
	struct epacl_start128 start;
	u32 range;

	/* Those of the second family follow those of the first. */
	if (b->form == EPACL_FORM_FEW && name == EPACL_AXIS_REMOTE6)
		*(u32 *)axis->few = table->axes[EPACL_AXIS_REMOTE4]
					    .few[b->ranges[EPACL_AXIS_REMOTE4]];
	epacl_walk_begin(b);
	for (range = 0; range < axis->n; range++) {
		start = epacl_walk_range(b, name, range);
		set_start(axis, name, range, &start);
		set_answer(b, table, axis, range);
	}
	if (is_remote(name))
		finish_remote(axis);
	if (!is_port(name))
		return;
	activate_portless(b, name);
	set_answer(b, table, axis, range);
}

static void fill_rest(const struct epacl_build *b,
		      const struct epacl_table *table)
{
	const struct epacl_match *match;
	u32 i;

	for (i = 0; i < b->n; i++) {
		match = &b->rules[i]->match;
		if (table->rest && looks_at_rest(match))
			((u64 *)table->rest)[i / 64] |= 1ull << i % 64;
		if (match->has_set)
			((u32 *)table->sets)[i] =
				epacl_set(
					epacl_pmap_find(b->sets,
							epacl_match_set(match)))
					->id;
	}
}

static struct epacl_ports one_range(const struct epacl_ports *ports, u32 n)
{
	static const struct epacl_ports all = { .lo = 0, .hi = U16_MAX };

	return n ? ports[0] : all;
}

static void fill_briefs(const struct epacl_build *b,
			const struct epacl_table *table)
{
	struct epacl_brief *briefs = (struct epacl_brief *)table->briefs;
	const struct epacl_match *match;
	u32 i;

	for (i = 0; i < b->n; i++) {
		match = &b->rules[i]->match;
		briefs[i].proto = match->proto;
		briefs[i].lports = one_range(match->ports, match->nlports);
		briefs[i].rports = one_range(match->ports + match->nlports,
					     match->nrports);
		briefs[i].needs_ports = match->nlports || match->nrports;
		briefs[i].at_length = match->nlports > 1 ||
				      match->nrports > 1 ||
				      looks_at_rest(match) ||
				      (b->by != EPACL_AXIS_REMOTE4 &&
				       match->remote.ip.family);
	}
}

static struct epacl_table *lay_down(struct epacl_build *b)
{
	struct epacl_room room = { .used = epacl_table_head(b->form) };
	struct epacl_table size = {}, *table;
	u32 i;

	lay_out(b, &size, &room);
	table = epacl_alloc_lines(b->memory, room.used);
	if (!table)
		return NULL;
	room.at = (u8 *)table;
	room.used = epacl_table_head(b->form);
	lay_out(b, table, &room);
	table->rules = b->rules;
	table->form = b->form;
	table->words = epacl_words_of(b->n);
	table->by = b->by;
	for (i = 0; i < EPACL_AXES; i++)
		if (is_used(b, i)) {
			cond_resched();
			fill_axis(b, table, i);
		}
	if (b->form != EPACL_FORM_FIRST)
		fill_rest(b, table);
	if (b->form == EPACL_FORM_FEW)
		fill_briefs(b, table);
	return table;
}

/* ---- lists ---- */

static bool is_plain(struct epacl_rule **rules, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (looks_further(&rules[i]->match))
			return false;
	return true;
}

/* Return: 0, -ENOMEM, or -E2BIG: too many for rows. */
static int build_table(struct epacl_build *b, struct epacl_table **table)
{
	int err;
	u32 i;

	for (i = 0; i < b->n; i++)
		b->has_sets |= b->rules[i]->match.has_set;
	err = epacl_edges_alloc(b);
	if (!err) {
		epacl_edges_find(b);
		choose_form(b);
		if (b->form == EPACL_FORM_ROWS && b->n > EPACL_TABLE_RULES)
			err = -E2BIG;
	}
	if (!err) {
		*table = lay_down(b);
		err = *table ? 0 : -ENOMEM;
	}
	epacl_edges_free(b);
	return err;
}

static int build_part(struct epacl_memory *memory,
		      const struct epacl_pmap *sets, struct epacl_rule **rules,
		      u32 n, struct epacl_table **table)
{
	struct epacl_build b = {
		.memory = memory,
		.sets = sets,
		.rules = rules,
		.n = n,
		.form = is_plain(rules, n) ? EPACL_FORM_FIRST : EPACL_FORM_ROWS,
	};

	return build_table(&b, table);
}

int epacl_table_build(struct epacl_memory *memory, struct epacl_acl *acl,
		      const struct epacl_pmap *sets)
{
	struct epacl_table *first = NULL, **end = &first;
	u32 at, n;
	int err;

	if (!acl->n)
		return 0;
	err = build_part(memory, sets, acl->rules, acl->n, &acl->table);
	if (err != -E2BIG)
		return err;
	for (at = 0; at < acl->n; at += n) {
		n = min_t(u32, acl->n - at, EPACL_TABLE_RULES);
		err = build_part(memory, sets, acl->rules + at, n, end);
		if (err) {
			epacl_table_free(first);
			return err;
		}
		end = &(*end)->next;
	}
	acl->table = first;
	return 0;
}

void epacl_table_free(struct epacl_table *table)
{
	struct epacl_table *next;

	for (; table; table = next) {
		next = table->next;
		epacl_free(table);
	}
}

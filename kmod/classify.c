// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which rule of a list matches a packet first? See table.h.
 */
#include <linux/bitops.h>
#include "classify.h"
#include "table.h"

/*
 * Number of the last start that is not above @value; the first one never is.
 * Without a branch that depends on the packet.
 */
static u32 find16(const u16 *starts, u32 n, u16 value)
{
	u32 at = 0, half;

	while (n > 1) {
		half = n / 2;
		at += starts[at + half] <= value ? half : 0;
		n -= half;
	}
	return at;
}
/* Number of the range that @ip is in; the first one begins at 0. */
static u32 find_remote(const struct epacl_axis *axis, const struct epacl_ip *ip)
{
	return epacl_starts_rank(axis->starts, epacl_axis_upper(axis), axis->n,
				 axis->width, ip) -
	       1;
}

/* ---- one rule ---- */

static bool security_matches(const struct epacl_match *match,
			     const struct epacl_security *security)
{
	u32 i;

	if (!security || !security->n)
		return false;
	for (i = 0; match->reqid && i < security->n; i++)
		if (security->reqid[i] == match->reqid)
			return true;
	return !match->reqid;
}

/* All but what protects the packet. */
static bool rest_matches(const struct epacl_match *match,
			 const struct epacl_set_table *set,
			 const struct epacl_key *key)
{
	if (match->has_type && (!key->has_type || key->type != match->type))
		return false;
	if (match->has_code && key->code != match->code)
		return false;
	return !set || epacl_set_table_holds(set, key->remote);
}

/* ---- rows ---- */

static bool ports_match(const struct epacl_ports *ports, u8 n,
			const struct epacl_key *key, u16 port)
{
	u8 i;

	if (!n)
		return true;
	if (!key->has_ports)
		return false;
	for (i = 0; i < n; i++)
		if (epacl_ports_hold(&ports[i], port))
			return true;
	return false;
}

/* What axes have. */
static bool axes_match(const struct epacl_match *match,
		       const struct epacl_key *key)
{
	if (match->remote.ip.family &&
	    !epacl_prefix_holds(&match->remote, key->remote))
		return false;
	if (match->proto != EPACL_PROTO_ANY && match->proto != key->proto)
		return false;
	return ports_match(match->ports, match->nlports, key, key->lport) &&
	       ports_match(match->ports + match->nlports, match->nrports, key,
			   key->rport);
}

static bool brief_matches(const struct epacl_brief *brief,
			  const struct epacl_key *key)
{
	if (brief->proto != EPACL_PROTO_ANY && brief->proto != key->proto)
		return false;
	return !brief->needs_ports ||
	       (key->has_ports &&
		epacl_ports_hold(&brief->lports, key->lport) &&
		epacl_ports_hold(&brief->rports, key->rport));
}

/* ---- all rules ---- */

/**
 * struct search - a walk over the rules that match a packet, but for what
 *	protects it
 * @table: where it has come to; NULL: to the end
 * @sets: compiled sets by id
 * @key: packet
 * @word: of the rows
 * @bits: of that word, what is still to be visited
 * @few: and of few rules
 * @end: where these end
 * @nrows: entries of @rows
 * @rows: of the packet, one for each axis that the table's rules look at
 */
struct search {
	const struct epacl_table *table;
	const struct epacl_set_table *const *sets;
	const struct epacl_key *key;
	u32 word;
	u64 bits;
	const u16 *few;
	const u16 *end;
	u32 nrows;
	const u64 *rows[EPACL_AXES];
};

static u32 port_range(const struct epacl_axis *axis,
		      const struct epacl_key *key, u16 port)
{
	return key->has_ports ? find16(axis->starts, axis->n, port) : axis->n;
}

static void add_row(struct search *s, const struct epacl_axis *axis, u32 range)
{
	s->rows[s->nrows++] = axis->rows + range * s->table->words;
}

static void add_port(struct search *s, const struct epacl_axis *axis, u16 port)
{
	if (axis->n)
		add_row(s, axis, port_range(axis, s->key, port));
}

static const struct epacl_axis *remote_axis(const struct epacl_table *table,
					    const struct epacl_key *key)
{
	return &table->axes[key->remote->family == 4 ? EPACL_AXIS_REMOTE4 :
						       EPACL_AXIS_REMOTE6];
}

static void load_word(struct search *s)
{
	u32 i;

	s->bits = s->rows[0][s->word];
	for (i = 1; i < s->nrows; i++)
		s->bits &= s->rows[i][s->word];
}

static void enter_few(struct search *s, const struct epacl_table *table)
{
	const struct epacl_axis *axis = &table->axes[table->by];
	u32 range;

	if (table->by == EPACL_AXIS_LPORT) {
		range = port_range(axis, s->key, s->key->lport);
	} else if (table->by == EPACL_AXIS_RPORT) {
		range = port_range(axis, s->key, s->key->rport);
	} else {
		axis = remote_axis(table, s->key);
		range = find_remote(axis, s->key->remote);
	}
	s->few = table->few + axis->few[range];
	s->end = table->few + axis->few[range + 1];
}

static void enter_rows(struct search *s, const struct epacl_table *table)
{
	const struct epacl_axis *axis;

	s->nrows = 0;
	axis = remote_axis(table, s->key);
	add_row(s, axis, find_remote(axis, s->key->remote));
	axis = &table->axes[EPACL_AXIS_PROTO];
	if (axis->n)
		add_row(s, axis, find16(axis->starts, axis->n, s->key->proto));
	add_port(s, &table->axes[EPACL_AXIS_LPORT], s->key->lport);
	add_port(s, &table->axes[EPACL_AXIS_RPORT], s->key->rport);
	s->word = 0;
	load_word(s);
}

static void enter(struct search *s, const struct epacl_table *table)
{
	s->table = table;
	if (!table)
		return;
	if (table->form == EPACL_FORM_FEW)
		enter_few(s, table);
	else if (table->form == EPACL_FORM_ROWS)
		enter_rows(s, table);
}

/* What no axis has, of rule number @i, but for what protects the packet. */
static bool rest_of(const struct search *s, u32 i)
{
	u32 set = s->table->sets ? s->table->sets[i] : 0;

	return rest_matches(&s->table->rules[i]->match,
			    set ? s->sets[set] : NULL, s->key);
}

/* The next one by its rows. NULL: the table has no more. */
static struct epacl_rule *const *next_by_rows(struct search *s)
{
	const struct epacl_table *table = s->table;
	u32 bit, i;

	for (;;) {
		while (!s->bits) {
			if (++s->word == table->words)
				return NULL;
			load_word(s);
		}
		bit = __ffs64(s->bits);
		s->bits &= s->bits - 1;
		i = 64 * s->word + bit;
		if (!(table->rest[s->word] >> bit & 1) || rest_of(s, i))
			return &table->rules[i];
	}
}

/* The next one of few. NULL: the table has no more. */
static struct epacl_rule *const *next_of_few(struct search *s)
{
	const struct epacl_table *table = s->table;
	const struct epacl_brief *brief;
	u32 i;

	while (s->few < s->end) {
		i = *s->few++;
		brief = &table->briefs[i];
		if (brief->at_length ?
			    axes_match(&table->rules[i]->match, s->key) &&
				    rest_of(s, i) :
			    brief_matches(brief, s->key))
			return &table->rules[i];
	}
	return NULL;
}

static bool no_hit(struct epacl_hit *hit)
{
	hit->place = NULL;
	return false;
}

/* @place: NULL: none. */
static bool hit_rule(struct epacl_hit *hit, struct epacl_rule *const *place)
{
	if (!place)
		return no_hit(hit);
	hit->place = place;
	hit->counter = (*place)->counter;
	hit->permit = (*place)->permit;
	hit->log = (*place)->log;
	return true;
}

/*
 * The first one of a table whose rules look at nothing but the remote; those
 * behind it have nothing to add, for it decides.
 */
static bool hit_by_remote(const struct epacl_table *table,
			  const struct epacl_key *key, struct epacl_hit *hit)
{
	const struct epacl_axis *axis = remote_axis(table, key);
	u32 range = find_remote(axis, key->remote);
	const struct epacl_first *first = &axis->first[range];

	if (!first->rule)
		return no_hit(hit);
	hit->place = &table->rules[first->rule - 1];
	hit->counter = axis->counters[range];
	hit->permit = first->permit;
	hit->log = first->log;
	return true;
}

static struct epacl_rule *const *
first_by_remote(const struct epacl_table *table, const struct epacl_key *key)
{
	struct epacl_hit hit;

	return hit_by_remote(table, key, &hit) ? hit.place : NULL;
}

static struct epacl_rule *const *next_place(struct search *s)
{
	const struct epacl_table *table;
	struct epacl_rule *const *place;

	while ((table = s->table)) {
		if (table->form == EPACL_FORM_FEW)
			place = next_of_few(s);
		else if (table->form == EPACL_FORM_ROWS)
			place = next_by_rows(s);
		else
			place = first_by_remote(table, s->key);
		if (!place || table->form == EPACL_FORM_FIRST)
			enter(s, table->next);
		if (place)
			return place;
	}
	return NULL;
}

/* Apart, so that most lists are spared a walk's state on the stack. */
static noinline struct epacl_rule *const *
walk(const struct epacl_table *table, const struct epacl_set_table *const *sets,
     const struct epacl_key *key)
{
	struct search s = { .sets = sets, .key = key };
	struct epacl_rule *const *place;

	enter(&s, table);
	do {
		place = next_place(&s);
	} while (place && (*place)->match.secure &&
		 !security_matches(&(*place)->match, key->security));
	return place;
}

bool epacl_classify(const struct epacl_table *table,
		    const struct epacl_set_table *const *sets,
		    const struct epacl_key *key, struct epacl_hit *hit)
{
	if (!table)
		return no_hit(hit);
	if (table->form == EPACL_FORM_FIRST && !table->next)
		return hit_by_remote(table, key, hit);
	return hit_rule(hit, walk(table, sets, key));
}

/**
 * struct denied - reqids that a rule has denied before any rule permitted them
 * @n: entries of @reqid
 * @reqid: each once
 */
struct denied {
	u32 n;
	u32 reqid[EPACL_DENIED_MAX];
};

static bool is_denied(const struct denied *denied, u32 reqid)
{
	u32 i;

	for (i = 0; i < denied->n; i++)
		if (denied->reqid[i] == reqid)
			return true;
	return false;
}

/*
 * A rule that does not name a reqid decides for all that none has decided yet;
 * one that does for that alone. Whoever sends decides how often this is asked,
 * so it is one walk, whatever the rules are.
 */
bool epacl_classify_secured(const struct epacl_acl *acl,
			    const struct epacl_set_table *const *sets,
			    const struct epacl_key *key)
{
	struct search s = { .sets = sets, .key = key };
	struct epacl_rule *const *place;
	const struct epacl_rule *rule;
	struct denied denied;
	u32 reqid;

	denied.n = 0;
	enter(&s, acl->table);
	while ((place = next_place(&s))) {
		rule = *place;
		reqid = rule->match.reqid;
		if (!reqid)
			return rule->permit;
		if (is_denied(&denied, reqid))
			continue;
		if (rule->permit)
			return true;
		if (denied.n == EPACL_DENIED_MAX)
			return false;
		denied.reqid[denied.n++] = reqid;
	}
	return epacl_acl_default_permits(acl);
}

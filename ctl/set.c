// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "format.h"
#include "op.h"
#include "output.h"
#include "parse.h"
#include "policy.h"
#include "set.h"

/* Prefixes that a table shows of a set. */
#define CELL_MAX 4

static void add_chunk(struct prefixes *l, const struct view *v)
{
	const struct epacl_u_prefix *p;
	size_t i, n;

	p = attr_array(v->tb[EPACL_SET_A_PREFIXES], sizeof(*p), &n);
	for (i = 0; i < n; i++)
		prefixes_add(l, &p[i]);
}

/* --- from prefixes to operations ------------------------------------------------ */

/**
 * struct chunk - an operation on a set
 * @cmd: EPACL_CMD_ADD or EPACL_CMD_CHANGE
 * @flags: EPACL_F_*
 * @name: of the set
 * @list: prefixes, or NULL
 * @n: their number
 * @more: they come besides those before
 * @clear: all go
 */
struct chunk {
	enum epacl_cmd cmd;
	__u32 flags;
	const char *name;
	const struct epacl_u_prefix *list;
	size_t n;
	bool more;
	bool clear;
};

static void put_chunk(struct program *program, const struct place *at,
		      const struct chunk *c)
{
	static char buf[EPACL_SET_CHUNK * sizeof(*c->list) + 1024];
	struct op op = { .at = *at, .kind = &kind_set };
	struct nlattr *nest;

	op.nlh = mnl_nlmsg_put_header(buf);
	nest = mnl_attr_nest_start(op.nlh, EPACL_A_SET);
	mnl_attr_put_strz(op.nlh, EPACL_SET_A_NAME, c->name);
	if (c->n)
		mnl_attr_put(op.nlh, EPACL_SET_A_PREFIXES,
			     c->n * sizeof(*c->list), c->list);
	if (c->more)
		mnl_attr_put(op.nlh, EPACL_SET_A_MORE, 0, NULL);
	mnl_attr_nest_end(op.nlh, nest);
	if (c->flags)
		mnl_attr_put_u32(op.nlh, EPACL_A_FLAGS, c->flags);
	if (c->clear)
		mnl_attr_put_u32(op.nlh, EPACL_A_CLEAR,
				 BIT(EPACL_SET_A_PREFIXES));
	program_add(program, &op, c->cmd);
}

/* The operations that give a set these prefixes: @c, and as many as it takes. */
static void put_chunks(struct program *program, const struct place *at,
		       struct chunk c, struct prefixes *prefixes)
{
	size_t first = program->n;
	size_t done = 0;

	prefixes_sort(prefixes);
	do {
		c.list = prefixes->n ? prefixes->list + done : NULL;
		c.n = prefixes->n - done;
		if (c.n > EPACL_SET_CHUNK)
			c.n = EPACL_SET_CHUNK;
		done += c.n;
		put_chunk(program, at, &c);
		c = (struct chunk){ .cmd = EPACL_CMD_CHANGE,
				    .name = c.name,
				    .more = true };
	} while (done < prefixes->n);
	program->items[first].more = program->n - first - 1;
}

/**
 * set_put - make a set, or replace the whole of one that is there
 * @program: receives the operations
 * @at: what wants it
 * @name: of the set
 * @exists: it is there
 * @prefixes: what it shall hold; is sorted, of equal ones one remains
 */
void set_put(struct program *program, const struct place *at, const char *name,
	     bool exists, struct prefixes *prefixes)
{
	const struct chunk c = {
		.cmd = exists ? EPACL_CMD_CHANGE : EPACL_CMD_ADD,
		.name = name,
		.clear = exists && !prefixes->n,
	};

	put_chunks(program, at, c, prefixes);
}

/* --- reading -------------------------------------------------------------------- */

/**
 * set_read - read a set
 * @nl: the socket
 * @at: what wants it
 * @txn: as this transaction has made it so far; 0: the one in force
 * @name: of the set
 * @prefixes: receives what it holds
 * @generation: receives that of the policy; 0: there is no such set
 *
 * Return: DONE, or REFUSED once it has been said why.
 */
enum status set_read(struct nl *nl, const struct place *at, __u64 txn,
		     const char *name, struct prefixes *prefixes,
		     __u64 *generation)
{
	char request[256];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);
	struct nlattr *nest = mnl_attr_nest_start(nlh, EPACL_A_SET);
	struct policy policy;
	enum status status;
	struct query q;
	struct view v;
	size_t i;

	mnl_attr_put_strz(nlh, EPACL_SET_A_NAME, name);
	mnl_attr_nest_end(nlh, nest);
	q = (struct query){ &kind_set, mnl_nlmsg_get_payload(nlh),
			    mnl_nlmsg_get_payload_len(nlh) };
	status = policy_read(nl, at, txn, &q, 1, &policy);
	*generation = policy.n ? policy.generation : 0;
	for (i = 0; i < policy.n; i++) {
		policy_view(&policy, &policy.objects[i], &v);
		add_chunk(prefixes, &v);
	}
	policy_free(&policy);
	return status;
}

/* What the operations from @item on say of their set. */
static void collect(const struct item *item, struct prefixes *prefixes)
{
	struct view v;
	size_t i;

	for (i = 0; i <= item->more; i++) {
		item_view(&item[i], &v);
		add_chunk(prefixes, &v);
	}
}

static bool same_prefixes(struct prefixes *a, struct prefixes *b)
{
	prefixes_sort(a);
	prefixes_sort(b);
	return a->n == b->n &&
	       (!a->n || !memcmp(a->list, b->list, a->n * sizeof(*a->list)));
}

/**
 * set_is_there - is a set that may exist there already?
 * @nl: the socket
 * @item: the first of the operations that would add it
 * @txn: the transaction that they are for
 * @there: receives whether it is, with the same prefixes
 *
 * The kernel sees one operation at a time and cannot tell for a set of several.
 *
 * Return: DONE, or REFUSED once it has been said why.
 */
enum status set_is_there(struct nl *nl, const struct item *item, __u64 txn,
			 bool *there)
{
	struct prefixes have = { 0 }, want = { 0 };
	enum status status;
	__u64 generation;
	const char *name;
	struct view v;

	item_view(item, &v);
	name = attr_text(v.tb[EPACL_SET_A_NAME]);
	status = set_read(nl, &item->at, txn, name, &have, &generation);
	*there = generation;
	collect(item, &want);
	if (!status && *there && !same_prefixes(&have, &want)) {
		say(&item->at,
		    "set '%s' exists already and differs in 'prefix'", name);
		status = REFUSED;
	}
	prefixes_free(&have);
	prefixes_free(&want);
	return status;
}

/* --- prefixes as they are typed ------------------------------------------------- */

/**
 * struct typed - a list of prefixes being read
 * @op: the operation
 * @word: the word whose value it is
 * @prefixes: those so far
 * @masked: how many had host bits
 * @first: the first of these, as typed
 */
struct typed {
	struct op *op;
	const struct word *word;
	struct prefixes prefixes;
	size_t masked;
	char *first;
};

static bool one_prefix(const char *item, void *arg)
{
	struct typed *t = arg;
	struct epacl_u_prefix p;
	bool masked;
	const char *why = parse_prefix(item, &p, &masked);

	if (why)
		return op_wrong(t->op, t->word, item, why);
	if (t->prefixes.n == EPACL_SET_PREFIXES_MAX)
		return op_wrong(t->op, t->word, item,
				"is one more than the 2097152 of a set");
	if (masked && !t->masked++)
		t->first = copy_string(item);
	prefixes_add(&t->prefixes, &p);
	return true;
}

/* One sentence, however many there are. */
static void note_masked(const struct typed *t)
{
	struct epacl_u_prefix p;
	struct buf b = { 0 };
	bool masked;

	if (!t->masked)
		return;
	parse_prefix(t->first, &p, &masked);
	format_prefix(&b, &p);
	if (t->masked == 1)
		say(&t->op->at, "note: %s has host bits: taken as %s", t->first,
		    b.s);
	else
		say(&t->op->at,
		    "note: %zu prefixes have host bits: taken without them, %s as %s",
		    t->masked, t->first, b.s);
	buf_free(&b);
}

static bool take_prefixes(struct typed *t, const struct slot *slot)
{
	if (!slot || !slot->argv)
		return true;
	t->word = slot->word;
	if (!list_parse(t->op, t->word, slot->argv[0], one_prefix, t))
		return false;
	note_masked(t);
	return true;
}

/* Name and prefixes are checked here: a set is not one operation. */
static bool make(struct op *op, struct program *program,
		 const struct slot *slots, int n)
{
	const struct slot *slot = slot_find(slots, n, &kind_set.words[1]);
	struct typed t = { .op = op };
	const char *name = slots[0].argv[0];
	const char *why = parse_name(name);
	struct chunk c = { .name = name };
	bool ok = why ? op_wrong(op, slots[0].word, name, why) :
			take_prefixes(&t, slot);

	if (op->verb == VERB_ADD) {
		c.cmd = EPACL_CMD_ADD;
		c.flags = program->may_exist ? EPACL_F_MAY_EXIST : 0;
	} else {
		c.cmd = EPACL_CMD_CHANGE;
		c.clear = !t.prefixes.n;
	}
	if (ok)
		put_chunks(program, &op->at, c, &t.prefixes);
	prefixes_free(&t.prefixes);
	free(t.first);
	return ok;
}

/* --- prefixes as they are shown ------------------------------------------------- */

/* Call @one for each prefix of a set, until it returns false. */
static void each_prefix(const struct view *v,
			bool (*one)(void *arg, const struct epacl_u_prefix *p),
			void *arg)
{
	const char *name = attr_text(v->tb[EPACL_SET_A_NAME]);
	const struct epacl_u_prefix *p;
	const struct object *o;
	struct view chunk;
	size_t pos, i, n;

	policy_for_each(v->policy, &kind_set, name ? name : "", o, pos) {
		policy_view(v->policy, o, &chunk);
		p = attr_array(chunk.tb[EPACL_SET_A_PREFIXES], sizeof(*p), &n);
		for (i = 0; i < n; i++)
			if (!one(arg, &p[i]))
				return;
	}
}

/* Text of a list, and how many prefixes may still come. */
struct shown {
	struct buf *b;
	const char *comma;
	size_t left;
};

static bool show_prefix(void *arg, const struct epacl_u_prefix *p)
{
	struct shown *s = arg;

	buf_add(s->b, "%s", s->comma);
	s->comma = ",";
	if (!s->left--) {
		buf_add(s->b, "...");
		return false;
	}
	format_prefix(s->b, p);
	return true;
}

static void text_prefixes(struct buf *b, const struct word *w,
			  const struct view *v)
{
	struct shown s = { b, "", EPACL_SET_PREFIXES_MAX };

	(void)w;
	each_prefix(v, show_prefix, &s);
}

static void cell_prefixes(struct buf *b, const struct word *w,
			  const struct view *v)
{
	struct shown s = { b, "", CELL_MAX };

	(void)w;
	each_prefix(v, show_prefix, &s);
}

static bool add_json(void *arg, const struct epacl_u_prefix *p)
{
	struct buf b = { 0 };

	format_prefix(&b, p);
	array_add(arg, json_buf(&b));
	return true;
}

static void json_prefixes(json_t *o, const struct word *w, const struct view *v)
{
	json_t *list = new_array();

	each_prefix(v, add_json, list);
	json_put(o, w, list);
}

static bool fits_prefixes(const struct word *w, const char *s,
			  const char *before)
{
	(void)before;
	(void)w;
	return strcmp(s, "no");
}

static const struct codec codec_set_prefixes = {
	.fits = fits_prefixes,
	.text = text_prefixes,
	.cell = cell_prefixes,
	.json = json_prefixes,
};

static const struct word words[] = {
	{
		.name = "name",
		.value = "NAME",
		.help = "name of the set",
		.codec = &codec_name,
		.attr = EPACL_SET_A_NAME,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{
		.name = "prefix",
		.value = "PREFIX,...",
		.help = "all that it holds, at most 2097152; none makes an empty one",
		.codec = &codec_set_prefixes,
		.attr = EPACL_SET_A_PREFIXES,
		.flags = W_POSITION | W_CLEAR,
	},
	{
		.name = "count",
		.codec = &codec_number,
		.attr = EPACL_SET_A_COUNT,
		.flags = W_ANSWER | W_NUMBER,
	},
	{}
};

static bool continues(const struct view *v)
{
	return v->tb[EPACL_SET_A_MORE];
}

const struct kind kind_set = {
	.name = "set",
	.plural = "sets",
	.help = "prefixes that rules name together, replaced as a whole",
	.attr = EPACL_A_SET,
	.verbs = BIT(VERB_ADD) | BIT(VERB_CHANGE) | BIT(VERB_REMOVE) |
		 BIT(VERB_LIST),
	.words = words,
	.make = make,
	.continues = continues,
};

// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "help.h"
#include "op.h"
#include "program.h"

/* No word is taken twice, and no kind and its part have as many together. */
#define SLOTS_MAX (2 * KIND_ATTRS)

/* A word may be a list of thousands; its beginning says which it is. */
#define WORD_SHOWN 64

/* The longest operation is a vnet with all its prefixes and peers. */
#define SCRATCH_SIZE (128 * 1024)

static char scratch[SCRATCH_SIZE];

/**
 * struct parse - one command being read
 * @op: what is known of it
 * @kind: the kind that was typed
 * @argc: number of words behind the kind
 * @argv: these words
 * @pos: the next one
 * @head: those that stand in their place
 * @slots: what was found
 * @n: how much
 * @expect: the words end where its value should be
 * @quiet: completion only wants to know what comes next
 */
struct parse {
	struct op op;
	const struct kind *kind;
	int argc;
	char **argv;
	int pos;
	int head;
	struct slot slots[SLOTS_MAX];
	int n;
	const struct word *expect;
	bool quiet;
};

static const enum epacl_cmd verb_cmds[] = {
	[VERB_ADD] = EPACL_CMD_ADD,
	[VERB_CHANGE] = EPACL_CMD_CHANGE,
	[VERB_REMOVE] = EPACL_CMD_REMOVE,
	[VERB_LIST] = EPACL_CMD_GET,
};

/* Say what is wrong with a value. Return: false. */
bool op_wrong(const struct op *op, const struct word *w, const char *item,
	      const char *why)
{
	say(&op->at, "%s '%s': %s%s", w->name, item, why,
	    item[0] == '-' ? " (options come before the command)" : "");
	return false;
}

const struct slot *slot_find(const struct slot *slots, int n,
			     const struct word *w)
{
	int i;

	for (i = 0; i < n; i++)
		if (slots[i].word == w)
			return &slots[i];
	return NULL;
}

static bool is_used(const struct parse *p, const struct word *w)
{
	return slot_find(p->slots, p->n, w);
}

static void add_slot(struct parse *p, const struct word *w, char **argv)
{
	p->slots[p->n++] = (struct slot){ .word = w, .argv = argv };
}

static bool is_keyword(const struct kind *k, const struct word *w,
		       enum verb verb)
{
	return word_is_typed(k, w, verb) && !word_is_position(w, verb);
}

static const struct kind *part_of(const struct parse *p)
{
	return p->op.verb == VERB_ADD ? p->kind->part : NULL;
}

static const struct word *find_keyword(const struct parse *p, const char *name)
{
	const struct kind *part = part_of(p);
	const struct word *w = kind_word(p->kind, name);

	if (w && is_keyword(p->kind, w, p->op.verb))
		return w;
	w = part ? kind_word(part, name) : NULL;
	return w && is_keyword(part, w, p->op.verb) ? w : NULL;
}

/* --- what can come next ------------------------------------------------------ */

struct names {
	const char *name[4 * KIND_ATTRS];
	int n;
};

static void add_name(struct names *names, const char *name)
{
	if (names->n < (int)ARRAY_SIZE(names->name))
		names->name[names->n++] = name;
}

static void add_keywords(const struct parse *p, const struct kind *k,
			 struct names *names)
{
	const struct word *w;
	int i;

	for (w = k->words; w->name; w++) {
		if (is_used(p, w) || !word_is_typed(k, w, p->op.verb))
			continue;
		if (is_keyword(k, w, p->op.verb))
			add_name(names, w->name);
		else if (k == p->kind && p->pos == p->head)
			for (i = 0; w->choices && w->choices[i]; i++)
				add_name(names, w->choices[i]);
	}
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Is there anything that `no` takes away? */
static bool can_clear(const struct kind *k)
{
	const struct word *w;

	for (w = k->words; w->name; w++)
		if (w->flags & W_CLEAR)
			return true;
	return false;
}

static void next_names(const struct parse *p, struct names *names)
{
	names->n = 0;
	add_keywords(p, p->kind, names);
	if (part_of(p))
		add_keywords(p, part_of(p), names);
	if (p->op.verb == VERB_CHANGE && can_clear(p->kind))
		add_name(names, "no");
	qsort(names->name, (size_t)names->n, sizeof(*names->name),
	      compare_names);
}

/* --- what is wrong ----------------------------------------------------------- */

static void add_command(struct buf *b, const struct parse *p, int words)
{
	int i;

	help_name(b, p->op.verb, p->kind);
	for (i = 0; i < words; i++)
		buf_add(b, " %.*s%s", WORD_SHOWN, p->argv[i],
			strlen(p->argv[i]) > WORD_SHOWN ? "..." : "");
}

static bool wrong(const struct parse *p, const char *fmt, ...) PRINTF(2, 3);

/* Say what is wrong, unless only completion asks. Return: false. */
static bool wrong(const struct parse *p, const char *fmt, ...)
{
	va_list ap;

	if (!p->quiet) {
		va_start(ap, fmt);
		vsay(&p->op.at, fmt, ap);
		va_end(ap);
	}
	return false;
}

/* Before a word is said to be too much or too few: are those so far right? */
static bool check_values(const struct parse *p)
{
	struct op op = p->op;
	int i;

	if (p->quiet)
		return true;
	op.nlh = mnl_nlmsg_put_header(scratch);
	for (i = 0; i < p->n; i++) {
		const struct slot *slot = &p->slots[i];

		if (slot->argv && slot->word->codec->put &&
		    !slot->word->codec->put(&op, slot->word, slot->argv))
			return false;
	}
	return true;
}

static bool unknown(const struct parse *p, const char *name)
{
	struct buf after = { 0 }, try = { 0 };
	struct names names;
	int i;

	if (!check_values(p))
		return false;
	add_command(&after, p, p->head);
	next_names(p, &names);
	for (i = 0; i < names.n; i++)
		buf_add(&try, " %s", names.name[i]);
	if (name[0] == '-')
		wrong(p,
		      "unknown word '%s' after '%s' (options come before the command)",
		      name, after.s);
	else if (names.n)
		wrong(p, "unknown word '%s' after '%s' (try:%s)", name, after.s,
		      try.s);
	else
		wrong(p,
		      "unknown word '%s' after '%s' (nothing more is expected there)",
		      name, after.s);
	buf_free(&after);
	buf_free(&try);
	return false;
}

static bool missing(struct parse *p, const struct kind *k, const struct word *w)
{
	struct buf name = { 0 }, usage = { 0 };
	int left = p->argc - p->pos;

	p->expect = w;
	if (!check_values(p))
		return false;
	help_name(&name, p->op.verb, p->kind);
	help_usage(&usage, p->op.verb, p->kind);
	if (left && w->codec->lacks)
		wrong(p, "%s: %s is missing behind '%s%s%s' (%s)", name.s,
		      w->codec->lacks(left, p->argv + p->pos), p->argv[p->pos],
		      left > 1 ? " " : "", left > 1 ? p->argv[p->pos + 1] : "",
		      usage.s);
	else if (is_keyword(k, w, p->op.verb))
		wrong(p, "%s: '%s %s' is missing (%s)", name.s, w->name,
		      w->value, usage.s);
	else
		wrong(p, "%s: %s is missing (%s)", name.s, w->value, usage.s);
	buf_free(&name);
	buf_free(&usage);
	return false;
}

/* --- from words to slots ----------------------------------------------------- */

/* Take the words of a value. */
static bool take(struct parse *p, const struct word *w)
{
	static char nothing[] = "";
	static char *no_value[] = { nothing };
	int left = p->argc - p->pos;
	int n = 1;

	if (w->codec->count)
		n = w->codec->count(left, p->argv + p->pos);
	if (n > left)
		return false;
	add_slot(p, w, n ? p->argv + p->pos : no_value);
	p->pos += n;
	return true;
}

/* May a word that stands in its place be left out here, and is it? */
static bool is_left_out(const struct parse *p, const struct word *w)
{
	const char *next;

	if (word_is_needed(p->kind, w, p->op.verb))
		return false;
	if (p->pos == p->argc)
		return true;
	next = p->argv[p->pos];
	if (w->codec->fits)
		return !w->codec->fits(w, next,
				       p->pos ? p->argv[p->pos - 1] : "");
	return find_keyword(p, next);
}

static bool take_positions(struct parse *p)
{
	const struct word *w;

	for (w = p->kind->words; w->name; w++) {
		if (!word_is_typed(p->kind, w, p->op.verb) ||
		    !word_is_position(w, p->op.verb) || is_left_out(p, w))
			continue;
		/* `change nic VM dev IFNAME` is as good without dev. */
		if (!(w->flags & W_POSITION) && p->pos + 1 < p->argc &&
		    !strcmp(p->argv[p->pos], w->name))
			p->pos++;
		if (!take(p, w))
			return missing(p, p->kind, w);
		p->head = p->pos;
	}
	return true;
}

/* What `no` can stand before: also what has its name left out elsewhere. */
static const struct word *find_clear(const struct parse *p, const char *name)
{
	const struct word *w = kind_word(p->kind, name);

	if (w && w->flags & W_CLEAR)
		return w;
	return find_keyword(p, name);
}

static bool take_clear(struct parse *p)
{
	const struct word *w;

	p->pos++;
	if (p->pos == p->argc)
		return wrong(p, "'no' is missing the word that it takes away");
	w = find_clear(p, p->argv[p->pos]);
	if (!w)
		return unknown(p, p->argv[p->pos]);
	if (!(w->flags & W_CLEAR))
		return wrong(p, "'%s' can be changed, but not taken away",
			     w->name);
	if (is_used(p, w))
		return wrong(p, "'%s' is there twice", w->name);
	p->pos++;
	add_slot(p, w, NULL);
	return true;
}

static bool take_keyword(struct parse *p)
{
	const char *name = p->argv[p->pos];
	const struct word *w;

	if (p->op.verb == VERB_CHANGE && !strcmp(name, "no"))
		return take_clear(p);
	w = find_keyword(p, name);
	if (!w)
		return unknown(p, name);
	if (is_used(p, w))
		return wrong(p, "'%s' is there twice", name);
	p->pos++;
	if (take(p, w))
		return true;
	p->expect = w;
	return wrong(p, "'%s' is missing its value: %s %s", name, name,
		     w->value ? w->value : "");
}

static bool take_words(struct parse *p)
{
	if (!take_positions(p))
		return false;
	while (p->pos < p->argc)
		if (!take_keyword(p))
			return false;
	return true;
}

/* --- is that all? ------------------------------------------------------------ */

static bool belongs(const struct kind *k, const struct word *w)
{
	const struct word *own;

	for (own = k->words; own->name; own++)
		if (own == w)
			return true;
	return false;
}

static int count_slots(const struct parse *p, const struct kind *k,
		       unsigned short without)
{
	int i, n = 0;

	for (i = 0; i < p->n; i++)
		if (belongs(k, p->slots[i].word) &&
		    !(p->slots[i].word->flags & without))
			n++;
	return n;
}

static bool check_needed(struct parse *p, const struct kind *k)
{
	const struct word *w;

	for (w = k->words; w->name; w++)
		if (word_is_typed(k, w, p->op.verb) &&
		    word_is_needed(k, w, p->op.verb) && !is_used(p, w))
			return missing(p, k, w);
	return true;
}

static bool check_words(struct parse *p)
{
	const struct kind *part = part_of(p);
	struct buf usage = { 0 };

	if (part && count_slots(p, part, 0))
		add_slot(p, &part->words[0], p->slots[0].argv);
	else
		part = NULL;
	if (!check_needed(p, p->kind) || (part && !check_needed(p, part)))
		return false;
	if (p->op.verb == VERB_CHANGE && !count_slots(p, p->kind, W_KEY)) {
		help_usage(&usage, p->op.verb, p->kind);
		wrong(p, "there is nothing to change (%s)", usage.s);
		buf_free(&usage);
		return false;
	}
	return !p->kind->check || p->kind->check(&p->op, p->slots, p->n);
}

/* --- from slots to attributes ------------------------------------------------ */

static __u32 word_bits(const struct word *w)
{
	return BIT(w->attr) | (w->attr2 ? BIT(w->attr2) : 0);
}

static void put_flags(struct op *op, const struct program *program)
{
	__u32 flags = 0;

	if (op->verb == VERB_ADD && program->may_exist)
		flags = EPACL_F_MAY_EXIST;
	if (op->verb == VERB_REMOVE && program->if_exists)
		flags = EPACL_F_IF_EXISTS;
	if (flags)
		mnl_attr_put_u32(op->nlh, EPACL_A_FLAGS, flags);
	if (op->verb == VERB_CHANGE && op->clear)
		mnl_attr_put_u32(op->nlh, EPACL_A_CLEAR, op->clear);
}

/* Add the item for @k that the slots describe. */
static bool encode(struct parse *p, const struct kind *k,
		   struct program *program)
{
	struct op *op = &p->op;
	struct nlattr *nest;
	int i;

	op->nlh = mnl_nlmsg_put_header(scratch);
	op->kind = k;
	op->clear = 0;
	op->auto_public = false;
	nest = mnl_attr_nest_start(op->nlh, k->attr);
	for (i = 0; i < p->n; i++) {
		const struct word *w = p->slots[i].word;

		if (!belongs(k, w))
			continue;
		if (!p->slots[i].argv)
			op->clear |= word_bits(w);
		else if (!w->codec->put(op, w, p->slots[i].argv))
			return false;
	}
	mnl_attr_nest_end(op->nlh, nest);
	put_flags(op, program);
	program_add(program, op,
		    op->verb == VERB_ASK ? k->ask : verb_cmds[op->verb]);
	return true;
}

static void parse_init(struct parse *p, enum verb verb, const struct kind *k,
		       int argc, char **argv)
{
	memset(p, 0, sizeof(*p));
	p->op.verb = verb;
	p->op.kind = k;
	p->kind = k;
	p->argc = argc;
	p->argv = argv;
}

/**
 * op_parse - read a command on an object
 * @program: receives its items
 * @at: where it was typed
 * @verb: what is done
 * @k: to what
 * @argc: number of words behind the kind
 * @argv: these words
 *
 * Return: whether it is right; if not, what is wrong has been said.
 */
bool op_parse(struct program *program, const struct place *at, enum verb verb,
	      const struct kind *k, int argc, char **argv)
{
	struct parse p;

	parse_init(&p, verb, k, argc, argv);
	p.op.at = *at;
	if (!take_words(&p) || !check_words(&p))
		return false;
	if (k->make && verb != VERB_REMOVE && verb != VERB_LIST)
		return k->make(&p.op, program, p.slots, p.n);
	if (!encode(&p, k, program))
		return false;
	if (part_of(&p) && count_slots(&p, part_of(&p), 0))
		return encode(&p, part_of(&p), program);
	return true;
}

/* Offer what `no` can take away. */
static void offer_clear(const struct kind *k, void (*offer)(const char *word))
{
	const struct word *w;

	for (w = k->words; w->name; w++)
		if (w->flags & W_CLEAR)
			offer(w->name);
}

/* Offer what may stand behind a word that needs no value. */
static void offer_choices(const struct parse *p,
			  void (*offer)(const char *word))
{
	const struct word *w = p->n ? p->slots[p->n - 1].word : NULL;
	int i;

	if (!w || !(w->flags & W_FLAG) || strcmp(p->argv[p->argc - 1], w->name))
		return;
	for (i = 0; w->choices && w->choices[i]; i++)
		offer(w->choices[i]);
}

/**
 * op_complete - offer what can come next
 * @verb: what is done
 * @k: to what
 * @argc: number of words between the kind and the one to be completed
 * @argv: these words
 * @offer: called with each candidate
 */
void op_complete(enum verb verb, const struct kind *k, int argc, char **argv,
		 void (*offer)(const char *word))
{
	struct names names = { .n = 0 };
	struct parse p;
	int i;

	parse_init(&p, verb, k, argc, argv);
	p.quiet = true;
	if (argc && verb == VERB_CHANGE && !strcmp(argv[argc - 1], "no")) {
		offer_clear(k, offer);
	} else if (take_words(&p)) {
		offer_choices(&p, offer);
		next_names(&p, &names);
	}
	for (i = 0; i < names.n; i++)
		offer(names.name[i]);
	for (i = 0; p.expect && p.expect->choices && p.expect->choices[i]; i++)
		offer(p.expect->choices[i]);
}

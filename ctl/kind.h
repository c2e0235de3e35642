/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Kinds of objects and their words: the one table of what can be typed. Parsing,
 * usage and help, completion, columns, JSON keys and the ruleset follow from it.
 * A new kind is a file that defines its struct kind, and an entry in kinds[].
 */
#ifndef _CTL_KIND_H
#define _CTL_KIND_H

#include <stdbool.h>

#include <jansson.h>
#include <libmnl/libmnl.h>
#include <linux/epacl.h>

#include "buf.h"
#include "say.h"

struct item;
struct kind;
struct nl;
struct op;
struct policy;
struct program;
struct sheet;
struct slot;
struct word;

#define BIT(n) (1u << (n))

/* Attributes in one nest, with room for what a list puts beside them. */
#define KIND_ATTRS 32

/* Kinds that list reads along with another. */
#define LIST_WITH_MAX 2

enum verb {
	VERB_ADD,
	VERB_CHANGE,
	VERB_REMOVE,
	VERB_LIST,
	VERB_ASK,
};

/**
 * struct view - one object as the kernel reports it
 * @kind: what it is
 * @nest: all its attributes
 * @tb: the first attribute of each type, NULL where there is none
 * @policy: what was read with it, or NULL
 */
struct view {
	const struct kind *kind;
	const struct nlattr *nest;
	const struct nlattr *tb[KIND_ATTRS];
	const struct policy *policy;
};

/**
 * struct codec - how a word's value is typed, sent and shown
 * @count: argv words that the value takes, given what is left; NULL: one
 * @lacks: what comes next where words are left, but fewer than @count wants, as
 *	usage shows it; NULL: the value itself
 * @fits: can this be the value, behind the word @before? Decides where it may
 *	be left out; NULL: yes
 * @put: adds the attributes to @op, or says what is wrong and returns false
 * @text: adds what would be typed; nothing where the object does not have it
 * @cell: adds what a table shows of it; NULL: as @text
 * @json: sets the key, or keys, of the object
 */
struct codec {
	int (*count)(int argc, char **argv);
	const char *(*lacks)(int argc, char **argv);
	bool (*fits)(const struct word *w, const char *s, const char *before);
	bool (*put)(struct op *op, const struct word *w, char **argv);
	void (*text)(struct buf *b, const struct word *w, const struct view *v);
	void (*cell)(struct buf *b, const struct word *w, const struct view *v);
	void (*json)(json_t *o, const struct word *w, const struct view *v);
};

/**
 * enum word_flags - how a word is used
 * @W_KEY: it tells the object from others of its kind
 * @W_POSITION: it is typed in its place, without its name
 * @W_NEEDED: it cannot be left out of add
 * @W_CLEAR: `no WORD` takes it away
 * @W_ANSWER: it is only shown, never typed
 * @W_NUMBER: its column is aligned to the right
 * @W_INNER: it has no column: it is the same in every line, or shown in another
 * @W_QUOTED: the ruleset puts it into quotes
 * @W_FLAG: it needs no value; its text begins with its name
 */
enum word_flags {
	W_KEY = BIT(0),
	W_POSITION = BIT(1),
	W_NEEDED = BIT(2),
	W_CLEAR = BIT(3),
	W_ANSWER = BIT(4),
	W_NUMBER = BIT(5),
	W_INNER = BIT(6),
	W_QUOTED = BIT(7),
	W_FLAG = BIT(8),
};

/**
 * struct word - something that can be said of an object
 * @name: the word; with '-' as '_' also the JSON key
 * @value: how usage shows what follows it; NULL: nothing does
 * @help: what it means, in a few words
 * @codec: what its value is
 * @attr: attribute in the nest of its kind
 * @attr2: a second one, where the value is spread over two
 * @max: items in a list
 * @flags: enum word_flags
 * @choices: the values, by number, or those that completion offers
 */
struct word {
	const char *name;
	const char *value;
	const char *help;
	const struct codec *codec;
	unsigned short attr;
	unsigned short attr2;
	unsigned short max;
	unsigned short flags;
	const char *const *choices;
};

/**
 * struct slot - a word of a command, with its value
 * @word: which
 * @argv: the value, one empty word where it has none; NULL: to be cleared
 */
struct slot {
	const struct word *word;
	char **argv;
};

/**
 * struct kind - a kind of object
 * @name: as typed after add, change and remove
 * @plural: as typed after list; NULL: it is not
 * @help: what it is, in a few words
 * @attr: attribute that carries its nest
 * @verbs: bits of enum verb
 * @translated: address translation may depend on it
 * @list_key: list needs the first key
 * @list_value: how usage shows what list takes; NULL: as elsewhere
 * @list_with: other kinds that list reads along, ended by NULL
 * @within: kind of what it is a part of; list takes its name alone
 * @rows: adds the lines that list shows of one; NULL: itself
 * @row: what these lines are
 * @part: a kind that add can make along with it
 * @words: ended by one without a name; keys first, then other positions
 * @check: what spans several words of one command; NULL: nothing
 * @make: adds the items of add, change or a command of its own to a program, or
 *	says what is wrong and returns false; NULL: they are one, with the
 *	attributes of its words
 * @ask: EPACL_CMD_* that VERB_ASK sends
 * @answer: answers a question about it; NULL: list_run() does
 * @continues: is this not an object, but more of the one before? NULL: never
 */
struct kind {
	const char *name;
	const char *plural;
	const char *help;
	unsigned short attr;
	unsigned short verbs;
	bool translated;
	bool list_key;
	const char *list_value;
	const struct kind *list_with[LIST_WITH_MAX + 1];
	const struct kind *within;
	void (*rows)(struct sheet *s, const struct view *v);
	const struct kind *row;
	const struct kind *part;
	const struct word *words;
	bool (*check)(const struct op *op, const struct slot *slots, int n);
	bool (*make)(struct op *op, struct program *program,
		     const struct slot *slots, int n);
	enum epacl_cmd ask;
	enum status (*answer)(struct nl *nl, const struct item *item,
			      __u64 txn);
	bool (*continues)(const struct view *v);
};

extern const struct kind *const kinds[];
extern const struct kind kind_limit;
extern const struct kind kind_service;
extern const struct kind kind_vnet;
extern const struct kind kind_vm;
extern const struct kind kind_nic;
extern const struct kind kind_subnet;
extern const struct kind kind_group;
extern const struct kind kind_member;
extern const struct kind kind_acl;
extern const struct kind kind_lbset;
extern const struct kind kind_set;
extern const struct kind kind_endpoint;
extern const struct kind kind_rules;
extern const struct kind kind_rule;
extern const struct kind kind_reasons;
extern const struct kind kind_explain;
extern const struct kind kind_effective;
extern const struct kind kind_guard;

const struct kind *kind_by_attr(unsigned int attr);
const struct kind *kind_by_name(const char *name);
const struct kind *kind_by_plural(const char *plural);
const struct word *kind_word(const struct kind *k, const char *name);
bool word_is_typed(const struct kind *k, const struct word *w, enum verb verb);
bool word_is_position(const struct word *w, enum verb verb);
bool word_is_needed(const struct kind *k, const struct word *w, enum verb verb);
void word_key(const struct word *w, char *key, size_t size);

void view_init(struct view *v, const struct kind *k, const struct nlattr *nest,
	       const struct policy *policy);
const char *attr_text(const struct nlattr *attr);
__u64 attr_number(const struct nlattr *attr);
bool view_continues(const struct view *v);
const void *attr_array(const struct nlattr *attr, size_t size, size_t *n);

#endif /* _CTL_KIND_H */

// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "help.h"
#include "options.h"

/* --- one line of usage ------------------------------------------------------------ */

/* `add vm`, `list vms`, `explain`. */
void help_name(struct buf *b, enum verb verb, const struct kind *k)
{
	if (verb == VERB_ASK)
		buf_add(b, "%s", k->name);
	else
		buf_add(b, "%s %s", verb_name(verb),
			verb == VERB_LIST ? k->plural : k->name);
}

static void add_word(struct buf *b, const struct kind *k, const struct word *w,
		     enum verb verb, bool needed)
{
	bool position = word_is_position(w, verb);
	const char *value = w->value;

	if (verb == VERB_LIST && k->list_value)
		value = k->list_value;
	buf_add(b, needed ? " " : " [");
	if (!position)
		buf_add(b, "%s", w->name);
	if (value)
		buf_add(b, "%s%s", position ? "" : " ", value);
	buf_add(b, "%s", needed ? "" : "]");
}

static void add_words(struct buf *b, const struct kind *k, enum verb verb,
		      bool positions)
{
	const struct word *w;

	for (w = k->words; w->name; w++)
		if (word_is_typed(k, w, verb) &&
		    word_is_position(w, verb) == positions)
			add_word(b, k, w, verb, word_is_needed(k, w, verb));
}

/* The words of a part, all of which may be left out together. */
static void add_part(struct buf *b, const struct kind *part)
{
	struct buf inner = { 0 };

	add_words(&inner, part, VERB_ADD, false);
	buf_add(b, " [%s]", inner.s + 1);
	buf_free(&inner);
}

/* The command with all that can follow. */
void help_usage(struct buf *b, enum verb verb, const struct kind *k)
{
	help_name(b, verb, k);
	add_words(b, k, verb, true);
	if (verb == VERB_ADD && k->part)
		add_part(b, k->part);
	add_words(b, k, verb, false);
}

/* --- what a kind has -------------------------------------------------------------- */

/* What `no WORD` takes away. */
static void add_clear(struct buf *b, const struct kind *k)
{
	const char *comma = "";
	const struct word *w;
	struct buf list = { 0 };

	for (w = k->words; w->name; w++) {
		if (!(w->flags & W_CLEAR))
			continue;
		buf_add(&list, "%s%s", comma, w->name);
		comma = ", ";
	}
	if (list.len)
		buf_add(b, "  %-26s%s: %s\n", "no WORD", "takes away", list.s);
	buf_free(&list);
}

static void add_meanings(struct buf *b, const struct kind *k, enum verb verb,
			 bool positions)
{
	struct buf text = { 0 };
	const struct word *w;

	for (w = k->words; w->name; w++) {
		if (!word_is_typed(k, w, verb) ||
		    (!positions && word_is_position(w, verb)))
			continue;
		buf_reset(&text);
		if (!word_is_position(w, verb))
			buf_add(&text, "%s ", w->name);
		buf_add(&text, "%s", w->value ? w->value : "");
		buf_add(b, "  %-26s%s\n", text.s, w->help);
	}
	if (verb == VERB_CHANGE)
		add_clear(b, k);
	buf_free(&text);
}

static void add_usage_line(struct buf *b, enum verb verb, const struct kind *k)
{
	buf_add(b, "  ");
	help_usage(b, verb, k);
	buf_add(b, "\n");
}

/* Help on one command for one kind. */
static void add_one(struct buf *b, enum verb verb, const struct kind *k)
{
	buf_add(b, "Usage:\n");
	add_usage_line(b, verb, k);
	buf_add(b, "\n%s: %s\n", k->name, k->help);
	add_meanings(b, k, verb, true);
	if (verb == VERB_ADD && k->part) {
		buf_add(b, "\n%s: %s\n", k->part->name, k->part->help);
		add_meanings(b, k->part, verb, false);
	}
}

/* Help on a kind: every command that knows it. */
static void add_kind(struct buf *b, const struct kind *k)
{
	const struct command *c;
	enum verb first = VERB_ASK;

	buf_add(b, "Usage:\n");
	for (c = commands; c->name; c++) {
		if (!command_on_kinds(c) || !(k->verbs & BIT(c->verb)))
			continue;
		add_usage_line(b, c->verb, k);
		if (first == VERB_ASK)
			first = c->verb;
	}
	buf_add(b, "\n%s: %s\n", k->name, k->help);
	add_meanings(b, k, first, true);
	if (first != VERB_CHANGE && k->verbs & BIT(VERB_CHANGE))
		add_clear(b, k);
}

static void add_command(struct buf *b, const struct command *c)
{
	const struct kind *const *k;

	if (command_on_kinds(c)) {
		for (k = kinds; *k; k++)
			if ((*k)->verbs & BIT(c->verb))
				add_usage_line(b, c->verb, *k);
	} else if (c->kind) {
		add_usage_line(b, c->verb, c->kind);
	}
	if (c->args)
		buf_add(b, "  %s%s%s\n", c->name, *c->args ? " " : "", c->args);
}

/* Help on everything. */
void help_all(struct buf *b)
{
	const struct command *c;

	buf_add(b, "Usage: aclctl [OPTION...] COMMAND\n"
		   "       aclctl [OPTION...] -f FILE\n\nCommands:\n");
	for (c = commands; c->name; c++)
		add_command(b, c);
	buf_add(b,
		"\nOWNER is VM/ENDPOINT, lbset NAME, acl NAME, vm NAME in|out,\n"
		"subnet VNET/NAME in|out or group NAME in|out.\n"
		"REMOTE is any, PREFIX or set NAME.\n"
		"PREFIX is ADDR/LENGTH or ADDR. ADDR is IPv4 or IPv6.\n"
		"PROTO is tcp, udp, sctp, udplite, dccp, icmp, icmpv6, 0-255 or any.\n"
		"\nOptions, before the command:\n");
	options_help(b);
}

/* --- the help command --------------------------------------------------------------- */

static void add_command_help(struct buf *b, const struct command *c)
{
	if (c->kind) {
		add_one(b, c->verb, c->kind);
		return;
	}
	buf_add(b, "Usage:\n");
	add_command(b, c);
	buf_add(b, "\n%s: %s\n", c->name, c->help);
}

static const struct kind *any_kind(const char *name)
{
	const struct kind *k = kind_by_name(name);

	return k ? k : kind_by_plural(name);
}

static bool add_help(struct buf *b, int argc, char **argv)
{
	const struct command *c = argc ? command_find(argv[0]) : NULL;
	const struct kind *k;

	if (!argc) {
		help_all(b);
		return true;
	}
	if (c && argc == 1) {
		add_command_help(b, c);
		return true;
	}
	k = any_kind(argv[c ? 1 : 0]);
	if (c && k && argc == 2 && command_on_kinds(c)) {
		if (!(k->verbs & BIT(c->verb)))
			k = c->verb == VERB_LIST ? kind_by_plural(argv[1]) :
						   kind_by_name(argv[1]);
		if (!k || !(k->verbs & BIT(c->verb)))
			return false;
		add_one(b, c->verb, k);
		return true;
	}
	if (c || !k || argc > 1)
		return false;
	add_kind(b, k);
	return true;
}

/* The help command. */
enum status help_run(int argc, char **argv)
{
	struct buf b = { 0 };
	enum status status = DONE;

	if (add_help(&b, argc, argv)) {
		fputs(b.s, stdout);
	} else {
		say(NULL, "there is no help on '%s%s%s' (try: aclctl help)",
		    argv[0], argc > 1 ? " " : "", argc > 1 ? argv[1] : "");
		status = USAGE;
	}
	buf_free(&b);
	return status;
}

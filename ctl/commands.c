// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "help.h"
#include "import.h"
#include "info.h"
#include "netlink.h"
#include "op.h"
#include "options.h"
#include "output.h"
#include "query.h"
#include "translate.h"

/* --- commands on objects -------------------------------------------------------- */

static const struct kind *find_kind(enum verb verb, const char *name)
{
	const struct kind *k = verb == VERB_LIST ? kind_by_plural(name) :
						   kind_by_name(name);

	return k && k->verbs & BIT(verb) ? k : NULL;
}

/* Say which kinds there are. */
static bool wrong_kind(const struct command *c, const struct place *at,
		       const char *name)
{
	const struct kind *const *k;
	struct buf try = { 0 };

	for (k = kinds; *k; k++)
		if ((*k)->verbs & BIT(c->verb))
			buf_add(&try, " %s",
				c->verb == VERB_LIST ? (*k)->plural :
						       (*k)->name);
	if (c->verb == VERB_LIST)
		buf_add(&try, " ruleset");
	if (name)
		say(at, "unknown word '%s' after '%s' (try:%s)", name, c->name,
		    try.s);
	else
		say(at, "%s what? (try:%s)", c->name, try.s);
	buf_free(&try);
	return false;
}

/* One without words. */
static bool parse_bare(struct program *p, const struct place *at,
		       enum epacl_cmd cmd, const char *after, int argc,
		       char **argv)
{
	char buf[MNL_NLMSG_HDRLEN];
	struct op op = { .at = *at, .nlh = mnl_nlmsg_put_header(buf) };

	if (argc) {
		say(at,
		    "unknown word '%s' after '%s' (nothing more is expected there)",
		    argv[0], after);
		return false;
	}
	program_add(p, &op, cmd);
	return true;
}

static bool parse_on_kind(const struct command *c, struct program *p,
			  const struct place *at, int argc, char **argv)
{
	const struct kind *k = argc ? find_kind(c->verb, argv[0]) : NULL;

	if (!k)
		return wrong_kind(c, at, argc ? argv[0] : NULL);
	return op_parse(p, at, c->verb, k, argc - 1, argv + 1);
}

static bool parse_list(const struct command *c, struct program *p,
		       const struct place *at, int argc, char **argv)
{
	if (argc && !strcmp(argv[0], "ruleset"))
		return parse_bare(p, at, EPACL_CMD_GET, "list ruleset",
				  argc - 1, argv + 1);
	return parse_on_kind(c, p, at, argc, argv);
}

static bool parse_own_kind(const struct command *c, struct program *p,
			   const struct place *at, int argc, char **argv)
{
	return op_parse(p, at, c->verb, c->kind, argc, argv);
}

static bool parse_flush(const struct command *c, struct program *p,
			const struct place *at, int argc, char **argv)
{
	return parse_bare(p, at, EPACL_CMD_FLUSH, c->name, argc, argv);
}

static bool parse_import(const struct command *c, struct program *p,
			 const struct place *at, int argc, char **argv)
{
	struct import *import = import_new(at, argc, argv);

	(void)c;
	if (import)
		program_add_import(p, at, import);
	return import;
}

/* --- commands that are run at once ---------------------------------------------- */

static enum status no_words(const char *name, int argc, char **argv)
{
	if (!argc)
		return DONE;
	say(NULL,
	    "unknown word '%s' after '%s' (nothing more is expected there)",
	    argv[0], name);
	return USAGE;
}

static enum status run_sync(const struct options *o, int argc, char **argv)
{
	static struct nl nl;
	enum status status = no_words("sync-nat", argc, argv);
	bool restored = false;

	(void)o;
	if (!status)
		status = nl_open(&nl);
	if (!status)
		status = translate_sync(&nl, &restored);
	if (!status && output.json)
		print_json(json_pack("{s:b}", "restored", restored));
	else if (!status)
		puts(restored ? "nat table restored" : "nat table up to date");
	nl_close(&nl);
	return status;
}

static enum status run_monitor(const struct options *o, int argc, char **argv)
{
	enum status status = no_words("monitor", argc, argv);

	(void)o;
	return status ? status : monitor_run();
}

static enum status run_version(const struct options *o, int argc, char **argv)
{
	enum status status = no_words("version", argc, argv);

	(void)o;
	return status ? status : version_run();
}

static enum status run_help(const struct options *o, int argc, char **argv)
{
	(void)o;
	return help_run(argc, argv);
}

/* --- the table ------------------------------------------------------------------- */

const struct command commands[] = {
	{
		.name = "add",
		.help = "make an object",
		.verb = VERB_ADD,
		.parse = parse_on_kind,
	},
	{
		.name = "change",
		.help = "change an object: what identifies it, then only what changes; `no WORD` clears",
		.verb = VERB_CHANGE,
		.parse = parse_on_kind,
	},
	{
		.name = "remove",
		.help = "remove an object with its parts",
		.verb = VERB_REMOVE,
		.parse = parse_on_kind,
	},
	{
		.name = "list",
		.args = "ruleset",
		.help = "show objects, or all of them as a file for -f",
		.verb = VERB_LIST,
		.parse = parse_list,
	},
	{
		.name = "explain",
		.help = "judge a made-up packet that opens a flow",
		.verb = VERB_ASK,
		.kind = &kind_explain,
		.parse = parse_own_kind,
	},
	{
		.name = "effective",
		.help = "show the rule lists that apply to a VM, in the order in which they are asked",
		.verb = VERB_ASK,
		.kind = &kind_effective,
		.parse = parse_own_kind,
	},
	{
		.name = "import",
		.args = "set NAME FILE [tag TAG,...] [service NAME,...] [region NAME,...] [force]",
		.help = "replace a set by a published list: plain, Azure's service tags, AWS's ip-ranges.json",
		.parse = parse_import,
	},
	{
		.name = "flush",
		.args = "",
		.help = "remove everything",
		.parse = parse_flush,
	},
	{
		.name = "sync-nat",
		.args = "",
		.help = "restore the nftables table that translates addresses",
		.run = run_sync,
	},
	{
		.name = "monitor",
		.args = "",
		.help = "print a line for every change of the policy",
		.run = run_monitor,
	},
	{
		.name = "version",
		.args = "",
		.help = "show the versions of tool and module",
		.run = run_version,
	},
	{
		.name = "help",
		.args = "[COMMAND] [KIND]",
		.help = "show what can be typed",
		.run = run_help,
	},
	{}
};

const struct command *command_find(const char *name)
{
	const struct command *c;

	for (c = commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

const char *verb_name(enum verb verb)
{
	const struct command *c;

	for (c = commands; c->name; c++)
		if (c->verb == verb && c->parse)
			return c->name;
	return "";
}

/* Is it followed by a kind of object? */
bool command_on_kinds(const struct command *c)
{
	return c->parse == parse_on_kind || c->parse == parse_list;
}

/**
 * command_parse - turn a command into items of a program
 * @p: receives them
 * @at: where it was typed
 * @argc: number of its words, at least 1
 * @argv: its words
 *
 * Return: whether it is right; if not, what is wrong has been said.
 */
bool command_parse(struct program *p, const struct place *at, int argc,
		   char **argv)
{
	const struct command *c = command_find(argv[0]);
	struct buf try = { 0 };

	if (c && c->parse)
		return c->parse(c, p, at, argc - 1, argv + 1);
	if (c) {
		say(at, "'%s' has no place in a file", argv[0]);
		return false;
	}
	for (c = commands; c->name; c++)
		if (c->parse || !at->file)
			buf_add(&try, " %s", c->name);
	say(at, "unknown command '%s' (try:%s)", argv[0], try.s);
	buf_free(&try);
	return false;
}

/* --- completion ------------------------------------------------------------------- */

static const char *beginning;

static void offer(const char *word)
{
	if (!strncmp(word, beginning, strlen(beginning)))
		puts(word);
}

static void offer_kinds(enum verb verb)
{
	const struct kind *const *k;

	for (k = kinds; *k; k++)
		if ((*k)->verbs & BIT(verb))
			offer(verb == VERB_LIST ? (*k)->plural : (*k)->name);
	if (verb == VERB_LIST)
		offer("ruleset");
}

static void offer_commands(void)
{
	const struct command *c;

	for (c = commands; c->name; c++)
		offer(c->name);
}

static void complete_help(int argc, char **argv)
{
	const struct command *c = argc ? command_find(argv[0]) : NULL;

	if (c && command_on_kinds(c) && argc == 1)
		offer_kinds(c->verb);
	if (argc)
		return;
	offer_commands();
	offer_kinds(VERB_ADD);
}

/**
 * command_complete - print what the last word can be
 * @argc: number of words
 * @argv: as typed so far; the last one may be empty or half typed
 */
void command_complete(int argc, char **argv)
{
	const struct command *c;
	const struct kind *k;
	int skip;

	beginning = argc ? argv[argc - 1] : "";
	argc = argc ? argc - 1 : 0;
	skip = options_skip(argc, argv);
	argc -= skip;
	argv += skip;
	if (!argc) {
		options_offer(offer);
		offer_commands();
		return;
	}
	c = command_find(argv[0]);
	if (!c)
		return;
	if (c->run == run_help) {
		complete_help(argc - 1, argv + 1);
	} else if (c->kind) {
		op_complete(c->verb, c->kind, argc - 1, argv + 1, offer);
	} else if (command_on_kinds(c) && argc == 1) {
		offer_kinds(c->verb);
	} else if (command_on_kinds(c)) {
		k = find_kind(c->verb, argv[1]);
		if (k)
			op_complete(c->verb, k, argc - 2, argv + 2, offer);
	}
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "options.h"
#include "output.h"
#include "parse.h"

/**
 * struct option - an option
 * @letter: after one dash; 0: it has none
 * @name: after two dashes; NULL: it has none
 * @value: what follows, as usage shows it; NULL: nothing
 * @help: what it does, in a few words
 * @set: stores it, or says what is wrong and returns false
 */
struct option {
	char letter;
	const char *name;
	const char *value;
	const char *help;
	bool (*set)(struct options *o, const char *value);
};

static bool set_file(struct options *o, const char *value)
{
	if (o->file)
		say(NULL, "-f can be given once");
	else
		o->file = value;
	return o->file == value;
}

static bool set_json(struct options *o, const char *value)
{
	(void)o;
	(void)value;
	output.json = true;
	return true;
}

static bool set_pretty(struct options *o, const char *value)
{
	(void)o;
	(void)value;
	output.pretty = true;
	return true;
}

static bool set_stats(struct options *o, const char *value)
{
	(void)o;
	(void)value;
	output.stats = true;
	return true;
}

static bool set_dry_run(struct options *o, const char *value)
{
	(void)value;
	return o->txn.dry_run = true;
}

static bool set_generation(struct options *o, const char *value)
{
	if (!parse_u64(value, &o->txn.generation)) {
		say(NULL, "--generation '%s': must be a number", value);
		return false;
	}
	return o->txn.has_generation = true;
}

static bool set_may_exist(struct options *o, const char *value)
{
	(void)value;
	return o->may_exist = true;
}

static bool set_if_exists(struct options *o, const char *value)
{
	(void)value;
	return o->if_exists = true;
}

static bool set_help(struct options *o, const char *value)
{
	(void)value;
	return o->help = true;
}

static bool set_version(struct options *o, const char *value)
{
	(void)value;
	return o->version = true;
}

static const struct option options[] = {
	{ 'f', NULL, "FILE",
	  "commands from a file (-: standard input), one a line, all or none",
	  set_file },
	{ 'j', NULL, NULL, "answers as JSON", set_json },
	{ 'p', NULL, NULL, "JSON with line ends and indents", set_pretty },
	{ 0, "dry-run", NULL,
	  "let the kernel check everything and change nothing", set_dry_run },
	{ 0, "generation", "N", "refuse if the policy has another generation",
	  set_generation },
	{ 0, "may-exist", NULL, "add: fine if it is there and equal",
	  set_may_exist },
	{ 0, "if-exists", NULL, "remove: fine if it is not there",
	  set_if_exists },
	{ 0, "stats", NULL,
	  "list ruleset: counters as comments; changes: what was done",
	  set_stats },
	{ 'h', "help", NULL, "show what can be typed", set_help },
	{ 0, "version", NULL, "show the version of the tool", set_version },
	{ 0, NULL, NULL, NULL, NULL }
};

static const struct option *find_letter(char letter)
{
	const struct option *o;

	for (o = options; o->set; o++)
		if (o->letter && o->letter == letter)
			return o;
	return NULL;
}

/* The option of that name, up to a '='. */
static const struct option *find_name(const char *name)
{
	size_t len = strcspn(name, "=");
	const struct option *o;

	for (o = options; o->set; o++)
		if (o->name && strlen(o->name) == len &&
		    !strncmp(o->name, name, len))
			return o;
	return NULL;
}

static bool unknown(const char *arg)
{
	say(NULL, "unknown option '%s' (aclctl --help shows them)", arg);
	return false;
}

/* Store @opt. @value: what came in the same word; NULL: nothing. */
static bool set(struct options *o, const struct option *opt, const char *value,
		int argc, char **argv, int *pos)
{
	if (opt->value && !value) {
		if (*pos + 1 >= argc) {
			say(NULL, "option '%s' is missing its value: %s",
			    argv[*pos], opt->value);
			return false;
		}
		value = argv[++*pos];
	}
	return opt->set(o, value);
}

/* --name, --name VALUE or --name=VALUE. */
static bool parse_long(struct options *o, int argc, char **argv, int *pos)
{
	const char *name = argv[*pos] + 2;
	const struct option *opt = find_name(name);
	const char *value = strchr(name, '=');

	if (!opt)
		return unknown(argv[*pos]);
	if (value && !opt->value) {
		say(NULL, "option '--%s' takes no value", opt->name);
		return false;
	}
	return set(o, opt, value ? value + 1 : NULL, argc, argv, pos);
}

/* -j, -jp, -f FILE or -fFILE. */
static bool parse_short(struct options *o, int argc, char **argv, int *pos)
{
	const char *letter = argv[*pos] + 1;
	const struct option *opt;

	for (; *letter; letter++) {
		opt = find_letter(*letter);
		if (!opt)
			return unknown(argv[*pos]);
		if (opt->value)
			return set(o, opt, letter[1] ? letter + 1 : NULL, argc,
				   argv, pos);
		if (!set(o, opt, NULL, argc, argv, pos))
			return false;
	}
	return true;
}

/**
 * options_parse - read the options
 * @o: receives them
 * @argc: number of words after the tool's name
 * @argv: these words
 *
 * Return: how many of them are options, or -1 once it has been said what is
 * wrong.
 */
int options_parse(struct options *o, int argc, char **argv)
{
	int pos;

	memset(o, 0, sizeof(*o));
	for (pos = 0; pos < argc; pos++) {
		if (argv[pos][0] != '-' || !argv[pos][1])
			return pos;
		if (!strcmp(argv[pos], "--"))
			return pos + 1;
		if (argv[pos][1] == '-' ? !parse_long(o, argc, argv, &pos) :
					  !parse_short(o, argc, argv, &pos))
			return -1;
	}
	return pos;
}

/* How many of the words are options, for completion: says nothing. */
int options_skip(int argc, char **argv)
{
	const struct option *opt;
	int pos;

	for (pos = 0; pos < argc && argv[pos][0] == '-'; pos++) {
		opt = argv[pos][1] == '-' ? find_name(argv[pos] + 2) :
					    find_letter(argv[pos][1]);
		if (opt && opt->value && !strchr(argv[pos], '='))
			pos++;
	}
	return pos < argc ? pos : argc;
}

static void option_text(struct buf *b, const struct option *o)
{
	if (o->letter)
		buf_add(b, "-%c%s", o->letter, o->name ? ", " : "");
	if (o->name)
		buf_add(b, "--%s", o->name);
	if (o->value)
		buf_add(b, " %s", o->value);
}

void options_offer(void (*offer)(const char *word))
{
	const struct option *o;
	struct buf b = { 0 };

	for (o = options; o->set; o++) {
		buf_reset(&b);
		if (o->name)
			buf_add(&b, "--%s", o->name);
		else
			buf_add(&b, "-%c", o->letter);
		offer(b.s);
	}
	buf_free(&b);
}

void options_help(struct buf *b)
{
	const struct option *o;
	struct buf text = { 0 };

	for (o = options; o->set; o++) {
		buf_reset(&text);
		option_text(&text, o);
		buf_add(b, "  %-18s%s\n", text.s, o->help);
	}
	buf_free(&text);
}

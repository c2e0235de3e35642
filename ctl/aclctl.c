// SPDX-License-Identifier: GPL-2.0-or-later
/* aclctl: endpoint ACLs for virtual machines. */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "help.h"
#include "netlink.h"
#include "options.h"
#include "output.h"
#include "txn.h"
#include "words.h"

static enum status usage(void)
{
	say(NULL, "COMMAND is missing (try: aclctl help)");
	return USAGE;
}

/* Do what was typed, if that is anything. */
static enum status run_program(const struct program *p, const struct options *o)
{
	const struct place whole = { .file = o->file };
	static struct nl nl;
	enum status status;

	if (!p->n)
		return DONE;
	status = nl_open(&nl);
	if (!status)
		status = txn_run(&nl, p, &whole, &o->txn);
	nl_close(&nl);
	return status;
}

static enum status run_file(const struct options *o)
{
	struct program p = { .may_exist = o->may_exist,
			     .if_exists = o->if_exists };
	enum status status = words_read(&p, o->file);

	if (!status)
		status = run_program(&p, o);
	program_free(&p);
	return status;
}

static enum status run_command(const struct options *o, int argc, char **argv)
{
	const struct command *c = command_find(argv[0]);
	const struct place at = { .file = NULL };
	struct program p = { .may_exist = o->may_exist,
			     .if_exists = o->if_exists };
	enum status status = USAGE;

	if (c && c->run)
		return c->run(o, argc - 1, argv + 1);
	if (command_parse(&p, &at, argc, argv))
		status = run_program(&p, o);
	program_free(&p);
	return status;
}

static enum status run(int argc, char **argv)
{
	struct options o;
	int n;

	if (argc && !strcmp(argv[0], "--complete")) {
		command_complete(argc - 1, argv + 1);
		return DONE;
	}
	n = options_parse(&o, argc, argv);
	if (n < 0)
		return USAGE;
	argc -= n;
	argv += n;
	if (o.help)
		return help_run(argc, argv);
	if (o.version) {
		puts("aclctl " EPACL_VERSION);
		return DONE;
	}
	if (o.file && argc) {
		say(NULL,
		    "unknown word '%s' after '-f %s' (the commands are in the file)",
		    argv[0], o.file);
		return USAGE;
	}
	if (o.file)
		return run_file(&o);
	return argc ? run_command(&o, argc, argv) : usage();
}

int main(int argc, char **argv)
{
	enum status status, written;

	/* A reader that went away is an error like any other. */
	signal(SIGPIPE, SIG_IGN);
	status = run(argc ? argc - 1 : 0, argv + 1);
	written = output_end();
	return status ? status : written;
}

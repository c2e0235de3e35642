/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands, beside the kinds the other half of what can be typed. */
#ifndef _CTL_COMMANDS_H
#define _CTL_COMMANDS_H

#include "options.h"
#include "program.h"

/**
 * struct command - something to do
 * @name: as typed
 * @args: what follows, as usage shows it, where no kind tells
 * @help: what it does, in a few words
 * @verb: what it does to a kind
 * @kind: the one kind that it is about; NULL: the kind is typed behind it
 * @parse: turns it into items; NULL: it is run at once and not in a file
 * @run: runs it, with what was said before it
 */
struct command {
	const char *name;
	const char *args;
	const char *help;
	enum verb verb;
	const struct kind *kind;
	bool (*parse)(const struct command *c, struct program *p,
		      const struct place *at, int argc, char **argv);
	enum status (*run)(const struct options *o, int argc, char **argv);
};

extern const struct command commands[];

const struct command *command_find(const char *name);
const char *verb_name(enum verb verb);
bool command_on_kinds(const struct command *c);
bool command_parse(struct program *p, const struct place *at, int argc,
		   char **argv);
void command_complete(int argc, char **argv);

#endif /* _CTL_COMMANDS_H */

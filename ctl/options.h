/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What can stand before the command. */
#ifndef _CTL_OPTIONS_H
#define _CTL_OPTIONS_H

#include <stdbool.h>

#include "buf.h"
#include "txn.h"

/**
 * struct options - what was said before the command
 * @file: commands come from there; NULL: from the command line
 * @may_exist: see struct program
 * @if_exists: see struct program
 * @help: only help is wanted
 * @version: only the tool's version is wanted
 * @txn: for the transaction
 */
struct options {
	const char *file;
	bool may_exist;
	bool if_exists;
	bool help;
	bool version;
	struct txn_options txn;
};

int options_parse(struct options *o, int argc, char **argv);
int options_skip(int argc, char **argv);
void options_offer(void (*offer)(const char *word));
void options_help(struct buf *b);

#endif /* _CTL_OPTIONS_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What goes to standard error, and how the tool ends. */
#ifndef _CTL_SAY_H
#define _CTL_SAY_H

#include <stdarg.h>

/* Exit status. What can fail returns one; the sentence has been said then. */
enum status {
	DONE = 0,
	REFUSED = 1,
	USAGE = 2,
	UNREACHABLE = 3,
};

/**
 * struct place - where a command was typed
 * @file: name of the file; NULL: on the command line
 * @line: its line, from 1; 0: the file as a whole
 */
struct place {
	const char *file;
	unsigned int line;
};

#define PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

void vsay(const struct place *at, const char *fmt, va_list ap) PRINTF(2, 0);
void say(const struct place *at, const char *fmt, ...) PRINTF(2, 3);

#endif /* _CTL_SAY_H */

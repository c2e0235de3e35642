// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdio.h>

#include "say.h"

void vsay(const struct place *at, const char *fmt, va_list ap)
{
	fflush(stdout);
	if (!at || !at->file)
		fputs("aclctl: ", stderr);
	else if (at->line)
		fprintf(stderr, "%s:%u: ", at->file, at->line);
	else
		fprintf(stderr, "%s: ", at->file);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

/**
 * say - one line on standard error
 * @at: what it is about; NULL: nothing that was typed
 * @fmt: the sentence, without the line's end
 */
void say(const struct place *at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsay(at, fmt, ap);
	va_end(ap);
}

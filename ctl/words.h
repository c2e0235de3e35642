/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policy files: lines, and the words in them. */
#ifndef _CTL_WORDS_H
#define _CTL_WORDS_H

#include "program.h"

enum status words_read(struct program *p, const char *file);

#endif /* _CTL_WORDS_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Usage and help, from the tables of commands, kinds and options. */
#ifndef _CTL_HELP_H
#define _CTL_HELP_H

#include "kind.h"

void help_name(struct buf *b, enum verb verb, const struct kind *k);
void help_usage(struct buf *b, enum verb verb, const struct kind *k);
void help_all(struct buf *b);
enum status help_run(int argc, char **argv);

#endif /* _CTL_HELP_H */

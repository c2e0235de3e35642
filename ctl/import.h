/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A published list of prefixes becomes a set. */
#ifndef _CTL_IMPORT_H
#define _CTL_IMPORT_H

#include "program.h"

struct import;
struct nl;

struct import *import_new(const struct place *at, int argc, char **argv);
enum status import_expand(struct import *im, struct nl *nl, __u64 txn,
			  const struct program **program);
void import_report(const struct import *im);
void import_free(struct import *im);

#endif /* _CTL_IMPORT_H */

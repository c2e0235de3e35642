/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Questions: what list, effective and explain do once they are parsed. */
#ifndef _CTL_QUERY_H
#define _CTL_QUERY_H

#include "program.h"

struct nl;

enum status query_run(struct nl *nl, const struct item *item, __u64 txn);
enum status list_run(struct nl *nl, const struct item *item, __u64 txn);
enum status ruleset_run(struct nl *nl, const struct item *item, __u64 txn);
enum status effective_run(struct nl *nl, const struct item *item, __u64 txn);
enum status explain_run(struct nl *nl, const struct item *item, __u64 txn);

#endif /* _CTL_QUERY_H */

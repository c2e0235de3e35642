/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Filter and address translation change together. The filter is the kernel
 * module's, translation is nftables': there is no commit for both. So that no
 * traffic is ever sent where the policy of the moment does not want it, what is
 * to go is taken out of the table before the commit, and what is new comes in
 * after it.
 */
#ifndef _CTL_TRANSLATE_H
#define _CTL_TRANSLATE_H

#include "nat.h"
#include "txn.h"

/**
 * struct translation - the table before and after a change
 * @before: what it held; NULL: nobody knows
 * @after: what it is to hold; NULL: the commit will tell why it cannot be
 * @generation: of the policy that @after is of; 0: of none that will be
 * @narrowed: what is to go has gone already
 */
struct translation {
	struct nat_plan *before;
	struct nat_plan *after;
	__u64 generation;
	bool narrowed;
};

enum status translate_prepare(struct translation *tr, struct txn *t);
enum status translate_finish(struct translation *tr, struct txn *t,
			     bool committed);
void translate_free(struct translation *tr);
enum status translate_sync(struct nl *nl, bool *restored);

#endif /* _CTL_TRANSLATE_H */

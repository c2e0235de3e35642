// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on guards.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include "policy_internal.h"

static void describe(char what[EPACL_WHAT], const char *pattern)
{
	snprintf(what, EPACL_WHAT, "guard '%s'", pattern);
}

static void release(struct epacl_obj *obj)
{
	struct epacl_guard *guard = epacl_guard(obj);

	epacl_counters_put(guard->counters);
	epacl_free(guard);
}

/* The guard that the operation describes; @old: the one that it replaces. */
static struct epacl_guard *build(struct epacl_txn *txn,
				 const struct epacl_op *op,
				 const struct epacl_guard *old)
{
	struct epacl_guard *guard = epacl_alloc(txn->memory, sizeof(*guard));

	if (!guard)
		return NULL;
	epacl_obj_init(&guard->obj, op->guard.pattern, release);
	guard->obj.epoch = txn->epoch;
	guard->obj.op = op->index;
	guard->force = epacl_op_has(op, EPACL_GUARD_A_FORCE);
	if (old) {
		guard->counters = old->counters;
		epacl_counters_get(guard->counters);
	} else {
		guard->counters = epacl_counters_alloc(1);
	}
	if (guard->counters)
		return guard;
	epacl_obj_put(&guard->obj);
	return NULL;
}

static struct epacl_guard *find(const struct epacl_txn *txn,
				const struct epacl_op *op)
{
	return epacl_guard(
		epacl_pmap_find(&txn->root->guards, op->guard.pattern));
}

static int install(struct epacl_txn *txn, const struct epacl_op *op,
		   const struct epacl_guard *old)
{
	struct epacl_guard *guard = build(txn, op, old);

	return guard ? epacl_install(&txn->root->guards, &guard->obj) : -ENOMEM;
}

static int add_guard(struct epacl_txn *txn, const struct epacl_op *op)
{
	bool force = epacl_op_has(op, EPACL_GUARD_A_FORCE);
	const struct epacl_guard *old = find(txn, op);
	char what[EPACL_WHAT];
	int err;

	err = epacl_check_pattern(&txn->why, EPACL_GUARD_A_PATTERN,
				  op->guard.pattern);
	if (err)
		return err;
	if (old) {
		describe(what, op->guard.pattern);
		return epacl_exists(txn, op, &epacl_kind_guard, what,
				    old->force == force ? 0 :
							  EPACL_GUARD_A_FORCE);
	}
	if (txn->root->guards.n >= EPACL_GUARDS_MAX)
		return epacl_refuse(
			&txn->why, -ENOSPC, 0, "too many guards",
			"there are %u guards already, which is as many as there may be",
			EPACL_GUARDS_MAX);
	return install(txn, op, NULL);
}

static int change_guard(struct epacl_txn *txn, const struct epacl_op *op)
{
	int err = epacl_need(txn, EPACL_A_GUARD, EPACL_GUARD_A_PATTERN,
			     op->guard.pattern);

	return err ?: install(txn, op, find(txn, op));
}

static int remove_guard(struct epacl_txn *txn, const struct epacl_op *op)
{
	char what[EPACL_WHAT];

	describe(what, op->guard.pattern);
	if (!find(txn, op))
		return epacl_missing(txn, op, EPACL_GUARD_A_PATTERN, what);
	return epacl_pmap_remove(&txn->root->guards, op->guard.pattern,
				 EPACL_GFP);
}

const struct epacl_kind epacl_kind_guard = {
	.noun = "guard",
	.words = {
		[EPACL_GUARD_A_PATTERN] = "pattern",
		[EPACL_GUARD_A_FORCE] = "force",
	},
	.identity = BIT(EPACL_GUARD_A_PATTERN),
	.clearable = BIT(EPACL_GUARD_A_FORCE),
	.add = add_guard,
	.change = change_guard,
	.remove = remove_guard,
};

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guards: interfaces that belong to no VM, and pass nothing.
 */
#ifndef _EPACL_GUARD_H
#define _EPACL_GUARD_H

#include "model.h"
#include "refusal.h"

struct epacl_net;
struct epacl_snapshot;

/* Any context. */
bool epacl_guard_matches(const struct epacl_guard *guard, const char *dev);

/**
 * epacl_guard_of - the guard of an interface that is no nic's
 * @root: policy
 * @dev: name of the interface
 *
 * Of several that match it is the first by name. Any context.
 *
 * Return: NULL: none matches.
 */
const struct epacl_guard *epacl_guard_of(const struct epacl_root *root,
					 const char *dev);

/**
 * epacl_guards_check - would a new guard cut the host off?
 * @en: namespace
 * @old: policy in force; NULL: none
 * @snap: policy that is to take its place
 * @why: filled in on failure
 *
 * Context: under en->commit; takes RTNL. Return: 0 or -EBUSY.
 */
int epacl_guards_check(struct epacl_net *en, const struct epacl_snapshot *old,
		       const struct epacl_snapshot *snap,
		       struct epacl_refusal *why);

#endif /* _EPACL_GUARD_H */

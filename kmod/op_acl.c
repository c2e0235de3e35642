// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on named lists.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include "policy_internal.h"

static void describe(char what[EPACL_WHAT], const char *name)
{
	snprintf(what, EPACL_WHAT, "acl '%s'", name);
}

static void release(struct epacl_obj *obj)
{
	struct epacl_named *named = epacl_named(obj);

	epacl_acl_put(named->acl);
	epacl_free(named);
}

/* Without a list. NULL: no memory. */
static struct epacl_named *alloc(struct epacl_txn *txn, const char *name,
				 u32 op)
{
	struct epacl_named *named = epacl_alloc(txn->memory, sizeof(*named));

	if (!named)
		return NULL;
	epacl_obj_init(&named->obj, name, release);
	named->obj.epoch = txn->epoch;
	named->obj.op = op;
	return named;
}

struct epacl_named *epacl_own_named(struct epacl_txn *txn,
				    struct epacl_named *named)
{
	const struct epacl_named *from = named;

	if (from->obj.epoch == txn->epoch)
		return named;
	named = alloc(txn, from->obj.name,
		      epacl_keeps_ops(txn, &from->obj) ? from->obj.op : 0);
	if (!named)
		return NULL;
	refcount_inc(&from->acl->refs);
	named->acl = from->acl;
	return epacl_install(&txn->root->acls, &named->obj) ? NULL : named;
}

static int add_acl(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_named *named;
	char what[EPACL_WHAT];
	int err;

	err = epacl_check_name(&txn->why, EPACL_ACL_A_NAME, "acl",
			       op->acl.name);
	if (err)
		return err;
	if (epacl_pmap_find(&txn->root->acls, op->acl.name)) {
		describe(what, op->acl.name);
		return epacl_exists(txn, op, &epacl_kind_acl, what, 0);
	}
	named = alloc(txn, op->acl.name, op->index);
	if (!named)
		return -ENOMEM;
	named->acl = epacl_acl_alloc(txn->memory, txn->epoch);
	if (named->acl)
		return epacl_install(&txn->root->acls, &named->obj);
	epacl_obj_put(&named->obj);
	return -ENOMEM;
}

static bool uses(const struct epacl_listed *list, void *arg)
{
	return list->slot && !strcmp(list->slot->use, arg);
}

static int remove_acl(struct epacl_txn *txn, const struct epacl_op *op)
{
	char what[EPACL_WHAT], user[EPACL_WHAT];
	struct epacl_listed list;

	describe(what, op->acl.name);
	if (!epacl_pmap_find(&txn->root->acls, op->acl.name))
		return epacl_missing(txn, op, EPACL_ACL_A_NAME, what);
	if (epacl_each_list(txn->root, uses, (void *)op->acl.name, &list))
		return epacl_refuse(&txn->why, -EBUSY, EPACL_ACL_A_NAME,
				    "acl is in use", "%s is used by %s", what,
				    epacl_owner_text(&list.owner, user));
	return epacl_pmap_remove(&txn->root->acls, op->acl.name, EPACL_GFP);
}

static bool uses_limited(const struct epacl_listed *list, void *arg)
{
	return (list->owner.kind == EPACL_OWNER_ENDPOINT ||
		list->owner.kind == EPACL_OWNER_LBSET) &&
	       uses(list, arg);
}

/* Whoever adds rule after rule asks again and again. */
bool epacl_use_is_limited(struct epacl_txn *txn, const char *name,
			  struct epacl_owner *owner)
{
	struct epacl_listed list;

	if (!strcmp(txn->unlimited, name))
		return false;
	if (epacl_each_list(txn->root, uses_limited, (void *)name, &list)) {
		*owner = list.owner;
		return true;
	}
	strscpy(txn->unlimited, name, sizeof(txn->unlimited));
	return false;
}

const struct epacl_kind epacl_kind_acl = {
	.noun = "acl",
	.words = {
		[EPACL_ACL_A_NAME] = "name",
	},
	.identity = BIT(EPACL_ACL_A_NAME),
	.add = add_acl,
	.remove = remove_acl,
};

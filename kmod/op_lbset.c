// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on lbsets.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include "policy_internal.h"

static void describe(char what[EPACL_WHAT], const char *name)
{
	snprintf(what, EPACL_WHAT, "lbset '%s'", name);
}

static void release(struct epacl_obj *obj)
{
	struct epacl_lbset *lbset = epacl_lbset(obj);

	epacl_slots_put(&lbset->slot, 1);
	epacl_free(lbset);
}

/* Without a list. NULL: no memory. */
static struct epacl_lbset *alloc(struct epacl_txn *txn, const char *name,
				 u32 op)
{
	struct epacl_lbset *lbset = epacl_alloc(txn->memory, sizeof(*lbset));

	if (!lbset)
		return NULL;
	epacl_obj_init(&lbset->obj, name, release);
	lbset->obj.epoch = txn->epoch;
	lbset->obj.op = op;
	return lbset;
}

static void copy_public_side(struct epacl_lbset *to,
			     const struct epacl_lbset *from)
{
	to->proto = from->proto;
	to->npublics = from->npublics;
	memcpy(to->publics, from->publics, sizeof(to->publics));
}

struct epacl_lbset *epacl_own_lbset(struct epacl_txn *txn,
				    struct epacl_lbset *lbset)
{
	const struct epacl_lbset *from = lbset;

	if (from->obj.epoch == txn->epoch)
		return lbset;
	lbset = alloc(txn, from->obj.name,
		      epacl_keeps_ops(txn, &from->obj) ? from->obj.op : 0);
	if (!lbset)
		return NULL;
	copy_public_side(lbset, from);
	epacl_slots_share(&lbset->slot, &from->slot, 1);
	return epacl_install(&txn->root->lbsets, &lbset->obj) ? NULL : lbset;
}

static struct epacl_lbset *find(const struct epacl_txn *txn, const char *name)
{
	return epacl_lbset(epacl_pmap_find(&txn->root->lbsets, name));
}

/* ---- what an lbset may be ---- */

static int check_proto(struct epacl_refusal *why, const struct epacl_op *op)
{
	if (!epacl_op_has(op, EPACL_LBSET_A_PROTO) ||
	    epacl_proto_has_ports(op->lbset.proto))
		return 0;
	return epacl_refuse(why, -EINVAL, EPACL_LBSET_A_PROTO,
			    "protocol without ports",
			    "lbset '%s' takes a protocol with ports, %u has none",
			    op->lbset.name, op->lbset.proto);
}

static int check_public(struct epacl_refusal *why,
			const struct epacl_lbset *lbset,
			const struct epacl_public *public)
{
	const u16 attr = EPACL_LBSET_A_PUBLICS;
	char text[EPACL_IP_TEXT];

	if (public->ip.family != 4 && public->ip.family != 6)
		return epacl_refuse(
			why, -EINVAL, attr, "not an address",
			"a public address of lbset '%s' is of neither IPv4 nor IPv6",
			lbset->obj.name);
	if (!public->port)
		return epacl_refuse(
			why, -EINVAL, attr, "port is missing",
			"public %s of lbset '%s' takes a port of 1 to 65535",
			epacl_ip_text(&public->ip, text), lbset->obj.name);
	return epacl_check_unicast(why, attr, "public", &public->ip);
}

static int take_publics(struct epacl_refusal *why, const struct epacl_op *op,
			struct epacl_lbset *lbset)
{
	const u16 attr = EPACL_LBSET_A_PUBLICS;
	const struct epacl_list *list = &op->lbset.publics;
	int err;
	u32 i;

	err = epacl_check_count(why, attr, "public", list->n, 1,
				ARRAY_SIZE(lbset->publics));
	if (err)
		return err;
	lbset->npublics = list->n;
	memcpy(lbset->publics, list->p, list->n * sizeof(*lbset->publics));
	sort(lbset->publics, lbset->npublics, sizeof(*lbset->publics),
	     epacl_public_compare, NULL);
	for (i = 0; i < lbset->npublics; i++) {
		err = check_public(why, lbset, &lbset->publics[i]);
		if (err)
			return err;
	}
	if (list->n == 2 &&
	    lbset->publics[0].ip.family == lbset->publics[1].ip.family)
		return epacl_refuse(
			why, -EINVAL, attr, "two addresses of one family",
			"lbset '%s' takes one public address of each family, and is given two of IPv%u",
			lbset->obj.name, lbset->publics[0].ip.family);
	return 0;
}

/* A new lbset without a list: @old as the operation changes it; or see @err. */
static struct epacl_lbset *build(struct epacl_txn *txn,
				 const struct epacl_op *op,
				 const struct epacl_lbset *old, int *err)
{
	struct epacl_lbset *lbset;

	*err = check_proto(&txn->why, op);
	if (*err)
		return NULL;
	lbset = alloc(txn, op->lbset.name, op->index);
	if (!lbset) {
		*err = -ENOMEM;
		return NULL;
	}
	if (old)
		copy_public_side(lbset, old);
	if (epacl_op_has(op, EPACL_LBSET_A_PROTO))
		lbset->proto = op->lbset.proto;
	if (epacl_op_has(op, EPACL_LBSET_A_PUBLICS))
		*err = take_publics(&txn->why, op, lbset);
	if (!*err)
		return lbset;
	epacl_obj_put(&lbset->obj);
	return NULL;
}

static u16 difference(const struct epacl_lbset *a, const struct epacl_lbset *b)
{
	u32 i;

	if (a->proto != b->proto)
		return EPACL_LBSET_A_PROTO;
	if (a->npublics != b->npublics)
		return EPACL_LBSET_A_PUBLICS;
	for (i = 0; i < a->npublics; i++)
		if (epacl_public_compare(&a->publics[i], &b->publics[i]))
			return EPACL_LBSET_A_PUBLICS;
	return 0;
}

/* ---- members ---- */

/* Endpoint number *@i of @vm, or a later one, that is a member. */
static const struct epacl_endpoint *member_of(const struct epacl_vm *vm,
					      const char *name, u32 *i)
{
	const struct epacl_endpoint *endpoint;

	while (*i < vm->nendpoints) {
		endpoint = vm->endpoints[(*i)++];
		if (!strcmp(endpoint->lbset, name))
			return endpoint;
	}
	return NULL;
}

/* Is what it is going to be fine for those that are members already? */
static int check_members(struct epacl_txn *txn, const struct epacl_op *op,
			 const struct epacl_lbset *lbset)
{
	u16 attr = epacl_op_has(op, EPACL_LBSET_A_PROTO) ?
			   EPACL_LBSET_A_PROTO :
			   EPACL_LBSET_A_PUBLICS;
	const struct epacl_endpoint *endpoint;
	struct epacl_obj *obj;
	u32 i;
	int err;

	epacl_pmap_for_each(&txn->root->vms, obj) {
		i = 0;
		while ((endpoint = member_of(epacl_vm(obj), lbset->obj.name,
					     &i))) {
			err = epacl_endpoint_check_member(&txn->why, attr,
							  epacl_vm(obj),
							  endpoint, lbset);
			if (err)
				return err;
		}
		cond_resched();
	}
	return 0;
}

static int check_unused(struct epacl_txn *txn, const char *name)
{
	const struct epacl_endpoint *endpoint;
	struct epacl_obj *obj;
	u32 i;

	epacl_pmap_for_each(&txn->root->vms, obj) {
		i = 0;
		endpoint = member_of(epacl_vm(obj), name, &i);
		if (endpoint)
			return epacl_refuse(&txn->why, -EBUSY,
					    EPACL_LBSET_A_NAME,
					    "lbset has members",
					    "lbset '%s' has the member '%s/%s'",
					    name, obj->name, endpoint->name);
		cond_resched();
	}
	return 0;
}

/* ---- operations ---- */

static int add_lbset(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_lbset *lbset, *old;
	char what[EPACL_WHAT];
	int err;

	err = epacl_check_name(&txn->why, EPACL_LBSET_A_NAME, "lbset",
			       op->lbset.name);
	if (err)
		return err;
	lbset = build(txn, op, NULL, &err);
	if (!lbset)
		return err;
	old = find(txn, op->lbset.name);
	if (!old) {
		if (!epacl_slots_init(txn->memory, txn->epoch, &lbset->slot, 1))
			return epacl_install(&txn->root->lbsets, &lbset->obj);
		err = -ENOMEM;
	} else {
		describe(what, op->lbset.name);
		err = epacl_exists(txn, op, &epacl_kind_lbset, what,
				   difference(lbset, old));
	}
	epacl_obj_put(&lbset->obj);
	return err;
}

static int change_lbset(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_lbset *lbset, *old;
	int err;

	err = epacl_need(txn, EPACL_A_LBSET, EPACL_LBSET_A_NAME,
			 op->lbset.name);
	if (err)
		return err;
	old = find(txn, op->lbset.name);
	lbset = build(txn, op, old, &err);
	if (!lbset)
		return err;
	err = check_members(txn, op, lbset);
	if (err) {
		epacl_obj_put(&lbset->obj);
		return err;
	}
	epacl_slots_share(&lbset->slot, &old->slot, 1);
	return epacl_install(&txn->root->lbsets, &lbset->obj);
}

static int remove_lbset(struct epacl_txn *txn, const struct epacl_op *op)
{
	char what[EPACL_WHAT];
	int err;

	describe(what, op->lbset.name);
	if (!find(txn, op->lbset.name))
		return epacl_missing(txn, op, EPACL_LBSET_A_NAME, what);
	err = check_unused(txn, op->lbset.name);
	if (err)
		return err;
	return epacl_pmap_remove(&txn->root->lbsets, op->lbset.name, EPACL_GFP);
}

const struct epacl_kind epacl_kind_lbset = {
	.noun = "lbset",
	.words = {
		[EPACL_LBSET_A_NAME] = "name",
		[EPACL_LBSET_A_PROTO] = "proto",
		[EPACL_LBSET_A_PUBLICS] = "public",
	},
	.identity = BIT(EPACL_LBSET_A_NAME),
	.required = BIT(EPACL_LBSET_A_PROTO) | BIT(EPACL_LBSET_A_PUBLICS),
	.add = add_lbset,
	.change = change_lbset,
	.remove = remove_lbset,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on vnets.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include "policy_internal.h"

static void describe(char what[EPACL_WHAT], const char *name)
{
	snprintf(what, EPACL_WHAT, "vnet '%s'", name);
}

/* What @op gives for @attr, or else what @old has. */
static struct epacl_list choose(const struct epacl_op *op, u16 attr,
				const struct epacl_list *given, u32 nold,
				void *old)
{
	struct epacl_list list = { .n = nold, .p = old };

	return epacl_op_gives(op, attr) ? *given : list;
}

static void *make_room(struct epacl_txn *txn, u32 n, size_t size, int *err)
{
	void *p;

	if (!n)
		return NULL;
	p = epacl_alloc(txn->memory, n * size);
	if (!p)
		*err = -ENOMEM;
	return p;
}

static int take_prefixes(struct epacl_txn *txn, u16 attr, u32 min,
			 const struct epacl_list *list,
			 struct epacl_prefix **to, u32 *n)
{
	const char *word = epacl_kind_vnet.words[attr];
	int err;

	err = epacl_check_count(&txn->why, attr, word, list->n, min,
				EPACL_PREFIXES_MAX);
	if (err)
		return err;
	*to = make_room(txn, list->n, sizeof(**to), &err);
	if (err)
		return err;
	err = epacl_take_prefixes(&txn->why, attr, word, *to, list);
	if (err)
		return err;
	*n = list->n;
	sort(*to, *n, sizeof(**to), epacl_prefix_compare, NULL);
	return 0;
}

static int take_names(struct epacl_txn *txn, u16 attr,
		      const struct epacl_list *list, struct epacl_name **to,
		      u32 *n)
{
	const char *word = epacl_kind_vnet.words[attr];
	u32 i;
	int err;

	err = epacl_check_count(&txn->why, attr, word, list->n, 0,
				EPACL_UPLINKS_MAX);
	if (err)
		return err;
	*to = make_room(txn, list->n, sizeof(**to), &err);
	if (!*to)
		return err;
	memcpy(*to, list->p, list->n * sizeof(**to));
	*n = list->n;
	sort(*to, *n, sizeof(**to), epacl_name_compare, NULL);
	for (i = 1; i < *n; i++)
		if (!strcmp((*to)[i - 1].s, (*to)[i].s))
			return epacl_refuse(&txn->why, -EINVAL, attr,
					    "a name stands twice",
					    "%s '%s' stands twice", word,
					    (*to)[i].s);
	return 0;
}

/*
 * Peers may not overlap, so that it is clear through which one an address is
 * inside. In sorted order it is enough to look at neighbours: what lies between
 * a prefix and one within it is within it, too.
 */
static int check_overlaps(struct epacl_refusal *why, u16 attr,
			  const struct epacl_prefix *prefixes, u32 n)
{
	char a[EPACL_IP_TEXT], b[EPACL_IP_TEXT];
	bool nested = attr == EPACL_VNET_A_PREFIXES;
	u32 i;

	for (i = 1; i < n; i++) {
		if (!epacl_prefixes_overlap(&prefixes[i - 1], &prefixes[i]))
			continue;
		epacl_prefix_text(&prefixes[i - 1], a);
		epacl_prefix_text(&prefixes[i], b);
		if (prefixes[i - 1].len == prefixes[i].len)
			return epacl_refuse(why, -EINVAL, attr,
					    "a prefix stands twice",
					    "%s %s stands twice",
					    epacl_kind_vnet.words[attr], a);
		if (!nested)
			return epacl_refuse(why, -EINVAL, attr,
					    "peers of a vnet overlap",
					    "peers %s and %s overlap", a, b);
	}
	return 0;
}

static int check_peer_vnets(struct epacl_txn *txn,
			    const struct epacl_vnet *vnet)
{
	u32 i;
	int err;

	for (i = 0; i < vnet->npeer_vnets; i++) {
		if (!strcmp(vnet->peer_vnets[i].s, vnet->obj.name))
			return epacl_refuse(&txn->why, -EINVAL,
					    EPACL_VNET_A_PEER_VNET,
					    "a vnet is its own peer",
					    "vnet '%s' cannot be its own peer",
					    vnet->obj.name);
		err = epacl_need(txn, EPACL_A_VNET, EPACL_VNET_A_PEER_VNET,
				 vnet->peer_vnets[i].s);
		if (err)
			return err;
	}
	return 0;
}

static int check(struct epacl_txn *txn, const struct epacl_vnet *vnet)
{
	u32 i;
	int err;

	err = check_overlaps(&txn->why, EPACL_VNET_A_PREFIXES, vnet->prefixes,
			     vnet->nprefixes);
	if (!err)
		err = check_overlaps(&txn->why, EPACL_VNET_A_PEER_PREFIXES,
				     vnet->peers, vnet->npeers);
	if (!err)
		err = check_peer_vnets(txn, vnet);
	for (i = 0; i < vnet->nuplinks && !err; i++)
		err = epacl_check_dev(&txn->why, EPACL_VNET_A_UPLINK,
				      vnet->uplinks[i].s);
	return err;
}

static int fill(struct epacl_txn *txn, const struct epacl_op *op,
		const struct epacl_vnet *old, struct epacl_vnet *vnet)
{
	struct epacl_list list;
	int err;

	list = choose(op, EPACL_VNET_A_PREFIXES, &op->vnet.prefixes,
		      old->nprefixes, old->prefixes);
	err = take_prefixes(txn, EPACL_VNET_A_PREFIXES, 1, &list,
			    &vnet->prefixes, &vnet->nprefixes);
	if (err)
		return err;
	list = choose(op, EPACL_VNET_A_PEER_PREFIXES, &op->vnet.peers,
		      old->npeers, old->peers);
	err = take_prefixes(txn, EPACL_VNET_A_PEER_PREFIXES, 0, &list,
			    &vnet->peers, &vnet->npeers);
	if (err)
		return err;
	list = choose(op, EPACL_VNET_A_PEER_VNET, &op->vnet.peer_vnets,
		      old->npeer_vnets, old->peer_vnets);
	err = take_names(txn, EPACL_VNET_A_PEER_VNET, &list, &vnet->peer_vnets,
			 &vnet->npeer_vnets);
	if (err)
		return err;
	list = choose(op, EPACL_VNET_A_UPLINK, &op->vnet.uplinks, old->nuplinks,
		      old->uplinks);
	err = take_names(txn, EPACL_VNET_A_UPLINK, &list, &vnet->uplinks,
			 &vnet->nuplinks);
	return err ? err : check(txn, vnet);
}

/* The zone, and subnets that are still within the vnet. */
static int take_over(struct epacl_txn *txn, const struct epacl_vnet *old,
		     struct epacl_vnet *vnet)
{
	int err;
	u32 i;

	vnet->zone = old->zone;
	err = epacl_vnet_copy_subnets(txn->memory, vnet, old,
				      epacl_keeps_ops(txn, &old->obj));
	for (i = 0; i < vnet->nsubnets && !err; i++)
		err = epacl_subnet_check(&txn->why, EPACL_VNET_A_PREFIXES, vnet,
					 vnet->subnets[i]);
	return err;
}

/* A new vnet: @old as the operation changes it. NULL: see @err. */
static struct epacl_vnet *build(struct epacl_txn *txn,
				const struct epacl_op *op,
				const struct epacl_vnet *old, int *err)
{
	static const struct epacl_vnet nothing;
	struct epacl_vnet *vnet;

	vnet = epacl_vnet_alloc(txn->memory, op->vnet.name, txn->epoch);
	if (!vnet) {
		*err = -ENOMEM;
		return NULL;
	}
	vnet->obj.op = op->index;
	*err = fill(txn, op, old ? old : &nothing, vnet);
	if (!*err && old)
		*err = take_over(txn, old, vnet);
	if (!*err)
		return vnet;
	epacl_obj_put(&vnet->obj);
	return NULL;
}

static bool names_equal(const struct epacl_name *a, u32 na,
			const struct epacl_name *b, u32 nb)
{
	u32 i;

	if (na != nb)
		return false;
	for (i = 0; i < na; i++)
		if (strcmp(a[i].s, b[i].s))
			return false;
	return true;
}

static u16 difference(const struct epacl_vnet *a, const struct epacl_vnet *b)
{
	if (!epacl_prefixes_equal(a->prefixes, a->nprefixes, b->prefixes,
				  b->nprefixes))
		return EPACL_VNET_A_PREFIXES;
	if (!epacl_prefixes_equal(a->peers, a->npeers, b->peers, b->npeers))
		return EPACL_VNET_A_PEER_PREFIXES;
	if (!names_equal(a->peer_vnets, a->npeer_vnets, b->peer_vnets,
			 b->npeer_vnets))
		return EPACL_VNET_A_PEER_VNET;
	if (!names_equal(a->uplinks, a->nuplinks, b->uplinks, b->nuplinks))
		return EPACL_VNET_A_UPLINK;
	return 0;
}

static struct epacl_vnet *find(struct epacl_txn *txn, const char *name)
{
	return epacl_vnet(epacl_pmap_find(&txn->root->vnets, name));
}

/* Consumes @vnet. */
static int install(struct epacl_txn *txn, struct epacl_vnet *vnet)
{
	int zone = epacl_take_number(txn, EPACL_NUMBERS_ZONES, vnet->obj.name);

	if (zone > 0) {
		vnet->zone = zone;
		return epacl_install(&txn->root->vnets, &vnet->obj);
	}
	epacl_obj_put(&vnet->obj);
	if (zone)
		return zone;
	return epacl_refuse(&txn->why, -ENOSPC, 0, "too many vnets",
			    "there are %u vnets already, more are too many",
			    EPACL_VNETS_MAX);
}

static int add_vnet(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_vnet *vnet, *old;
	char what[EPACL_WHAT];
	int err;

	err = epacl_check_name(&txn->why, EPACL_VNET_A_NAME, "vnet",
			       op->vnet.name);
	if (err)
		return err;
	vnet = build(txn, op, NULL, &err);
	if (!vnet)
		return err;
	old = find(txn, op->vnet.name);
	if (!old)
		return install(txn, vnet);
	describe(what, op->vnet.name);
	err = epacl_exists(txn, op, &epacl_kind_vnet, what,
			   difference(vnet, old));
	epacl_obj_put(&vnet->obj);
	return err;
}

static int change_vnet(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_vnet *vnet, *old;
	int err;

	err = epacl_need(txn, EPACL_A_VNET, EPACL_VNET_A_NAME, op->vnet.name);
	if (err)
		return err;
	old = find(txn, op->vnet.name);
	vnet = build(txn, op, old, &err);
	if (!vnet)
		return err;
	return epacl_install(&txn->root->vnets, &vnet->obj);
}

/* Each: the name of whoever uses vnet @name in that way, or NULL. */
static const struct epacl_nic *user_among(const struct epacl_vm *vm,
					  const char *name)
{
	u32 i;

	for (i = 0; i < vm->nnics; i++)
		if (!strcmp(vm->nics[i]->vnet, name))
			return vm->nics[i];
	return NULL;
}

static bool is_peer_of(const struct epacl_vnet *vnet, const char *name)
{
	u32 i;

	for (i = 0; i < vnet->npeer_vnets; i++)
		if (!strcmp(vnet->peer_vnets[i].s, name))
			return true;
	return false;
}

static int check_unused(struct epacl_txn *txn, const char *name)
{
	const struct epacl_nic *nic;
	struct epacl_obj *obj;

	epacl_pmap_for_each(&txn->root->vnets, obj)
		if (is_peer_of(epacl_vnet(obj), name))
			return epacl_refuse(&txn->why, -EBUSY,
					    EPACL_VNET_A_NAME, "vnet is in use",
					    "vnet '%s' is a peer of vnet '%s'",
					    name, obj->name);
	epacl_pmap_for_each(&txn->root->vms, obj) {
		nic = user_among(epacl_vm(obj), name);
		if (nic)
			return epacl_refuse(
				&txn->why, -EBUSY, EPACL_VNET_A_NAME,
				"vnet is in use",
				"vnet '%s' is used by nic %s of vm '%s'", name,
				nic->dev, obj->name);
		cond_resched();
	}
	return 0;
}

static int remove_vnet(struct epacl_txn *txn, const struct epacl_op *op)
{
	char what[EPACL_WHAT];
	int err;

	describe(what, op->vnet.name);
	if (!find(txn, op->vnet.name))
		return epacl_missing(txn, op, EPACL_VNET_A_NAME, what);
	err = check_unused(txn, op->vnet.name);
	if (err)
		return err;
	epacl_numbers_forget(txn);
	return epacl_pmap_remove(&txn->root->vnets, op->vnet.name, EPACL_GFP);
}

const struct epacl_kind epacl_kind_vnet = {
	.noun = "vnet",
	.words = {
		[EPACL_VNET_A_NAME] = "name",
		[EPACL_VNET_A_PREFIXES] = "prefix",
		[EPACL_VNET_A_PEER_PREFIXES] = "peer",
		[EPACL_VNET_A_PEER_VNET] = "peer",
		[EPACL_VNET_A_UPLINK] = "uplink",
	},
	.identity = BIT(EPACL_VNET_A_NAME),
	.required = BIT(EPACL_VNET_A_PREFIXES),
	.clearable = BIT(EPACL_VNET_A_PEER_PREFIXES) |
		     BIT(EPACL_VNET_A_PEER_VNET) | BIT(EPACL_VNET_A_UPLINK),
	.add = add_vnet,
	.change = change_vnet,
	.remove = remove_vnet,
};

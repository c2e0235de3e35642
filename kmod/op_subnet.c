// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on subnets.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include "policy_internal.h"

static void describe(char what[EPACL_WHAT], const struct epacl_op *op)
{
	snprintf(what, EPACL_WHAT, "subnet '%s/%s'", op->subnet.vnet,
		 op->subnet.name);
}

struct epacl_vnet *epacl_own_vnet(struct epacl_txn *txn,
				  struct epacl_vnet *vnet)
{
	if (vnet->obj.epoch == txn->epoch)
		return vnet;
	vnet = epacl_vnet_copy(txn->memory, txn->epoch, vnet,
			       epacl_keeps_ops(txn, &vnet->obj));
	if (!vnet || epacl_install(&txn->root->vnets, &vnet->obj))
		return NULL;
	return vnet;
}

static int check_twice(struct epacl_refusal *why,
		       const struct epacl_subnet *subnet)
{
	char text[EPACL_IP_TEXT];
	u32 i;

	for (i = 1; i < subnet->n; i++) {
		if (epacl_prefix_compare(&subnet->prefixes[i - 1],
					 &subnet->prefixes[i]))
			continue;
		return epacl_refuse(why, -EINVAL, EPACL_SUBNET_A_PREFIXES,
				    "a prefix stands twice",
				    "prefix %s stands twice",
				    epacl_prefix_text(&subnet->prefixes[i],
						      text));
	}
	return 0;
}

/* A prefix that both have, or NULL. Both are sorted. */
static const struct epacl_prefix *common(const struct epacl_subnet *a,
					 const struct epacl_subnet *b)
{
	u32 i = 0, k = 0;
	int diff;

	while (i < a->n && k < b->n) {
		diff = epacl_prefix_compare(&a->prefixes[i], &b->prefixes[k]);
		if (!diff)
			return &a->prefixes[i];
		if (diff < 0)
			i++;
		else
			k++;
	}
	return NULL;
}

/* Which of two subnets with one prefix would an address be in? */
static int check_others(struct epacl_refusal *why,
			const struct epacl_vnet *vnet,
			const struct epacl_subnet *subnet)
{
	const struct epacl_prefix *prefix;
	const struct epacl_subnet *other;
	char text[EPACL_IP_TEXT];
	u32 i;

	for (i = 0; i < vnet->nsubnets; i++) {
		other = vnet->subnets[i];
		if (!strcmp(other->name, subnet->name))
			continue;
		cond_resched();
		prefix = common(subnet, other);
		if (!prefix)
			continue;
		return epacl_refuse(
			why, -EINVAL, EPACL_SUBNET_A_PREFIXES,
			"prefix belongs to another subnet",
			"prefix %s is of subnet '%s/%s' and of subnet '%s/%s'",
			epacl_prefix_text(prefix, text), vnet->obj.name,
			other->name, vnet->obj.name, subnet->name);
	}
	return 0;
}

static int fill(struct epacl_txn *txn, const struct epacl_op *op,
		const struct epacl_vnet *vnet, struct epacl_subnet *subnet)
{
	const u16 attr = EPACL_SUBNET_A_PREFIXES;
	int err;

	strscpy(subnet->name, op->subnet.name, sizeof(subnet->name));
	subnet->op = op->index;
	err = epacl_take_prefixes(&txn->why, attr, "prefix", subnet->prefixes,
				  &op->subnet.prefixes);
	if (err)
		return err;
	sort(subnet->prefixes, subnet->n, sizeof(*subnet->prefixes),
	     epacl_prefix_compare, NULL);
	err = check_twice(&txn->why, subnet);
	if (!err)
		err = epacl_subnet_check(&txn->why, attr, vnet, subnet);
	if (!err)
		err = check_others(&txn->why, vnet, subnet);
	return err;
}

/* A new subnet without lists, as the operation has it. NULL: see @err. */
static struct epacl_subnet *build(struct epacl_txn *txn,
				  const struct epacl_op *op,
				  const struct epacl_vnet *vnet, int *err)
{
	struct epacl_subnet *subnet;

	*err = epacl_check_count(&txn->why, EPACL_SUBNET_A_PREFIXES, "prefix",
				 op->subnet.prefixes.n, 1, EPACL_PREFIXES_MAX);
	if (*err)
		return NULL;
	subnet = epacl_subnet_alloc(txn->memory, op->subnet.prefixes.n);
	if (!subnet) {
		*err = -ENOMEM;
		return NULL;
	}
	*err = fill(txn, op, vnet, subnet);
	if (!*err)
		return subnet;
	epacl_subnet_free(subnet);
	return NULL;
}

/* As epacl_find_vm(). */
static int find_vnet(struct epacl_txn *txn, const struct epacl_op *op,
		     struct epacl_vnet **vnet)
{
	const char *name = op->subnet.vnet;

	*vnet = epacl_vnet(epacl_pmap_find(&txn->root->vnets, name));
	if (*vnet ||
	    (op->verb == EPACL_VERB_REMOVE && op->flags & EPACL_F_IF_EXISTS))
		return 0;
	return epacl_need(txn, EPACL_A_VNET, EPACL_SUBNET_A_VNET, name);
}

static int insert(struct epacl_txn *txn, struct epacl_vnet *vnet,
		  struct epacl_subnet *subnet)
{
	u32 pos = epacl_subnet_position(vnet, subnet->name);
	void *subnets;

	if (vnet->nsubnets == EPACL_SUBNETS_MAX)
		return epacl_refuse(
			&txn->why, -ENOSPC, EPACL_SUBNET_A_VNET,
			"too many subnets",
			"vnet '%s' has %u subnets already, more are too many",
			vnet->obj.name, EPACL_SUBNETS_MAX);
	if (epacl_slots_init(txn->memory, txn->epoch, subnet->slot,
			     EPACL_DIRECTIONS))
		return -ENOMEM;
	vnet = epacl_own_vnet(txn, vnet);
	if (!vnet)
		return -ENOMEM;
	subnets = epacl_more_room(txn->memory, vnet->subnets, vnet->nsubnets);
	if (!subnets)
		return -ENOMEM;
	vnet->subnets = subnets;
	memmove(&vnet->subnets[pos + 1], &vnet->subnets[pos],
		(vnet->nsubnets - pos) * sizeof(*vnet->subnets));
	vnet->subnets[pos] = subnet;
	vnet->nsubnets++;
	return 0;
}

static int add_subnet(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_subnet *subnet, *old;
	char what[EPACL_WHAT];
	struct epacl_vnet *vnet;
	int err;

	err = find_vnet(txn, op, &vnet);
	if (!err)
		err = epacl_check_name(&txn->why, EPACL_SUBNET_A_NAME, "subnet",
				       op->subnet.name);
	if (err)
		return err;
	subnet = build(txn, op, vnet, &err);
	if (!subnet)
		return err;
	old = epacl_vnet_subnet(vnet, subnet->name);
	if (!old) {
		err = insert(txn, vnet, subnet);
		if (err)
			epacl_subnet_free(subnet);
		return err;
	}
	describe(what, op);
	err = epacl_exists(txn, op, &epacl_kind_subnet, what,
			   epacl_prefixes_equal(subnet->prefixes, subnet->n,
						old->prefixes, old->n) ?
				   0 :
				   EPACL_SUBNET_A_PREFIXES);
	epacl_subnet_free(subnet);
	return err;
}

static int change_subnet(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_subnet *subnet;
	char what[EPACL_WHAT];
	struct epacl_vnet *vnet;
	u32 pos;
	int err;

	err = find_vnet(txn, op, &vnet);
	if (err)
		return err;
	describe(what, op);
	if (!epacl_vnet_subnet(vnet, op->subnet.name))
		return epacl_missing(txn, op, EPACL_SUBNET_A_NAME, what);
	subnet = build(txn, op, vnet, &err);
	if (!subnet)
		return err;
	pos = epacl_subnet_position(vnet, subnet->name);
	vnet = epacl_own_vnet(txn, vnet);
	if (!vnet) {
		epacl_subnet_free(subnet);
		return -ENOMEM;
	}
	epacl_slots_share(subnet->slot, vnet->subnets[pos]->slot,
			  EPACL_DIRECTIONS);
	epacl_subnet_free(vnet->subnets[pos]);
	vnet->subnets[pos] = subnet;
	return 0;
}

static int remove_subnet(struct epacl_txn *txn, const struct epacl_op *op)
{
	char what[EPACL_WHAT];
	struct epacl_vnet *vnet;
	u32 pos;
	int err;

	err = find_vnet(txn, op, &vnet);
	if (err || !vnet)
		return err;
	describe(what, op);
	if (!epacl_vnet_subnet(vnet, op->subnet.name))
		return epacl_missing(txn, op, EPACL_SUBNET_A_NAME, what);
	pos = epacl_subnet_position(vnet, op->subnet.name);
	vnet = epacl_own_vnet(txn, vnet);
	if (!vnet)
		return -ENOMEM;
	epacl_subnet_free(vnet->subnets[pos]);
	vnet->nsubnets--;
	memmove(&vnet->subnets[pos], &vnet->subnets[pos + 1],
		(vnet->nsubnets - pos) * sizeof(*vnet->subnets));
	return 0;
}

const struct epacl_kind epacl_kind_subnet = {
	.noun = "subnet",
	.words = {
		[EPACL_SUBNET_A_VNET] = "vnet",
		[EPACL_SUBNET_A_NAME] = "name",
		[EPACL_SUBNET_A_PREFIXES] = "prefix",
	},
	.identity = BIT(EPACL_SUBNET_A_VNET) | BIT(EPACL_SUBNET_A_NAME),
	.required = BIT(EPACL_SUBNET_A_PREFIXES),
	.add = add_subnet,
	.change = change_subnet,
	.remove = remove_subnet,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which rule lists apply to a VM.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include "effective.h"
#include "policy.h"

/**
 * struct list - what is being gathered
 * @root: policy
 * @vm: whose layers
 * @to: the layers; NULL: they are only counted
 * @n: how many
 */
struct list {
	const struct epacl_root *root;
	const struct epacl_vm *vm;
	struct epacl_effective *to;
	u32 n;
};

/* One more. NULL: only counted. */
static struct epacl_effective *more(struct list *list,
				    const struct epacl_slot *slot, u8 owner,
				    u8 direction, const char *name,
				    const char *part)
{
	struct epacl_effective *to;

	if (!list->to) {
		list->n++;
		return NULL;
	}
	to = &list->to[list->n++];
	to->layer.acl = epacl_slot_acl(list->root, slot);
	to->layer.use = slot->use[0] ? slot->use : NULL;
	to->layer.owner = owner;
	to->layer.direction = direction;
	to->layer.name = name;
	to->layer.part = part;
	return to;
}

static void gather_endpoints(struct list *list)
{
	const struct epacl_vm *vm = list->vm;
	const struct epacl_endpoint *endpoint;
	const struct epacl_lbset *lbset;
	struct epacl_effective *to;
	u32 i;

	for (i = 0; i < vm->nendpoints; i++) {
		endpoint = vm->endpoints[i];
		lbset = epacl_lbset(
			epacl_pmap_find(&list->root->lbsets, endpoint->lbset));
		if (lbset)
			to = more(list, &lbset->slot, EPACL_OWNER_LBSET,
				  EPACL_IN, lbset->obj.name, NULL);
		else
			to = more(list, &endpoint->slot, EPACL_OWNER_ENDPOINT,
				  EPACL_IN, vm->obj.name, endpoint->name);
		if (to)
			to->endpoint = endpoint->name;
		cond_resched();
	}
}

static void gather_groups(struct list *list, u8 direction)
{
	const struct epacl_group *groups[EPACL_GROUPS_MAX];
	u32 n = epacl_vm_groups(list->root, list->vm, groups), i;
	struct epacl_effective *to;

	for (i = 0; i < n; i++) {
		to = more(list, &groups[i]->slot[direction], EPACL_OWNER_GROUP,
			  direction, groups[i]->obj.name, NULL);
		if (to)
			to->group = groups[i];
	}
}

static void gather_own(struct list *list, u8 direction)
{
	more(list, &list->vm->slot[direction], EPACL_OWNER_VM, direction,
	     list->vm->obj.name, NULL);
}

/* ---- subnets ---- */

/* Does a nic of the VM before number @i stand in the same vnet? */
static bool vnet_is_done(const struct epacl_vm *vm, u32 i)
{
	u32 k;

	for (k = 0; k < i; k++)
		if (!strcmp(vm->nics[k]->vnet, vm->nics[i]->vnet))
			return true;
	return false;
}

/* Can a nic of the VM in @vnet have an address within @prefix? */
static bool is_touched(const struct epacl_vm *vm, const struct epacl_vnet *vnet,
		       const struct epacl_prefix *prefix)
{
	const struct epacl_nic *nic;
	u32 i, k;

	for (i = 0; i < vm->nnics; i++) {
		nic = vm->nics[i];
		if (strcmp(nic->vnet, vnet->obj.name))
			continue;
		for (k = 0; k < nic->n; k++)
			if (epacl_prefixes_overlap(&nic->prefixes[k], prefix))
				return true;
	}
	return false;
}

static void gather_subnet(struct list *list, const struct epacl_vnet *vnet,
			  const struct epacl_subnet *subnet, u8 direction)
{
	struct epacl_effective *to;
	u32 i;

	for (i = 0; i < subnet->n; i++) {
		if (!is_touched(list->vm, vnet, &subnet->prefixes[i]))
			continue;
		to = more(list, &subnet->slot[direction], EPACL_OWNER_SUBNET,
			  direction, vnet->obj.name, subnet->name);
		if (to)
			to->prefix = subnet->prefixes[i];
	}
}

/* By vnet, the longest prefix first. */
static int subnet_compare(const void *a, const void *b)
{
	const struct epacl_effective *x = a, *y = b;
	int diff = strcmp(x->layer.name, y->layer.name);

	if (diff)
		return diff;
	if (x->prefix.len != y->prefix.len)
		return y->prefix.len - x->prefix.len;
	if (x->prefix.ip.family != y->prefix.ip.family)
		return x->prefix.ip.family - y->prefix.ip.family;
	return memcmp(x->prefix.ip.b, y->prefix.ip.b, sizeof(x->prefix.ip.b));
}

static void gather_subnets(struct list *list, u8 direction)
{
	const struct epacl_vm *vm = list->vm;
	const struct epacl_vnet *vnet;
	u32 first = list->n, i, k;

	for (i = 0; i < vm->nnics; i++) {
		vnet = epacl_vnet(
			epacl_pmap_find(&list->root->vnets, vm->nics[i]->vnet));
		if (!vnet || vnet_is_done(vm, i))
			continue;
		for (k = 0; k < vnet->nsubnets; k++) {
			gather_subnet(list, vnet, vnet->subnets[k], direction);
			cond_resched();
		}
	}
	if (list->to)
		sort(&list->to[first], list->n - first, sizeof(*list->to),
		     subnet_compare, NULL);
}

/* ---- all of them ---- */

static void gather(struct list *list, u32 directions)
{
	if (directions & BIT(EPACL_IN)) {
		gather_endpoints(list);
		gather_subnets(list, EPACL_IN);
		gather_groups(list, EPACL_IN);
		gather_own(list, EPACL_IN);
	}
	if (directions & BIT(EPACL_OUT)) {
		gather_own(list, EPACL_OUT);
		gather_groups(list, EPACL_OUT);
		gather_subnets(list, EPACL_OUT);
	}
}

struct epacl_effective *epacl_effective(struct epacl_memory *memory,
					const struct epacl_root *root,
					const struct epacl_vm *vm,
					u32 directions, u32 *n)
{
	struct list list = { .root = root, .vm = vm };

	gather(&list, directions);
	list.to = epacl_alloc(memory, (list.n + 1) * sizeof(*list.to));
	if (!list.to)
		return NULL;
	list.n = 0;
	gather(&list, directions);
	*n = list.n;
	return list.to;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * From definitions to a snapshot.
 */
#include <linux/err.h>
#include <linux/random.h>
#include <linux/sort.h>
#include "compile_internal.h"

/* ---- how much room ---- */

static void count_endpoints(const struct epacl_vm *vm,
			    struct epacl_snapshot *snap)
{
	const struct epacl_endpoint *endpoint;
	const struct epacl_lbset *lbset;
	u32 i;

	for (i = 0; i < vm->nendpoints; i++) {
		endpoint = vm->endpoints[i];
		snap->npublics += endpoint->npublics;
		snap->ntargets += endpoint->npublics;
		if (endpoint->ports.lo != endpoint->ports.hi)
			snap->nranges += endpoint->npublics;
		if (!endpoint->lbset[0])
			continue;
		lbset = epacl_lbset(
			epacl_pmap_find(&snap->root->lbsets, endpoint->lbset));
		snap->ntargets += lbset->npublics;
	}
}

static void count_nics(const struct epacl_vm *vm, struct epacl_snapshot *snap)
{
	const struct epacl_nic *nic;
	u32 i, k;

	snap->nnics += vm->nnics;
	for (i = 0; i < vm->nnics; i++) {
		nic = vm->nics[i];
		for (k = 0; k < nic->n; k++) {
			if (epacl_nic_plain_alone(nic, k))
				snap->naddresses++;
			else
				snap->nprefixes++;
		}
	}
}

static void count_vms(struct epacl_snapshot *snap)
{
	struct epacl_vm *vm;

	for_each_vm(snap->root, vm) {
		count_nics(vm, snap);
		count_endpoints(vm, snap);
		cond_resched();
	}
}

static void count_objects(struct epacl_snapshot *snap)
{
	struct epacl_obj *obj;

	epacl_pmap_for_each(&snap->root->lbsets, obj)
		snap->npublics += epacl_lbset(obj)->npublics;
	epacl_pmap_for_each(&snap->root->sets, obj)
		snap->nsets = max(snap->nsets, epacl_set(obj)->id + 1);
}

static int allocate_indices(struct epacl_compiler *c, u32 vips)
{
	struct epacl_snapshot *snap = c->snap;

	if (epacl_index_alloc(c->memory, &snap->by_dev, snap->nnics) ||
	    epacl_index_alloc(c->memory, &snap->by_station, snap->nnics) ||
	    epacl_index_alloc(c->memory, &snap->by_mac, snap->nnics) ||
	    epacl_index_alloc(c->memory, &snap->by_address, snap->naddresses) ||
	    epacl_index_alloc(c->memory, &snap->by_public, snap->npublics) ||
	    epacl_index_alloc(c->memory, &snap->by_vip, vips))
		return -ENOMEM;
	return 0;
}

static int allocate(struct epacl_compiler *c)
{
	struct epacl_snapshot *snap = c->snap;
	struct epacl_root *root = snap->root;
	u32 vips = snap->npublics + 2 * root->services.n;

#define ARRAY(member, n)                                  \
	(!((snap->member) = epacl_alloc_lines(c->memory,  \
					      ((n) + 1) * \
						      sizeof(*snap->member))))
	if (ARRAY(sets, snap->nsets) || ARRAY(vms, epacl_vm_blocks(root)) ||
	    ARRAY(nics, snap->nnics) || ARRAY(vnets, root->vnets.n) ||
	    ARRAY(addresses, snap->naddresses) ||
	    ARRAY(prefixes, snap->nprefixes) ||
	    ARRAY(publics, snap->npublics) || ARRAY(targets, snap->ntargets) ||
	    ARRAY(vips, vips))
		return -ENOMEM;
#undef ARRAY
	return allocate_indices(c, vips);
}

/* What a packet may have to be held against one by one. */
static int check_limits(struct epacl_compiler *c)
{
	if (c->snap->nranges > EPACL_RANGES_MAX)
		return epacl_refuse(
			c->why, -ENOSPC, 0, "too many public port ranges",
			"%u public port ranges are too many: at most %u in all",
			c->snap->nranges, EPACL_RANGES_MAX);
	if (c->snap->nprefixes > EPACL_NIC_RANGES_MAX)
		return epacl_refuse(
			c->why, -ENOSPC, 0, "too many prefixes of nics",
			"%u prefixes and shared addresses of nics are too many: at most %u in all",
			c->snap->nprefixes, EPACL_NIC_RANGES_MAX);
	return 0;
}

/* The counts are room; after this they are what is in place. */
static int make_room(struct epacl_compiler *c)
{
	struct epacl_snapshot *snap = c->snap;
	int err;

	count_vms(snap);
	count_objects(snap);
	err = check_limits(c) ?: allocate(c);
	snap->nnics = 0;
	snap->naddresses = 0;
	snap->nprefixes = 0;
	snap->npublics = 0;
	snap->ntargets = 0;
	snap->nranges = 0;
	return err;
}

/* ---- all of it ---- */

/* Lists of what is named by several VMs. */
static int compile_shared_lists(struct epacl_compiler *c)
{
	struct epacl_root *root = c->snap->root;
	struct epacl_obj *obj;
	int err = epacl_compile_sets(c) ?: epacl_compile_named(c);
	int direction;

	if (err)
		return err;
	epacl_pmap_for_each(&root->groups, obj)
		for (direction = 0; direction < EPACL_DIRECTIONS; direction++) {
			err = epacl_compile_slot(c, &epacl_group(obj)
							     ->slot[direction]);
			if (err)
				return err;
		}
	epacl_pmap_for_each(&root->lbsets, obj) {
		err = epacl_compile_slot(c, &epacl_lbset(obj)->slot);
		if (err)
			return err;
	}
	return 0;
}

static int compile(struct epacl_compiler *c)
{
	return make_room(c)			   ?:
		       compile_shared_lists(c)	   ?:
		       epacl_compile_vnets(c)	   ?:
		       epacl_compile_vms(c)	   ?:
		       epacl_compile_publics(c)	   ?:
		       epacl_compile_check_nics(c) ?:
						     epacl_compile_check_vips(c);
}

/* A snapshot with nothing in it. NULL: no memory. */
static struct epacl_snapshot *snapshot_alloc(struct epacl_memory *memory,
					     struct epacl_root *root)
{
	struct epacl_snapshot *snap = epacl_alloc(memory, sizeof(*snap));

	if (!snap)
		return NULL;
	epacl_root_get(root);
	snap->root = root;
	snap->seed = get_random_u32();
	return snap;
}

/* Upon @old, if that is not NULL. Return: as epacl_compile_changes(). */
static int try(struct epacl_compiler *c, const struct epacl_snapshot *old,
	       struct epacl_root *root)
{
	int err;

	c->snap = snapshot_alloc(c->memory, root);
	if (!c->snap)
		err = -ENOMEM;
	else
		err = old ? epacl_compile_changes(c, old) : compile(c);
	if (err)
		epacl_snapshot_free(c->snap);
	return err;
}

struct epacl_snapshot *epacl_compile_upon(struct epacl_memory *memory,
					  const struct epacl_snapshot *old,
					  struct epacl_root *root,
					  struct epacl_refusal *why)
{
	struct epacl_compiler c = { .memory = memory, .why = why };
	int err = 1;

	if (old && old->root->shape == root->shape)
		err = try(&c, old, root);
	if (err > 0)
		err = try(&c, NULL, root);
	if (err == -ENOMEM)
		epacl_refuse(why, err, 0, "no memory",
			     "no memory for the policy");
	return err ? ERR_PTR(err) : c.snap;
}

struct epacl_snapshot *epacl_compile(struct epacl_memory *memory,
				     struct epacl_root *root,
				     struct epacl_refusal *why)
{
	return epacl_compile_upon(memory, NULL, root, why);
}

static void free_all(struct epacl_snapshot *snap)
{
	u32 i;

	epacl_index_free(&snap->by_vip);
	epacl_index_free(&snap->by_public);
	epacl_index_free(&snap->by_address);
	epacl_index_free(&snap->by_mac);
	epacl_index_free(&snap->by_station);
	epacl_index_free(&snap->by_dev);
	for (i = 0; snap->vnets && i < snap->nvnets; i++) {
		epacl_free(snap->vnets[i].peers);
		epacl_free(snap->vnets[i].subnets);
		epacl_free(snap->vnets[i].subnet_layers);
		cond_resched();
	}
	epacl_free(snap->vips);
	epacl_free(snap->targets);
	epacl_free(snap->publics);
	epacl_free(snap->prefixes);
	epacl_free(snap->addresses);
	epacl_free(snap->vnets);
	epacl_free(snap->nics);
	epacl_compile_free_vms(snap);
}

void epacl_snapshot_free(struct epacl_snapshot *snap)
{
	if (!snap)
		return;
	if (snap->shares)
		epacl_compile_free_own(snap);
	else
		free_all(snap);
	epacl_free(snap->vms);
	epacl_free(snap->sets);
	epacl_root_put(snap->root);
	epacl_free(snap);
}

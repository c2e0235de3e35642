// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lifetimes of what a VM is made of.
 */
#include <linux/kernel.h>
#include <linux/sched.h>
#include "policy_internal.h"
#include "station.h"

/* Steps after which a long loop lets others run. */
#define SLICE 1024

static void breathe(u32 i)
{
	if (!(i % SLICE))
		cond_resched();
}

struct epacl_nic *epacl_nic_alloc(struct epacl_memory *memory, u64 epoch, u32 n,
				  u32 nvlans)
{
	struct epacl_nic *nic;

	nic = epacl_alloc(memory, sizeof(*nic) + n * sizeof(*nic->prefixes) +
					  nvlans * sizeof(*nic->vlans));
	if (!nic)
		return NULL;
	refcount_set(&nic->refs, 1);
	nic->epoch = epoch;
	nic->prefixes = (struct epacl_prefix *)(nic + 1);
	nic->n = n;
	nic->vlans = (u16 *)(nic->prefixes + n);
	nic->nvlans = nvlans;
	return nic;
}

void epacl_nic_put(struct epacl_nic *nic)
{
	if (!nic || !refcount_dec_and_test(&nic->refs))
		return;
	epacl_station_put(nic->station);
	epacl_free(nic);
}

struct epacl_endpoint *epacl_endpoint_alloc(struct epacl_memory *memory, u32 n)
{
	struct epacl_endpoint *endpoint;

	endpoint = epacl_alloc(memory, sizeof(*endpoint) +
					       n * sizeof(*endpoint->publics));
	if (!endpoint)
		return NULL;
	endpoint->publics = (struct epacl_public *)(endpoint + 1);
	endpoint->npublics = n;
	return endpoint;
}

void epacl_endpoint_free(struct epacl_endpoint *endpoint)
{
	if (!endpoint)
		return;
	epacl_slots_put(&endpoint->slot, 1);
	epacl_free(endpoint);
}

static struct epacl_endpoint *endpoint_copy(struct epacl_memory *memory,
					    const struct epacl_endpoint *from,
					    bool keep_ops)
{
	struct epacl_endpoint *endpoint;
	struct epacl_public *publics;

	endpoint = epacl_endpoint_alloc(memory, from->npublics);
	if (!endpoint)
		return NULL;
	publics = endpoint->publics;
	*endpoint = *from;
	endpoint->publics = publics;
	memcpy(publics, from->publics, from->npublics * sizeof(*publics));
	epacl_slots_share(&endpoint->slot, &from->slot, 1);
	if (!keep_ops)
		endpoint->op = 0;
	return endpoint;
}

static void vm_release(struct epacl_obj *obj)
{
	struct epacl_vm *vm = epacl_vm(obj);
	u32 i;

	for (i = 0; i < vm->nnics; i++)
		epacl_nic_put(vm->nics[i]);
	for (i = 0; i < vm->nendpoints; i++) {
		epacl_endpoint_free(vm->endpoints[i]);
		breathe(i);
	}
	epacl_slots_put(vm->slot, EPACL_DIRECTIONS);
	epacl_counters_put(vm->counters);
	epacl_free(vm->groups);
	epacl_free(vm->nics);
	epacl_free(vm->endpoints);
	epacl_free(vm);
}

/* Without any part of it. */
static struct epacl_vm *vm_bare(struct epacl_memory *memory, const char *name,
				u64 epoch)
{
	struct epacl_vm *vm = epacl_alloc(memory, sizeof(*vm));

	if (!vm)
		return NULL;
	epacl_obj_init(&vm->obj, name, vm_release);
	vm->obj.epoch = epoch;
	return vm;
}

struct epacl_vm *epacl_vm_alloc(struct epacl_memory *memory, const char *name,
				u64 epoch)
{
	struct epacl_vm *vm = vm_bare(memory, name, epoch);

	if (!vm)
		return NULL;
	vm->counters = epacl_counters_alloc(EPACL_VERDICT_COUNTERS);
	if (vm->counters &&
	    !epacl_slots_init(memory, epoch, vm->slot, EPACL_DIRECTIONS))
		return vm;
	epacl_obj_put(&vm->obj);
	return NULL;
}

/* Pointers that fit into an array with @n of them. */
static size_t room(u32 n)
{
	return n ? epacl_round_up(n * sizeof(void *)) / sizeof(void *) : 0;
}

void *epacl_room(struct epacl_memory *memory, u32 n)
{
	return epacl_alloc(memory, room(n) * sizeof(void *));
}

void *epacl_more_room(struct epacl_memory *memory, void *array, u32 n)
{
	void *more;

	if (room(n) >= n + 1)
		return array;
	more = epacl_room(memory, n + 1);
	if (!more)
		return NULL;
	if (n)
		memcpy(more, array, n * sizeof(void *));
	epacl_free(array);
	return more;
}

static bool share_nics(struct epacl_memory *memory, struct epacl_vm *vm,
		       const struct epacl_vm *from)
{
	u32 i;

	if (!from->nnics)
		return true;
	vm->nics = epacl_room(memory, from->nnics);
	if (!vm->nics)
		return false;
	for (i = 0; i < from->nnics; i++) {
		refcount_inc(&from->nics[i]->refs);
		vm->nics[i] = from->nics[i];
	}
	vm->nnics = from->nnics;
	return true;
}

bool epacl_vm_groups_room(struct epacl_memory *memory, struct epacl_vm *vm)
{
	if (!vm->groups)
		vm->groups = epacl_alloc(memory, EPACL_GROUPS_MAX *
							 sizeof(*vm->groups));
	return vm->groups;
}

static bool copy_groups(struct epacl_memory *memory, struct epacl_vm *vm,
			const struct epacl_vm *from)
{
	if (!from->ngroups)
		return true;
	if (!epacl_vm_groups_room(memory, vm))
		return false;
	vm->ngroups = from->ngroups;
	memcpy(vm->groups, from->groups, vm->ngroups * sizeof(*vm->groups));
	return true;
}

static bool copy_endpoints(struct epacl_memory *memory, struct epacl_vm *vm,
			   const struct epacl_vm *from, bool keep_ops)
{
	u32 i;

	if (!from->nendpoints)
		return true;
	vm->endpoints = epacl_room(memory, from->nendpoints);
	if (!vm->endpoints)
		return false;
	for (i = 0; i < from->nendpoints; i++) {
		vm->endpoints[i] = endpoint_copy(memory, from->endpoints[i],
						 keep_ops);
		if (!vm->endpoints[i])
			return false;
		vm->nendpoints++;
		breathe(i);
	}
	return true;
}

struct epacl_vm *epacl_vm_copy(struct epacl_memory *memory, u64 epoch,
			       const struct epacl_vm *from, bool keep_ops)
{
	struct epacl_vm *vm = vm_bare(memory, from->obj.name, epoch);

	if (!vm)
		return NULL;
	if (keep_ops)
		vm->obj.op = from->obj.op;
	strscpy(vm->service, from->service, sizeof(vm->service));
	vm->quota = from->quota;
	epacl_counters_get(from->counters);
	vm->counters = from->counters;
	epacl_slots_share(vm->slot, from->slot, EPACL_DIRECTIONS);
	if (!copy_groups(memory, vm, from) || !share_nics(memory, vm, from) ||
	    !copy_endpoints(memory, vm, from, keep_ops)) {
		epacl_obj_put(&vm->obj);
		return NULL;
	}
	return vm;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lifetimes of what a VM is made of.
 */
#include <linux/kernel.h>
#include <linux/log2.h>
#include <linux/sched.h>
#include "classify.h"
#include "policy_internal.h"
#include "station.h"

/* Steps after which a long loop lets others run. */
#define SLICE 1024

static void breathe(u32 i)
{
	if (!(i % SLICE))
		cond_resched();
}

void epacl_rule_put(struct epacl_rule *rule)
{
	if (!rule || !refcount_dec_and_test(&rule->refs))
		return;
	epacl_counters_put(rule->counters);
	epacl_free(rule);
}

struct epacl_acl *epacl_acl_alloc(struct epacl_memory *memory, u64 epoch)
{
	struct epacl_acl *acl = epacl_alloc(memory, sizeof(*acl));

	if (!acl)
		return NULL;
	refcount_set(&acl->refs, 1);
	acl->epoch = epoch;
	return acl;
}

struct epacl_acl *epacl_acl_copy(struct epacl_memory *memory, u64 epoch,
				 const struct epacl_acl *from)
{
	struct epacl_acl *acl = epacl_acl_alloc(memory, epoch);
	struct epacl_rule **room;
	u32 i;

	if (!acl)
		return NULL;
	acl->deflt = from->deflt;
	acl->npermit = from->npermit;
	if (!from->n)
		return acl;
	room = epacl_alloc(memory, from->room * sizeof(*room));
	if (!room) {
		epacl_free(acl);
		return NULL;
	}
	acl->room = from->room;
	acl->front = from->front;
	acl->rules = room + acl->front;
	for (i = 0; i < from->n; i++) {
		refcount_inc(&from->rules[i]->refs);
		acl->rules[i] = from->rules[i];
		breathe(i);
	}
	acl->n = from->n;
	return acl;
}

void epacl_acl_put(struct epacl_acl *acl)
{
	u32 i;

	if (!acl || !refcount_dec_and_test(&acl->refs))
		return;
	for (i = 0; i < acl->n; i++) {
		epacl_rule_put(acl->rules[i]);
		breathe(i);
	}
	if (acl->table)
		epacl_table_free(acl->table);
	if (acl->rules)
		epacl_free(acl->rules - acl->front);
	epacl_free(acl);
}

struct epacl_nic *epacl_nic_alloc(struct epacl_memory *memory, u32 n)
{
	struct epacl_nic *nic;

	nic = epacl_alloc(memory, sizeof(*nic) + n * sizeof(*nic->prefixes));
	if (!nic)
		return NULL;
	nic->prefixes = (struct epacl_prefix *)(nic + 1);
	nic->n = n;
	return nic;
}

void epacl_nic_free(struct epacl_nic *nic)
{
	if (!nic)
		return;
	epacl_station_put(nic->station);
	epacl_free(nic);
}

static struct epacl_nic *nic_copy(struct epacl_memory *memory,
				  const struct epacl_nic *from, bool keep_ops)
{
	struct epacl_nic *nic = epacl_nic_alloc(memory, from->n);
	struct epacl_prefix *prefixes;

	if (!nic)
		return NULL;
	prefixes = nic->prefixes;
	*nic = *from;
	nic->prefixes = prefixes;
	memcpy(prefixes, from->prefixes, from->n * sizeof(*prefixes));
	epacl_station_get(nic->station);
	if (!keep_ops)
		nic->op = 0;
	return nic;
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
	epacl_acl_put(endpoint->acl);
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
	refcount_inc(&endpoint->acl->refs);
	if (!keep_ops)
		endpoint->op = 0;
	return endpoint;
}

static void vm_release(struct epacl_obj *obj)
{
	struct epacl_vm *vm = epacl_vm(obj);
	u32 i;

	for (i = 0; i < vm->nnics; i++)
		epacl_nic_free(vm->nics[i]);
	for (i = 0; i < vm->nendpoints; i++) {
		epacl_endpoint_free(vm->endpoints[i]);
		breathe(i);
	}
	for (i = 0; i < EPACL_DIRECTIONS; i++)
		epacl_acl_put(vm->acl[i]);
	epacl_counters_put(vm->counters);
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
	int i;

	if (!vm)
		return NULL;
	vm->counters = epacl_counters_alloc(EPACL_VERDICT_COUNTERS);
	if (!vm->counters)
		goto fail;
	for (i = 0; i < EPACL_DIRECTIONS; i++) {
		vm->acl[i] = epacl_acl_alloc(memory, epoch);
		if (!vm->acl[i])
			goto fail;
	}
	return vm;
fail:
	epacl_obj_put(&vm->obj);
	return NULL;
}

/* Pointers that fit into an array with @n of them. */
static size_t room(u32 n)
{
	return n ? max_t(size_t, 4, roundup_pow_of_two(n)) : 0;
}

void *epacl_more_room(struct epacl_memory *memory, void *array, u32 n)
{
	void *more;

	if (room(n) >= n + 1)
		return array;
	more = epacl_alloc(memory, room(n + 1) * sizeof(void *));
	if (!more)
		return NULL;
	if (n)
		memcpy(more, array, n * sizeof(void *));
	epacl_free(array);
	return more;
}

static bool copy_nics(struct epacl_memory *memory, struct epacl_vm *vm,
		      const struct epacl_vm *from, bool keep_ops)
{
	u32 i;

	if (!from->nnics)
		return true;
	vm->nics = epacl_alloc(memory, room(from->nnics) * sizeof(*vm->nics));
	if (!vm->nics)
		return false;
	for (i = 0; i < from->nnics; i++) {
		vm->nics[i] = nic_copy(memory, from->nics[i], keep_ops);
		if (!vm->nics[i])
			return false;
		vm->nnics++;
	}
	return true;
}

static bool copy_endpoints(struct epacl_memory *memory, struct epacl_vm *vm,
			   const struct epacl_vm *from, bool keep_ops)
{
	u32 i;

	if (!from->nendpoints)
		return true;
	vm->endpoints = epacl_alloc(memory, room(from->nendpoints) *
						    sizeof(*vm->endpoints));
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
	int i;

	if (!vm)
		return NULL;
	if (keep_ops)
		vm->obj.op = from->obj.op;
	strscpy(vm->service, from->service, sizeof(vm->service));
	epacl_counters_get(from->counters);
	vm->counters = from->counters;
	for (i = 0; i < EPACL_DIRECTIONS; i++) {
		refcount_inc(&from->acl[i]->refs);
		vm->acl[i] = from->acl[i];
	}
	if (!copy_nics(memory, vm, from, keep_ops) ||
	    !copy_endpoints(memory, vm, from, keep_ops)) {
		epacl_obj_put(&vm->obj);
		return NULL;
	}
	return vm;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMs: their layers and their endpoints.
 */
#include <linux/overflow.h>
#include <linux/sort.h>
#include "closest.h"
#include "compile_internal.h"

/* ---- layers ---- */

static int group_compare(const void *a, const void *b)
{
	const struct epacl_group *x = *(const struct epacl_group *const *)a;
	const struct epacl_group *y = *(const struct epacl_group *const *)b;

	if (x->precedence != y->precedence)
		return x->precedence < y->precedence ? -1 : 1;
	return strcmp(x->obj.name, y->obj.name);
}

u32 epacl_vm_groups(const struct epacl_root *root, const struct epacl_vm *vm,
		    const struct epacl_group *groups[EPACL_GROUPS_MAX])
{
	u32 i;

	for (i = 0; i < vm->ngroups; i++)
		groups[i] = epacl_group(
			epacl_pmap_find(&root->groups, vm->groups[i].s));
	sort(groups, vm->ngroups, sizeof(*groups), group_compare, NULL);
	return vm->ngroups;
}

static void put_layers(struct epacl_compiler *c, struct epacl_cvm *cvm,
		       u8 direction, struct epacl_layer *layers)
{
	const struct epacl_group *groups[EPACL_GROUPS_MAX];
	const struct epacl_vm *vm = cvm->vm;
	u32 n = epacl_vm_groups(c->snap->root, vm, groups), i;
	u32 first = direction == EPACL_OUT;

	for (i = 0; i < n; i++)
		cvm->nsecure += epacl_compile_layer(c, &layers[first + i],
						    &groups[i]->slot[direction],
						    EPACL_OWNER_GROUP,
						    direction,
						    groups[i]->obj.name, NULL);
	cvm->nsecure +=
		epacl_compile_layer(c, &layers[direction == EPACL_OUT ? 0 : n],
				    &vm->slot[direction], EPACL_OWNER_VM,
				    direction, vm->obj.name, NULL);
}

/* ---- endpoints ---- */

static void put_endpoint(struct epacl_compiler *c, struct epacl_cvm *cvm, u32 i)
{
	const struct epacl_endpoint *endpoint = cvm->vm->endpoints[i];
	struct epacl_cendpoint *place = &cvm->endpoints[i];
	const struct epacl_lbset *lbset;

	place->endpoint = endpoint;
	place->is_public = endpoint->npublics || endpoint->lbset[0];
	lbset = epacl_lbset(
		epacl_pmap_find(&c->snap->root->lbsets, endpoint->lbset));
	if (lbset)
		cvm->nsecure += epacl_compile_layer(c, &place->layer,
						    &lbset->slot,
						    EPACL_OWNER_LBSET, EPACL_IN,
						    lbset->obj.name, NULL);
	else
		cvm->nsecure += epacl_compile_layer(c, &place->layer,
						    &endpoint->slot,
						    EPACL_OWNER_ENDPOINT,
						    EPACL_IN, cvm->vm->obj.name,
						    endpoint->name);
}

/* ---- a VM ---- */

/* Every list of its own, asked or not. */
static int compile_lists(struct epacl_compiler *c, const struct epacl_vm *vm)
{
	int err = epacl_compile_slot(c, &vm->slot[EPACL_IN]) ?:
			  epacl_compile_slot(c, &vm->slot[EPACL_OUT]);
	u32 i;

	for (i = 0; i < vm->nendpoints && !err; i++)
		err = epacl_compile_slot(c, &vm->endpoints[i]->slot);
	return err;
}

/* Also only counts, where there is no room yet. Return: its layers. */
static struct epacl_layer *lay_out(const struct epacl_vm *vm,
				   struct epacl_cvm *cvm,
				   struct epacl_room *room)
{
	struct epacl_layer *layers;

	cvm->nlayers = vm->ngroups + 1;
	cvm->endpoints = epacl_take(room,
				    vm->nendpoints * sizeof(*cvm->endpoints));
	layers = epacl_take(room,
			    EPACL_DIRECTIONS * cvm->nlayers * sizeof(*layers));
	cvm->layers = layers;
	return layers;
}

struct epacl_cvm *epacl_compile_vm(struct epacl_compiler *c,
				   const struct epacl_vm *vm)
{
	struct epacl_cvm size, *cvm;
	size_t front = ALIGN(struct_size(cvm, openings, vm->nendpoints),
			     sizeof(u64));
	struct epacl_room room = { .used = front };
	struct epacl_layer *layers;
	u32 i;

	if (compile_lists(c, vm))
		return NULL;
	lay_out(vm, &size, &room);
	cvm = epacl_alloc_lines(c->memory, room.used);
	if (!cvm)
		return NULL;
	room.at = (u8 *)cvm;
	room.used = front;
	layers = lay_out(vm, cvm, &room);
	cvm->vm = vm;
	for (i = 0; i < EPACL_DIRECTIONS; i++)
		put_layers(c, cvm, i, layers + i * cvm->nlayers);
	for (i = 0; i < vm->nendpoints; i++)
		put_endpoint(c, cvm, i);
	epacl_cvm_sort(cvm);
	return cvm;
}

/* ---- all of them ---- */

/* Behind those that are there. */
static int put_vm(struct epacl_compiler *c, struct epacl_cvm *cvm)
{
	struct epacl_snapshot *snap = c->snap;
	struct epacl_vm_block **block = &snap->vms[snap->nvms / EPACL_VM_BLOCK];

	if (!*block)
		*block = epacl_alloc(c->memory, sizeof(**block));
	if (!*block) {
		epacl_free(cvm);
		return -ENOMEM;
	}
	(*block)->vms[snap->nvms % EPACL_VM_BLOCK] = cvm;
	snap->nsecure += cvm->nsecure;
	snap->nvms++;
	return 0;
}

int epacl_compile_vms(struct epacl_compiler *c)
{
	struct epacl_cvm *cvm;
	struct epacl_vm *vm;
	int err;

	for_each_vm(c->snap->root, vm) {
		cvm = epacl_compile_vm(c, vm);
		if (!cvm)
			return -ENOMEM;
		err = put_vm(c, cvm) ?:
				       epacl_compile_nics(c, c->snap->nvms - 1);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

void epacl_compile_free_vms(struct epacl_snapshot *snap)
{
	u32 i;

	for (i = 0; i < snap->nvms; i++) {
		epacl_free(
			snap->vms[i / EPACL_VM_BLOCK]->vms[i % EPACL_VM_BLOCK]);
		cond_resched();
	}
	for (i = 0; snap->vms && i < epacl_vm_blocks(snap->root); i++)
		epacl_free(snap->vms[i]);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * A snapshot that shares with the one before it all that has not changed.
 *
 * Only VMs and the tables of sets are made anew: policies of one shape differ in
 * nothing else. Who owns what needs no count of references, which every commit
 * would have to raise for all VMs: the snapshot in force owns all that it points
 * to, one that is compiled upon it only what is new, and one that has been
 * succeeded only what its successor has not taken over.
 */
#include "compile_internal.h"

/* ---- VMs ---- */

/* VMs stand in the order of their names. */
static u32 find_vm(const struct epacl_snapshot *snap, const char *name)
{
	u32 lo = 0, hi = snap->nvms, mid;

	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(epacl_snapshot_vm(snap, mid)->vm->obj.name, name) <=
		    0)
			lo = mid;
		else
			hi = mid;
	}
	return lo;
}

/* The block of VM number @i, to be changed. NULL: no memory. */
static struct epacl_vm_block *own_block(struct epacl_compiler *c, u32 i)
{
	struct epacl_vm_block **place = &c->snap->vms[i / EPACL_VM_BLOCK];
	struct epacl_vm_block *block;

	if ((*place)->replaces)
		return *place;
	block = epacl_alloc(c->memory, sizeof(*block));
	if (!block)
		return NULL;
	memcpy(block->vms, (*place)->vms, sizeof(block->vms));
	block->replaces = *place;
	block->next = c->snap->own_blocks;
	c->snap->own_blocks = block;
	*place = block;
	return block;
}

static int change_vm(struct epacl_obj *old, struct epacl_obj *obj, void *arg)
{
	struct epacl_compiler *c = arg;
	u32 i = find_vm(c->snap, obj->name);
	struct epacl_vm_block *block = own_block(c, i);
	struct epacl_cvm *cvm, **place;

	if (!block)
		return -ENOMEM;
	place = &block->vms[i % EPACL_VM_BLOCK];
	if (&(*place)->vm->obj != old)
		return 1;
	cvm = epacl_compile_vm(c, epacl_vm(obj));
	if (!cvm)
		return -ENOMEM;
	c->snap->nsecure += cvm->nsecure - (*place)->nsecure;
	cvm->replaces = *place;
	cvm->next = c->snap->own_vms;
	c->snap->own_vms = cvm;
	*place = cvm;
	cond_resched();
	return 0;
}

/* ---- sets ---- */

static int change_set(struct epacl_obj *old, struct epacl_obj *obj, void *arg)
{
	return epacl_set(old)->id == epacl_set(obj)->id ?
		       epacl_compile_set(arg, epacl_set(obj)) :
		       1;
}

/* ---- all of them ---- */

static int copy_pointers(struct epacl_compiler *c,
			 const struct epacl_snapshot *old)
{
	struct epacl_snapshot *snap = c->snap;
	size_t blocks = epacl_vm_blocks(old->root) * sizeof(*snap->vms);
	size_t sets = old->nsets * sizeof(*snap->sets);

	snap->vms = epacl_alloc(c->memory, blocks);
	snap->sets = epacl_alloc(c->memory, sets);
	if (!snap->vms || !snap->sets)
		return -ENOMEM;
	memcpy(snap->vms, old->vms, blocks);
	memcpy(snap->sets, old->sets, sets);
	return 0;
}

int epacl_compile_changes(struct epacl_compiler *c,
			  const struct epacl_snapshot *old)
{
	const struct epacl_root *before = old->root;
	struct epacl_snapshot *snap = c->snap;
	struct epacl_root *root = snap->root;

	*snap = *old;
	snap->root = root;
	snap->shares = true;
	snap->own_vms = NULL;
	snap->own_blocks = NULL;
	snap->vms = NULL;
	snap->sets = NULL;
	return copy_pointers(c, old) ?:
		       epacl_pmap_compare(&before->sets, &root->sets, change_set, c) ?:
		       epacl_pmap_compare(&before->vms, &root->vms, change_vm,
					  c);
}

/* What was replaced is all that is left to @old; to @snap, everything. */
void epacl_snapshot_succeed(struct epacl_snapshot *old,
			    struct epacl_snapshot *snap)
{
	struct epacl_vm_block *block;
	struct epacl_cvm *cvm;

	if (!snap->shares)
		return;
	while ((cvm = snap->own_vms)) {
		snap->own_vms = cvm->next;
		cvm->replaces->next = old->own_vms;
		old->own_vms = cvm->replaces;
		cvm->replaces = NULL;
	}
	while ((block = snap->own_blocks)) {
		snap->own_blocks = block->next;
		block->replaces->next = old->own_blocks;
		old->own_blocks = block->replaces;
		block->replaces = NULL;
	}
	old->shares = true;
	snap->shares = false;
}

void epacl_compile_free_own(struct epacl_snapshot *snap)
{
	struct epacl_vm_block *block;
	struct epacl_cvm *cvm;

	while ((cvm = snap->own_vms)) {
		snap->own_vms = cvm->next;
		epacl_free(cvm);
		cond_resched();
	}
	while ((block = snap->own_blocks)) {
		snap->own_blocks = block->next;
		epacl_free(block);
	}
}

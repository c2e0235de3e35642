/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of compile share: from definitions to a snapshot. What two
 * objects may not both claim is found here, where they meet.
 */
#ifndef _EPACL_COMPILE_INTERNAL_H
#define _EPACL_COMPILE_INTERNAL_H

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include "index.h"
#include "policy.h"

/**
 * struct epacl_compiler - what is being compiled
 * @memory: account
 * @snap: its counts are what is in place so far
 * @why: filled in on failure
 */
struct epacl_compiler {
	struct epacl_memory *memory;
	struct epacl_snapshot *snap;
	struct epacl_refusal *why;
};

#define for_each_vnet(root, vnet)                                        \
	for ((vnet) = epacl_vnet(epacl_pmap_next(&(root)->vnets, NULL)); \
	     (vnet); (vnet) = epacl_vnet(epacl_pmap_next(&(root)->vnets, \
							 (vnet)->obj.name)))

#define for_each_vm(root, vm)                                            \
	for ((vm) = epacl_vm(epacl_pmap_next(&(root)->vms, NULL)); (vm); \
	     (vm) = epacl_vm(epacl_pmap_next(&(root)->vms, (vm)->obj.name)))

/*
 * The operation to blame where two objects meet is the later one of those that
 * touched them. What this transaction has not touched is not to blame.
 */
static inline u32 epacl_blame(const struct epacl_compiler *c,
			      const struct epacl_obj *obj, u32 op)
{
	return epacl_root_made(c->snap->root, obj) ? op : 0;
}

/* Each: 0 or a negative errno, with c->why filled in unless it is -ENOMEM. */

/* ---- compile_list.c ---- */

/* Every set and list, used or not: a published one is never built later. */
int epacl_compile_set(struct epacl_compiler *c, struct epacl_set *set);
int epacl_compile_sets(struct epacl_compiler *c);
int epacl_compile_named(struct epacl_compiler *c);
int epacl_compile_slot(struct epacl_compiler *c, const struct epacl_slot *slot);

/*
 * Fills @layer in for the list in @slot. @part: NULL: the owner has none.
 * Return: its list asks for IPsec.
 */
bool epacl_compile_layer(struct epacl_compiler *c, struct epacl_layer *layer,
			 const struct epacl_slot *slot, u8 owner, u8 direction,
			 const char *name, const char *part);

/* ---- compile_vnet.c ---- */

int epacl_compile_vnets(struct epacl_compiler *c);
/* NULL: there is none. */
const struct epacl_cvnet *
epacl_compile_find_vnet(const struct epacl_snapshot *snap, const char *name);

/* ---- compile_vm.c ---- */

static inline u32 epacl_vm_blocks(const struct epacl_root *root)
{
	return DIV_ROUND_UP(root->vms.n, EPACL_VM_BLOCK);
}

/* With the lists that are its own. NULL: no memory. */
struct epacl_cvm *epacl_compile_vm(struct epacl_compiler *c,
				   const struct epacl_vm *vm);
/* With their nics. */
int epacl_compile_vms(struct epacl_compiler *c);
void epacl_compile_free_vms(struct epacl_snapshot *snap);

/* ---- compile_change.c ---- */

/**
 * epacl_compile_changes - what differs from another snapshot
 * @c: its snapshot is new but for its root
 * @old: snapshot of a policy of the same shape
 *
 * Return: 0; -ENOMEM; or 1: it cannot be told what differs.
 */
int epacl_compile_changes(struct epacl_compiler *c,
			  const struct epacl_snapshot *old);
/* Those of the snapshot that shares the rest. */
void epacl_compile_free_own(struct epacl_snapshot *snap);

/* ---- compile_nic.c ---- */

/* Of the VM of that number. */
int epacl_compile_nics(struct epacl_compiler *c, u32 number);
/* What can be told only when all nics are in place. */
int epacl_compile_check_nics(struct epacl_compiler *c);

/* ---- compile_public.c ---- */

int epacl_compile_publics(struct epacl_compiler *c);
int epacl_compile_check_vips(struct epacl_compiler *c);

#endif /* _EPACL_COMPILE_INTERNAL_H */

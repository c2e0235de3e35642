// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on groups, and on the membership of VMs in them.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include "policy_internal.h"

static void describe(char what[EPACL_WHAT], const char *name)
{
	snprintf(what, EPACL_WHAT, "group '%s'", name);
}

static void release(struct epacl_obj *obj)
{
	struct epacl_group *group = epacl_group(obj);

	epacl_slots_put(group->slot, EPACL_DIRECTIONS);
	epacl_free(group);
}

/* Without lists. NULL: no memory. */
static struct epacl_group *alloc(struct epacl_txn *txn, const char *name,
				 u16 precedence, u32 op)
{
	struct epacl_group *group = epacl_alloc(txn->memory, sizeof(*group));

	if (!group)
		return NULL;
	epacl_obj_init(&group->obj, name, release);
	group->obj.epoch = txn->epoch;
	group->obj.op = op;
	group->precedence = precedence;
	return group;
}

struct epacl_group *epacl_own_group(struct epacl_txn *txn,
				    struct epacl_group *group)
{
	const struct epacl_group *from = group;

	if (from->obj.epoch == txn->epoch)
		return group;
	group = alloc(txn, from->obj.name, from->precedence,
		      epacl_keeps_ops(txn, &from->obj) ? from->obj.op : 0);
	if (!group)
		return NULL;
	epacl_slots_share(group->slot, from->slot, EPACL_DIRECTIONS);
	return epacl_install(&txn->root->groups, &group->obj) ? NULL : group;
}

static struct epacl_group *find(const struct epacl_txn *txn, const char *name)
{
	return epacl_group(epacl_pmap_find(&txn->root->groups, name));
}

static u16 precedence_of(const struct epacl_op *op)
{
	return epacl_op_has(op, EPACL_GROUP_A_PRECEDENCE) ?
		       op->group.precedence :
		       EPACL_PRECEDENCE_DEFAULT;
}

static int add_group(struct epacl_txn *txn, const struct epacl_op *op)
{
	u16 precedence = precedence_of(op);
	struct epacl_group *group;
	char what[EPACL_WHAT];
	int err;

	err = epacl_check_name(&txn->why, EPACL_GROUP_A_NAME, "group",
			       op->group.name);
	if (err)
		return err;
	group = find(txn, op->group.name);
	if (group) {
		describe(what, op->group.name);
		return epacl_exists(txn, op, &epacl_kind_group, what,
				    group->precedence == precedence ?
					    0 :
					    EPACL_GROUP_A_PRECEDENCE);
	}
	group = alloc(txn, op->group.name, precedence, op->index);
	if (!group)
		return -ENOMEM;
	if (!epacl_slots_init(txn->memory, txn->epoch, group->slot,
			      EPACL_DIRECTIONS))
		return epacl_install(&txn->root->groups, &group->obj);
	epacl_obj_put(&group->obj);
	return -ENOMEM;
}

static int change_group(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_group *group;
	int err;

	err = epacl_need(txn, EPACL_A_GROUP, EPACL_GROUP_A_NAME,
			 op->group.name);
	if (err)
		return err;
	group = epacl_own_group(txn, find(txn, op->group.name));
	if (!group)
		return -ENOMEM;
	group->precedence = precedence_of(op);
	group->obj.op = op->index;
	return 0;
}

/* ---- membership ---- */

/* Where group @name is among those of @vm, or belongs. */
static u32 position(const struct epacl_vm *vm, const char *name)
{
	u32 i;

	for (i = 0; i < vm->ngroups; i++)
		if (strcmp(vm->groups[i].s, name) >= 0)
			break;
	return i;
}

static bool is_member(const struct epacl_vm *vm, const char *name)
{
	u32 pos = position(vm, name);

	return pos < vm->ngroups && !strcmp(vm->groups[pos].s, name);
}

/* @vm is the transaction's own. */
static void leave(struct epacl_vm *vm, const char *name)
{
	u32 pos = position(vm, name);

	vm->ngroups--;
	memmove(&vm->groups[pos], &vm->groups[pos + 1],
		(vm->ngroups - pos) * sizeof(*vm->groups));
}

static int join(struct epacl_txn *txn, struct epacl_vm *vm, const char *name)
{
	u32 pos = position(vm, name);

	if (vm->ngroups == EPACL_GROUPS_MAX)
		return epacl_refuse(
			&txn->why, -ENOSPC, EPACL_MEMBER_A_VM,
			"too many groups of one VM",
			"vm '%s' is a member of %u groups already: group '%s' would be one too many",
			vm->obj.name, EPACL_GROUPS_MAX, name);
	vm = epacl_own_vm(txn, vm);
	if (!vm || !epacl_vm_groups_room(txn->memory, vm))
		return -ENOMEM;
	memmove(&vm->groups[pos + 1], &vm->groups[pos],
		(vm->ngroups - pos) * sizeof(*vm->groups));
	strscpy(vm->groups[pos].s, name, sizeof(vm->groups[pos].s));
	vm->ngroups++;
	return 0;
}

static void describe_member(char what[EPACL_WHAT], const struct epacl_op *op)
{
	snprintf(what, EPACL_WHAT, "member '%s' of group '%s'", op->member.vm,
		 op->member.group);
}

static int add_member(struct epacl_txn *txn, const struct epacl_op *op)
{
	char what[EPACL_WHAT];
	struct epacl_vm *vm;
	int err;

	err = epacl_need(txn, EPACL_A_GROUP, EPACL_MEMBER_A_GROUP,
			 op->member.group);
	if (!err)
		err = epacl_find_vm(txn, op, EPACL_MEMBER_A_VM, op->member.vm,
				    &vm);
	if (err)
		return err;
	if (!is_member(vm, op->member.group))
		return join(txn, vm, op->member.group);
	describe_member(what, op);
	return epacl_exists(txn, op, &epacl_kind_member, what, 0);
}

static int remove_member(struct epacl_txn *txn, const struct epacl_op *op)
{
	char what[EPACL_WHAT];
	struct epacl_vm *vm;

	describe_member(what, op);
	vm = epacl_vm(epacl_pmap_find(&txn->root->vms, op->member.vm));
	if (!vm || !is_member(vm, op->member.group))
		return epacl_missing(txn, op,
				     vm ? EPACL_MEMBER_A_GROUP :
					  EPACL_MEMBER_A_VM,
				     what);
	vm = epacl_own_vm(txn, vm);
	if (!vm)
		return -ENOMEM;
	leave(vm, op->member.group);
	return 0;
}

/* Members as the transaction's own, so that nothing can fail any more. */
static int own_members(struct epacl_txn *txn, const char *name)
{
	struct epacl_obj *obj;
	struct epacl_vm *vm;

	epacl_pmap_for_each(&txn->root->vms, obj) {
		cond_resched();
		if (!is_member(epacl_vm(obj), name))
			continue;
		vm = epacl_own_vm(txn, epacl_vm(obj));
		if (!vm)
			return -ENOMEM;
		obj = &vm->obj;
	}
	return 0;
}

static int remove_group(struct epacl_txn *txn, const struct epacl_op *op)
{
	const char *name = op->group.name;
	char what[EPACL_WHAT];
	struct epacl_obj *obj;
	int err;

	describe(what, name);
	if (!find(txn, name))
		return epacl_missing(txn, op, EPACL_GROUP_A_NAME, what);
	err = own_members(txn, name);
	if (!err)
		err = epacl_pmap_remove(&txn->root->groups, name, EPACL_GFP);
	if (err)
		return err;
	epacl_pmap_for_each(&txn->root->vms, obj) {
		cond_resched();
		if (is_member(epacl_vm(obj), name))
			leave(epacl_vm(obj), name);
	}
	return 0;
}

const struct epacl_kind epacl_kind_group = {
	.noun = "group",
	.words = {
		[EPACL_GROUP_A_NAME] = "name",
		[EPACL_GROUP_A_PRECEDENCE] = "precedence",
	},
	.identity = BIT(EPACL_GROUP_A_NAME),
	.clearable = BIT(EPACL_GROUP_A_PRECEDENCE),
	.add = add_group,
	.change = change_group,
	.remove = remove_group,
};

const struct epacl_kind epacl_kind_member = {
	.noun = "member",
	.words = {
		[EPACL_MEMBER_A_GROUP] = "group",
		[EPACL_MEMBER_A_VM] = "vm",
	},
	.identity = BIT(EPACL_MEMBER_A_GROUP) | BIT(EPACL_MEMBER_A_VM),
	.add = add_member,
	.remove = remove_member,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on VMs.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include "policy_internal.h"

static void describe(char what[EPACL_WHAT], const char *name)
{
	snprintf(what, EPACL_WHAT, "vm '%s'", name);
}

static int check_service(struct epacl_txn *txn, const struct epacl_op *op)
{
	if (!epacl_op_has(op, EPACL_VM_A_SERVICE))
		return 0;
	return epacl_need(txn, EPACL_A_SERVICE, EPACL_VM_A_SERVICE,
			  op->vm.service);
}

static int check_quota(struct epacl_txn *txn, const struct epacl_op *op)
{
	u32 quota = op->vm.quota;

	if (!epacl_op_has(op, EPACL_VM_A_QUOTA) ||
	    (quota >= 1 && quota <= EPACL_QUOTA_MAX))
		return 0;
	return epacl_refuse(&txn->why, -EINVAL, EPACL_VM_A_QUOTA,
			    "quota out of range",
			    "the quota of vm '%s' is 1 to %u, not %u",
			    op->vm.name, EPACL_QUOTA_MAX, quota);
}

static void take(struct epacl_vm *vm, const struct epacl_op *op)
{
	if (epacl_op_gives(op, EPACL_VM_A_SERVICE))
		strscpy(vm->service, op->vm.service, sizeof(vm->service));
	if (epacl_op_gives(op, EPACL_VM_A_QUOTA))
		vm->quota = op->vm.quota;
	vm->obj.op = op->index;
}

static u16 difference(const struct epacl_vm *vm, const struct epacl_op *op)
{
	if (strcmp(vm->service, op->vm.service))
		return EPACL_VM_A_SERVICE;
	return vm->quota != op->vm.quota ? EPACL_VM_A_QUOTA : 0;
}

static int add_vm(struct epacl_txn *txn, const struct epacl_op *op)
{
	char what[EPACL_WHAT];
	struct epacl_vm *vm;
	int err;

	err = epacl_check_name(&txn->why, EPACL_VM_A_NAME, "vm", op->vm.name);
	if (!err)
		err = check_service(txn, op) ?: check_quota(txn, op);
	if (err)
		return err;
	vm = epacl_vm(epacl_pmap_find(&txn->root->vms, op->vm.name));
	if (vm) {
		describe(what, op->vm.name);
		return epacl_exists(txn, op, &epacl_kind_vm, what,
				    difference(vm, op));
	}
	vm = epacl_vm_alloc(txn->memory, op->vm.name, txn->epoch);
	if (!vm)
		return -ENOMEM;
	take(vm, op);
	return epacl_install(&txn->root->vms, &vm->obj);
}

static int change_vm(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_vm *vm;
	int err;

	err = epacl_find_vm(txn, op, EPACL_VM_A_NAME, op->vm.name, &vm);
	if (!err)
		err = check_service(txn, op) ?: check_quota(txn, op);
	if (err)
		return err;
	vm = epacl_own_vm(txn, vm);
	if (!vm)
		return -ENOMEM;
	take(vm, op);
	return 0;
}

static int remove_vm(struct epacl_txn *txn, const struct epacl_op *op)
{
	char what[EPACL_WHAT];

	describe(what, op->vm.name);
	if (!epacl_pmap_find(&txn->root->vms, op->vm.name))
		return epacl_missing(txn, op, EPACL_VM_A_NAME, what);
	return epacl_pmap_remove(&txn->root->vms, op->vm.name, EPACL_GFP);
}

const struct epacl_kind epacl_kind_vm = {
	.noun = "vm",
	.words = {
		[EPACL_VM_A_NAME] = "name",
		[EPACL_VM_A_SERVICE] = "service",
		[EPACL_VM_A_QUOTA] = "quota",
	},
	.identity = BIT(EPACL_VM_A_NAME),
	.clearable = BIT(EPACL_VM_A_SERVICE) | BIT(EPACL_VM_A_QUOTA),
	.add = add_vm,
	.change = change_vm,
	.remove = remove_vm,
};

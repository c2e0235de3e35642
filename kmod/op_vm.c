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

static int add_vm(struct epacl_txn *txn, const struct epacl_op *op)
{
	char what[EPACL_WHAT];
	struct epacl_vm *vm;
	int err;

	err = epacl_check_name(&txn->why, EPACL_VM_A_NAME, "vm", op->vm.name);
	if (!err)
		err = check_service(txn, op);
	if (err)
		return err;
	vm = epacl_vm(epacl_pmap_find(&txn->root->vms, op->vm.name));
	if (vm) {
		describe(what, op->vm.name);
		return epacl_exists(txn, op, &epacl_kind_vm, what,
				    strcmp(vm->service, op->vm.service) ?
					    EPACL_VM_A_SERVICE :
					    0);
	}
	vm = epacl_vm_alloc(txn->memory, op->vm.name, txn->epoch);
	if (!vm)
		return -ENOMEM;
	strscpy(vm->service, op->vm.service, sizeof(vm->service));
	vm->obj.op = op->index;
	return epacl_install(&txn->root->vms, &vm->obj);
}

static int change_vm(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_vm *vm;
	int err;

	err = epacl_find_vm(txn, op, EPACL_VM_A_NAME, op->vm.name, &vm);
	if (!err)
		err = check_service(txn, op);
	if (err)
		return err;
	vm = epacl_own_vm(txn, vm);
	if (!vm)
		return -ENOMEM;
	strscpy(vm->service, op->vm.service, sizeof(vm->service));
	vm->obj.op = op->index;
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
	},
	.identity = BIT(EPACL_VM_A_NAME),
	.clearable = BIT(EPACL_VM_A_SERVICE),
	.add = add_vm,
	.change = change_vm,
	.remove = remove_vm,
};

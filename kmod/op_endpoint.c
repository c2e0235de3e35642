// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on endpoints.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sort.h>
#include "policy_internal.h"

static void describe(char what[EPACL_WHAT], const struct epacl_op *op)
{
	snprintf(what, EPACL_WHAT, "endpoint '%s/%s'", op->endpoint.vm,
		 op->endpoint.name);
}

/* Where @name is, or belongs, among the endpoints of @vm. */
static u32 position(const struct epacl_vm *vm, const char *name)
{
	u32 lo = 0, hi = vm->nendpoints, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(vm->endpoints[mid]->name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct epacl_endpoint *epacl_vm_endpoint(const struct epacl_vm *vm,
					 const char *name)
{
	u32 pos = position(vm, name);

	if (pos == vm->nendpoints || strcmp(vm->endpoints[pos]->name, name))
		return NULL;
	return vm->endpoints[pos];
}

static void sort_publics(struct epacl_endpoint *endpoint)
{
	sort(endpoint->publics, endpoint->npublics, sizeof(*endpoint->publics),
	     epacl_public_compare, NULL);
}

/* All but the publics and the rule list. */
static void fill(const struct epacl_op *op, const struct epacl_endpoint *old,
		 struct epacl_endpoint *endpoint)
{
	bool type = epacl_op_gives(op, EPACL_ENDPOINT_A_TYPE);
	bool code = epacl_op_gives(op, EPACL_ENDPOINT_A_CODE);

	strscpy(endpoint->name, op->endpoint.name, sizeof(endpoint->name));
	endpoint->proto = epacl_op_gives(op, EPACL_ENDPOINT_A_PROTO) ?
				  op->endpoint.proto :
				  old->proto;
	endpoint->ports = epacl_op_gives(op, EPACL_ENDPOINT_A_PORTS) ?
				  op->endpoint.ports :
				  old->ports;
	endpoint->has_type = type ? epacl_op_has(op, EPACL_ENDPOINT_A_TYPE) :
				    old->has_type;
	endpoint->type = type ? op->endpoint.type : old->type;
	endpoint->has_code = code ? epacl_op_has(op, EPACL_ENDPOINT_A_CODE) :
				    old->has_code;
	endpoint->code = code ? op->endpoint.code : old->code;
	endpoint->address = epacl_op_gives(op, EPACL_ENDPOINT_A_ADDRESS) ?
				    op->endpoint.address :
				    old->address;
	strscpy(endpoint->lbset,
		epacl_op_gives(op, EPACL_ENDPOINT_A_LBSET) ?
			op->endpoint.lbset :
			old->lbset,
		sizeof(endpoint->lbset));
	endpoint->op = op->index;
}

/*
 * A new endpoint without a rule list: @old, or nothing, as the operation
 * changes it. Public ports that it leaves open are 0. NULL: see @err.
 */
static struct epacl_endpoint *build(struct epacl_txn *txn,
				    const struct epacl_op *op,
				    const struct epacl_endpoint *old, int *err)
{
	struct epacl_list publics = op->endpoint.publics;
	struct epacl_endpoint *endpoint;

	if (!epacl_op_gives(op, EPACL_ENDPOINT_A_PUBLICS)) {
		publics.n = old->npublics;
		publics.p = old->publics;
	}
	endpoint = epacl_endpoint_alloc(txn->memory, publics.n);
	if (!endpoint) {
		*err = -ENOMEM;
		return NULL;
	}
	if (publics.n)
		memcpy(endpoint->publics, publics.p,
		       publics.n * sizeof(*endpoint->publics));
	sort_publics(endpoint);
	fill(op, old, endpoint);
	*err = epacl_endpoint_check(&txn->why, op, endpoint);
	if (!*err)
		return endpoint;
	epacl_endpoint_free(endpoint);
	return NULL;
}

/* ---- equality, for may-exist ---- */

static u32 count_public_ip(const struct epacl_endpoint *endpoint,
			   const struct epacl_ip *ip)
{
	u32 n = 0, i;

	for (i = 0; i < endpoint->npublics; i++)
		n += epacl_ip_equal(&endpoint->publics[i].ip, ip);
	return n;
}

static bool has_public(const struct epacl_endpoint *endpoint,
		       const struct epacl_public *public)
{
	u32 i;

	for (i = 0; i < endpoint->npublics; i++)
		if (!epacl_public_compare(&endpoint->publics[i], public))
			return true;
	return false;
}

/*
 * A port that is left open equals any port on that address: it is enough that
 * those named are there, and that each address stands as often in both.
 */
static bool publics_equal(const struct epacl_endpoint *asked,
			  const struct epacl_endpoint *is)
{
	const struct epacl_public *public;
	u32 i;

	if (asked->npublics != is->npublics)
		return false;
	for (i = 0; i < asked->npublics; i++) {
		public = &asked->publics[i];
		if (public->port && !has_public(is, public))
			return false;
		if (count_public_ip(asked, &public->ip) !=
		    count_public_ip(is, &public->ip))
			return false;
	}
	return true;
}

static u16 difference(const struct epacl_endpoint *asked,
		      const struct epacl_endpoint *is)
{
	if (asked->proto != is->proto)
		return EPACL_ENDPOINT_A_PROTO;
	if (asked->ports.lo != is->ports.lo || asked->ports.hi != is->ports.hi)
		return EPACL_ENDPOINT_A_PORTS;
	if (asked->has_type != is->has_type || asked->type != is->type)
		return EPACL_ENDPOINT_A_TYPE;
	if (asked->has_code != is->has_code || asked->code != is->code)
		return EPACL_ENDPOINT_A_CODE;
	if (!epacl_ip_equal(&asked->address, &is->address))
		return EPACL_ENDPOINT_A_ADDRESS;
	if (!publics_equal(asked, is))
		return EPACL_ENDPOINT_A_PUBLICS;
	if (strcmp(asked->lbset, is->lbset))
		return EPACL_ENDPOINT_A_LBSET;
	return 0;
}

/* ---- operations ---- */

static int check_lbset(struct epacl_txn *txn, const struct epacl_vm *vm,
		       const struct epacl_endpoint *endpoint)
{
	const u16 attr = EPACL_ENDPOINT_A_LBSET;
	int err;

	if (!endpoint->lbset[0])
		return 0;
	err = epacl_need(txn, EPACL_A_LBSET, attr, endpoint->lbset);
	if (err)
		return err;
	return epacl_endpoint_check_member(
		&txn->why, attr, vm, endpoint,
		epacl_lbset(
			epacl_pmap_find(&txn->root->lbsets, endpoint->lbset)));
}

/* The list of the lbset is asked in place of its own: that one must be empty. */
static int check_list(struct epacl_refusal *why, const struct epacl_vm *vm,
		      const struct epacl_endpoint *endpoint,
		      const struct epacl_slot *slot)
{
	if (!endpoint->lbset[0] || epacl_slot_is_untouched(slot))
		return 0;
	if (slot->use[0])
		return epacl_refuse(
			why, -EBUSY, EPACL_ENDPOINT_A_LBSET,
			"endpoint has a rule list of its own",
			"endpoint '%s/%s' uses acl '%s': as a member of lbset '%s' it can have no list of its own",
			vm->obj.name, endpoint->name, slot->use,
			endpoint->lbset);
	return epacl_refuse(
		why, -EBUSY, EPACL_ENDPOINT_A_LBSET,
		"endpoint has a rule list of its own",
		"endpoint '%s/%s' has %s of its own: as a member of lbset '%s' it can have none",
		vm->obj.name, endpoint->name,
		slot->acl->n ? "rules" : "a default", endpoint->lbset);
}

/* The last checks before @endpoint becomes one of @vm. */
static int settle(struct epacl_txn *txn, const struct epacl_vm *vm,
		  struct epacl_endpoint *endpoint)
{
	int err;

	err = epacl_endpoint_check_vm(&txn->why, vm, endpoint);
	if (!err)
		err = check_lbset(txn, vm, endpoint);
	if (!err)
		err = epacl_auto_ports_choose(txn, vm, endpoint);
	if (err)
		return err;
	sort_publics(endpoint);
	return 0;
}

static int insert(struct epacl_txn *txn, struct epacl_vm *vm, u32 pos,
		  struct epacl_endpoint *endpoint)
{
	void *endpoints;
	int err;

	err = settle(txn, vm, endpoint);
	if (err)
		return err;
	if (epacl_slots_init(txn->memory, txn->epoch, &endpoint->slot, 1))
		return -ENOMEM;
	vm = epacl_own_vm(txn, vm);
	if (!vm)
		return -ENOMEM;
	endpoints = epacl_more_room(txn->memory, vm->endpoints, vm->nendpoints);
	if (!endpoints)
		return -ENOMEM;
	vm->endpoints = endpoints;
	memmove(&vm->endpoints[pos + 1], &vm->endpoints[pos],
		(vm->nendpoints - pos) * sizeof(*vm->endpoints));
	vm->endpoints[pos] = endpoint;
	vm->nendpoints++;
	vm->obj.op = endpoint->op;
	epacl_auto_ports_added(txn, endpoint);
	return 0;
}

static int add_endpoint(struct epacl_txn *txn, const struct epacl_op *op)
{
	static const struct epacl_endpoint nothing;
	struct epacl_endpoint *endpoint, *old;
	char what[EPACL_WHAT];
	struct epacl_vm *vm;
	u32 pos;
	int err;

	err = epacl_find_vm(txn, op, EPACL_ENDPOINT_A_VM, op->endpoint.vm, &vm);
	if (!err)
		err = epacl_check_name(&txn->why, EPACL_ENDPOINT_A_NAME,
				       "endpoint", op->endpoint.name);
	if (err)
		return err;
	endpoint = build(txn, op, &nothing, &err);
	if (!endpoint)
		return err;
	old = epacl_vm_endpoint(vm, endpoint->name);
	if (!old) {
		pos = position(vm, endpoint->name);
		err = insert(txn, vm, pos, endpoint);
		if (err)
			epacl_endpoint_free(endpoint);
		return err;
	}
	describe(what, op);
	err = epacl_exists(txn, op, &epacl_kind_endpoint, what,
			   difference(endpoint, old));
	epacl_endpoint_free(endpoint);
	return err;
}

static int replace(struct epacl_txn *txn, struct epacl_vm *vm, u32 pos,
		   struct epacl_endpoint *endpoint)
{
	int err;

	err = check_list(&txn->why, vm, endpoint, &vm->endpoints[pos]->slot);
	if (!err)
		err = settle(txn, vm, endpoint);
	if (err)
		return err;
	vm = epacl_own_vm(txn, vm);
	if (!vm)
		return -ENOMEM;
	epacl_slots_share(&endpoint->slot, &vm->endpoints[pos]->slot, 1);
	epacl_endpoint_free(vm->endpoints[pos]);
	vm->endpoints[pos] = endpoint;
	vm->obj.op = endpoint->op;
	return 0;
}

static int change_endpoint(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_endpoint *endpoint, *old;
	char what[EPACL_WHAT];
	struct epacl_vm *vm;
	int err;

	err = epacl_find_vm(txn, op, EPACL_ENDPOINT_A_VM, op->endpoint.vm, &vm);
	if (err)
		return err;
	describe(what, op);
	old = epacl_vm_endpoint(vm, op->endpoint.name);
	if (!old)
		return epacl_missing(txn, op, EPACL_ENDPOINT_A_NAME, what);
	endpoint = build(txn, op, old, &err);
	if (!endpoint)
		return err;
	err = replace(txn, vm, position(vm, endpoint->name), endpoint);
	if (err)
		epacl_endpoint_free(endpoint);
	return err;
}

static int remove_endpoint(struct epacl_txn *txn, const struct epacl_op *op)
{
	char what[EPACL_WHAT];
	struct epacl_vm *vm;
	u32 pos;
	int err;

	err = epacl_find_vm(txn, op, EPACL_ENDPOINT_A_VM, op->endpoint.vm, &vm);
	if (err || !vm)
		return err;
	describe(what, op);
	if (!epacl_vm_endpoint(vm, op->endpoint.name))
		return epacl_missing(txn, op, EPACL_ENDPOINT_A_NAME, what);
	pos = position(vm, op->endpoint.name);
	vm = epacl_own_vm(txn, vm);
	if (!vm)
		return -ENOMEM;
	epacl_endpoint_free(vm->endpoints[pos]);
	vm->nendpoints--;
	memmove(&vm->endpoints[pos], &vm->endpoints[pos + 1],
		(vm->nendpoints - pos) * sizeof(*vm->endpoints));
	vm->obj.op = op->index;
	return 0;
}

const struct epacl_kind epacl_kind_endpoint = {
	.noun = "endpoint",
	.words = {
		[EPACL_ENDPOINT_A_VM] = "vm",
		[EPACL_ENDPOINT_A_NAME] = "name",
		[EPACL_ENDPOINT_A_PROTO] = "proto",
		[EPACL_ENDPOINT_A_PORTS] = "port",
		[EPACL_ENDPOINT_A_TYPE] = "type",
		[EPACL_ENDPOINT_A_CODE] = "code",
		[EPACL_ENDPOINT_A_ADDRESS] = "address",
		[EPACL_ENDPOINT_A_PUBLICS] = "public",
		[EPACL_ENDPOINT_A_LBSET] = "lbset",
	},
	.identity = BIT(EPACL_ENDPOINT_A_VM) | BIT(EPACL_ENDPOINT_A_NAME),
	.required = BIT(EPACL_ENDPOINT_A_PROTO),
	.clearable = BIT(EPACL_ENDPOINT_A_PORTS) | BIT(EPACL_ENDPOINT_A_TYPE) |
		     BIT(EPACL_ENDPOINT_A_CODE) |
		     BIT(EPACL_ENDPOINT_A_ADDRESS) |
		     BIT(EPACL_ENDPOINT_A_PUBLICS) |
		     BIT(EPACL_ENDPOINT_A_LBSET),
	.add = add_endpoint,
	.change = change_endpoint,
	.remove = remove_endpoint,
};

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Policies, and transactions that change them. What an operation does to its
 * kind of object is in op_*.c.
 */
#include <linux/atomic.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "classify.h"
#include "policy_internal.h"

/* A number that is of no other policy, and no other part of a transaction. */
static u64 next_epoch(void)
{
	static atomic64_t last;

	return atomic64_inc_return(&last);
}

/* ---- roots ---- */

struct epacl_root *epacl_root_alloc(struct epacl_memory *memory, u64 generation)
{
	struct epacl_root *root = epacl_alloc(memory, sizeof(*root));

	if (!root)
		return NULL;
	refcount_set(&root->refs, 1);
	root->generation = generation;
	root->shape = next_epoch();
	root->rules_per_endpoint = EPACL_RULES_DEFAULT;
	return root;
}

void epacl_root_get(struct epacl_root *root)
{
	refcount_inc(&root->refs);
}

static void empty(struct epacl_root *root)
{
	epacl_pmap_drop(&root->vms);
	epacl_pmap_drop(&root->lbsets);
	epacl_pmap_drop(&root->groups);
	epacl_pmap_drop(&root->vnets);
	epacl_pmap_drop(&root->services);
	epacl_pmap_drop(&root->acls);
	epacl_pmap_drop(&root->sets);
	epacl_pmap_drop(&root->guards);
}

void epacl_root_put(struct epacl_root *root)
{
	if (!root || !refcount_dec_and_test(&root->refs))
		return;
	empty(root);
	epacl_free(root);
}

/* What is copied belongs to the part of a transaction that @epoch names. */
static struct epacl_root *root_copy(struct epacl_memory *memory,
				    const struct epacl_root *from, u64 epoch,
				    u64 epoch_min)
{
	struct epacl_root *root = epacl_root_alloc(memory, from->generation);

	if (!root)
		return NULL;
	root->epoch = epoch;
	root->epoch_min = epoch_min;
	root->shape = from->shape;
	root->rules_per_endpoint = from->rules_per_endpoint;
	epacl_pmap_copy(&root->guards, &from->guards);
	epacl_pmap_copy(&root->sets, &from->sets);
	epacl_pmap_copy(&root->acls, &from->acls);
	epacl_pmap_copy(&root->services, &from->services);
	epacl_pmap_copy(&root->vnets, &from->vnets);
	epacl_pmap_copy(&root->groups, &from->groups);
	epacl_pmap_copy(&root->lbsets, &from->lbsets);
	epacl_pmap_copy(&root->vms, &from->vms);
	return root;
}

const struct epacl_pmap *epacl_root_map(const struct epacl_root *root, u8 kind)
{
	switch (kind) {
	case EPACL_A_GUARD:
		return &root->guards;
	case EPACL_A_SET:
		return &root->sets;
	case EPACL_A_ACL:
		return &root->acls;
	case EPACL_A_SERVICE:
		return &root->services;
	case EPACL_A_VNET:
		return &root->vnets;
	case EPACL_A_GROUP:
		return &root->groups;
	case EPACL_A_LBSET:
		return &root->lbsets;
	case EPACL_A_VM:
		return &root->vms;
	default:
		return NULL;
	}
}

/* ---- operations ---- */

/*
 * They come and go in great numbers while objects are made of them. Between those
 * they would leave gaps in the slabs of the kernel, several times what stays.
 */
static struct kmem_cache *ops;

int epacl_policy_init(void)
{
	ops = KMEM_CACHE(epacl_op, SLAB_ACCOUNT);
	return ops ? 0 : -ENOMEM;
}

void epacl_policy_exit(void)
{
	kmem_cache_destroy(ops);
}

struct epacl_op *epacl_op_alloc(struct epacl_memory *memory)
{
	struct epacl_op *op;

	if (!epacl_charge(memory, sizeof(*op)))
		return NULL;
	op = kmem_cache_zalloc(ops, EPACL_GFP);
	if (!op) {
		epacl_uncharge(memory, sizeof(*op));
		return NULL;
	}
	op->memory = memory;
	INIT_LIST_HEAD(&op->node);
	return op;
}

void epacl_op_free(struct epacl_op *op)
{
	if (!op)
		return;
	switch (op->kind) {
	case EPACL_A_SERVICE:
		epacl_free(op->service.vips.p);
		break;
	case EPACL_A_VNET:
		epacl_free(op->vnet.prefixes.p);
		epacl_free(op->vnet.peers.p);
		epacl_free(op->vnet.peer_vnets.p);
		epacl_free(op->vnet.uplinks.p);
		break;
	case EPACL_A_SUBNET:
		epacl_free(op->subnet.prefixes.p);
		break;
	case EPACL_A_LBSET:
		epacl_free(op->lbset.publics.p);
		break;
	case EPACL_A_SET:
		epacl_free(op->prefix_set.prefixes.p);
		break;
	case EPACL_A_NIC:
		epacl_free(op->nic.prefixes.p);
		epacl_free(op->nic.shared.p);
		epacl_free(op->nic.vlans.p);
		break;
	case EPACL_A_ENDPOINT:
		epacl_free(op->endpoint.publics.p);
		break;
	case EPACL_A_RULE:
		epacl_free(op->rule.lports.p);
		epacl_free(op->rule.rports.p);
		break;
	}
	epacl_uncharge(op->memory, sizeof(*op));
	kmem_cache_free(ops, op);
}

static const struct epacl_kind *const kinds[EPACL_A_MAX + 1] = {
	[EPACL_A_LIMITS] = &epacl_kind_limits,
	[EPACL_A_GUARD] = &epacl_kind_guard,
	[EPACL_A_SET] = &epacl_kind_set,
	[EPACL_A_ACL] = &epacl_kind_acl,
	[EPACL_A_SERVICE] = &epacl_kind_service,
	[EPACL_A_VNET] = &epacl_kind_vnet,
	[EPACL_A_SUBNET] = &epacl_kind_subnet,
	[EPACL_A_GROUP] = &epacl_kind_group,
	[EPACL_A_LBSET] = &epacl_kind_lbset,
	[EPACL_A_VM] = &epacl_kind_vm,
	[EPACL_A_NIC] = &epacl_kind_nic,
	[EPACL_A_ENDPOINT] = &epacl_kind_endpoint,
	[EPACL_A_MEMBER] = &epacl_kind_member,
	[EPACL_A_RULES] = &epacl_kind_rules,
	[EPACL_A_RULE] = &epacl_kind_rule,
};

/* ---- refusals that all kinds have ---- */

int epacl_exists(struct epacl_txn *txn, const struct epacl_op *op,
		 const struct epacl_kind *kind, const char *what, u16 attr)
{
	if (!(op->flags & EPACL_F_MAY_EXIST))
		return epacl_refuse(&txn->why, -EEXIST, 0, "exists already",
				    "%s exists already", what);
	if (!attr)
		return 0;
	return epacl_refuse(&txn->why, -EEXIST, attr,
			    "exists already and differs",
			    "%s exists already and differs in '%s'", what,
			    kind->words[attr]);
}

static bool may_be_missing(const struct epacl_op *op)
{
	return op->verb == EPACL_VERB_REMOVE && (op->flags & EPACL_F_IF_EXISTS);
}

int epacl_missing(struct epacl_txn *txn, const struct epacl_op *op, u16 attr,
		  const char *what)
{
	if (may_be_missing(op))
		return 0;
	return epacl_refuse(&txn->why, -ENOENT, attr, "does not exist",
			    "there is no %s", what);
}

int epacl_need(struct epacl_txn *txn, u8 kind, u16 attr, const char *name)
{
	const char *noun = kinds[kind]->noun;

	if (epacl_pmap_find(epacl_root_map(txn->root, kind), name))
		return 0;
	return epacl_refuse(&txn->why, -ENOENT, attr, "does not exist",
			    "there is no %s '%s'", noun, name);
}

int epacl_find_vm(struct epacl_txn *txn, const struct epacl_op *op, u16 attr,
		  const char *name, struct epacl_vm **vm)
{
	*vm = epacl_vm(epacl_pmap_find(&txn->root->vms, name));
	if (*vm || may_be_missing(op))
		return 0;
	return epacl_refuse(&txn->why, -ENOENT, attr, "no such VM",
			    "there is no vm '%s'", name);
}

/* ---- what a transaction may change in place ---- */

int epacl_install(struct epacl_pmap *map, struct epacl_obj *obj)
{
	int err = epacl_pmap_set(map, obj, EPACL_GFP);

	epacl_obj_put(obj);
	return err;
}

static bool own_root(struct epacl_txn *txn)
{
	struct epacl_root *root;

	if (txn->root->epoch == txn->epoch)
		return true;
	root = root_copy(txn->memory, txn->root, txn->epoch,
			 txn->root->epoch_min);
	if (!root)
		return false;
	epacl_root_put(txn->root);
	txn->root = root;
	return true;
}

struct epacl_vm *epacl_own_vm(struct epacl_txn *txn, struct epacl_vm *vm)
{
	if (vm->obj.epoch == txn->epoch)
		return vm;
	vm = epacl_vm_copy(txn->memory, txn->epoch, vm,
			   epacl_keeps_ops(txn, &vm->obj));
	if (!vm || epacl_install(&txn->root->vms, &vm->obj))
		return NULL;
	return vm;
}

struct epacl_acl *epacl_own_acl(struct epacl_txn *txn, struct epacl_acl **acl)
{
	struct epacl_acl *own = *acl;

	if (own->epoch != txn->epoch) {
		own = epacl_acl_copy(txn->memory, txn->epoch, own);
		if (!own)
			return NULL;
		epacl_acl_put(*acl);
		*acl = own;
	}
	if (own->table)
		epacl_table_free(own->table);
	own->table = NULL;
	return own;
}

/* Blocks grow, so that neither one rule nor many cost much. */
int epacl_take_counter(struct epacl_txn *txn, struct epacl_rule *rule)
{
	struct epacl_counters *block = txn->counters;

	if (!block || txn->counter == block->n) {
		block = epacl_counters_alloc(
			block ? min_t(u32, 4 * block->n, EPACL_COUNTERS_MAX) :
				1);
		if (!block)
			return -ENOMEM;
		epacl_counters_put(txn->counters);
		txn->counters = block;
		txn->counter = 0;
	}
	epacl_counters_get(block);
	rule->counters = block;
	rule->counter = block->cpu + txn->counter++;
	return 0;
}

static void forget_counters(struct epacl_txn *txn)
{
	epacl_counters_put(txn->counters);
	txn->counters = NULL;
	txn->counter = 0;
}

/* ---- limits ---- */

static int change_limits(struct epacl_txn *txn, const struct epacl_op *op)
{
	u32 n = op->limits.rules_per_endpoint;

	if (n < 1 || n > EPACL_RULES_MAX)
		return epacl_refuse(
			&txn->why, -EINVAL, EPACL_LIMITS_A_RULES_PER_ENDPOINT,
			"limit out of range",
			"the limit rules-per-endpoint is 1 to %u, not %u",
			EPACL_RULES_MAX, n);
	txn->root->rules_per_endpoint = n;
	return 0;
}

const struct epacl_kind epacl_kind_limits = {
	.noun = "limit",
	.words = {
		[EPACL_LIMITS_A_RULES_PER_ENDPOINT] = "rules-per-endpoint",
	},
	.change = change_limits,
};

/* ---- what all operations have in common ---- */

static int check_flags(struct epacl_refusal *why, const struct epacl_op *op)
{
	u32 fit = 0;

	if (op->verb == EPACL_VERB_ADD)
		fit = EPACL_F_MAY_EXIST;
	else if (op->verb == EPACL_VERB_REMOVE)
		fit = EPACL_F_IF_EXISTS;
	if (!(op->flags & ~fit))
		return 0;
	return epacl_refuse(why, -EINVAL, 0, "flag does not fit the command",
			    "may-exist goes with add, if-exists with remove");
}

/* Attributes that must be there, and those that must not. */
static int check_attrs(struct epacl_refusal *why, const struct epacl_op *op,
		       const struct epacl_kind *kind)
{
	u32 given = op->set | op->clear, needed = kind->identity, attr;

	if (op->verb == EPACL_VERB_ADD)
		needed |= kind->required;
	for (attr = 0; attr < 32; attr++) {
		if (given & BIT(attr) &&
		    (attr >= ARRAY_SIZE(kind->words) || !kind->words[attr]))
			return epacl_refuse(
				why, -EINVAL, attr,
				"attribute that cannot be set",
				"attribute %u of the %s cannot be set", attr,
				kind->noun);
		if (needed & ~op->set & BIT(attr))
			return epacl_refuse(why, -EINVAL, attr,
					    "attribute is missing",
					    "'%s' of the %s is missing",
					    kind->words[attr], kind->noun);
		if (op->verb == EPACL_VERB_REMOVE &&
		    given & ~needed & BIT(attr))
			return epacl_refuse(
				why, -EINVAL, attr,
				"attribute does not say which",
				"'%s' does not say which %s to remove",
				kind->words[attr], kind->noun);
	}
	return 0;
}

static int check_clear(struct epacl_refusal *why, const struct epacl_op *op,
		       const struct epacl_kind *kind)
{
	u32 attr;

	if (op->verb != EPACL_VERB_CHANGE && op->clear)
		return epacl_refuse(
			why, -EINVAL, 0, "clear goes with change",
			"only change can take something away from the %s",
			kind->noun);
	for (attr = 0; attr < ARRAY_SIZE(kind->words); attr++) {
		if (op->clear & op->set & BIT(attr))
			return epacl_refuse(
				why, -EINVAL, attr,
				"attribute is set and cleared",
				"'%s' is given and taken away at once",
				kind->words[attr]);
		if (op->clear & ~kind->clearable & BIT(attr))
			return epacl_refuse(
				why, -EINVAL, attr,
				"attribute cannot be cleared",
				"'%s' of the %s can be changed, but not taken away",
				kind->words[attr], kind->noun);
	}
	return 0;
}

static int check_shape(struct epacl_refusal *why, const struct epacl_op *op,
		       const struct epacl_kind *kind)
{
	int err;

	err = check_flags(why, op);
	if (!err)
		err = check_attrs(why, op, kind);
	if (!err)
		err = check_clear(why, op, kind);
	if (err)
		return err;
	if (op->verb == EPACL_VERB_CHANGE &&
	    !((op->set | op->clear) & ~kind->identity))
		return epacl_refuse(
			why, -EINVAL, 0, "nothing to change",
			"nothing to change: the %s is named, but not what is to be different",
			kind->noun);
	return 0;
}

static int flush(struct epacl_txn *txn)
{
	empty(txn->root);
	epacl_numbers_forget(txn);
	txn->root->rules_per_endpoint = EPACL_RULES_DEFAULT;
	return 0;
}

static int act(struct epacl_txn *txn, const struct epacl_op *op,
	       const struct epacl_kind *kind)
{
	int (*verb)(struct epacl_txn * txn, const struct epacl_op *op) = NULL;
	int err;

	if (kind && op->verb == EPACL_VERB_ADD)
		verb = kind->add;
	else if (kind && op->verb == EPACL_VERB_CHANGE)
		verb = kind->change;
	else if (kind && op->verb == EPACL_VERB_REMOVE)
		verb = kind->remove;
	if (!verb)
		return epacl_refuse(&txn->why, -EINVAL, 0, "no such operation",
				    "this command does not go with '%s'",
				    kind ? kind->noun : "nothing");
	err = check_shape(&txn->why, op, kind);
	return err ? err : verb(txn, op);
}

static bool is_of_vm(const struct epacl_owner *owner)
{
	return owner->kind == EPACL_OWNER_VM ||
	       owner->kind == EPACL_OWNER_ENDPOINT;
}

/*
 * Does it leave the policy in its shape? Whatever is not known to do so does
 * not: the commit then takes longer, and that is all.
 */
static bool keeps_shape(const struct epacl_op *op)
{
	if (op->verb == EPACL_VERB_FLUSH)
		return false;
	switch (op->kind) {
	case EPACL_A_RULE:
		return is_of_vm(&op->rule.owner);
	case EPACL_A_RULES:
		return op->verb == EPACL_VERB_CHANGE &&
		       is_of_vm(&op->rules.owner);
	case EPACL_A_SET:
		return op->verb == EPACL_VERB_CHANGE;
	default:
		return false;
	}
}

/* Do one operation upon the transaction's policy as it is. */
static int apply(struct epacl_txn *txn, const struct epacl_op *op)
{
	int err;

	if (!own_root(txn))
		err = -ENOMEM;
	else if (op->verb == EPACL_VERB_FLUSH)
		err = flush(txn);
	else
		err = act(txn, op,
			  op->kind <= EPACL_A_MAX ? kinds[op->kind] : NULL);
	if (!err && !keeps_shape(op))
		txn->root->shape = next_epoch();
	if (op->verb != EPACL_VERB_ADD || op->kind == EPACL_A_LBSET)
		epacl_auto_ports_forget(txn);
	if (!err)
		return 0;
	if (err == -ENOMEM)
		epacl_refuse(
			&txn->why, err, 0, "no memory",
			"no memory, or the namespace's share of %llu bytes is used up",
			(unsigned long long)txn->memory->max);
	txn->why.op = op->index;
	txn->error = err;
	return err;
}

/* ---- transactions ---- */

static void set_base(struct epacl_txn *txn, struct epacl_root *base)
{
	epacl_root_get(base);
	epacl_root_put(txn->base);
	txn->base = base;
}

int epacl_txn_init(struct epacl_txn *txn, struct epacl_memory *memory,
		   struct epacl_root *base)
{
	memset(txn, 0, sizeof(*txn));
	INIT_LIST_HEAD(&txn->ops);
	txn->memory = memory;
	txn->epoch = next_epoch();
	txn->root = root_copy(memory, base, txn->epoch, txn->epoch);
	if (!txn->root)
		return -ENOMEM;
	set_base(txn, base);
	return 0;
}

void epacl_txn_fini(struct epacl_txn *txn)
{
	struct epacl_op *op, *next;
	u32 i;

	list_for_each_entry_safe(op, next, &txn->ops, node) {
		epacl_op_free(op);
		cond_resched();
	}
	INIT_LIST_HEAD(&txn->ops);
	forget_counters(txn);
	epacl_free(txn->auto_ports);
	txn->auto_ports = NULL;
	for (i = 0; i < EPACL_NUMBERS; i++) {
		epacl_free(txn->numbers[i]);
		txn->numbers[i] = NULL;
	}
	epacl_root_put(txn->root);
	txn->root = NULL;
	epacl_root_put(txn->base);
	txn->base = NULL;
}

int epacl_txn_do(struct epacl_txn *txn, struct epacl_op *op)
{
	int err = -ECANCELED;

	op->index = txn->nops + 1;
	if (!txn->error)
		err = apply(txn, op);
	if (err) {
		epacl_op_free(op);
		return err;
	}
	list_add_tail(&op->node, &txn->ops);
	txn->nops++;
	return 0;
}

int epacl_txn_rebase(struct epacl_txn *txn, struct epacl_root *base)
{
	struct epacl_root *root;
	struct epacl_op *op;
	int err;

	if (txn->error)
		return -ECANCELED;
	txn->epoch = next_epoch();
	root = root_copy(txn->memory, base, txn->epoch, txn->epoch);
	if (!root) {
		txn->why.op = 0;
		txn->error =
			epacl_refuse(&txn->why, -ENOMEM, 0, "no memory",
				     "no memory to do the transaction again");
		return txn->error;
	}
	epacl_root_put(txn->root);
	txn->root = root;
	set_base(txn, base);
	forget_counters(txn);
	epacl_auto_ports_forget(txn);
	epacl_numbers_forget(txn);
	txn->unlimited[0] = 0;
	list_for_each_entry(op, &txn->ops, node) {
		err = apply(txn, op);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

struct epacl_root *epacl_txn_show(struct epacl_txn *txn)
{
	txn->epoch = next_epoch();
	epacl_root_get(txn->root);
	return txn->root;
}

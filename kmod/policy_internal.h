/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the policy share: lifetimes of the objects, the checks of
 * what is to be stored, and one table entry for each kind of object.
 */
#ifndef _EPACL_POLICY_INTERNAL_H
#define _EPACL_POLICY_INTERNAL_H

#include <linux/gfp.h>
#include "policy.h"

/* For the nodes of maps. */
#define EPACL_GFP (GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

/**
 * struct epacl_kind - what an operation can do to one kind of object
 * @noun: the kind in a sentence
 * @words: by attribute, what the operator types for it; NULL: not in a request
 * @identity: bits of the attributes that say which object
 * @required: bits of those that adding one takes besides
 * @clearable: bits of those that an object can be without
 * @add: NULL: cannot be added
 * @change: NULL: there is nothing to change
 * @remove: NULL: cannot be removed
 *
 * The functions find their operation complete, with nothing in it that does not
 * belong there. They either do all of it or leave the policy as it was.
 */
struct epacl_kind {
	const char *noun;
	const char *words[20];
	u32 identity;
	u32 required;
	u32 clearable;
	int (*add)(struct epacl_txn *txn, const struct epacl_op *op);
	int (*change)(struct epacl_txn *txn, const struct epacl_op *op);
	int (*remove)(struct epacl_txn *txn, const struct epacl_op *op);
};

extern const struct epacl_kind epacl_kind_limits;
extern const struct epacl_kind epacl_kind_guard;
extern const struct epacl_kind epacl_kind_service;
extern const struct epacl_kind epacl_kind_vnet;
extern const struct epacl_kind epacl_kind_subnet;
extern const struct epacl_kind epacl_kind_group;
extern const struct epacl_kind epacl_kind_member;
extern const struct epacl_kind epacl_kind_acl;
extern const struct epacl_kind epacl_kind_lbset;
extern const struct epacl_kind epacl_kind_set;
extern const struct epacl_kind epacl_kind_vm;
extern const struct epacl_kind epacl_kind_nic;
extern const struct epacl_kind epacl_kind_endpoint;
extern const struct epacl_kind epacl_kind_rules;
extern const struct epacl_kind epacl_kind_rule;

static inline bool epacl_op_has(const struct epacl_op *op, u32 attr)
{
	return op->set & BIT(attr);
}

/*
 * Is the value of @attr that of the operation, rather than what was there? What
 * is to be taken away is absent in the operation, and so zero.
 */
static inline bool epacl_op_gives(const struct epacl_op *op, u32 attr)
{
	return op->verb == EPACL_VERB_ADD || (op->set | op->clear) & BIT(attr);
}

/* ---- refusals that all kinds have; @what names the object ---- */

/* Two names, a noun each, and a few words. */
#define EPACL_WHAT 176

/**
 * epacl_exists - what is to be added is there already
 * @txn: transaction
 * @op: operation
 * @kind: of object
 * @what: the object
 * @attr: first attribute in which it differs from what is there; 0: equal
 *
 * Return: 0 if that is fine, or -EEXIST.
 */
int epacl_exists(struct epacl_txn *txn, const struct epacl_op *op,
		 const struct epacl_kind *kind, const char *what, u16 attr);

/* What an operation names with @attr is not there. Return: 0 if it is fine. */
int epacl_missing(struct epacl_txn *txn, const struct epacl_op *op, u16 attr,
		  const char *what);

/* An operation refers to an object by name. Return: 0, or -ENOENT. */
int epacl_need(struct epacl_txn *txn, u8 kind, u16 attr, const char *name);

/**
 * epacl_find_vm - the VM whose part an operation is about
 * @txn: transaction
 * @op: operation
 * @attr: attribute that names it
 * @name: name
 * @vm: the VM; NULL: there is none
 *
 * Return: 0 if it is there, or if it is fine that it is not; else -ENOENT.
 */
int epacl_find_vm(struct epacl_txn *txn, const struct epacl_op *op, u16 attr,
		  const char *name, struct epacl_vm **vm);

/* ---- check.c: what is fit to be stored ---- */

/* Each: 0, or -EINVAL with the refusal about @attr filled in. */
int epacl_check_name(struct epacl_refusal *why, u16 attr, const char *noun,
		     const char *name);
int epacl_check_dev(struct epacl_refusal *why, u16 attr, const char *dev);
/* A shell pattern of names of interfaces. */
int epacl_check_pattern(struct epacl_refusal *why, u16 attr,
			const char *pattern);
int epacl_check_text(struct epacl_refusal *why, u16 attr, const char *text);
/* An address that packets come from and go to, on more than one host. */
int epacl_check_unicast(struct epacl_refusal *why, u16 attr, const char *word,
			const struct epacl_ip *ip);

/**
 * epacl_check_count - are there as many as there may be?
 * @why: filled in on failure
 * @attr: attribute
 * @word: the operator's word for it
 * @n: how many there are
 * @min: at least
 * @max: at most
 */
int epacl_check_count(struct epacl_refusal *why, u16 attr, const char *word,
		      u32 n, u32 min, u32 max);

/* Order of the sorted lists: by family, address, length. */
int epacl_prefix_compare(const void *a, const void *b);
int epacl_name_compare(const void *a, const void *b);
/* By family, address, port. */
int epacl_public_compare(const void *a, const void *b);
bool epacl_prefixes_equal(const struct epacl_prefix *a, u32 na,
			  const struct epacl_prefix *b, u32 nb);

/**
 * epacl_take_prefixes - take over prefixes from a request, masked
 * @why: filled in on failure
 * @attr: attribute
 * @word: the operator's word for it
 * @to: room for all of @list
 * @list: struct epacl_prefix
 */
int epacl_take_prefixes(struct epacl_refusal *why, u16 attr, const char *word,
			struct epacl_prefix *to, const struct epacl_list *list);

/* ---- acl.c: rule lists. NULL: no memory ---- */

/* With an empty list in each of @n slots. Return: 0 or -ENOMEM. */
int epacl_slots_init(struct epacl_memory *memory, u64 epoch,
		     struct epacl_slot *slots, u32 n);
/* The lists of @from, shared. */
void epacl_slots_share(struct epacl_slot *to, const struct epacl_slot *from,
		       u32 n);
void epacl_slots_put(struct epacl_slot *slots, u32 n);

struct epacl_acl *epacl_acl_alloc(struct epacl_memory *memory, u64 epoch);
/* Shares the rules, without what was compiled of them. */
struct epacl_acl *epacl_acl_copy(struct epacl_memory *memory, u64 epoch,
				 const struct epacl_acl *from);
/* NULL is fine. May sleep, as all of these. */
void epacl_acl_put(struct epacl_acl *acl);

/* Where @order is in @acl, or belongs. */
u32 epacl_acl_position(const struct epacl_acl *acl, u16 order);

/*
 * Change a list that the caller owns. A rule that is put there is the list's, on
 * success, and one that goes is let go of.
 */
int epacl_acl_insert(struct epacl_memory *memory, struct epacl_acl *acl,
		     u32 pos, struct epacl_rule *rule);
void epacl_acl_replace(struct epacl_acl *acl, u32 pos, struct epacl_rule *rule);
void epacl_acl_remove(struct epacl_acl *acl, u32 pos);

/* ---- rule.c ---- */

/**
 * epacl_rule_build - a new rule without a counter
 * @txn: transaction
 * @op: what it says
 * @old: rule that the operation changes; NULL: none
 * @err: set on failure
 */
struct epacl_rule *epacl_rule_build(struct epacl_txn *txn,
				    const struct epacl_op *op,
				    const struct epacl_rule *old, int *err);
void epacl_rule_put(struct epacl_memory *memory, struct epacl_rule *rule);
/* First attribute in which two rules differ; 0: none. */
u16 epacl_rule_difference(const struct epacl_rule *a,
			  const struct epacl_rule *b);

/* ---- object.c: lifetimes. NULL: no memory ---- */

/* With room for @n prefixes and @nvlans tags; without a station. */
struct epacl_nic *epacl_nic_alloc(struct epacl_memory *memory, u64 epoch, u32 n,
				  u32 nvlans);
/* NULL is fine. */
void epacl_nic_put(struct epacl_nic *nic);

/* With room for @n publics; without a list. */
struct epacl_endpoint *epacl_endpoint_alloc(struct epacl_memory *memory, u32 n);
/* NULL is fine. */
void epacl_endpoint_free(struct epacl_endpoint *endpoint);

struct epacl_vm *epacl_vm_alloc(struct epacl_memory *memory, const char *name,
				u64 epoch);

/* Makes room for EPACL_GROUPS_MAX groups. Return: false: no memory. */
bool epacl_vm_groups_room(struct epacl_memory *memory, struct epacl_vm *vm);

/**
 * epacl_vm_copy - a copy that a transaction may change
 * @memory: account
 * @epoch: of the copy
 * @from: VM
 * @keep_ops: leave the indices of operations in the copy, else they are 0
 *
 * Lists, nics and counters are shared. Endpoints are copied, so that they need
 * neither a reference count nor an epoch of their own.
 */
struct epacl_vm *epacl_vm_copy(struct epacl_memory *memory, u64 epoch,
			       const struct epacl_vm *from, bool keep_ops);

/**
 * epacl_more_room - make sure that one more pointer fits into an array
 * @memory: account
 * @array: array, which is freed if it has to be replaced
 * @n: pointers in it
 *
 * The room is a function of @n: nothing needs to remember it.
 *
 * Return: the array; NULL: no memory, and @array is what it was.
 */
void *epacl_more_room(struct epacl_memory *memory, void *array, u32 n);
/* A new array for as many as epacl_more_room() has room for with @n, not 0. */
void *epacl_room(struct epacl_memory *memory, u32 n);

/* ---- vnet.c: lifetimes of vnets and subnets. NULL: no memory ---- */

struct epacl_vnet *epacl_vnet_alloc(struct epacl_memory *memory,
				    const char *name, u64 epoch);
/* As epacl_vm_copy(). */
struct epacl_vnet *epacl_vnet_copy(struct epacl_memory *memory, u64 epoch,
				   const struct epacl_vnet *from,
				   bool keep_ops);
/* The subnets alone, into a vnet that has none. Return: 0 or -ENOMEM. */
int epacl_vnet_copy_subnets(struct epacl_memory *memory, struct epacl_vnet *to,
			    const struct epacl_vnet *from, bool keep_ops);

/* With room for @n prefixes; without lists. */
struct epacl_subnet *epacl_subnet_alloc(struct epacl_memory *memory, u32 n);
/* NULL is fine. */
void epacl_subnet_free(struct epacl_subnet *subnet);

/* Where @name is, or belongs, among the subnets of @vnet. */
u32 epacl_subnet_position(const struct epacl_vnet *vnet, const char *name);

/**
 * epacl_subnet_check - does a subnet lie within its vnet?
 * @why: filled in on failure
 * @attr: attribute of the operation
 * @vnet: vnet
 * @subnet: subnet
 */
int epacl_subnet_check(struct epacl_refusal *why, u16 attr,
		       const struct epacl_vnet *vnet,
		       const struct epacl_subnet *subnet);

/* ---- policy.c: what a transaction may change in place ---- */

/* Puts @obj into @map, and the caller's reference to it. */
int epacl_install(struct epacl_pmap *map, struct epacl_obj *obj);

/*
 * The object or list that the transaction may change in place of the one given:
 * itself, or a copy. A list's owner is owned already. NULL: no memory, and the
 * policy is what it was.
 */
struct epacl_vm *epacl_own_vm(struct epacl_txn *txn, struct epacl_vm *vm);
struct epacl_vnet *epacl_own_vnet(struct epacl_txn *txn,
				  struct epacl_vnet *vnet);
struct epacl_group *epacl_own_group(struct epacl_txn *txn,
				    struct epacl_group *group);
struct epacl_lbset *epacl_own_lbset(struct epacl_txn *txn,
				    struct epacl_lbset *lbset);
struct epacl_named *epacl_own_named(struct epacl_txn *txn,
				    struct epacl_named *named);
struct epacl_acl *epacl_own_acl(struct epacl_txn *txn, struct epacl_acl **acl);

/* Is a copy of @obj to keep the indices of operations? Else they are 0. */
static inline bool epacl_keeps_ops(const struct epacl_txn *txn,
				   const struct epacl_obj *obj)
{
	return epacl_root_made(txn->root, obj);
}

/* ---- owner.c: whose rule list ---- */

/* Writes an owner as in a sentence. Return: @what. */
const char *epacl_owner_text(const struct epacl_owner *owner,
			     char what[EPACL_WHAT]);

/**
 * struct epacl_place - where an owner's list is
 * @owner: whose it is
 * @obj: object of the policy that holds it; NULL: there is no such owner
 * @slot: its slot; NULL: the owner is a named list
 * @acl: where the owner's own list is pointed to
 */
struct epacl_place {
	const struct epacl_owner *owner;
	struct epacl_obj *obj;
	struct epacl_slot *slot;
	struct epacl_acl **acl;
};

/**
 * epacl_find_place - the list that an operation is about
 * @txn: transaction
 * @op: operation
 * @attr: attribute that names the owner
 * @owner: owner
 * @place: filled in; without an @obj if it is fine that it is not there
 *
 * Return: 0, or a negative errno.
 */
int epacl_find_place(struct epacl_txn *txn, const struct epacl_op *op, u16 attr,
		     const struct epacl_owner *owner,
		     struct epacl_place *place);
/* Makes its owner one that the transaction may change. Return: 0 or -ENOMEM. */
int epacl_own_place(struct epacl_txn *txn, struct epacl_place *place);

/**
 * struct epacl_listed - a rule list, and whose it is
 * @owner: whose
 * @slot: where it is; NULL: it is a named one
 * @acl: the owner's own list
 */
struct epacl_listed {
	struct epacl_owner owner;
	const struct epacl_slot *slot;
	const struct epacl_acl *acl;
};

/**
 * epacl_each_list - look at the rule lists of a policy
 * @root: policy
 * @see: called for each, named ones included, until it returns true
 * @arg: passed on
 * @list: the one for which it did
 *
 * Return: true if @see did.
 */
bool epacl_each_list(const struct epacl_root *root,
		     bool (*see)(const struct epacl_listed *list, void *arg),
		     void *arg, struct epacl_listed *list);

/* ---- op_acl.c ---- */

/**
 * epacl_use_is_limited - does an endpoint or an lbset use a named list?
 * @txn: transaction
 * @name: of the list
 * @owner: set to who does
 */
bool epacl_use_is_limited(struct epacl_txn *txn, const char *name,
			  struct epacl_owner *owner);

/* ---- numbers.c ---- */

/**
 * epacl_take_number - a number for a new object, of no other one of its kind
 * @txn: transaction
 * @which: EPACL_NUMBERS_*
 * @name: of the object; one that the transaction has removed and adds again
 *	gets the number that it had
 *
 * Return: the number; 0: all are taken; or -ENOMEM.
 */
int epacl_take_number(struct epacl_txn *txn, u8 which, const char *name);
/* Numbers have become free. */
void epacl_numbers_forget(struct epacl_txn *txn);

/* A counter for a new rule. Return: 0 or -ENOMEM. */
int epacl_take_counter(struct epacl_txn *txn, struct epacl_rule *rule);

/* ---- endpoint.c: what an endpoint may be ---- */

/* By itself, except for public ports that are still to be chosen. */
int epacl_endpoint_check(struct epacl_refusal *why, const struct epacl_op *op,
			 const struct epacl_endpoint *endpoint);
/* Within its VM, where it may take the place of one of its name. */
int epacl_endpoint_check_vm(struct epacl_refusal *why,
			    const struct epacl_vm *vm,
			    const struct epacl_endpoint *endpoint);

/**
 * epacl_endpoint_check_member - may it be a member of an lbset?
 * @why: filled in on failure
 * @attr: attribute of the operation
 * @vm: VM of the endpoint
 * @endpoint: endpoint
 * @lbset: lbset
 */
int epacl_endpoint_check_member(struct epacl_refusal *why, u16 attr,
				const struct epacl_vm *vm,
				const struct epacl_endpoint *endpoint,
				const struct epacl_lbset *lbset);

/* ---- auto_port.c ---- */

/**
 * epacl_auto_ports_choose - choose the public ports that a request leaves open
 * @txn: transaction
 * @vm: VM of the endpoint
 * @endpoint: endpoint; each port 0 in its publics is replaced
 *
 * What the policy has for an endpoint of that name and VM does not count.
 *
 * Return: 0; -ENOSPC: none is free; -ENOMEM.
 */
int epacl_auto_ports_choose(struct epacl_txn *txn, const struct epacl_vm *vm,
			    struct epacl_endpoint *endpoint);
/* An endpoint was added to the policy. */
void epacl_auto_ports_added(struct epacl_txn *txn,
			    const struct epacl_endpoint *endpoint);
/* Something else has changed. */
void epacl_auto_ports_forget(struct epacl_txn *txn);

#endif /* _EPACL_POLICY_INTERNAL_H */

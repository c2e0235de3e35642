/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Definitions, and transactions that change them. Knows nothing of packets,
 * netlink or interfaces.
 *
 * A transaction starts as a copy of the policy in force, which costs nothing
 * (pmap.h), and edits that copy: objects that it has made itself in place,
 * others by replacing them with changed copies. Giving up is letting go of the
 * copy. Its operations are kept, so that they can be done again upon another
 * policy when somebody else has committed in the meantime.
 *
 * Here every operation is checked by itself: names, ranges, existence, limits,
 * references. What concerns several objects at once (addresses, interfaces or
 * public ports that two of them claim) is found where they meet, in compile.
 */
#ifndef _EPACL_POLICY_H
#define _EPACL_POLICY_H

#include <linux/list.h>
#include "memory.h"
#include "model.h"
#include "refusal.h"

enum epacl_verb {
	EPACL_VERB_ADD,
	EPACL_VERB_CHANGE,
	EPACL_VERB_REMOVE,
	EPACL_VERB_FLUSH,
};

/* Whose list; as in enum epacl_owner_attr. */
struct epacl_owner {
	u8 kind; /* enum epacl_owner_kind */
	u8 direction; /* enum epacl_direction; in, where the owner has but one list */
	char name[EPACL_NAME_MAX + 1];
	char part[EPACL_NAME_MAX + 1];
};

/* What owners of a kind have. */
bool epacl_owner_has_part(u8 kind);
bool epacl_owner_has_direction(u8 kind);
/* Kind of the object that holds their lists, EPACL_A_*; 0: no kind of owner. */
u8 epacl_owner_map(u8 kind);

struct epacl_auto_ports;
struct epacl_numbers;

/* Small numbers that the kernel gives to objects. */
enum {
	EPACL_NUMBERS_ZONES, /* of vnets */
	EPACL_NUMBERS_IDS, /* of sets */
	EPACL_NUMBERS,
};

/* A list of fixed-size elements within an operation. */
struct epacl_list {
	u32 n;
	void *p;
};

/**
 * struct epacl_op - one operation, as it arrived
 * @node: in the transaction
 * @index: from 1
 * @verb: what to do
 * @kind: to which kind of object: the EPACL_A_* number of its nest; 0 for FLUSH
 * @flags: EPACL_F_MAY_EXIST, EPACL_F_IF_EXISTS
 * @set: bit (1 << attribute) of each attribute of the nest that is present
 * @clear: bit (1 << attribute) of each that is to be taken away
 * @memory: account that it is on
 *
 * Attributes that are absent are zero in the union. Lists are allocated with
 * epacl_alloc() and owned by the operation. Prefixes arrive with family and
 * length checked, host bits as typed. Strings fit and end with a NUL, but are
 * not checked otherwise.
 */
struct epacl_op {
	struct list_head node;
	u32 index;
	u8 verb;
	u8 kind;
	u32 flags;
	u32 set;
	u32 clear;
	struct epacl_memory *memory;
	union {
		struct {
			u32 rules_per_endpoint;
		} limits;
		struct {
			char pattern[EPACL_NAME_MAX + 1];
		} guard;
		struct {
			char name[EPACL_NAME_MAX + 1];
			struct epacl_list vips; /* struct epacl_prefix */
		} service;
		struct {
			char name[EPACL_NAME_MAX + 1];
			struct epacl_list prefixes; /* struct epacl_prefix */
			struct epacl_list peers; /* struct epacl_prefix */
			struct epacl_list peer_vnets; /* struct epacl_name */
			struct epacl_list uplinks; /* struct epacl_name */
		} vnet;
		struct {
			char vnet[EPACL_NAME_MAX + 1];
			char name[EPACL_NAME_MAX + 1];
			struct epacl_list prefixes; /* struct epacl_prefix */
		} subnet;
		struct {
			char name[EPACL_NAME_MAX + 1];
			u16 precedence;
		} group;
		struct {
			char group[EPACL_NAME_MAX + 1];
			char vm[EPACL_NAME_MAX + 1];
		} member;
		struct {
			char name[EPACL_NAME_MAX + 1];
		} acl;
		struct {
			char name[EPACL_NAME_MAX + 1];
			u16 proto;
			struct epacl_list publics; /* struct epacl_public */
		} lbset;
		struct {
			char name[EPACL_NAME_MAX + 1];
			struct epacl_list prefixes; /* struct epacl_prefix */
		} prefix_set;
		struct {
			char name[EPACL_NAME_MAX + 1];
			char service[EPACL_NAME_MAX + 1];
			u32 quota;
		} vm;
		struct {
			char vm[EPACL_NAME_MAX + 1];
			char dev[IFNAMSIZ];
			char vnet[EPACL_NAME_MAX + 1];
			u8 mac[ETH_ALEN];
			u32 serves;
			struct epacl_list prefixes; /* struct epacl_prefix */
			struct epacl_list shared; /* struct epacl_prefix */
			struct epacl_list vlans; /* u16 */
		} nic;
		struct {
			char vm[EPACL_NAME_MAX + 1];
			char name[EPACL_NAME_MAX + 1];
			u16 proto;
			struct epacl_ports ports;
			u8 type;
			u8 code;
			struct epacl_ip address;
			struct epacl_list publics; /* struct epacl_public */
			char lbset[EPACL_NAME_MAX + 1];
		} endpoint;
		struct {
			char vm[EPACL_NAME_MAX + 1];
			u8 direction;
		} effective; /* only to ask for */
		struct {
			struct epacl_owner owner;
			u8 deflt;
			char use[EPACL_NAME_MAX + 1];
		} rules;
		struct {
			struct epacl_owner owner;
			u16 order;
			bool permit;
			struct epacl_prefix remote;
			u16 proto;
			u8 type;
			u8 code;
			struct epacl_list lports; /* struct epacl_ports */
			struct epacl_list rports; /* struct epacl_ports */
			char text[EPACL_TEXT_MAX + 1];
			char set[EPACL_NAME_MAX + 1];
			u32 reqid;
		} rule;
	};
};

/**
 * struct epacl_txn - a transaction that is being put together
 * @memory: account of its namespace
 * @base: the policy that it started from
 * @root: the policy as its operations have made it so far; generation is that
 *	of the policy it was computed from
 * @epoch: objects with this epoch are its own and not shown to anybody else
 * @ops: struct epacl_op, in order
 * @nops: how many
 * @counters: block from which new rules take their counters; NULL: none yet
 * @counter: next free one in it
 * @auto_ports: see auto_port.c
 * @numbers: see numbers.c
 * @unlimited: a named list that no endpoint or lbset uses; "": none is known
 * @error: negative errno of the operation that failed, and ended it
 * @why: its refusal
 *
 * The caller serialises all calls on one transaction.
 */
struct epacl_txn {
	struct epacl_memory *memory;
	struct epacl_root *base;
	struct epacl_root *root;
	u64 epoch;
	struct list_head ops;
	u32 nops;
	struct epacl_counters *counters;
	u32 counter;
	struct epacl_auto_ports *auto_ports;
	struct epacl_numbers *numbers[EPACL_NUMBERS];
	char unlimited[EPACL_NAME_MAX + 1];
	int error;
	struct epacl_refusal why;
};

/* Before all the rest, and after it. Return: 0 or -ENOMEM. */
int epacl_policy_init(void);
void epacl_policy_exit(void);

/* An empty policy of generation @generation; NULL: no memory. */
struct epacl_root *epacl_root_alloc(struct epacl_memory *memory,
				    u64 generation);
void epacl_root_get(struct epacl_root *root);
/* NULL is fine. May sleep. */
void epacl_root_put(struct epacl_root *root);

/* Memory for an operation, zeroed; @set and the union are the caller's. */
struct epacl_op *epacl_op_alloc(struct epacl_memory *memory);
/* With its lists. NULL is fine. */
void epacl_op_free(struct epacl_op *op);

/**
 * epacl_txn_init - begin
 * @txn: filled in
 * @memory: account
 * @base: policy in force; the transaction takes references of its own
 *
 * Return: 0 or -ENOMEM.
 */
int epacl_txn_init(struct epacl_txn *txn, struct epacl_memory *memory,
		   struct epacl_root *base);
/* Lets go of everything; nops, error and why stay what they are. */
void epacl_txn_fini(struct epacl_txn *txn);

/**
 * epacl_txn_do - do one operation
 * @txn: transaction
 * @op: consumed, whatever comes of it
 *
 * Return: 0; -ECANCELED after an earlier failure; or another negative errno,
 * with txn->why filled in, and the transaction is ended.
 */
int epacl_txn_do(struct epacl_txn *txn, struct epacl_op *op);

/**
 * epacl_txn_rebase - do all operations again, upon another policy
 * @txn: transaction
 * @base: policy that is in force now
 *
 * Return: as epacl_txn_do().
 */
int epacl_txn_rebase(struct epacl_txn *txn, struct epacl_root *base);

/**
 * epacl_txn_show - the policy as the transaction has made it so far
 * @txn: transaction
 *
 * What is returned does not change any more: later operations make copies.
 *
 * Return: a reference that the caller puts.
 */
struct epacl_root *epacl_txn_show(struct epacl_txn *txn);

/* The own list of an owner; NULL if there is no such owner. */
struct epacl_acl *epacl_root_acl(const struct epacl_root *root,
				 const struct epacl_owner *owner);

/* The list that answers in @slot: the named one that it uses, or its own. */
struct epacl_acl *epacl_slot_acl(const struct epacl_root *root,
				 const struct epacl_slot *slot);

/*
 * Do prefixes of @vnet overlap those of another vnet? Then its flows are kept
 * apart in a zone of their own. A walk over all vnets.
 */
bool epacl_vnet_overlaps(const struct epacl_root *root,
			 const struct epacl_vnet *vnet);

/*
 * Where the public addresses of @family of an endpoint are translated to: its
 * own address, or the first plain one of the VM's first nic that is not
 * link-local. Family 0: there is none.
 */
struct epacl_ip epacl_public_target(const struct epacl_vm *vm,
				    const struct epacl_endpoint *endpoint,
				    u8 family);

struct epacl_endpoint *epacl_vm_endpoint(const struct epacl_vm *vm,
					 const char *name);
struct epacl_subnet *epacl_vnet_subnet(const struct epacl_vnet *vnet,
				       const char *name);

/* The map of a kind of object, EPACL_A_*; NULL: it has none. */
const struct epacl_pmap *epacl_root_map(const struct epacl_root *root, u8 kind);

/* Its rules, default and use are what they are when nobody touches them. */
bool epacl_slot_is_untouched(const struct epacl_slot *slot);

#endif /* _EPACL_POLICY_H */

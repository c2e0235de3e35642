/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has been configured: the objects of a policy, as the operator named
 * them. Each kind that has a name of its own is held by a persistent map; a VM
 * owns its nics and endpoints, a vnet its subnets. They refer to each other by
 * name.
 *
 * Once published an object never changes; a change replaces it by a changed
 * copy. What must outlive a change (counters, what a nic was heard to use) is
 * held by reference and handed from copy to copy.
 */
#ifndef _EPACL_MODEL_H
#define _EPACL_MODEL_H

#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/refcount.h>
#include "counters.h"
#include "packed.h"
#include "pmap.h"
#include "types.h"

struct epacl_set_table;
struct epacl_station;
struct epacl_table;

/**
 * struct epacl_match - what a rule matches; all that is given must agree
 * @remote: family 0: any address of either family, unless there is a set
 * @reqid: of a state that protects the packet, if it is to be @secure; 0: any
 * @proto: EPACL_PROTO_ANY: any
 * @type: of ICMP, with @has_type
 * @code: the same, with @has_code
 * @nlports: ranges in @ports for the VM's side; 0: any
 * @nrports: ranges after those, for the other side; 0: any
 * @secure: the packet is protected by IPsec
 * @has_type: @type must agree
 * @has_code: and @code
 * @has_set: the remote is in a set, see epacl_match_set()
 * @ports: @nlports + @nrports ranges; behind them comes the name of the set
 */
struct epacl_match {
	struct epacl_prefix remote;
	u32 reqid;
	u16 proto;
	u8 type;
	u8 code;
	u8 nlports;
	u8 nrports;
	bool secure : 1;
	bool has_type : 1;
	bool has_code : 1;
	bool has_set : 1;
	struct epacl_ports ports[];
};

/* What comes behind the ports. */
static inline const char *epacl_match_tail(const struct epacl_match *match)
{
	return (const char *)(match->ports + match->nlports + match->nrports);
}

/* Name of the set that the remote is in. NULL: none. */
static inline const char *epacl_match_set(const struct epacl_match *match)
{
	return match->has_set ? epacl_match_tail(match) : NULL;
}

/**
 * struct epacl_rule - one rule of a list
 * @refs: lists that hold it, in every version of the policy
 * @order: 1 to 65535
 * @permit: or deny
 * @log: what it decides is logged
 * @has_text: it has a name, see epacl_rule_text()
 * @counter: of what it matched
 * @counters: block that holds @counter
 * @match: what it matches; behind it comes the name
 *
 * There may be more of these than of anything else. So there are no pointers to
 * what few have, and one that has a prefix and one range of ports is 64 bytes.
 */
struct epacl_rule {
	refcount_t refs;
	u16 order;
	bool permit : 1;
	bool log : 1;
	bool has_text : 1;
	struct epacl_count __percpu *counter;
	struct epacl_counters *counters;
	struct epacl_match match;
};

/* The operator's name for a rule. NULL: none. */
static inline const char *epacl_rule_text(const struct epacl_rule *rule)
{
	const char *tail = epacl_match_tail(&rule->match);

	if (!rule->has_text)
		return NULL;
	return rule->match.has_set ? tail + strlen(tail) + 1 : tail;
}

/**
 * struct epacl_acl - a rule list
 * @refs: owners, in every version of the policy
 * @npermit: of @n, how many permit
 * @nsecure: of @n, how many ask for IPsec
 * @epoch: as in struct epacl_obj
 * @deflt: enum epacl_default
 * @n: rules, no more than EPACL_RULES_MAX
 * @room: pointers that fit into the memory at @rules - @front
 * @front: free ones in front of @rules
 * @rules: by ascending order
 * @table: compiled form; NULL until compiled, rebuilt after a change
 *
 * Most VMs have three, which are empty but for one.
 */
struct epacl_acl {
	refcount_t refs;
	u16 npermit;
	u16 nsecure;
	u64 epoch;
	u8 deflt;
	u32 n;
	u32 room;
	u32 front;
	struct epacl_rule **rules;
	struct epacl_table *table;
};
static_assert(EPACL_RULES_MAX == (u16)EPACL_RULES_MAX);

/* What a list answers where no rule matches. */
static inline bool epacl_acl_default_permits(const struct epacl_acl *acl)
{
	if (acl->deflt == EPACL_DEFAULT_AUTO)
		return !acl->npermit;
	return acl->deflt == EPACL_DEFAULT_PERMIT;
}

/**
 * struct epacl_slot - where an owner's rule list is
 * @acl: its own, never NULL
 * @use: name of the list that answers in its place; "": none does
 */
struct epacl_slot {
	struct epacl_acl *acl;
	char use[EPACL_NAME_MAX + 1];
};

/* A list with a name of its own. */
struct epacl_named {
	struct epacl_obj obj;
	struct epacl_acl *acl;
};

/**
 * struct epacl_set - a set of prefixes
 * @id: from 1, of no other set of the policy; the same as long as the set is
 *	there, so that compiled rules can name it
 * @packed: its prefixes
 * @table: compiled form, which needs them; NULL until compiled
 */
struct epacl_set {
	struct epacl_obj obj;
	u32 id;
	struct epacl_packed packed;
	struct epacl_set_table *table;
};

/* @precedence: asked from the lowest on, ties by name. */
struct epacl_group {
	struct epacl_obj obj;
	u16 precedence;
	struct epacl_slot slot[EPACL_DIRECTIONS];
};

/**
 * struct epacl_guard - a pattern of names of interfaces, which is its own name
 * @force: whatever the host has on interfaces that match
 * @counters: one, of what it refused; shared by every version of the guard
 */
struct epacl_guard {
	struct epacl_obj obj;
	bool force;
	struct epacl_counters *counters;
};

struct epacl_service {
	struct epacl_obj obj;
	struct epacl_ip vip[2]; /* IPv4, IPv6; family 0: none */
};

/* A name in a list of names. */
struct epacl_name {
	char s[EPACL_NAME_MAX + 1];
};

/**
 * struct epacl_subnet - prefixes inside a vnet
 * @name: unique within it
 * @op: index of the operation that touched it last
 * @n: entries of @prefixes
 * @prefixes: sorted
 * @slot: its lists
 */
struct epacl_subnet {
	char name[EPACL_NAME_MAX + 1];
	u32 op;
	u32 n;
	struct epacl_prefix *prefixes;
	struct epacl_slot slot[EPACL_DIRECTIONS];
};

/**
 * struct epacl_vnet - prefixes that belong together
 * @zone: connection tracking zone that it takes where it needs one, 1 to
 *	EPACL_VNETS_MAX, of no other vnet of the policy
 * @prefixes: its own, sorted, @nprefixes of them
 * @peers: prefixes that count as inside, sorted, @npeers of them
 * @peer_vnets: vnets that do, sorted by name, @npeer_vnets of them
 * @uplinks: interfaces at which inside traffic enters, sorted, @nuplinks
 * @subnets: sorted by name, @nsubnets of them
 */
struct epacl_vnet {
	struct epacl_obj obj;
	u16 zone;
	u32 nprefixes;
	u32 npeers;
	u32 npeer_vnets;
	u32 nuplinks;
	u32 nsubnets;
	struct epacl_prefix *prefixes;
	struct epacl_prefix *peers;
	struct epacl_name *peer_vnets;
	struct epacl_name *uplinks;
	struct epacl_subnet **subnets;
};

/**
 * struct epacl_nic - one attachment of a VM
 * @refs: versions of the VM that have it
 * @epoch: as in struct epacl_obj
 * @dev: host-side interface
 * @vnet: name of its vnet, "" for none
 * @has_mac: @mac is declared
 * @mac: declared MAC
 * @serves: EPACL_SERVES_*
 * @n: entries of @prefixes
 * @nshared: of those, how many at the end are addresses that others may share
 * @nvlans: entries of @vlans
 * @prefixes: addresses and prefixes, in the order given, then shared addresses
 * @vlans: tags that it may send and receive, sorted
 * @station: what it was heard to use, shared by every version of the nic
 * @op: index of the operation that touched it last
 */
struct epacl_nic {
	refcount_t refs;
	u64 epoch;
	char dev[IFNAMSIZ];
	char vnet[EPACL_NAME_MAX + 1];
	bool has_mac;
	u8 mac[ETH_ALEN];
	u8 serves;
	u32 n;
	u32 nshared;
	u32 nvlans;
	struct epacl_prefix *prefixes;
	u16 *vlans;
	struct epacl_station *station;
	u32 op;
};

struct epacl_public {
	struct epacl_ip ip;
	u16 port; /* 0 for an endpoint whose protocol has no ports */
};

/**
 * struct epacl_lbset - a public address before endpoints of several VMs
 * @proto: one with ports
 * @npublics: 1 or 2
 * @publics: one a family, IPv4 first
 * @slot: its list
 */
struct epacl_lbset {
	struct epacl_obj obj;
	u8 proto;
	u8 npublics;
	struct epacl_public publics[2];
	struct epacl_slot slot;
};

/**
 * struct epacl_endpoint - what the outside may reach
 * @name: unique within its VM
 * @proto: 0 to 255, or EPACL_PROTO_ANY
 * @ports: private ports; 0 to 0 where the protocol has none
 * @has_code: only @code; ICMP
 * @type: ICMP type
 * @code: ICMP code
 * @address: family 0: every address of the VM
 * @npublics: entries of @publics
 * @publics: public addresses and ports, sorted
 * @lbset: name of the lbset that it is a member of, whose list is asked in place
 *	of its own; "" for none
 * @slot: its list
 * @op: index of the operation that touched it last
 */
struct epacl_endpoint {
	char name[EPACL_NAME_MAX + 1];
	u16 proto;
	struct epacl_ports ports;
	bool has_type; /* as typed: false means echo request */
	bool has_code;
	u8 type;
	u8 code;
	struct epacl_ip address;
	u32 npublics;
	struct epacl_public *publics;
	char lbset[EPACL_NAME_MAX + 1];
	struct epacl_slot slot;
	u32 op;
};

/**
 * struct epacl_vm - a guest
 * @obj: its index of an operation is that of the last change to the VM, its
 *	nics or its endpoints, not to rules
 * @service: name of its service, "" for none
 * @quota: connections that it may have opened; 0: any number
 * @nics: in the order in which they were added
 * @endpoints: sorted by name
 * @ngroups: entries of @groups
 * @groups: names of those that it is a member of, sorted, with room for
 *	EPACL_GROUPS_MAX; NULL: there is none
 * @slot: its lists by enum epacl_direction
 * @counters: of its verdicts, shared by every version of the VM
 */
struct epacl_vm {
	struct epacl_obj obj;
	char service[EPACL_NAME_MAX + 1];
	u32 quota;
	u32 nnics;
	u32 nendpoints;
	struct epacl_nic **nics;
	struct epacl_endpoint **endpoints;
	u32 ngroups;
	struct epacl_name *groups;
	struct epacl_slot slot[EPACL_DIRECTIONS];
	struct epacl_counters *counters;
};

/**
 * struct epacl_root - a whole policy
 * @refs: holders: the snapshot in force, transactions, dumps
 * @generation: number; grows by one with every commit
 * @epoch: as in struct epacl_obj
 * @epoch_min: objects of this epoch or a later one were made by the transaction
 *	that made this root; 0: no transaction did
 * @shape: policies of one shape differ in the rule lists of VMs and endpoints,
 *	and in the prefixes of sets, but in nothing else
 * @rules_per_endpoint: limit on the list of an endpoint or an lbset
 */
struct epacl_root {
	refcount_t refs;
	u64 generation;
	u64 epoch;
	u64 epoch_min;
	u64 shape;
	u32 rules_per_endpoint;
	struct epacl_pmap guards;
	struct epacl_pmap sets;
	struct epacl_pmap acls;
	struct epacl_pmap services;
	struct epacl_pmap vnets;
	struct epacl_pmap groups;
	struct epacl_pmap lbsets;
	struct epacl_pmap vms;
};

/*
 * Did the transaction that made @root make @obj, or this copy of it? Then the
 * index of an operation in @obj and its parts is one of that transaction, or 0
 * for what that transaction has only copied. Else it means nothing.
 */
static inline bool epacl_root_made(const struct epacl_root *root,
				   const struct epacl_obj *obj)
{
	return root->epoch_min && obj->epoch >= root->epoch_min;
}

/* The index of the operation that touched @nic; 0: the transaction did not. */
static inline u32 epacl_root_nic_op(const struct epacl_root *root,
				    const struct epacl_nic *nic)
{
	return root->epoch_min && nic->epoch >= root->epoch_min ? nic->op : 0;
}

static inline struct epacl_guard *epacl_guard(struct epacl_obj *obj)
{
	return obj ? container_of(obj, struct epacl_guard, obj) : NULL;
}

static inline struct epacl_set *epacl_set(struct epacl_obj *obj)
{
	return obj ? container_of(obj, struct epacl_set, obj) : NULL;
}

static inline struct epacl_named *epacl_named(struct epacl_obj *obj)
{
	return obj ? container_of(obj, struct epacl_named, obj) : NULL;
}

static inline struct epacl_group *epacl_group(struct epacl_obj *obj)
{
	return obj ? container_of(obj, struct epacl_group, obj) : NULL;
}

static inline struct epacl_lbset *epacl_lbset(struct epacl_obj *obj)
{
	return obj ? container_of(obj, struct epacl_lbset, obj) : NULL;
}

static inline struct epacl_service *epacl_service(struct epacl_obj *obj)
{
	return obj ? container_of(obj, struct epacl_service, obj) : NULL;
}

static inline struct epacl_vnet *epacl_vnet(struct epacl_obj *obj)
{
	return obj ? container_of(obj, struct epacl_vnet, obj) : NULL;
}

static inline struct epacl_vm *epacl_vm(struct epacl_obj *obj)
{
	return obj ? container_of(obj, struct epacl_vm, obj) : NULL;
}

#endif /* _EPACL_MODEL_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What has been configured: the objects of a policy, as the operator named
 * them. Services, vnets and VMs are held by persistent maps; a VM owns its nics,
 * endpoints and rule lists.
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
#include "pmap.h"
#include "types.h"

struct epacl_station;
struct epacl_table;

/**
 * struct epacl_match - what a rule matches; all that is given must agree
 * @remote: family 0: any address of either family
 * @proto: EPACL_PROTO_ANY: any
 * @has_type: @type, and with @has_code also @code, must agree
 * @nlports: ranges in @ports for the VM's side; 0: any
 * @nrports: ranges after those, for the other side; 0: any
 * @ports: @nlports + @nrports ranges
 */
struct epacl_match {
	struct epacl_prefix remote;
	u16 proto;
	bool has_type;
	bool has_code;
	u8 type;
	u8 code;
	u8 nlports;
	u8 nrports;
	const struct epacl_ports *ports;
};

/**
 * struct epacl_rule - one rule of a list
 * @refs: lists that hold it, in every version of the policy
 * @order: 1 to 65535
 * @permit: or deny
 * @match: what it matches
 * @text: the operator's name for it; NULL: none
 * @counters: block that holds its counter
 * @counter: index there
 * @op: index of the operation that made it
 * @tail: storage of the ports and the text
 */
struct epacl_rule {
	refcount_t refs;
	u16 order;
	bool permit;
	struct epacl_match match;
	const char *text;
	struct epacl_counters *counters;
	u32 counter;
	u32 op;
	u8 tail[] __aligned(8);
};

/**
 * struct epacl_acl - a rule list
 * @refs: owners, in every version of the policy
 * @epoch: as in struct epacl_obj
 * @deflt: enum epacl_default
 * @n: rules
 * @room: pointers that fit into the memory at @rules - @front
 * @front: free ones in front of @rules
 * @npermit: of @n, how many permit
 * @rules: by ascending order
 * @table: compiled form; NULL until compiled, rebuilt after a change
 */
struct epacl_acl {
	refcount_t refs;
	u64 epoch;
	u8 deflt;
	u32 n;
	u32 room;
	u32 front;
	u32 npermit;
	struct epacl_rule **rules;
	struct epacl_table *table;
};

/* What a list answers where no rule matches. */
static inline bool epacl_acl_default_permits(const struct epacl_acl *acl)
{
	if (acl->deflt == EPACL_DEFAULT_AUTO)
		return !acl->npermit;
	return acl->deflt == EPACL_DEFAULT_PERMIT;
}

struct epacl_service {
	struct epacl_obj obj;
	struct epacl_ip vip[2]; /* IPv4, IPv6; family 0: none */
};

/* A name in a list of names. */
struct epacl_name {
	char s[EPACL_NAME_MAX + 1];
};

/**
 * struct epacl_vnet - prefixes that belong together
 * @prefixes: its own, sorted, @nprefixes of them
 * @peers: prefixes that count as inside, sorted, @npeers of them
 * @peer_vnets: vnets that do, sorted by name, @npeer_vnets of them
 * @uplinks: interfaces at which inside traffic enters, sorted, @nuplinks
 */
struct epacl_vnet {
	struct epacl_obj obj;
	u32 nprefixes;
	u32 npeers;
	u32 npeer_vnets;
	u32 nuplinks;
	struct epacl_prefix *prefixes;
	struct epacl_prefix *peers;
	struct epacl_name *peer_vnets;
	struct epacl_name *uplinks;
};

/**
 * struct epacl_nic - one attachment of a VM
 * @dev: host-side interface
 * @vnet: name of its vnet, "" for none
 * @has_mac: @mac is declared
 * @mac: declared MAC
 * @n: entries of @prefixes
 * @prefixes: addresses and prefixes, in the order given
 * @station: what it was heard to use, shared by every version of the nic
 * @op: index of the operation that touched it last
 */
struct epacl_nic {
	char dev[IFNAMSIZ];
	char vnet[EPACL_NAME_MAX + 1];
	bool has_mac;
	u8 mac[ETH_ALEN];
	u32 n;
	struct epacl_prefix *prefixes;
	struct epacl_station *station;
	u32 op;
};

struct epacl_public {
	struct epacl_ip ip;
	u16 port; /* 0 for an endpoint whose protocol has no ports */
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
 * @acl: its rule list, never NULL
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
	struct epacl_acl *acl;
	u32 op;
};

/**
 * struct epacl_vm - a guest
 * @obj: its index of an operation is that of the last change to the VM, its
 *	nics or its endpoints, not to rules
 * @service: name of its service, "" for none
 * @nics: in the order in which they were added
 * @endpoints: sorted by name
 * @acl: its rule lists by enum epacl_direction, never NULL
 * @counters: of its verdicts, shared by every version of the VM
 */
struct epacl_vm {
	struct epacl_obj obj;
	char service[EPACL_NAME_MAX + 1];
	u32 nnics;
	u32 nendpoints;
	struct epacl_nic **nics;
	struct epacl_endpoint **endpoints;
	struct epacl_acl *acl[EPACL_DIRECTIONS];
	struct epacl_counters *counters;
};

/**
 * struct epacl_root - a whole policy
 * @refs: holders: the snapshot in force, transactions, dumps
 * @generation: number; grows by one with every commit
 * @epoch: as in struct epacl_obj
 * @epoch_min: objects of this epoch or a later one were made by the transaction
 *	that made this root; 0: no transaction did
 * @rules_per_endpoint: limit on the list of an endpoint
 */
struct epacl_root {
	refcount_t refs;
	u64 generation;
	u64 epoch;
	u64 epoch_min;
	u32 rules_per_endpoint;
	struct epacl_pmap services;
	struct epacl_pmap vnets;
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

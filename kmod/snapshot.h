/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the packet path reads: an immutable index over the definitions, made by
 * compile, published with one pointer, freed after a grace period.
 */
#ifndef _EPACL_SNAPSHOT_H
#define _EPACL_SNAPSHOT_H

#include <linux/workqueue.h>
#include "memory.h"
#include "model.h"
#include "refusal.h"

/**
 * struct epacl_cvnet - a vnet whose names have been looked up
 * @vnet: definition
 * @npeers: entries of @peers
 * @peers: the vnets that it regards as inside
 */
struct epacl_cvnet {
	const struct epacl_vnet *vnet;
	u32 npeers;
	const struct epacl_vnet **peers;
};

/**
 * struct epacl_cnic - a nic whose names have been looked up
 * @vm: its VM
 * @nic: definition
 * @vnet: NULL: none, everything is outside
 * @service: of its VM; NULL: none
 */
struct epacl_cnic {
	const struct epacl_vm *vm;
	const struct epacl_nic *nic;
	const struct epacl_cvnet *vnet;
	const struct epacl_service *service;
};

/**
 * struct epacl_cpublic - a public address and port
 * @ip: VIP
 * @proto: protocol
 * @ports: public ports
 * @vm: whose endpoint it is
 * @endpoint: the endpoint
 * @to: where it is translated to
 */
struct epacl_cpublic {
	struct epacl_ip ip;
	u8 proto;
	struct epacl_ports ports;
	const struct epacl_vm *vm;
	const struct epacl_endpoint *endpoint;
	struct epacl_ip to;
};

/**
 * struct epacl_index - a hash table of element numbers, open addressing
 * @mask: slots - 1
 * @slots: element number + 1; 0: free
 */
struct epacl_index {
	u32 mask;
	u32 *slots;
};

/* One plain address of one nic. */
struct epacl_caddress {
	struct epacl_ip ip;
	u32 nic;
};

/* One prefix of one nic, longest first. */
struct epacl_cprefix {
	struct epacl_prefix prefix;
	u32 nic;
};

/**
 * struct epacl_snapshot - a policy, compiled
 * @work: frees it after a grace period
 * @root: definitions that it points into
 * @seed: of the hashes
 * @nnics: entries of @nics
 * @nvnets: entries of @vnets
 * @naddresses: entries of @addresses
 * @nprefixes: entries of @prefixes
 * @npublics: entries of @publics
 * @nranges: entries of @publics, at its end, that have more than one port
 * @nvips: entries of @vips: every VIP of an endpoint or a service
 * @by_dev: @nics by name of the interface
 * @by_station: @nics by station
 * @by_mac: @nics by declared MAC
 * @by_address: @addresses by address; one may stand several times
 * @by_public: @publics of one port by address, protocol and port
 * @by_vip: @vips by address
 */
struct epacl_snapshot {
	struct rcu_work work;
	struct epacl_root *root;
	u32 seed;
	u32 nnics;
	u32 nvnets;
	u32 naddresses;
	u32 nprefixes;
	u32 npublics;
	u32 nranges;
	u32 nvips;
	struct epacl_cnic *nics;
	struct epacl_cvnet *vnets;
	struct epacl_caddress *addresses;
	struct epacl_cprefix *prefixes;
	struct epacl_cpublic *publics;
	struct epacl_ip *vips;
	struct epacl_index by_dev;
	struct epacl_index by_station;
	struct epacl_index by_mac;
	struct epacl_index by_address;
	struct epacl_index by_public;
	struct epacl_index by_vip;
};

/**
 * epacl_compile - make a snapshot of a policy
 * @memory: account
 * @root: definitions; the snapshot takes a reference of its own
 * @why: filled in on failure: what several objects claim, with both names, and
 *	the index of the operation that touched one of them last
 *
 * Context: may sleep.
 * Return: the snapshot, or an ERR_PTR.
 */
struct epacl_snapshot *epacl_compile(struct epacl_memory *memory,
				     struct epacl_root *root,
				     struct epacl_refusal *why);
/* One that no packet has seen, or does any more. NULL is fine. May sleep. */
void epacl_snapshot_free(struct epacl_snapshot *snap);

const struct epacl_cnic *epacl_snapshot_dev(const struct epacl_snapshot *snap,
					    const char *dev);
const struct epacl_cnic *
epacl_snapshot_station(const struct epacl_snapshot *snap,
		       const struct epacl_station *station);
/* The nic that declares @mac, as epacl_mac_number() gives it. */
const struct epacl_cnic *epacl_snapshot_mac(const struct epacl_snapshot *snap,
					    u64 mac);

/**
 * epacl_snapshot_nics - the nics that own a plain address, one after the other
 * @snap: snapshot
 * @ip: address
 * @cursor: 0 for the first call; moved on
 *
 * Return: a nic, or NULL: no more.
 */
const struct epacl_cnic *epacl_snapshot_nics(const struct epacl_snapshot *snap,
					     const struct epacl_ip *ip,
					     u32 *cursor);
/* As above, then those with a prefix that holds @ip, longest first. */
const struct epacl_cnic *epacl_snapshot_users(const struct epacl_snapshot *snap,
					      const struct epacl_ip *ip,
					      u32 *cursor);

const struct epacl_cpublic *
epacl_snapshot_public(const struct epacl_snapshot *snap,
		      const struct epacl_ip *ip, u8 proto, u16 port);
bool epacl_snapshot_is_vip(const struct epacl_snapshot *snap,
			   const struct epacl_ip *ip);

/* Inside: in a prefix of the vnet, its peers, or its peer vnets. */
bool epacl_cvnet_holds(const struct epacl_cvnet *vnet,
		       const struct epacl_ip *ip);
/* In one of the prefixes of the vnet itself. */
bool epacl_vnet_holds(const struct epacl_vnet *vnet, const struct epacl_ip *ip);
bool epacl_vnet_has_uplink(const struct epacl_vnet *vnet, const char *dev);

/* One of the plain addresses of the nic. */
bool epacl_nic_has(const struct epacl_nic *nic, const struct epacl_ip *ip);
/* One of them, or within a prefix of it. */
bool epacl_nic_owns(const struct epacl_nic *nic, const struct epacl_ip *ip);

#endif /* _EPACL_SNAPSHOT_H */

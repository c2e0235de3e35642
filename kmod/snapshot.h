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
 * struct epacl_layer - a rule list that applies, and whose it is
 * @table: what packets are held against; NULL: nothing
 * @permits: where nothing matches
 * @has_secure: some rules ask for IPsec
 * @owner: enum epacl_owner_kind
 * @direction: enum epacl_direction
 * @acl: the list that answers, which has all this too, in memory of its own
 * @use: its name, where it is a named one that the owner uses; NULL: its own
 * @name: of the owner, as in enum epacl_owner_attr
 * @part: of the owner; NULL: it has none
 */
struct epacl_layer {
	const struct epacl_table *table;
	bool permits;
	bool has_secure;
	u8 owner;
	u8 direction;
	const struct epacl_acl *acl;
	const char *use;
	const char *name;
	const char *part;
};

/**
 * struct epacl_csubnet - a prefix of a subnet
 * @prefix: the prefix
 * @layers: those of the subnet, by enum epacl_direction
 * @around: the longest of the others of the vnet that holds it; NULL: none
 */
struct epacl_csubnet {
	struct epacl_prefix prefix;
	const struct epacl_layer *layers;
	const struct epacl_csubnet *around;
};

/**
 * struct epacl_cvnet - a vnet whose names have been looked up
 * @vnet: definition
 * @zone: connection tracking zone of its flows; 0: the default one
 * @nsubnets: entries of @subnets
 * @subnets: prefixes of its subnets, by family, address and length
 * @subnet_layers: of all its subnets, EPACL_DIRECTIONS for each
 * @npeers: entries of @peers
 * @peers: the vnets that it regards as inside
 */
struct epacl_cvnet {
	const struct epacl_vnet *vnet;
	u16 zone;
	u32 nsubnets;
	struct epacl_csubnet *subnets;
	struct epacl_layer *subnet_layers;
	u32 npeers;
	const struct epacl_vnet **peers;
};

/**
 * struct epacl_cendpoint - an endpoint whose names have been looked up
 * @endpoint: definition
 * @is_public: reached from outside only through a public address, its own or
 *	that of its lbset
 * @layer: its list, or that of its lbset
 */
struct epacl_cendpoint {
	const struct epacl_endpoint *endpoint;
	bool is_public;
	struct epacl_layer layer;
};

/* How closely an endpoint names what it opens, the closest first. */
enum epacl_closeness {
	EPACL_CLOSE_PORT,
	EPACL_CLOSE_RANGE,
	EPACL_CLOSE_PROTO, /* an ICMP type, or a protocol without ports */
	EPACL_CLOSE_ANY,
	EPACL_CLOSENESSES,
};

/**
 * struct epacl_opening - what an endpoint opens
 * @endpoint: its number
 * @lo: protocol, or EPACL_PROTO_ANY, times 65,536, plus the first port; of ICMP
 *	the type times 256, plus the code
 * @hi: the last one
 */
struct epacl_opening {
	u32 endpoint;
	u32 lo;
	u32 hi;
};

/**
 * struct epacl_cvm - a VM whose names have been looked up
 * @layers: see epacl_cvm_layers()
 * @endpoints: sorted by name
 * @ends: by closeness, where those that are as close end in @openings
 * @nlayers: of each direction
 * @bound: some endpoint has an address of its own
 * @nsecure: layers whose list has rules that ask for IPsec
 * @vm: definition
 * @next: of those that are a snapshot's own
 * @replaces: the VM in whose place it has been put; NULL: there was none, or
 *	that is nothing to @next
 * @openings: of each endpoint, by closeness, address and @lo
 *
 * All of it is one piece of memory: one cache line, the openings, the endpoints,
 * the layers. A VM with one endpoint is three lines to a packet.
 */
struct epacl_cvm {
	const struct epacl_layer *layers;
	struct epacl_cendpoint *endpoints;
	u32 ends[EPACL_CLOSENESSES];
	u8 nlayers;
	bool bound;
	u32 nsecure;
	const struct epacl_vm *vm;
	struct epacl_cvm *next;
	struct epacl_cvm *replaces;
	struct epacl_opening openings[];
};
static_assert(sizeof(struct epacl_cvm) == EPACL_LINE);

/* In: groups, then the VM; out: the VM, then groups. */
static inline const struct epacl_layer *
epacl_cvm_layers(const struct epacl_cvm *cvm, u8 direction)
{
	return &cvm->layers[direction * cvm->nlayers];
}

/* As many as fit into 1 KiB. */
#define EPACL_VM_BLOCK 124

/**
 * struct epacl_vm_block - some VMs in a row
 * @next: as of a VM
 * @replaces: as of a VM
 * @vms: by number
 */
struct epacl_vm_block {
	struct epacl_vm_block *next;
	struct epacl_vm_block *replaces;
	struct epacl_cvm *vms[EPACL_VM_BLOCK];
};

/**
 * struct epacl_cnic - a nic whose names have been looked up
 * @station: of the nic
 * @verdicts: counters of its VM, see epacl_verdict_counter()
 * @vnet: NULL: none, everything is outside
 * @nic: definition
 * @vm: number of its VM, see epacl_snapshot_vm()
 * @has_more: it has other addresses than @own
 * @own: the first of its addresses; equal to none if that is a prefix
 *
 * One cache line, and most often all that a packet needs of a nic.
 */
struct epacl_cnic {
	struct epacl_station *station;
	struct epacl_count __percpu *verdicts;
	const struct epacl_cvnet *vnet;
	const struct epacl_nic *nic;
	u32 vm;
	bool has_more;
	struct epacl_ip own;
};
static_assert(sizeof(struct epacl_cnic) <= EPACL_LINE);

/**
 * struct epacl_ctarget - where a public address is translated to
 * @vm: number of the VM whose endpoint it is
 * @endpoint: number of the endpoint, in the order of the names
 * @to: the address; its port is that of the endpoint
 */
struct epacl_ctarget {
	u32 vm;
	u32 endpoint;
	struct epacl_ip to;
};

/**
 * struct epacl_cpublic - a public address and port
 * @ip: VIP
 * @proto: protocol
 * @ports: public ports
 * @lbset: whose it is; NULL: that of the endpoint of its only target
 * @ntargets: entries of @targets; an lbset may have none
 * @targets: in the order by which EPACL_LBSET_SEED chooses
 */
struct epacl_cpublic {
	struct epacl_ip ip;
	u8 proto;
	struct epacl_ports ports;
	const struct epacl_lbset *lbset;
	u32 ntargets;
	const struct epacl_ctarget *targets;
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
 *
 * Snapshots of policies of one shape share all that is not rule lists. One that
 * takes the place of another then has all of it, and what it has not taken over
 * is what the other one still owns: see epacl_snapshot_succeed().
 *
 * @work: frees it after a grace period
 * @root: definitions that it points into
 * @shares: most of what it points to is another's; its own are @root, @sets,
 *	@vms without what that points to, @own_vms and @own_blocks
 * @own_vms: with @shares
 * @own_blocks: with @shares
 * @seed: of the hashes
 * @nsecure: layers whose list has rules that ask for IPsec
 * @nzones: vnets with a zone of their own
 * @nsets: entries of @sets
 * @nvms: VMs in @vms
 * @nnics: entries of @nics
 * @nvnets: entries of @vnets
 * @naddresses: entries of @addresses
 * @nprefixes: entries of @prefixes
 * @npublics: entries of @publics
 * @ntargets: entries of @targets
 * @nranges: entries of @publics, at its end, that have more than one port
 * @nvips: entries of @vips: every VIP of an endpoint or a service
 * @sets: by the id of a set
 * @vms: by number, in the order of their names, in blocks
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
	bool shares;
	struct epacl_cvm *own_vms;
	struct epacl_vm_block *own_blocks;
	u32 seed;
	u32 nsecure;
	u32 nzones;
	u32 nsets;
	u32 nvms;
	u32 nnics;
	u32 nvnets;
	u32 naddresses;
	u32 nprefixes;
	u32 npublics;
	u32 ntargets;
	u32 nranges;
	u32 nvips;
	const struct epacl_set_table **sets;
	struct epacl_vm_block **vms;
	struct epacl_cnic *nics;
	struct epacl_cvnet *vnets;
	struct epacl_caddress *addresses;
	struct epacl_cprefix *prefixes;
	struct epacl_cpublic *publics;
	struct epacl_ctarget *targets;
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

/**
 * epacl_compile_upon - the same, with what can be taken over from another one
 * @memory: account
 * @old: snapshot in force, which must stay that until the new one has taken its
 *	place or is freed; NULL: none
 * @root: definitions, made from those of @old by a transaction
 * @why: filled in on failure
 *
 * Where the shape is the same it takes as long as there are changes, not VMs.
 * To those who read it the result is that of epacl_compile().
 */
struct epacl_snapshot *epacl_compile_upon(struct epacl_memory *memory,
					  const struct epacl_snapshot *old,
					  struct epacl_root *root,
					  struct epacl_refusal *why);

/**
 * epacl_snapshot_succeed - one snapshot has taken the place of another
 * @old: the other; what both have is not its own any more. NULL is fine
 * @snap: compiled upon @old
 *
 * @old can be read as before, until it is freed.
 */
void epacl_snapshot_succeed(struct epacl_snapshot *old,
			    struct epacl_snapshot *snap);

/* One that no packet has seen, or does any more. NULL is fine. May sleep. */
void epacl_snapshot_free(struct epacl_snapshot *snap);

/* A VM by its number. */
static inline const struct epacl_cvm *
epacl_snapshot_vm(const struct epacl_snapshot *snap, u32 vm)
{
	return snap->vms[vm / EPACL_VM_BLOCK]->vms[vm % EPACL_VM_BLOCK];
}

/* The name of the VM of a nic. */
static inline const char *
epacl_snapshot_vm_name(const struct epacl_snapshot *snap,
		       const struct epacl_cnic *nic)
{
	return epacl_snapshot_vm(snap, nic->vm)->vm->obj.name;
}

static inline const struct epacl_cendpoint *
epacl_snapshot_endpoint(const struct epacl_snapshot *snap,
			const struct epacl_ctarget *target)
{
	return &epacl_snapshot_vm(snap, target->vm)->endpoints[target->endpoint];
}

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
/*
 * Where what comes from @src is translated to, as nftables is told to choose;
 * NULL: nowhere.
 */
const struct epacl_ctarget *
epacl_cpublic_target(const struct epacl_cpublic *public,
		     const struct epacl_ip *src);
bool epacl_snapshot_is_vip(const struct epacl_snapshot *snap,
			   const struct epacl_ip *ip);

/* Inside: in a prefix of the vnet, its peers, or its peer vnets. */
bool epacl_cvnet_holds(const struct epacl_cvnet *vnet,
		       const struct epacl_ip *ip);
/* In one of the prefixes of the vnet itself. */
bool epacl_vnet_holds(const struct epacl_vnet *vnet, const struct epacl_ip *ip);
bool epacl_vnet_has_uplink(const struct epacl_vnet *vnet, const char *dev);
/* The longest prefix of a subnet that holds @ip; NULL: none. */
const struct epacl_csubnet *epacl_cvnet_subnet(const struct epacl_cvnet *vnet,
					       const struct epacl_ip *ip);

/**
 * epacl_vm_groups - the groups of a VM in the order in which they are asked
 * @root: policy that @vm is of
 * @vm: VM
 * @groups: filled in
 *
 * Return: how many.
 */
u32 epacl_vm_groups(const struct epacl_root *root, const struct epacl_vm *vm,
		    const struct epacl_group *groups[EPACL_GROUPS_MAX]);

/* Is entry @i of its prefixes a plain address that it does not share? */
static inline bool epacl_nic_plain_alone(const struct epacl_nic *nic, u32 i)
{
	return i < nic->n - nic->nshared &&
	       epacl_prefix_is_plain(&nic->prefixes[i]);
}

/* One of the plain addresses of the nic, the shared ones included. */
bool epacl_nic_has(const struct epacl_nic *nic, const struct epacl_ip *ip);
/* One of them, or within a prefix of it. */
bool epacl_nic_owns(const struct epacl_nic *nic, const struct epacl_ip *ip);
bool epacl_cnic_owns(const struct epacl_cnic *nic, const struct epacl_ip *ip);

#endif /* _EPACL_SNAPSHOT_H */

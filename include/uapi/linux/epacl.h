/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * epacl: endpoint ACLs for virtual machines, enforced by the hypervisor host.
 *
 * This header is the manual of the protocol. It is spoken over generic
 * netlink, family EPACL_GENL_NAME, version EPACL_GENL_VERSION; the same in
 * machine-readable form is docs/netlink/epacl.yaml.
 *
 * Authority
 * ---------
 * Every command, reading included, and joining the multicast group require
 * CAP_NET_ADMIN in the user namespace that owns the network namespace of the
 * socket. Every network namespace has a policy of its own, empty at first.
 *
 * Changing the policy
 * -------------------
 * A change is a transaction:
 *
 *   EPACL_CMD_BEGIN    opens one. Optional EPACL_A_GENERATION: refuse with
 *                      -ESTALE, now or at the commit, unless the policy in
 *                      force has that generation. The answer carries
 *                      EPACL_A_TXN, a random cookie that names the transaction
 *                      from now on, and EPACL_A_GENERATION.
 *   EPACL_CMD_ADD      }
 *   EPACL_CMD_CHANGE   } any number of operations, each with EPACL_A_TXN and
 *   EPACL_CMD_REMOVE   } exactly one nest that names the kind of object.
 *   EPACL_CMD_FLUSH    removes everything; takes EPACL_A_TXN alone.
 *   EPACL_CMD_COMMIT   puts it all in force at once. The answer carries the new
 *                      EPACL_A_GENERATION. With EPACL_F_DRY_RUN in
 *                      EPACL_A_FLAGS everything is checked and nothing changes.
 *   EPACL_CMD_ABORT    drops the transaction. So does closing the socket that
 *                      began it.
 *
 * A packet is judged by the whole old or the whole new policy, never by a mix.
 * Transactions of several sockets may overlap: at its commit each is computed
 * anew upon the policy then in force, so that none is lost; it is refused if
 * its operations no longer fit. A transaction is ended by its commit, whether
 * that succeeds or not; EPACL_CMD_STATUS can still be asked until the socket
 * closes or begins another. A socket holds one transaction at a time: a second
 * BEGIN drops the first.
 *
 * Refusals
 * --------
 * Every refusal carries an extended acknowledgement: a text, the offending
 * attribute where there is one, and a cookie (NLMSGERR_ATTR_COOKIE) of one
 * __u32 in host byte order, the index of the refused operation, counted from 1
 * within its transaction (absent where no operation is at fault). The text in
 * the acknowledgement is fixed; EPACL_CMD_STATUS with the EPACL_A_TXN gives
 * the whole sentence, with the names concerned, in EPACL_A_MESSAGE. A refused
 * operation ends its transaction: every later one in it answers -ECANCELED.
 *
 *   -EINVAL     malformed or inconsistent request
 *   -ERANGE     a number, or the length of an attribute, is out of range
 *   -EEXIST     is there already (EPACL_F_MAY_EXIST: and differs)
 *   -ENOENT     is not there
 *   -EBUSY      something else names it
 *   -ENOSPC     a limit is reached
 *   -EADDRINUSE address, port or interface belongs to another object
 *   -ESTALE     the policy has moved on from the generation expected
 *   -ECANCELED  the transaction has failed before, see EPACL_CMD_STATUS
 *   -EOPNOTSUPP the interface cannot be seen in full by the hooks
 *   -ENOMEM     memory, or the namespace's share of it, is exhausted
 *   -EPERM      CAP_NET_ADMIN is missing
 *
 * Reading
 * -------
 *   EPACL_CMD_GET      a dump. One empty or partly filled nest chooses a kind
 *                      of object, and within it by name; without a nest the
 *                      whole policy is dumped. Every message carries
 *                      EPACL_A_GENERATION and one nest of its object. One dump
 *                      shows one policy, however long it takes. With
 *                      EPACL_A_TXN it shows the policy as that transaction has
 *                      made it so far. Order: limits, guards, sets, acls,
 *                      services, vnets, each followed by its subnets, groups,
 *                      lbsets, then per VM, by name: the VM, its nics, endpoints, its in
 *                      and out lists, its memberships. Whatever owns a rule list
 *                      is followed by it: the list, then its rules. Counters are
 *                      read as the message is made.
 *   EPACL_CMD_EXPLAIN  judges a made-up packet that opens a flow, with the code
 *                      that judges real ones, counting nothing. Where it is
 *                      refused, a message with the whole sentence in
 *                      EPACL_A_MESSAGE, if there is one, precedes the error.
 *   EPACL_CMD_STATUS   what a transaction holds, and why it was refused.
 *   EPACL_CMD_INFO     version, generation, counts.
 *
 * A refusal of a dump comes in its NLMSG_DONE, which carries the error and the
 * text. A message holds one object, however large: the largest, a vnet with all
 * the prefixes that it can have, takes 50,000 bytes of the reader's buffer. A
 * set alone may take several, each with the next EPACL_SET_CHUNK of its prefixes,
 * all but the first with EPACL_SET_A_MORE.
 *
 * Notifications: group EPACL_MCGRP_EVENTS carries EPACL_CMD_EVENT after every
 * commit, with EPACL_A_GENERATION and EPACL_A_OPERATIONS.
 *
 * Conventions
 * -----------
 * Integers are in host byte order, ports included; addresses are in network
 * byte order. Names are 1 to EPACL_NAME_MAX of letters, digits, '.', '_', '-',
 * and begin with a letter. In EPACL_CMD_CHANGE an attribute that is present
 * replaces what was there, one that is absent leaves it, and a bit
 * (1 << attribute) in EPACL_A_CLEAR takes it away. Unknown attributes are
 * refused.
 */
#ifndef _UAPI_LINUX_EPACL_H
#define _UAPI_LINUX_EPACL_H

#include <linux/types.h>

#define EPACL_GENL_NAME		"epacl"
#define EPACL_GENL_VERSION	1
#define EPACL_MCGRP_EVENTS	"events"

#define EPACL_NAME_MAX		63	/* bytes in a name, without the NUL */
#define EPACL_TEXT_MAX		127	/* bytes in a rule's text */
#define EPACL_RULES_MAX		65535	/* rules in one list, whatever the limit */
#define EPACL_RULES_DEFAULT	50	/* rules in an endpoint's list */
#define EPACL_PREFIXES_MAX	1024	/* prefixes of one nic or vnet */
#define EPACL_PORTS_MAX		64	/* ranges in one port list */
#define EPACL_PUBLICS_MAX	64	/* public addresses of one endpoint */
#define EPACL_RANGES_MAX	1024	/* public port ranges of one policy */
#define EPACL_NIC_RANGES_MAX	4096	/* prefixes of all nics, plain ones aside */
#define EPACL_UPLINKS_MAX	64	/* uplinks, or peer vnets, of one vnet */
#define EPACL_SUBNETS_MAX	1024	/* subnets of one vnet */
#define EPACL_VNETS_MAX		32767	/* vnets of one policy */
#define EPACL_VLANS_MAX		64	/* tags of one nic */
#define EPACL_GROUPS_MAX	8	/* groups that one VM is a member of */
#define EPACL_MEMBERS_MAX	1024	/* endpoints of one lbset */
#define EPACL_GUARDS_MAX	64	/* guards of one policy */
#define EPACL_QUOTA_MAX		65535	/* connections that one VM may be limited to */
#define EPACL_SETS_MAX		32767	/* sets of one policy */
#define EPACL_SET_PREFIXES_MAX	2097152	/* prefixes of one set */
#define EPACL_SET_CHUNK		2048	/* prefixes of a set in one message */
#define EPACL_PRECEDENCE_DEFAULT 1000	/* of a group */
#define EPACL_AUTO_PORT_MIN	49152	/* public ports chosen by the kernel */
#define EPACL_AUTO_PORT_MAX	65535
#define EPACL_PROTO_ANY		256	/* besides the IANA numbers 0 to 255 */

/*
 * A connection to the VIP of an lbset goes to the member with the number
 * reciprocal_scale(jhash(source address, EPACL_LBSET_SEED), members), as the
 * `jhash` expression of nftables has it. Members are numbered by the names of
 * their VM and endpoint, those without an address of the family left out.
 */
#define EPACL_LBSET_SEED	0x65706163

/**
 * struct epacl_u_prefix - an address with a prefix length
 * @family: 4 or 6
 * @len: 0 to 32 or 128; a plain address has 32 or 128
 * @reserved: zero
 * @addr: network byte order; IPv4 in the first four bytes, the rest zero
 *
 * Host bits are masked where a prefix is stored, and reported masked.
 */
struct epacl_u_prefix {
	__u8 family;
	__u8 len;
	__u16 reserved;
	__u8 addr[16];
};

/**
 * struct epacl_u_ports - an inclusive range of ports
 * @lo: first
 * @hi: last, not below @lo
 */
struct epacl_u_ports {
	__u16 lo;
	__u16 hi;
};

/**
 * struct epacl_u_public - a public address and port of an endpoint
 * @family: 4 or 6
 * @reserved: zero
 * @port: 1 to 65535; 0 in a request: a free one of EPACL_AUTO_PORT_MIN to
 *	EPACL_AUTO_PORT_MAX is chosen. A range of ports keeps its numbers: there
 *	it is the first private port, or 0.
 * @addr: as in struct epacl_u_prefix
 */
struct epacl_u_public {
	__u8 family;
	__u8 reserved;
	__u16 port;
	__u8 addr[16];
};

enum epacl_cmd {
	EPACL_CMD_UNSPEC,
	EPACL_CMD_BEGIN,
	EPACL_CMD_COMMIT,
	EPACL_CMD_ABORT,
	EPACL_CMD_STATUS,
	EPACL_CMD_ADD,
	EPACL_CMD_CHANGE,
	EPACL_CMD_REMOVE,
	EPACL_CMD_FLUSH,
	EPACL_CMD_GET,
	EPACL_CMD_EXPLAIN,
	EPACL_CMD_INFO,
	EPACL_CMD_EVENT,
	__EPACL_CMD_MAX
};
#define EPACL_CMD_MAX (__EPACL_CMD_MAX - 1)

/* Top level. Every nest is one object of its kind. */
enum epacl_attr {
	EPACL_A_UNSPEC,
	EPACL_A_PAD,
	EPACL_A_TXN,		/* u64: cookie of the transaction */
	EPACL_A_GENERATION,	/* u64: number of the policy, grows by one */
	EPACL_A_FLAGS,		/* u32: EPACL_F_* */
	EPACL_A_CLEAR,		/* u32: bits of the nest's attributes */
	EPACL_A_MESSAGE,	/* string: the whole sentence of a refusal */
	EPACL_A_INDEX,		/* u32: operation at fault, from 1 */
	EPACL_A_OPERATIONS,	/* u32: operations in the transaction */
	EPACL_A_ERROR,		/* s32: negative errno, or 0 */
	EPACL_A_VERSION,	/* string: of the module */
	EPACL_A_VMS,		/* u32: VMs defined */
	EPACL_A_MEMORY,		/* u64: bytes that the policy holds */
	EPACL_A_MEMORY_MAX,	/* u64: bytes that it may hold */
	EPACL_A_LIMITS,		/* nest: enum epacl_limits_attr */
	EPACL_A_SERVICE,	/* nest: enum epacl_service_attr */
	EPACL_A_VNET,		/* nest: enum epacl_vnet_attr */
	EPACL_A_VM,		/* nest: enum epacl_vm_attr */
	EPACL_A_NIC,		/* nest: enum epacl_nic_attr */
	EPACL_A_ENDPOINT,	/* nest: enum epacl_endpoint_attr */
	EPACL_A_RULES,		/* nest: enum epacl_rules_attr */
	EPACL_A_RULE,		/* nest: enum epacl_rule_attr */
	EPACL_A_REASONS,	/* nest: enum epacl_reasons_attr */
	EPACL_A_EXPLAIN,	/* nest: enum epacl_explain_attr */
	EPACL_A_LEG,		/* nest, repeated: enum epacl_leg_attr */
	EPACL_A_VERDICT,	/* u8: enum epacl_verdict */
	EPACL_A_SUBNET,		/* nest: enum epacl_subnet_attr */
	EPACL_A_GROUP,		/* nest: enum epacl_group_attr */
	EPACL_A_MEMBER,		/* nest: enum epacl_member_attr */
	EPACL_A_ACL,		/* nest: enum epacl_acl_attr */
	EPACL_A_LBSET,		/* nest: enum epacl_lbset_attr */
	EPACL_A_SET,		/* nest: enum epacl_set_attr */
	EPACL_A_EFFECTIVE,	/* nest: enum epacl_effective_attr */
	EPACL_A_GUARD,		/* nest: enum epacl_guard_attr */
	__EPACL_A_MAX
};
#define EPACL_A_MAX (__EPACL_A_MAX - 1)

/**
 * enum epacl_flags - bits of EPACL_A_FLAGS
 * @EPACL_F_MAY_EXIST: ADD: fine if the object is there and equal in all that
 *	the request names
 * @EPACL_F_IF_EXISTS: REMOVE: fine if the object is not there
 * @EPACL_F_DRY_RUN: COMMIT: check everything, change nothing
 */
enum epacl_flags {
	EPACL_F_MAY_EXIST	= 1 << 0,
	EPACL_F_IF_EXISTS	= 1 << 1,
	EPACL_F_DRY_RUN		= 1 << 2,
};

/* Of the policy as a whole; CHANGE and GET only. */
enum epacl_limits_attr {
	EPACL_LIMITS_A_UNSPEC,
	EPACL_LIMITS_A_RULES_PER_ENDPOINT, /* u32: 1 to EPACL_RULES_MAX */
	__EPACL_LIMITS_A_MAX
};
#define EPACL_LIMITS_A_MAX (__EPACL_LIMITS_A_MAX - 1)

/* A public address that several VMs share as their source. */
enum epacl_service_attr {
	EPACL_SERVICE_A_UNSPEC,
	EPACL_SERVICE_A_NAME,	/* string */
	EPACL_SERVICE_A_VIPS,	/* struct epacl_u_prefix[1..2], plain, one a family */
	__EPACL_SERVICE_A_MAX
};
#define EPACL_SERVICE_A_MAX (__EPACL_SERVICE_A_MAX - 1)

/* Prefixes that belong together, and what else counts as inside. */
enum epacl_vnet_attr {
	EPACL_VNET_A_UNSPEC,
	EPACL_VNET_A_NAME,	/* string */
	EPACL_VNET_A_PREFIXES,	/* struct epacl_u_prefix[] */
	EPACL_VNET_A_PEER_PREFIXES, /* struct epacl_u_prefix[] */
	EPACL_VNET_A_PEER_VNET,	/* string, repeated: name of a vnet */
	EPACL_VNET_A_UPLINK,	/* string, repeated: name of an interface */
	EPACL_VNET_A_ZONE,	/* u16, answers: connection tracking zone of its
				 * flows; absent: the default one. A vnet has one
				 * if its prefixes overlap those of another. */
	__EPACL_VNET_A_MAX
};
#define EPACL_VNET_A_MAX (__EPACL_VNET_A_MAX - 1)

/* Prefixes inside a vnet, with an inbound and an outbound list. */
enum epacl_subnet_attr {
	EPACL_SUBNET_A_UNSPEC,
	EPACL_SUBNET_A_VNET,	/* string: name of the vnet */
	EPACL_SUBNET_A_NAME,	/* string: unique within it */
	EPACL_SUBNET_A_PREFIXES, /* struct epacl_u_prefix[], within the vnet's */
	__EPACL_SUBNET_A_MAX
};
#define EPACL_SUBNET_A_MAX (__EPACL_SUBNET_A_MAX - 1)

/* VMs under one policy, with an inbound and an outbound list. */
enum epacl_group_attr {
	EPACL_GROUP_A_UNSPEC,
	EPACL_GROUP_A_NAME,	/* string */
	EPACL_GROUP_A_PRECEDENCE, /* u16: asked from the lowest on; ties by name */
	__EPACL_GROUP_A_MAX
};
#define EPACL_GROUP_A_MAX (__EPACL_GROUP_A_MAX - 1)

/* A VM in a group. */
enum epacl_member_attr {
	EPACL_MEMBER_A_UNSPEC,
	EPACL_MEMBER_A_GROUP,	/* string: name of the group */
	EPACL_MEMBER_A_VM,	/* string: name of the VM */
	__EPACL_MEMBER_A_MAX
};
#define EPACL_MEMBER_A_MAX (__EPACL_MEMBER_A_MAX - 1)

/* A named rule list that any number of owners may use, see EPACL_RULES_A_USE. */
enum epacl_acl_attr {
	EPACL_ACL_A_UNSPEC,
	EPACL_ACL_A_NAME,	/* string */
	__EPACL_ACL_A_MAX
};
#define EPACL_ACL_A_MAX (__EPACL_ACL_A_MAX - 1)

/* One public address and port before endpoints of several VMs. */
enum epacl_lbset_attr {
	EPACL_LBSET_A_UNSPEC,
	EPACL_LBSET_A_NAME,	/* string */
	EPACL_LBSET_A_PROTO,	/* u16: one with ports */
	EPACL_LBSET_A_PUBLICS,	/* struct epacl_u_public[1..2], one a family, port given */
	__EPACL_LBSET_A_MAX
};
#define EPACL_LBSET_A_MAX (__EPACL_LBSET_A_MAX - 1)

/*
 * A set of prefixes. CHANGE replaces all of them, unless EPACL_SET_A_MORE says
 * that these come besides: a set too large for one message is built by several
 * operations of one transaction.
 */
enum epacl_set_attr {
	EPACL_SET_A_UNSPEC,
	EPACL_SET_A_NAME,	/* string */
	EPACL_SET_A_PREFIXES,	/* struct epacl_u_prefix[], at most EPACL_SET_CHUNK */
	EPACL_SET_A_MORE,	/* flag: besides those before */
	EPACL_SET_A_COUNT,	/* u32, answers: prefixes in the whole set */
	__EPACL_SET_A_MAX
};
#define EPACL_SET_A_MAX (__EPACL_SET_A_MAX - 1)

/*
 * An interface whose name matches and that is no nic's passes nothing. PATTERN
 * is a shell pattern: `*`, `?`, `[a-z]`, `[!a-z]`. Without FORCE a guard is
 * refused, when it is added, if an interface matches that carries an address or
 * the default route of the host.
 */
enum epacl_guard_attr {
	EPACL_GUARD_A_UNSPEC,
	EPACL_GUARD_A_PAD,
	EPACL_GUARD_A_PATTERN,	/* string */
	EPACL_GUARD_A_FORCE,	/* flag: whatever matches */
	EPACL_GUARD_A_PACKETS,	/* u64, answers: frames that it refused, in and out */
	EPACL_GUARD_A_BYTES,	/* u64, answers: bytes from the network header on */
	__EPACL_GUARD_A_MAX
};
#define EPACL_GUARD_A_MAX (__EPACL_GUARD_A_MAX - 1)

/* A guest. Its nics are operations of their own. */
enum epacl_vm_attr {
	EPACL_VM_A_UNSPEC,
	EPACL_VM_A_NAME,	/* string */
	EPACL_VM_A_SERVICE,	/* string: name of a service */
	EPACL_VM_A_QUOTA,	/* u32, 1 to EPACL_QUOTA_MAX: entries of the connection
				 * table that it may have opened; absent: any number */
	__EPACL_VM_A_MAX
};
#define EPACL_VM_A_MAX (__EPACL_VM_A_MAX - 1)

/* One attachment of a VM, identified by VM and DEV. */
enum epacl_nic_attr {
	EPACL_NIC_A_UNSPEC,
	EPACL_NIC_A_VM,		/* string: name of the VM */
	EPACL_NIC_A_DEV,	/* string: host-side interface, need not exist */
	EPACL_NIC_A_ADDRESSES,	/* struct epacl_u_prefix[]: what the guest uses */
	EPACL_NIC_A_MAC,	/* 6 bytes; absent: learned from the first frame */
	EPACL_NIC_A_VNET,	/* string: name of a vnet */
	EPACL_NIC_A_IFINDEX,	/* u32, answers: 0 while there is no interface */
	EPACL_NIC_A_SHARED,	/* struct epacl_u_prefix[], plain: other nics may have
				 * them too (VRRP) */
	EPACL_NIC_A_VLANS,	/* u16[]: tags, 1 to 4094, that it sends and receives */
	EPACL_NIC_A_SERVES,	/* u32: EPACL_SERVES_* */
	EPACL_NIC_A_LEARNED_MAC, /* 6 bytes, answers: what was learned, if that is so */
	__EPACL_NIC_A_MAX
};
#define EPACL_NIC_A_MAX (__EPACL_NIC_A_MAX - 1)

/**
 * enum epacl_serves - what a guest may be to its segment
 * @EPACL_SERVES_DHCP: its DHCP and DHCPv6 server
 * @EPACL_SERVES_RA: a router that announces itself, and redirects
 */
enum epacl_serves {
	EPACL_SERVES_DHCP	= 1 << 0,
	EPACL_SERVES_RA		= 1 << 1,
};

/* What the outside may reach, identified by VM and NAME. */
enum epacl_endpoint_attr {
	EPACL_ENDPOINT_A_UNSPEC,
	EPACL_ENDPOINT_A_VM,	/* string */
	EPACL_ENDPOINT_A_NAME,	/* string */
	EPACL_ENDPOINT_A_PROTO,	/* u16: 0 to 255, or EPACL_PROTO_ANY */
	EPACL_ENDPOINT_A_PORTS,	/* struct epacl_u_ports: private ports */
	EPACL_ENDPOINT_A_TYPE,	/* u8: ICMP type; absent: echo request */
	EPACL_ENDPOINT_A_CODE,	/* u8: ICMP code; absent: any */
	EPACL_ENDPOINT_A_ADDRESS, /* struct epacl_u_prefix, plain; absent: all */
	EPACL_ENDPOINT_A_PUBLICS, /* struct epacl_u_public[]: several are allowed */
	EPACL_ENDPOINT_A_TARGETS, /* struct epacl_u_prefix[], answers: where PUBLICS
				 * and those of LBSET are translated to, one a
				 * family */
	EPACL_ENDPOINT_A_LBSET,	/* string: name of an lbset, whose list is asked in
				 * place of its own; one port, no rules */
	__EPACL_ENDPOINT_A_MAX
};
#define EPACL_ENDPOINT_A_MAX (__EPACL_ENDPOINT_A_MAX - 1)

/**
 * enum epacl_owner_kind - whose rule list
 * @EPACL_OWNER_ENDPOINT: of endpoint PART of VM NAME, traffic in
 * @EPACL_OWNER_VM: of VM NAME, in DIRECTION
 * @EPACL_OWNER_LBSET: of lbset NAME, traffic in
 * @EPACL_OWNER_ACL: the named list NAME, in whatever direction it is used
 * @EPACL_OWNER_SUBNET: of subnet PART of vnet NAME, in DIRECTION
 * @EPACL_OWNER_GROUP: of group NAME, in DIRECTION
 */
enum epacl_owner_kind {
	EPACL_OWNER_UNSPEC,
	EPACL_OWNER_ENDPOINT,
	EPACL_OWNER_VM,
	EPACL_OWNER_LBSET,
	EPACL_OWNER_ACL,
	EPACL_OWNER_SUBNET,
	EPACL_OWNER_GROUP,
	__EPACL_OWNER_MAX
};
#define EPACL_OWNER_MAX (__EPACL_OWNER_MAX - 1)

enum epacl_owner_attr {
	EPACL_OWNER_A_UNSPEC,
	EPACL_OWNER_A_KIND,	/* u8: enum epacl_owner_kind */
	EPACL_OWNER_A_NAME,	/* string: of the VM, lbset, acl, vnet or group */
	EPACL_OWNER_A_PART,	/* string: of the endpoint or subnet */
	EPACL_OWNER_A_DIRECTION, /* u8: enum epacl_direction */
	__EPACL_OWNER_A_MAX
};
#define EPACL_OWNER_A_MAX (__EPACL_OWNER_A_MAX - 1)

/**
 * enum epacl_default - what a list answers where no rule matches
 * @EPACL_DEFAULT_AUTO: deny if it holds a permit rule, else permit
 * @EPACL_DEFAULT_PERMIT: permit
 * @EPACL_DEFAULT_DENY: deny, also without rules
 */
enum epacl_default {
	EPACL_DEFAULT_AUTO,
	EPACL_DEFAULT_PERMIT,
	EPACL_DEFAULT_DENY,
};

/*
 * A rule list as a whole; CHANGE and GET only, it lives with its owner. With USE
 * the named list answers in its place, default and all; rules are added to that
 * one by its name, and the owner's own list waits until USE is cleared.
 */
enum epacl_rules_attr {
	EPACL_RULES_A_UNSPEC,
	EPACL_RULES_A_OWNER,	/* nest: enum epacl_owner_attr */
	EPACL_RULES_A_DEFAULT,	/* u8: enum epacl_default */
	EPACL_RULES_A_COUNT,	/* u32, answers: rules in the owner's own list */
	EPACL_RULES_A_USE,	/* string: name of an acl; not for an acl itself */
	__EPACL_RULES_A_MAX
};
#define EPACL_RULES_A_MAX (__EPACL_RULES_A_MAX - 1)

/* One rule, identified by OWNER and ORDER. */
enum epacl_rule_attr {
	EPACL_RULE_A_UNSPEC,
	EPACL_RULE_A_PAD,
	EPACL_RULE_A_OWNER,	/* nest: enum epacl_owner_attr */
	EPACL_RULE_A_ORDER,	/* u16: 1 to 65535, lowest first */
	EPACL_RULE_A_ACTION,	/* u8: enum epacl_verdict */
	EPACL_RULE_A_REMOTE,	/* struct epacl_u_prefix; absent, and SET too: any
				 * address of either family */
	EPACL_RULE_A_PROTO,	/* u16: 0 to 255; absent: any */
	EPACL_RULE_A_LPORTS,	/* struct epacl_u_ports[]: the VM's side */
	EPACL_RULE_A_RPORTS,	/* struct epacl_u_ports[]: the other side */
	EPACL_RULE_A_TYPE,	/* u8: ICMP type, needs PROTO icmp or icmpv6 */
	EPACL_RULE_A_CODE,	/* u8: ICMP code, needs TYPE */
	EPACL_RULE_A_TEXT,	/* string: the operator's name for it */
	EPACL_RULE_A_PACKETS,	/* u64, answers: packets that it decided */
	EPACL_RULE_A_BYTES,	/* u64, answers: bytes from the network header on */
	EPACL_RULE_A_SET,	/* string: remote is in that set; takes the place of
				 * REMOTE, as REMOTE does of it */
	EPACL_RULE_A_SECURE,	/* flag: IPsec protects the packet */
	EPACL_RULE_A_REQID,	/* u32, not 0, needs SECURE: by a state of that reqid */
	EPACL_RULE_A_LOG,	/* flag: log what it decides, through nf_log */
	__EPACL_RULE_A_MAX
};
#define EPACL_RULE_A_MAX (__EPACL_RULE_A_MAX - 1)

enum epacl_verdict {
	EPACL_DROP,
	EPACL_PERMIT,
};

/* As the VM sees it. */
enum epacl_direction {
	EPACL_IN,
	EPACL_OUT,
	__EPACL_DIRECTIONS
};
#define EPACL_DIRECTIONS __EPACL_DIRECTIONS

/*
 * Why a packet was permitted or dropped: symbol, word. The one list, from which
 * the enumeration, the words of the tool and the counters follow.
 */
#define EPACL_REASONS(X)						\
	/* permitted */							\
	X(PERMIT,	"permit")	/* every layer permits */	\
	X(REPLY,	"reply")	/* answer of a permitted flow */ \
	X(ESSENTIAL,	"essential")	/* ARP, ND, DHCP, IGMP, MLD */	\
	/* dropped */							\
	X(ACL,		"acl")		/* a layer denies */		\
	X(NO_ENDPOINT,	"no-endpoint")	/* nothing is offered there */	\
	X(IPSEC_REQUIRED, "ipsec-required") /* not secured, must be */	\
	X(DESTINATION,	"destination")	/* not an address of the nic */	\
	X(SPOOF,	"spoof")	/* not an address of the sender */ \
	X(ETHERTYPE,	"ethertype")	/* not IPv4, IPv6, ARP, or a tag */ \
	X(MALFORMED,	"malformed")	/* headers cannot be parsed */	\
	X(FRAGMENT,	"fragment")	/* fragment of no known flow */	\
	X(INVALID,	"invalid")	/* connection tracking says so */ \
	X(QUOTA,	"quota")	/* too many connections */	\
	X(GUARD,	"guard")	/* interface of no VM */

enum epacl_reason {
#define EPACL_REASON_ENUM(symbol, word) EPACL_REASON_##symbol,
	EPACL_REASONS(EPACL_REASON_ENUM)
#undef EPACL_REASON_ENUM
	__EPACL_REASON_COUNT
};
#define EPACL_REASON_COUNT __EPACL_REASON_COUNT

/* Packets of one VM by direction and reason; without VM: of the namespace. */
enum epacl_reasons_attr {
	EPACL_REASONS_A_UNSPEC,
	EPACL_REASONS_A_VM,	/* string; absent: verdicts that concern no VM */
	EPACL_REASONS_A_COUNT,	/* nest, repeated: enum epacl_count_attr */
	__EPACL_REASONS_A_MAX
};
#define EPACL_REASONS_A_MAX (__EPACL_REASONS_A_MAX - 1)

enum epacl_count_attr {
	EPACL_COUNT_A_UNSPEC,
	EPACL_COUNT_A_PAD,
	EPACL_COUNT_A_DIRECTION, /* u8: enum epacl_direction */
	EPACL_COUNT_A_REASON,	/* u8: enum epacl_reason */
	EPACL_COUNT_A_PACKETS,	/* u64 */
	EPACL_COUNT_A_BYTES,	/* u64 */
	__EPACL_COUNT_A_MAX
};
#define EPACL_COUNT_A_MAX (__EPACL_COUNT_A_MAX - 1)

/* A made-up packet that opens a flow. Answer: EPACL_A_VERDICT, EPACL_A_LEG. */
enum epacl_explain_attr {
	EPACL_EXPLAIN_A_UNSPEC,
	EPACL_EXPLAIN_A_PROTO,	/* u16: 0 to 255 */
	EPACL_EXPLAIN_A_SRC,	/* struct epacl_u_prefix, plain */
	EPACL_EXPLAIN_A_SPORT,	/* u16 */
	EPACL_EXPLAIN_A_DST,	/* struct epacl_u_prefix, plain */
	EPACL_EXPLAIN_A_DPORT,	/* u16 */
	EPACL_EXPLAIN_A_TYPE,	/* u8: ICMP type; absent: echo request */
	EPACL_EXPLAIN_A_CODE,	/* u8: ICMP code; absent: 0 */
	EPACL_EXPLAIN_A_FROM,	/* string: interface at which it arrives */
	EPACL_EXPLAIN_A_FROM_HOST, /* flag: the host itself sends it */
	EPACL_EXPLAIN_A_SECURE,	/* flag: IPsec protects it, on both legs */
	EPACL_EXPLAIN_A_REQID,	/* u32, needs SECURE: by a state of that reqid */
	__EPACL_EXPLAIN_A_MAX
};
#define EPACL_EXPLAIN_A_MAX (__EPACL_EXPLAIN_A_MAX - 1)

/* One judgement: out of the source VM first, in to the destination VM second. */
enum epacl_leg_attr {
	EPACL_LEG_A_UNSPEC,
	EPACL_LEG_A_VM,		/* string; absent: concerns no VM */
	EPACL_LEG_A_DIRECTION,	/* u8: enum epacl_direction */
	EPACL_LEG_A_VERDICT,	/* u8: enum epacl_verdict */
	EPACL_LEG_A_REASON,	/* u8: enum epacl_reason */
	EPACL_LEG_A_OWNER,	/* nest; absent: no layer decided */
	EPACL_LEG_A_ORDER,	/* u16; absent: no rule decided */
	EPACL_LEG_A_LAYER,	/* nest, repeated: enum epacl_layer_attr */
	EPACL_LEG_A_SRC,	/* struct epacl_u_prefix, plain: as judged */
	EPACL_LEG_A_SPORT,	/* u16: as judged */
	EPACL_LEG_A_DST,	/* struct epacl_u_prefix, plain: as judged */
	EPACL_LEG_A_DPORT,	/* u16: as judged */
	EPACL_LEG_A_ACL,	/* string: the named list that OWNER uses; absent: its own */
	__EPACL_LEG_A_MAX
};
#define EPACL_LEG_A_MAX (__EPACL_LEG_A_MAX - 1)

/* A layer that was asked, in order; the one that decided comes last. */
enum epacl_layer_attr {
	EPACL_LAYER_A_UNSPEC,
	EPACL_LAYER_A_OWNER,	/* nest: enum epacl_owner_attr */
	EPACL_LAYER_A_VERDICT,	/* u8: enum epacl_verdict */
	EPACL_LAYER_A_ORDER,	/* u16; absent: its default decided */
	EPACL_LAYER_A_ACL,	/* string: the named list that OWNER uses; absent: its own */
	__EPACL_LAYER_A_MAX
};
#define EPACL_LAYER_A_MAX (__EPACL_LAYER_A_MAX - 1)

/*
 * GET only: a layer that applies to a VM, in the order in which they are asked.
 * In: the lists of endpoints or their lbsets, one of which is asked, of traffic
 * from outside; then subnets, one of which is asked; then groups, then the VM.
 * Out: the VM, groups, subnets.
 */
enum epacl_effective_attr {
	EPACL_EFFECTIVE_A_UNSPEC,
	EPACL_EFFECTIVE_A_VM,	/* string */
	EPACL_EFFECTIVE_A_DIRECTION, /* u8: enum epacl_direction; in a request absent: both */
	EPACL_EFFECTIVE_A_OWNER, /* nest: enum epacl_owner_attr */
	EPACL_EFFECTIVE_A_ACL,	/* string: the named list that OWNER uses; absent: its own */
	EPACL_EFFECTIVE_A_ENDPOINT, /* string: endpoint whose layer it is */
	EPACL_EFFECTIVE_A_PREFIX, /* struct epacl_u_prefix: VM's side within it, of a subnet */
	EPACL_EFFECTIVE_A_PRECEDENCE, /* u16: of a group */
	EPACL_EFFECTIVE_A_DEFAULT, /* u8: enum epacl_verdict where no rule matches */
	EPACL_EFFECTIVE_A_COUNT, /* u32: rules */
	__EPACL_EFFECTIVE_A_MAX
};
#define EPACL_EFFECTIVE_A_MAX (__EPACL_EFFECTIVE_A_MAX - 1)

#endif /* _UAPI_LINUX_EPACL_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A second model of what the policy says, to compare the module with. It is
 * written from the document alone and deliberately naive: everything is a small
 * array, every question a loop over all of it, nothing is compiled, hashed or
 * remembered. Where the two disagree, one of them has a bug.
 */
#ifndef _TWIN_H
#define _TWIN_H

#include "explain.h"

#define TWIN_RULES 12 /* in a list of a policy */
#define TWIN_RANGES 3
#define TWIN_PREFIXES 5
#define TWIN_SET_PREFIXES 6
#define TWIN_VLANS 2
#define TWIN_NICS 2
#define TWIN_ENDPOINTS 6
#define TWIN_VMS 6
#define TWIN_VNETS 4
#define TWIN_SERVICES 3
#define TWIN_SETS 3
#define TWIN_ACLS 3
#define TWIN_GROUPS 3
#define TWIN_LBSETS 3
#define TWIN_SUBNETS 3 /* of a vnet */
#define TWIN_ASKED 16
#define TWIN_NAME 16

struct twin_rule {
	u16 order;
	bool permit;
	bool any_remote;
	bool has_set; /* in place of a remote */
	u8 set; /* number of it */
	struct epacl_prefix remote;
	bool secure;
	u32 reqid; /* 0: any */
	u16 proto; /* EPACL_PROTO_ANY */
	bool has_type;
	bool has_code;
	u8 type;
	u8 code;
	unsigned int nlports;
	unsigned int nrports;
	struct epacl_ports lports[TWIN_RANGES];
	struct epacl_ports rports[TWIN_RANGES];
};

/* Not sorted: the lowest order that matches is searched for. */
struct twin_list {
	bool has_use; /* gives way to a named list */
	u8 use; /* number of it */
	u8 deflt;
	unsigned int n;
	struct twin_rule rules[TWIN_RULES];
};

struct twin_endpoint {
	char name[TWIN_NAME];
	u16 proto;
	struct epacl_ports ports;
	bool has_type;
	bool has_code;
	u8 type;
	u8 code;
	bool has_address;
	struct epacl_ip address;
	unsigned int npublics;
	struct epacl_public publics[2];
	bool has_lbset; /* whose list is asked in place of its own */
	u8 lbset; /* number of it */
	struct twin_list list;
};

struct twin_nic {
	char dev[TWIN_NAME];
	int vnet; /* -1: none */
	unsigned int n;
	unsigned int nshared; /* of these, at the end */
	struct epacl_prefix prefixes[TWIN_PREFIXES];
	unsigned int nvlans;
	u16 vlans[TWIN_VLANS];
	bool serves_dhcp;
	bool serves_ra;
	bool has_mac;
	u8 mac[ETH_ALEN];
	int bridge; /* 0: none */
	/* what it was heard to use */
	bool heard;
	bool learned;
	u8 learned_mac[ETH_ALEN];
	unsigned int nlearned;
	struct epacl_ip learned_ip[2];
};

struct twin_vm {
	char name[TWIN_NAME];
	int service; /* -1: none */
	bool in_group[TWIN_GROUPS];
	unsigned int nnics;
	unsigned int nendpoints;
	struct twin_nic nics[TWIN_NICS];
	struct twin_endpoint endpoints[TWIN_ENDPOINTS];
	struct twin_list lists[EPACL_DIRECTIONS];
};

struct twin_subnet {
	char name[TWIN_NAME];
	unsigned int n;
	struct epacl_prefix prefixes[2];
	struct twin_list lists[EPACL_DIRECTIONS];
};

struct twin_vnet {
	char name[TWIN_NAME];
	unsigned int nprefixes;
	unsigned int npeers;
	unsigned int npeer_vnets;
	unsigned int nuplinks;
	struct epacl_prefix prefixes[2];
	struct epacl_prefix peers[2];
	int peer_vnets[2];
	char uplinks[2][TWIN_NAME];
	unsigned int nsubnets;
	struct twin_subnet subnets[TWIN_SUBNETS];
};

struct twin_service {
	char name[TWIN_NAME];
	struct epacl_ip vip[2]; /* family 0: none */
};

struct twin_set {
	char name[TWIN_NAME];
	unsigned int n;
	struct epacl_prefix prefixes[TWIN_SET_PREFIXES];
};

/* A named list. */
struct twin_acl {
	char name[TWIN_NAME];
	struct twin_list list;
};

struct twin_group {
	char name[TWIN_NAME];
	u16 precedence;
	struct twin_list lists[EPACL_DIRECTIONS];
};

struct twin_lbset {
	char name[TWIN_NAME];
	u8 proto;
	unsigned int npublics;
	struct epacl_public publics[2];
	struct twin_list list;
};

struct twin_policy {
	unsigned int nsets;
	unsigned int nacls;
	unsigned int ngroups;
	unsigned int nlbsets;
	unsigned int nservices;
	unsigned int nvnets;
	unsigned int nvms;
	unsigned int nhost;
	struct twin_set sets[TWIN_SETS];
	struct twin_acl acls[TWIN_ACLS];
	struct twin_group groups[TWIN_GROUPS];
	struct twin_lbset lbsets[TWIN_LBSETS];
	struct twin_service services[TWIN_SERVICES];
	struct twin_vnet vnets[TWIN_VNETS];
	struct twin_vm vms[TWIN_VMS];
	struct epacl_ip host[3]; /* addresses of the host itself */
	u8 host_mac[ETH_ALEN];
};

/* A packet as one VM sees it; @sets: of the policy, for rules that name one. */
struct twin_view {
	const struct twin_set *sets;
	struct epacl_ip local;
	struct epacl_ip remote;
	u8 proto;
	bool has_ports;
	bool has_type;
	u16 lport;
	u16 rport;
	u8 type;
	u8 code;
	struct epacl_security security;
};

/* Where a nic is in a policy. */
struct twin_at {
	int vm; /* -1: nowhere */
	int nic;
};

/* A layer that was asked; the names are those of the policy. */
struct twin_asked {
	u8 owner; /* enum epacl_owner_kind */
	u8 direction;
	const char *name;
	const char *part; /* NULL: it has none */
	const char *use; /* name of the list that it uses; NULL: its own */
	bool permit;
	int order; /* 0: its default decided */
};

struct twin_answer {
	bool permit;
	bool deferred; /* asked too early: nothing else is said */
	u8 reason;
	unsigned int nasked;
	struct twin_asked asked[TWIN_ASKED];
};

struct twin_leg {
	struct twin_at at;
	u8 direction;
	struct epacl_tuple tuple;
	struct twin_answer answer;
};

struct twin_explanation {
	bool permit;
	bool refused; /* the question has no answer */
	unsigned int nlegs;
	struct twin_leg legs[2];
};

/* What is asked about one packet. */
struct twin_question {
	struct twin_at at;
	u8 direction;
	const struct epacl_packet *packet;
	const struct epacl_flow *flow; /* NULL: nothing tracks it */
	bool routed;
	bool from_host;
	struct twin_at sender;
	bool sender_is_uplink;
	struct epacl_security security;
	bool early; /* out: what will protect the packet is not known yet */
};

/* What is asked about a packet that is only made up. */
struct twin_made_up {
	struct epacl_tuple tuple;
	char from[TWIN_NAME]; /* "": not said */
	bool from_host;
	bool secure;
	u32 reqid; /* 0: not said */
};

struct twin_arrival {
	const char *dev;
	const char *bridge; /* NULL: none */
	struct twin_at sender; /* vm -1: not the interface of a nic */
	bool all_heard;
};

bool twin_same_ip(const struct epacl_ip *a, const struct epacl_ip *b);
bool twin_in_prefix(const struct epacl_prefix *prefix,
		    const struct epacl_ip *ip);
bool twin_has_ports(unsigned int proto);

bool twin_rule_matches(const struct twin_rule *rule,
		       const struct twin_view *view);
/* The one of @rules that decides; NULL: the default does. */
const struct twin_rule *twin_first(const struct twin_rule *rules,
				   unsigned int n,
				   const struct twin_view *view);
bool twin_default_permits(u8 deflt, const struct twin_rule *rules,
			  unsigned int n);

bool twin_is_host(const struct twin_policy *p, const struct epacl_ip *ip);
bool twin_nic_owns(const struct twin_nic *nic, const struct epacl_ip *ip);
bool twin_is_vip(const struct twin_policy *p, const struct epacl_ip *ip);
struct twin_at twin_nic_by_dev(const struct twin_policy *p, const char *dev);

/* Sections 4.1-4.4 and 5.1-5.3. Return: true if the answer is final. */
bool twin_link(struct twin_policy *p, const struct twin_question *question,
	       struct twin_answer *answer);
/* The two ends of a packet, as it is. */
struct epacl_tuple twin_tuple(const struct epacl_packet *packet);

/* The rest of sections 4 and 5, and "which flow, which direction" of 3. */
void twin_flow(const struct twin_policy *p,
	       const struct twin_question *question,
	       struct twin_answer *answer);
/* Section 6, "on arrival". Return: whose drop `spoof` it is; vm -1: nobody's. */
struct twin_at twin_arrives(const struct twin_policy *p,
			    const struct epacl_tuple *tuple,
			    const struct twin_arrival *at);
void twin_explain(const struct twin_policy *p,
		  const struct twin_made_up *question,
		  struct twin_explanation *out);

#endif /* _TWIN_H */

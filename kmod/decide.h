/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verdict on a packet, and why. Knows the policy, the packet and its
 * connection, and not which hook asks.
 */
#ifndef _EPACL_DECIDE_H
#define _EPACL_DECIDE_H

#include "classify.h"
#include "packet.h"
#include "snapshot.h"

/* Addresses and ports of one direction of a flow, as one side sees it. */
struct epacl_tuple {
	struct epacl_ip src;
	struct epacl_ip dst;
	u16 sport; /* 0 where the protocol has no ports */
	u16 dport;
	u8 proto;
	u8 type; /* ICMP */
	u8 code;
};

enum epacl_flow_state {
	EPACL_FLOW_NONE, /* nothing tracks it: it opens */
	EPACL_FLOW_OPENER, /* sent by the side that opened the flow */
	EPACL_FLOW_REPLY, /* sent by the other side */
	EPACL_FLOW_INVALID, /* connection tracking could not place it */
};

/**
 * struct epacl_flow - what connection tracking says of a packet
 * @state: enum epacl_flow_state
 * @loose: picked up in the middle: nobody knows who opened it
 * @zone: connection tracking zone of the opener
 * @addressed: what the opener sent: before both translations
 * @accepted: what the other side received: after both
 */
struct epacl_flow {
	u8 state;
	bool loose;
	u16 zone;
	struct epacl_tuple addressed;
	struct epacl_tuple accepted;
};

struct epacl_ask;

/**
 * struct epacl_host - what the decision asks the host
 * @owns_ip: an address of the host itself, on any interface
 * @learn_mac: take @mac for the nic's own, if it has none yet and nobody else
 *	uses it; true if it is the nic's own now
 * @learn_link_local: the same for an address of fe80::/64
 * @same_bridge: two nics are ports of one bridge
 * @has_dev: there is an interface of that name
 */
struct epacl_host {
	bool (*owns_ip)(const struct epacl_host *host,
			const struct epacl_ip *ip);
	bool (*learn_mac)(const struct epacl_ask *ask, const u8 *mac);
	bool (*learn_link_local)(const struct epacl_ask *ask,
				 const struct epacl_ip *ip);
	bool (*same_bridge)(const struct epacl_host *host,
			    const struct epacl_cnic *a,
			    const struct epacl_cnic *b);
	bool (*has_dev)(const struct epacl_host *host, const char *name);
};

/**
 * struct epacl_asked - a layer that was asked
 * @layer: the layer
 * @place: where its list has the rule that decided; NULL: its default did
 * @counter: of the rule
 */
struct epacl_asked {
	const struct epacl_layer *layer;
	struct epacl_rule *const *place;
	struct epacl_count __percpu *counter;
};

/* The rule that decided; NULL: the default did. */
static inline const struct epacl_rule *
epacl_asked_rule(const struct epacl_asked *asked)
{
	return asked->place ? *asked->place : NULL;
}

/* In: endpoint, subnet, groups, VM; out: the last three; a loose flow: both. */
#define EPACL_LAYERS_MAX (2 * EPACL_GROUPS_MAX + 5)

/**
 * struct epacl_ask - a question
 * @snap: policy
 * @host: what the host is asked
 * @nic: whose packet it is
 * @direction: enum epacl_direction
 * @packet: what was read from it
 * @flow: its connection; of it epacl_decide_link() only reads, for traffic in,
 *	whether there is one
 * @routed: it came to the nic's link through the host's routing
 * @from_host: the host itself sent it
 * @relayed: in: it came over the bridge from a device that only passes traffic
 *	on, so that nobody knows who sent it
 * @sender: in: the nic that sent it over the same bridge; NULL: none, or unknown
 * @sender_is_uplink: in: it entered the bridge at an uplink of the nic's vnet
 * @security: what protects the packet; NULL: nothing
 * @early: out: whether IPsec will protect it is not known yet
 */
struct epacl_ask {
	const struct epacl_snapshot *snap;
	const struct epacl_host *host;
	const struct epacl_cnic *nic;
	u8 direction;
	const struct epacl_packet *packet;
	const struct epacl_flow *flow;
	bool routed;
	bool from_host;
	bool relayed;
	const struct epacl_cnic *sender;
	bool sender_is_uplink;
	const struct epacl_security *security;
	bool early;
};

/**
 * struct epacl_answer - a verdict
 * @permit: or drop
 * @reason: enum epacl_reason
 * @deferred: there is none yet: a list asks for IPsec, and the question is early;
 *	the rest reads as a drop
 * @logs: one of the rules wants to be logged
 * @nasked: entries of @asked
 * @asked: layers that were asked, in order; all permitted, but the last one of
 *	a drop for EPACL_REASON_ACL or EPACL_REASON_IPSEC_REQUIRED
 */
struct epacl_answer {
	bool permit;
	bool deferred;
	bool logs;
	u8 reason;
	u8 nasked;
	struct epacl_asked asked[EPACL_LAYERS_MAX];
};

/**
 * epacl_decide_link - what needs no connection: headers, ethertype, tags,
 *	addresses, and the traffic that no network works without
 * @ask: question
 * @answer: verdict, if there is one
 *
 * Return: true if @answer is final; false: epacl_decide_flow() decides.
 */
bool epacl_decide_link(const struct epacl_ask *ask,
		       struct epacl_answer *answer);

/* The rest: the flow, the layers. Final, unless it is deferred. */
void epacl_decide_flow(const struct epacl_ask *ask,
		       struct epacl_answer *answer);

/* Is a nic of @vnet, or of a vnet that it regards as inside? */
bool epacl_cvnet_has_nic(const struct epacl_cvnet *vnet,
			 const struct epacl_cnic *nic);

/**
 * struct epacl_arrival - the interface at which a packet arrived
 * @dev: its name
 * @bridge: name of the bridge that it is a port of; NULL: none
 * @sender: nic whose interface it is; NULL: none
 * @goes_up: the bridge hands it to the host, which may route it
 * @all_heard: every nic counts as heard, for a packet that is only made up
 */
struct epacl_arrival {
	const char *dev;
	const char *bridge;
	const struct epacl_cnic *sender;
	bool goes_up;
	bool all_heard;
};

/* An uplink of @vnet? One that is a bridge means its ports. */
bool epacl_arrived_at_uplink(const struct epacl_vnet *vnet,
			     const struct epacl_arrival *at);

/**
 * epacl_decide_arrival - does a source claim to be inside that is not?
 * @snap: policy
 * @packet: as it arrived
 * @host: what the host is asked
 * @at: where it arrived
 *
 * Return: the nic that it would have reached, whose drop `spoof` it is; NULL:
 * nothing to say against it.
 */
const struct epacl_cnic *epacl_decide_arrival(const struct epacl_snapshot *snap,
					      const struct epacl_host *host,
					      const struct epacl_packet *packet,
					      const struct epacl_arrival *at);

/**
 * epacl_decide_opener - does somebody else open a flow as a nic of this host?
 *	What came back would be taken for answers to that nic.
 * @snap: policy
 * @host: what the host is asked
 * @packet: the first one of its flow, that no nic has sent
 * @at: where it arrived
 *
 * Return: that nic, whose drop `spoof` it is; NULL: it may pass.
 */
const struct epacl_cnic *epacl_decide_opener(const struct epacl_snapshot *snap,
					     const struct epacl_host *host,
					     const struct epacl_packet *packet,
					     const struct epacl_arrival *at);

/* Does @src, that arrived at @at, claim to be inside for @dest, and is not? */
bool epacl_is_forged(const struct epacl_snapshot *snap,
		     const struct epacl_cnic *dest, const struct epacl_ip *src,
		     const struct epacl_arrival *at);

/**
 * epacl_early_nic - whose SYN may be refused on arrival
 * @snap: policy
 * @packet: as it arrived, from where no nic is
 *
 * Return: the only nic that has the address; NULL: what becomes of the packet
 * shows later.
 */
const struct epacl_cnic *epacl_early_nic(const struct epacl_snapshot *snap,
					 const struct epacl_packet *packet);

/**
 * epacl_decide_early - will a SYN be refused, if nothing changes it on its way?
 * @ask: question; its packet is for its nic, which epacl_early_nic() has named
 * @at: where it arrived
 * @flow: that of @ask; filled in with what connection tracking would say
 * @answer: the refusal
 *
 * The caller knows that it would reach the nic, that nothing translates it, and
 * that it is of no flow that exists. Return: true: it is refused, and the full
 * path would say the same.
 */
bool epacl_decide_early(const struct epacl_ask *ask,
			const struct epacl_arrival *at, struct epacl_flow *flow,
			struct epacl_answer *answer);

/* The two ends of a packet, as it is. */
struct epacl_tuple epacl_packet_tuple(const struct epacl_packet *p);

/* Fills @answer in. Return: true, so that a caller can answer in one line. */
static inline bool epacl_answer(struct epacl_answer *answer, bool permit,
				enum epacl_reason reason)
{
	answer->permit = permit;
	answer->deferred = false;
	answer->reason = reason;
	return true;
}

/* Did the layer that was asked last deny? */
static inline bool epacl_layer_denied(const struct epacl_answer *answer)
{
	return !answer->permit && answer->nasked &&
	       (answer->reason == EPACL_REASON_ACL ||
		answer->reason == EPACL_REASON_IPSEC_REQUIRED);
}

/* Neighbour discovery, redirects excepted, from this very link. */
bool epacl_packet_is_nd(const struct epacl_packet *p);

/*
 * Neighbour discovery for a neighbour; essential on the link, and if the host is
 * going to route it a packet like others.
 */
bool epacl_is_discovery_beyond(const struct epacl_ask *ask);

/* Is @ip a link-local address that the guest behind @nic uses? */
bool epacl_nic_has_link_local(const struct epacl_cnic *nic,
			      const struct epacl_ip *ip);

#endif /* _EPACL_DECIDE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the hooks share: a packet that is being judged.
 */
#ifndef _EPACL_HOOKS_INTERNAL_H
#define _EPACL_HOOKS_INTERNAL_H

#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include "devices.h"
#include "security.h"

struct nf_conn;

/**
 * struct epacl_case - a packet that is being judged
 * @en: namespace
 * @skb: packet
 * @state: hook
 * @packet: what was read from it
 * @flow: its connection
 * @security: what protects it
 * @ask: question, which points to the three before
 * @answer: verdict
 */
struct epacl_case {
	struct epacl_net *en;
	struct sk_buff *skb;
	const struct nf_hook_state *state;
	struct epacl_packet packet;
	struct epacl_flow flow;
	struct epacl_security security;
	struct epacl_ask ask;
	struct epacl_answer answer;
};

/*
 * A case on the stack. Most kernels fill what is there with zeros; of a case,
 * which is large, whatever is read is set first.
 */
#define EPACL_CASE(name) struct epacl_case name __uninitialized

/* Nothing is read from the packet, and nothing is known of its flow. */
void epacl_case_open(struct epacl_case *c, struct epacl_net *en,
		     struct sk_buff *skb, const struct nf_hook_state *state,
		     enum epacl_direction direction);

/*
 * Whose packet it is: that of the nic behind @port. Return: false: the policy
 * does not know the interface any more, or not yet.
 */
bool epacl_case_find_nic(struct epacl_case *c, struct epacl_port *port);

/**
 * epacl_case_find_sender - how it came to the link of the nic
 * @c: packet for the nic
 * @dev: device that it leaves by: the interface of the nic, or a VLAN of it
 *
 * Whatever the host makes itself has no interface at which it came in; a
 * bridge's own name stands for packets that went up from it and were routed.
 */
void epacl_case_find_sender(struct epacl_case *c, struct net_device *dev);

/*
 * Reads the packet, in a hook of ip, ip6 or bridge. @vlan: tag that it has on
 * the interface besides the one that it carries; 0: none.
 */
void epacl_case_read(struct epacl_case *c, u16 vlan);

/* Asks for a verdict. */
void epacl_case_judge(struct epacl_case *c);

/* Counts a final verdict, and logs it if a rule wants that. */
void epacl_case_count(const struct epacl_case *c);
/* The same. Return: the verdict. */
unsigned int epacl_case_settle(const struct epacl_case *c);

unsigned int epacl_drop_for_nobody(struct epacl_net *en,
				   enum epacl_direction direction,
				   enum epacl_reason reason, u32 bytes);
unsigned int epacl_drop_for(const struct epacl_cnic *nic,
			    enum epacl_direction direction,
			    enum epacl_reason reason, u32 bytes);
/*
 * A packet of an interface that is no nic's: a guard's, or one that the policy
 * does not know any more, or not yet.
 */
unsigned int epacl_drop_unknown(const struct epacl_case *c,
				const struct epacl_port *port);

static inline bool epacl_is_ip(u16 ethertype)
{
	return ethertype == ETH_P_IP || ethertype == ETH_P_IPV6;
}

u16 epacl_ethertype(const struct sk_buff *skb,
		    const struct nf_hook_state *state);

/*
 * br_netfilter takes this frame of a bridge to ip POST_ROUTING, where source NAT
 * is still to come: it is judged there. Behind that it has forgotten the frame.
 */
bool epacl_is_shown_again(const struct sk_buff *skb);

/*
 * What the host sends to a group that it is in comes to it once more, as if from
 * the interface that it leaves by. No device says that of what it receives.
 */
static inline bool epacl_is_hosts_copy(const struct sk_buff *skb)
{
	return skb->pkt_type == PACKET_LOOPBACK;
}

/* Its connection; NULL: it has none, or a template of one. */
const struct nf_conn *epacl_connection(const struct sk_buff *skb);

/* It is of a flow of which something is known already, or an error about one. */
bool epacl_is_of_a_flow(const struct sk_buff *skb);

/* The entry of its connection is about to be made by this packet. */
bool epacl_makes_entry(const struct sk_buff *skb);

/* ---- PRE_ROUTING (hooks_pre.c) ---- */

unsigned int epacl_hook_arrival(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state);
unsigned int epacl_hook_from_vm(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state);
unsigned int epacl_hook_vip(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state);
/* LOCAL_OUT: only the zone. */
unsigned int epacl_hook_from_host(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state);

/*
 * Is the verdict on this packet of a VM deferred, if a list asks for IPsec? Only
 * what the host is going to route may be protected.
 */
bool epacl_may_be_late(const struct epacl_case *c);

/* ---- before connection tracking (hooks_early.c) ---- */

/* A packet that arrived at @at, which is no nic's. Return: the verdict. */
unsigned int epacl_refuse_early(struct epacl_case *c,
				const struct epacl_arrival *at);

/* ---- POST_ROUTING (hooks_post.c) ---- */

/* Of ip and ip6: all that is to be done there. */
unsigned int epacl_hook_leaving(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state);
/* Of bridge. */
unsigned int epacl_hook_to_vm(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state);

/* ---- where a deferred packet gets its verdict (hooks_late.c) ---- */

/* POST_ROUTING of ip and ip6, while en->late. */
unsigned int epacl_judge_late_out(struct epacl_net *en, struct sk_buff *skb,
				  const struct nf_hook_state *state);
/* LOCAL_IN of ip and ip6. */
unsigned int epacl_hook_late_host(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state);
/* FORWARD of bridge. */
unsigned int epacl_hook_late_bridge(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state);

#endif /* _EPACL_HOOKS_INTERNAL_H */

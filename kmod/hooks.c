// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where packets enter: find the VM, ask, count, return the verdict.
 *
 * A packet may pass several hooks of ours on its way to a VM. An earlier one
 * only refuses, and counts that; the last one also permits, and counts that.
 */
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include "guard.h"
#include "hooks.h"
#include "hooks_internal.h"
#include "log.h"
#include "wiring.h"

/* Before defragmentation and everything else. */
#define PRIORITY_ARRIVAL (NF_IP_PRI_RAW_BEFORE_DEFRAG - 50)
/* Right behind connection tracking, before anything translates. */
#define PRIORITY_FROM_VM (NF_IP_PRI_CONNTRACK + 1)
/* Right behind destination NAT. */
#define PRIORITY_VIP (NF_IP_PRI_NAT_DST + 1)
/* Behind source NAT and all that changes packets, before the confirmation. */
#define PRIORITY_TO_VM (INT_MAX - 16)

/* ---- a packet that is being judged ---- */

void epacl_case_open(struct epacl_case *c, struct epacl_net *en,
		     struct sk_buff *skb, const struct nf_hook_state *state,
		     enum epacl_direction direction)
{
	struct epacl_ask *ask = &c->ask;

	c->en = en;
	c->skb = skb;
	c->state = state;
	c->flow.state = EPACL_FLOW_NONE;
	c->security.n = 0;
	/* Member by member: a whole one would be made elsewhere, and copied. */
	ask->snap = rcu_dereference(en->snapshot);
	ask->host = &en->host;
	ask->nic = NULL;
	ask->direction = direction;
	ask->packet = &c->packet;
	ask->flow = &c->flow;
	ask->routed = false;
	ask->from_host = false;
	ask->relayed = false;
	ask->sender = NULL;
	ask->sender_is_uplink = false;
	ask->security = &c->security;
	ask->early = false;
}

bool epacl_case_find_nic(struct epacl_case *c, struct epacl_port *port)
{
	c->ask.nic = c->ask.snap ? epacl_port_nic(c->ask.snap, port) : NULL;
	return c->ask.nic;
}

void epacl_case_find_sender(struct epacl_case *c, struct net_device *dev)
{
	struct net_device *from, *bridge = epacl_bridge_of(dev);
	struct epacl_ask *ask = &c->ask;
	struct epacl_arrival at = {};
	struct epacl_port *port;
	u16 vlan;

	ask->from_host = !c->skb->skb_iif;
	if (ask->from_host)
		return;
	from = bridge ? dev_get_by_index_rcu(c->en->net, c->skb->skb_iif) :
			NULL;
	ask->routed = !from || epacl_bridge_of(from) != bridge;
	if (ask->routed)
		return;
	port = epacl_port_of(c->en, from, &vlan);
	if (port) {
		ask->sender = epacl_port_nic(ask->snap, port);
		return;
	}
	ask->relayed = epacl_passes_on(from);
	at.dev = from->name;
	at.bridge = bridge->name;
	ask->sender_is_uplink = ask->nic->vnet &&
				epacl_arrived_at_uplink(ask->nic->vnet->vnet,
							&at);
}

void epacl_case_read(struct epacl_case *c, u16 vlan)
{
	struct epacl_packet *p = &c->packet;

	epacl_packet_ip(p, c->skb, epacl_ethertype(c->skb, c->state));
	if (!vlan)
		return;
	/* One tag inside another. */
	if (p->has_vlan && p->vlan)
		vlan = EPACL_VLAN_FOREIGN;
	p->has_vlan = true;
	p->vlan = vlan;
}

void epacl_case_judge(struct epacl_case *c)
{
	if (!epacl_decide_link(&c->ask, &c->answer))
		epacl_decide_flow(&c->ask, &c->answer);
}

/* ---- counting ---- */

static void count_rules(const struct epacl_answer *answer, u32 bytes)
{
	const struct epacl_asked *asked = answer->asked;
	int i;

	for (i = 0; i < answer->nasked; i++)
		if (asked[i].place)
			epacl_count(asked[i].counter, bytes);
}

void epacl_case_count(const struct epacl_case *c)
{
	u32 bytes = c->packet.bytes;

	epacl_count(epacl_verdict_counter(c->ask.nic->verdicts,
					  c->ask.direction, c->answer.reason),
		    bytes);
	/* What a reply was held against is not what it was permitted by. */
	if (c->answer.reason == EPACL_REASON_REPLY)
		return;
	count_rules(&c->answer, bytes);
	if (c->answer.logs)
		epacl_log(&c->ask, &c->answer, c->skb, c->state);
}

unsigned int epacl_case_settle(const struct epacl_case *c)
{
	epacl_case_count(c);
	return c->answer.permit ? NF_ACCEPT : NF_DROP;
}

unsigned int epacl_drop_for_nobody(struct epacl_net *en,
				   enum epacl_direction direction,
				   enum epacl_reason reason, u32 bytes)
{
	epacl_count(epacl_verdict_counter(en->counters->cpu, direction, reason),
		    bytes);
	return NF_DROP;
}

unsigned int epacl_drop_for(const struct epacl_cnic *nic,
			    enum epacl_direction direction,
			    enum epacl_reason reason, u32 bytes)
{
	epacl_count(epacl_verdict_counter(nic->verdicts, direction, reason),
		    bytes);
	return NF_DROP;
}

unsigned int epacl_drop_unknown(const struct epacl_case *c,
				const struct epacl_port *port)
{
	const struct epacl_guard *guard = NULL;

	if (c->ask.snap)
		guard = epacl_guard_of(c->ask.snap->root, port->dev->name);
	if (!guard)
		return epacl_drop_for_nobody(c->en, c->ask.direction,
					     EPACL_REASON_GUARD,
					     c->packet.bytes);
	epacl_count(guard->counters->cpu, c->packet.bytes);
	return NF_DROP;
}

/* ---- what a packet is ---- */

u16 epacl_ethertype(const struct sk_buff *skb,
		    const struct nf_hook_state *state)
{
	switch (state->pf) {
	case NFPROTO_IPV4:
		return ETH_P_IP;
	case NFPROTO_IPV6:
		return ETH_P_IPV6;
	default:
		return ntohs(skb->protocol);
	}
}

bool epacl_is_shown_again(const struct sk_buff *skb)
{
	const struct nf_bridge_info *info = nf_bridge_info_get(skb);

	return info && info->physoutdev && epacl_is_ip(ntohs(skb->protocol));
}

const struct nf_conn *epacl_connection(const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	return ct && !nf_ct_is_template(ct) ? ct : NULL;
}

bool epacl_is_of_a_flow(const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	/* What a helper expects is new, and called related. */
	return ct && ctinfo != IP_CT_NEW && nf_ct_is_confirmed(ct);
}

bool epacl_makes_entry(const struct sk_buff *skb)
{
	const struct nf_conn *ct = epacl_connection(skb);

	return ct && !nf_ct_is_confirmed(ct);
}

/* ---- registration ---- */

#define HOOK(family, num, function, prio)                             \
	{                                                             \
		.hook = (function), .pf = (family), .hooknum = (num), \
		.priority = (prio),                                   \
	}

/* Of ip, ip6 and bridge. */
#define HOOKS(family, pre)                                       \
	HOOK(family, pre, epacl_hook_arrival, PRIORITY_ARRIVAL), \
		HOOK(family, pre, epacl_hook_from_vm, PRIORITY_FROM_VM)

/* Of ip and ip6. */
#define HOOKS_IP(family)                                                       \
	HOOKS(family, NF_INET_PRE_ROUTING),                                    \
		HOOK(family, NF_INET_PRE_ROUTING, epacl_hook_vip,              \
		     PRIORITY_VIP),                                            \
		HOOK(family, NF_INET_LOCAL_OUT, epacl_hook_vip, PRIORITY_VIP), \
		HOOK(family, NF_INET_LOCAL_OUT, epacl_hook_from_host,          \
		     PRIORITY_ARRIVAL),                                        \
		HOOK(family, NF_INET_LOCAL_IN, epacl_hook_late_host,           \
		     PRIORITY_TO_VM)

static const struct nf_hook_ops hooks[] = {
	HOOKS_IP(NFPROTO_IPV4),
	HOOKS_IP(NFPROTO_IPV6),
	HOOKS(NFPROTO_BRIDGE, NF_BR_PRE_ROUTING),
	HOOK(NFPROTO_BRIDGE, NF_BR_FORWARD, epacl_hook_late_bridge,
	     PRIORITY_TO_VM),
};

static const struct nf_hook_ops leaving_hooks[] = {
	HOOK(NFPROTO_IPV4, NF_INET_POST_ROUTING, epacl_hook_leaving,
	     PRIORITY_TO_VM),
	HOOK(NFPROTO_IPV6, NF_INET_POST_ROUTING, epacl_hook_leaving,
	     PRIORITY_TO_VM),
	HOOK(NFPROTO_BRIDGE, NF_BR_POST_ROUTING, epacl_hook_to_vm,
	     PRIORITY_TO_VM),
};

int epacl_hooks_register_leaving(struct epacl_net *en)
{
	return nf_register_net_hooks(en->net, leaving_hooks,
				     ARRAY_SIZE(leaving_hooks));
}

void epacl_hooks_unregister_leaving(struct epacl_net *en)
{
	nf_unregister_net_hooks(en->net, leaving_hooks,
				ARRAY_SIZE(leaving_hooks));
}

int epacl_hooks_register(struct epacl_net *en)
{
	int err;

	err = nf_ct_netns_get(en->net, NFPROTO_INET);
	if (err)
		return err;
	err = nf_ct_netns_get(en->net, NFPROTO_BRIDGE);
	if (err)
		goto put_inet;
	err = nf_register_net_hooks(en->net, hooks, ARRAY_SIZE(hooks));
	if (err)
		goto put_bridge;
	epacl_log_get();
	return 0;

put_bridge:
	nf_ct_netns_put(en->net, NFPROTO_BRIDGE);
put_inet:
	nf_ct_netns_put(en->net, NFPROTO_INET);
	return err;
}

void epacl_hooks_unregister(struct epacl_net *en)
{
	epacl_log_put();
	nf_unregister_net_hooks(en->net, hooks, ARRAY_SIZE(hooks));
	nf_ct_netns_put(en->net, NFPROTO_BRIDGE);
	nf_ct_netns_put(en->net, NFPROTO_INET);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where packets enter: find the VM, ask, count, return the verdict.
 *
 * A packet may pass several hooks of ours on its way to a VM. An earlier one
 * only refuses, and counts that; the last one also permits, and counts that.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netfilter_bridge.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/netfilter/nf_conntrack.h>
#include "flow.h"
#include "hooks.h"
#include "station.h"

/* Before defragmentation and everything else. */
#define PRIORITY_ARRIVAL (NF_IP_PRI_RAW_BEFORE_DEFRAG - 50)
/* Right behind connection tracking, before anything translates. */
#define PRIORITY_FROM_VM (NF_IP_PRI_CONNTRACK + 1)
/* Right behind destination NAT. */
#define PRIORITY_VIP (NF_IP_PRI_NAT_DST + 1)
/* Behind source NAT. */
#define PRIORITY_SHADOW (PRIORITY_TO_VM - 1)
/* Behind source NAT and all that changes packets, before the confirmation. */
#define PRIORITY_TO_VM (INT_MAX - 16)

/* ---- counting ---- */

static void count_rules(const struct epacl_answer *answer, u32 bytes)
{
	const struct epacl_rule *rule;
	int i;

	for (i = 0; i < answer->nasked; i++) {
		rule = answer->asked[i].rule;
		if (rule)
			epacl_count(rule->counters, rule->counter, bytes);
	}
}

static void count(const struct epacl_ask *ask,
		  const struct epacl_answer *answer)
{
	u32 bytes = ask->packet->bytes;

	epacl_count(ask->nic->vm->counters,
		    epacl_verdict_counter(ask->direction, answer->reason),
		    bytes);
	/* What a reply was held against is not what it was permitted by. */
	if (answer->reason != EPACL_REASON_REPLY)
		count_rules(answer, bytes);
}

/* Counts a final verdict. */
static unsigned int settle(const struct epacl_ask *ask,
			   const struct epacl_answer *answer)
{
	count(ask, answer);
	return answer->permit ? NF_ACCEPT : NF_DROP;
}

static void judge(const struct epacl_ask *ask, struct epacl_answer *answer)
{
	if (!epacl_decide_link(ask, answer))
		epacl_decide_flow(ask, answer);
}

static unsigned int drop_for_nobody(struct epacl_net *en, u8 direction,
				    enum epacl_reason reason, u32 bytes)
{
	epacl_count(en->counters, epacl_verdict_counter(direction, reason),
		    bytes);
	return NF_DROP;
}

static unsigned int drop_for(const struct epacl_cnic *nic, u8 direction,
			     enum epacl_reason reason, u32 bytes)
{
	epacl_count(nic->vm->counters, epacl_verdict_counter(direction, reason),
		    bytes);
	return NF_DROP;
}

/* ---- where a packet comes from ---- */

static bool is_ip(u16 ethertype)
{
	return ethertype == ETH_P_IP || ethertype == ETH_P_IPV6;
}

static u16 ethertype_of(const struct sk_buff *skb,
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

static struct net_device *bridge_of(struct net_device *dev)
{
	struct net_device *master = netdev_master_upper_dev_get_rcu(dev);

	return master && netif_is_bridge_master(master) ? master : NULL;
}

/*
 * Devices that only pass traffic on: what comes in at them came in at another
 * before. A VLAN of a physical interface is where its frames are seen first.
 */
static bool passes_on(const struct net_device *dev)
{
	struct net_device *peer;

	while (is_vlan_dev(dev))
		dev = vlan_dev_real_dev(dev);
	if (netif_is_bridge_master(dev) || netif_is_l3_master(dev) ||
	    dev->flags & IFF_LOOPBACK)
		return true;
	if (!dev->netdev_ops->ndo_get_peer_dev)
		return false;
	peer = dev->netdev_ops->ndo_get_peer_dev((struct net_device *)dev);
	return peer && net_eq(dev_net(peer), dev_net(dev));
}

/*
 * How a packet came to the link of a nic. Whatever the host makes itself has
 * no interface at which it came in; a bridge's own name stands for packets that
 * went up from it and were routed.
 */
static void find_sender(struct epacl_ask *ask, struct epacl_net *en,
			const struct sk_buff *skb, struct net_device *dev)
{
	struct net_device *from, *bridge = bridge_of(dev);
	struct epacl_arrival at = {};
	struct epacl_port *port;

	ask->from_host = !skb->skb_iif;
	if (ask->from_host)
		return;
	from = bridge ? dev_get_by_index_rcu(en->net, skb->skb_iif) : NULL;
	ask->routed = !from || bridge_of(from) != bridge;
	if (ask->routed)
		return;
	port = epacl_port(en, skb->skb_iif);
	if (port) {
		ask->sender = epacl_port_nic(ask->snap, port);
		return;
	}
	ask->relayed = passes_on(from);
	at.dev = from->name;
	at.bridge = bridge->name;
	ask->sender_is_uplink = ask->nic->vnet &&
				epacl_arrived_at_uplink(ask->nic->vnet->vnet,
							&at);
}

/* ---- the interface of a nic ---- */

unsigned int epacl_hook_ingress(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct epacl_port *port = priv;
	struct epacl_net *en = port->en;
	struct epacl_answer answer;
	struct epacl_packet packet;
	struct epacl_ask ask = {
		.snap = rcu_dereference(en->snapshot),
		.host = &en->host,
		.direction = EPACL_OUT,
		.packet = &packet,
	};

	epacl_packet_frame(&packet, skb, false);
	ask.nic = ask.snap ? epacl_port_nic(ask.snap, port) : NULL;
	if (!ask.nic)
		return drop_for_nobody(en, EPACL_OUT, EPACL_REASON_GUARD,
				       packet.bytes);
	if (!epacl_decide_link(&ask, &answer))
		return NF_ACCEPT;
	return settle(&ask, &answer);
}

/*
 * What has a connection was judged at the end of POST_ROUTING, unless it went
 * to a VLAN on top of the interface. What has none was judged by nobody.
 */
static bool was_judged(const struct sk_buff *skb)
{
	return skb_nfct(skb) && is_ip(ntohs(skb->protocol)) &&
	       !(skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb));
}

unsigned int epacl_hook_egress(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct epacl_flow flow = { .state = EPACL_FLOW_NONE };
	struct epacl_port *port = priv;
	struct epacl_net *en = port->en;
	struct epacl_answer answer;
	struct epacl_packet packet;
	struct epacl_ask ask = {
		.snap = rcu_dereference(en->snapshot),
		.host = &en->host,
		.direction = EPACL_IN,
		.packet = &packet,
		.flow = &flow,
	};

	ask.nic = ask.snap ? epacl_port_nic(ask.snap, port) : NULL;
	if (ask.nic && was_judged(skb))
		return NF_ACCEPT;
	epacl_packet_frame(&packet, skb, true);
	if (!ask.nic)
		return drop_for_nobody(en, EPACL_IN, EPACL_REASON_GUARD,
				       packet.bytes);
	find_sender(&ask, en, skb, port->dev);
	judge(&ask, &answer);
	return settle(&ask, &answer);
}

/* ---- PRE_ROUTING ---- */

static unsigned int hook_arrival(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct epacl_net *en = epacl_net(state->net);
	const struct epacl_snapshot *snap = rcu_dereference(en->snapshot);
	const struct epacl_cnic *victim;
	struct epacl_arrival at = {};
	struct epacl_packet packet;
	struct net_device *bridge;
	struct epacl_port *port;

	if (!snap || (!snap->nvnets && !snap->nvips))
		return NF_ACCEPT;
	port = epacl_port(en, state->in->ifindex);
	if (!port && passes_on(state->in))
		return NF_ACCEPT;
	at.dev = state->in->name;
	if (state->pf == NFPROTO_BRIDGE) {
		bridge = bridge_of(state->in);
		at.bridge = bridge ? bridge->name : "";
	}
	at.sender = port ? epacl_port_nic(snap, port) : NULL;
	epacl_packet_ip(&packet, skb, ethertype_of(skb, state));
	/* Its fragments could be put together to something that is not. */
	if (packet.malformed && epacl_snapshot_is_vip(snap, &packet.dst))
		return drop_for_nobody(en, EPACL_IN, EPACL_REASON_MALFORMED,
				       packet.bytes);
	victim = epacl_decide_arrival(snap, &en->host, &packet, &at);
	if (!victim)
		return NF_ACCEPT;
	if (at.sender)
		return drop_for(at.sender, EPACL_OUT, EPACL_REASON_SPOOF,
				packet.bytes);
	return drop_for(victim, EPACL_IN, EPACL_REASON_SPOOF, packet.bytes);
}

/* Judges what has passed the ingress of the nic's interface already. */
static unsigned int hook_from_vm(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct epacl_net *en = epacl_net(state->net);
	struct epacl_port *port = epacl_port(en, state->in->ifindex);
	struct epacl_answer answer;
	struct epacl_packet packet;
	struct epacl_flow flow;
	struct epacl_ask ask = {
		.snap = rcu_dereference(en->snapshot),
		.host = &en->host,
		.direction = EPACL_OUT,
		.packet = &packet,
		.flow = &flow,
	};

	if (!port)
		return NF_ACCEPT;
	epacl_packet_ip(&packet, skb, ethertype_of(skb, state));
	ask.nic = ask.snap ? epacl_port_nic(ask.snap, port) : NULL;
	if (!ask.nic)
		return drop_for_nobody(en, EPACL_OUT, EPACL_REASON_GUARD,
				       packet.bytes);
	if (epacl_decide_link(&ask, &answer)) {
		/* What is permitted for good was counted at the ingress. */
		if (answer.permit)
			return NF_ACCEPT;
	} else {
		epacl_flow_read(&flow, skb);
		epacl_decide_flow(&ask, &answer);
	}
	return settle(&ask, &answer);
}

/* A flow of which something is known already, or an error about one. */
static bool is_of_a_flow(const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;

	return nf_ct_get(skb, &ctinfo) && ctinfo != IP_CT_NEW;
}

/* A VIP is not the host: what nothing has translated ends here. */
static unsigned int hook_vip(void *priv, struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	struct epacl_net *en = epacl_net(state->net);
	const struct epacl_snapshot *snap = rcu_dereference(en->snapshot);
	struct epacl_packet packet;

	if (!snap || !snap->nvips || is_of_a_flow(skb))
		return NF_ACCEPT;
	epacl_packet_ip(&packet, skb, ethertype_of(skb, state));
	if (!epacl_snapshot_is_vip(snap, &packet.dst))
		return NF_ACCEPT;
	if (packet.malformed)
		return drop_for_nobody(en, EPACL_IN, EPACL_REASON_MALFORMED,
				       packet.bytes);
	if (epacl_packet_is_nd(&packet))
		return NF_ACCEPT;
	return drop_for_nobody(en, EPACL_IN, EPACL_REASON_NO_ENDPOINT,
			       packet.bytes);
}

/* ---- POST_ROUTING ---- */

/* The nic that @ip belongs to, the closest. */
static const struct epacl_cnic *owner_of(const struct epacl_snapshot *snap,
					 const struct epacl_ip *ip)
{
	u32 cursor = 0;

	return epacl_snapshot_users(snap, ip, &cursor);
}

/*
 * Source NAT keeps ports where it can. A VM that leaves by a shared VIP from
 * the public port of another's endpoint would be taken for that endpoint, and
 * get what is meant for it.
 */
static unsigned int hook_shadow(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct epacl_net *en = epacl_net(state->net);
	const struct epacl_snapshot *snap = rcu_dereference(en->snapshot);
	const struct epacl_cpublic *public;
	const struct epacl_cnic *sender;
	struct epacl_flow flow;

	if (!snap || !snap->npublics || is_of_a_flow(skb))
		return NF_ACCEPT;
	epacl_flow_read(&flow, skb);
	if (flow.state != EPACL_FLOW_OPENER ||
	    epacl_ip_equal(&flow.addressed.src, &flow.accepted.src))
		return NF_ACCEPT;
	public = epacl_snapshot_public(snap, &flow.accepted.src,
				       flow.accepted.proto,
				       flow.accepted.sport);
	sender = owner_of(snap, &flow.addressed.src);
	if (!public || !sender || public->vm == sender->vm)
		return NF_ACCEPT;
	return drop_for(sender, EPACL_OUT, EPACL_REASON_SPOOF, skb->len);
}

/*
 * br_netfilter takes this frame to ip POST_ROUTING, where source NAT is still
 * to come: it is judged there.
 */
static bool br_netfilter_takes(const struct sk_buff *skb)
{
	const struct nf_bridge_info *info = nf_bridge_info_get(skb);

	return info && info->physoutdev && is_ip(ntohs(skb->protocol));
}

/*
 * Policy refused it, to whom the flow is for: a flooded copy is another nic's,
 * whose prefix may hold the address too.
 */
static bool is_refusal_of_flow(const struct epacl_ask *ask,
			       const struct epacl_answer *answer)
{
	return (answer->reason == EPACL_REASON_ACL ||
		answer->reason == EPACL_REASON_NO_ENDPOINT) &&
	       epacl_nic_has(ask->nic->nic, &ask->packet->dst);
}

static unsigned int to_port(struct epacl_net *en, struct epacl_ask *ask,
			    struct epacl_port *port, struct sk_buff *skb)
{
	struct epacl_answer answer;

	ask->nic = epacl_port_nic(ask->snap, port);
	if (!ask->nic)
		return drop_for_nobody(en, EPACL_IN, EPACL_REASON_GUARD,
				       ask->packet->bytes);
	find_sender(ask, en, skb, port->dev);
	judge(ask, &answer);
	count(ask, &answer);
	if (answer.permit)
		return NF_ACCEPT;
	if (is_refusal_of_flow(ask, &answer))
		epacl_flow_forget(skb);
	return NF_DROP;
}

/*
 * A packet is routed into a bridge. Here its connection is not confirmed yet,
 * behind the bridge it is: so it is refused here if every nic that it could be
 * for refuses it.
 */
static unsigned int to_bridge(struct epacl_net *en, struct epacl_ask *ask,
			      const struct net_device *bridge,
			      const struct sk_buff *skb)
{
	struct epacl_answer answer, first;
	const struct epacl_cnic *nic, *refuser = NULL;
	struct epacl_port *port;
	u32 cursor = 0;

	ask->from_host = !skb->skb_iif;
	ask->routed = !ask->from_host;
	while ((nic = epacl_snapshot_users(ask->snap, &ask->packet->dst,
					   &cursor))) {
		port = epacl_port(en, READ_ONCE(nic->nic->station->ifindex));
		if (!port || bridge_of(port->dev) != bridge)
			continue;
		ask->nic = nic;
		judge(ask, &answer);
		if (answer.permit)
			return NF_ACCEPT;
		if (!refuser) {
			refuser = nic;
			first = answer;
		}
	}
	if (!refuser)
		return NF_ACCEPT;
	ask->nic = refuser;
	count(ask, &first);
	return NF_DROP;
}

static unsigned int hook_to_vm(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct epacl_net *en = epacl_net(state->net);
	struct net_device *dev = skb->dev;
	struct epacl_port *port = epacl_port(en, dev->ifindex);
	struct epacl_packet packet;
	struct epacl_flow flow;
	struct epacl_ask ask = {
		.snap = rcu_dereference(en->snapshot),
		.host = &en->host,
		.direction = EPACL_IN,
		.packet = &packet,
		.flow = &flow,
	};
	bool bridge = state->pf == NFPROTO_BRIDGE;

	if (!ask.snap || (!port && (bridge || !netif_is_bridge_master(dev))))
		return NF_ACCEPT;
	if (!is_ip(ethertype_of(skb, state)) ||
	    (bridge && br_netfilter_takes(skb)))
		return NF_ACCEPT;
	epacl_flow_read(&flow, skb);
	/*
	 * What nothing tracks is judged at the egress; but there it cannot be
	 * told any more that connection tracking has refused to place it.
	 */
	if (flow.state == EPACL_FLOW_NONE ||
	    (flow.state == EPACL_FLOW_INVALID && !skb->skb_iif))
		return NF_ACCEPT;
	epacl_packet_ip(&packet, skb, ethertype_of(skb, state));
	return port ? to_port(en, &ask, port, skb) :
		      to_bridge(en, &ask, dev, skb);
}

/* ---- registration ---- */

#define HOOK(family, num, function, prio)                             \
	{                                                             \
		.hook = (function), .pf = (family), .hooknum = (num), \
		.priority = (prio),                                   \
	}

#define HOOKS(family, pre, post)                                   \
	HOOK(family, pre, hook_arrival, PRIORITY_ARRIVAL),         \
		HOOK(family, pre, hook_from_vm, PRIORITY_FROM_VM), \
		HOOK(family, post, hook_to_vm, PRIORITY_TO_VM)

static const struct nf_hook_ops hooks[] = {
	HOOKS(NFPROTO_IPV4, NF_INET_PRE_ROUTING, NF_INET_POST_ROUTING),
	HOOKS(NFPROTO_IPV6, NF_INET_PRE_ROUTING, NF_INET_POST_ROUTING),
	HOOKS(NFPROTO_BRIDGE, NF_BR_PRE_ROUTING, NF_BR_POST_ROUTING),
	HOOK(NFPROTO_IPV4, NF_INET_PRE_ROUTING, hook_vip, PRIORITY_VIP),
	HOOK(NFPROTO_IPV6, NF_INET_PRE_ROUTING, hook_vip, PRIORITY_VIP),
	HOOK(NFPROTO_IPV4, NF_INET_POST_ROUTING, hook_shadow, PRIORITY_SHADOW),
	HOOK(NFPROTO_IPV6, NF_INET_POST_ROUTING, hook_shadow, PRIORITY_SHADOW),
};

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
	return 0;

put_bridge:
	nf_ct_netns_put(en->net, NFPROTO_BRIDGE);
put_inet:
	nf_ct_netns_put(en->net, NFPROTO_INET);
	return err;
}

void epacl_hooks_unregister(struct epacl_net *en)
{
	nf_unregister_net_hooks(en->net, hooks, ARRAY_SIZE(hooks));
	nf_ct_netns_put(en->net, NFPROTO_BRIDGE);
	nf_ct_netns_put(en->net, NFPROTO_INET);
}

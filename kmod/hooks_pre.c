// SPDX-License-Identifier: GPL-2.0-only
/*
 * PRE_ROUTING: where a packet arrives, and what VMs send.
 */
#include <net/netfilter/nf_conntrack.h>
#include "flow.h"
#include "hooks_internal.h"
#include "quota.h"
#include "wiring.h"
#include "zone.h"

/* Where the packet came in, at an interface that is no nic's or that of @sender. */
static struct epacl_arrival arrival_of(const struct epacl_case *c,
				       const struct epacl_cnic *sender)
{
	struct epacl_arrival at = {
		.dev = c->state->in->name,
		.sender = sender,
	};
	struct net_device *bridge;

	if (c->state->pf == NFPROTO_BRIDGE) {
		bridge = epacl_bridge_of(c->state->in);
		at.bridge = bridge ? bridge->name : "";
		at.goes_up = epacl_is_for_host(c->en, c->skb, c->state->in);
	}
	return at;
}

static unsigned int judge_arrival(struct epacl_case *c, struct epacl_port *port)
{
	const struct epacl_snapshot *snap = c->ask.snap;
	struct epacl_arrival at = arrival_of(c,
					     port ? epacl_port_nic(snap, port) :
						    NULL);
	const struct epacl_cnic *victim;

	epacl_case_read(c, 0);
	/* Its fragments could be put together to something that is not. */
	if (c->packet.malformed && epacl_snapshot_is_vip(snap, &c->packet.dst))
		return epacl_drop_for_nobody(c->en, EPACL_IN,
					     EPACL_REASON_MALFORMED,
					     c->packet.bytes);
	victim = epacl_decide_arrival(snap, &c->en->host, &c->packet, &at);
	if (!victim)
		return port ? NF_ACCEPT : epacl_refuse_early(c, &at);
	if (at.sender)
		return epacl_drop_for(at.sender, EPACL_OUT, EPACL_REASON_SPOOF,
				      c->packet.bytes);
	return epacl_drop_for(victim, EPACL_IN, EPACL_REASON_SPOOF,
			      c->packet.bytes);
}

unsigned int epacl_hook_arrival(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct epacl_net *en = epacl_net(state->net);
	struct epacl_port *port;
	EPACL_CASE(c);
	u16 vlan;

	if (!epacl_zone_attach(en, skb, state))
		return epacl_drop_for_nobody(en, EPACL_IN, EPACL_REASON_INVALID,
					     skb->len);
	if (epacl_is_hosts_copy(skb))
		return NF_ACCEPT;
	epacl_case_open(&c, en, skb, state, EPACL_IN);
	if (!c.ask.snap ||
	    (!c.ask.snap->nvnets && !c.ask.snap->nvips &&
	     !epacl_packet_may_be_syn(skb, epacl_ethertype(skb, state))))
		return NF_ACCEPT;
	port = epacl_port_of(en, state->in, &vlan);
	if (!port && epacl_passes_on(state->in))
		return NF_ACCEPT;
	return judge_arrival(&c, port);
}

/* What the host sends in a VRF is tracked with what it gets there. */
unsigned int epacl_hook_from_host(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct epacl_net *en = epacl_net(state->net);

	if (!epacl_zone_attach(en, skb, state))
		return epacl_drop_for_nobody(en, EPACL_IN, EPACL_REASON_INVALID,
					     skb->len);
	return NF_ACCEPT;
}

static bool goes_up(const struct epacl_case *c)
{
	if (c->state->pf == NFPROTO_BRIDGE)
		return epacl_is_for_host(c->en, c->skb, c->state->in);
	return c->skb->pkt_type == PACKET_HOST;
}

bool epacl_may_be_late(const struct epacl_case *c)
{
	const struct epacl_ip *dst = &c->packet.dst;

	return READ_ONCE(c->en->late) && !epacl_ip_is_multicast(dst) &&
	       !epacl_ip_is_broadcast(dst) && goes_up(c);
}

/* The link had nothing against it; is there nothing else to be asked? */
static bool is_judged_by_link(const struct epacl_case *c)
{
	return !c->answer.permit || !epacl_is_discovery_beyond(&c->ask) ||
	       !goes_up(c);
}

/* From elsewhere than a nic. */
static unsigned int judge_opener(struct epacl_net *en, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	const struct epacl_cnic *victim;
	struct epacl_arrival at;
	EPACL_CASE(c);

	if (!epacl_makes_entry(skb) || epacl_passes_on(state->in))
		return NF_ACCEPT;
	epacl_case_open(&c, en, skb, state, EPACL_IN);
	if (!c.ask.snap)
		return NF_ACCEPT;
	at = arrival_of(&c, NULL);
	epacl_case_read(&c, 0);
	victim = epacl_decide_opener(c.ask.snap, &en->host, &c.packet, &at);
	return victim ? epacl_drop_for(victim, EPACL_IN, EPACL_REASON_SPOOF,
				       c.packet.bytes) :
			NF_ACCEPT;
}

/* Judges what has passed the ingress of the nic's interface already. */
unsigned int epacl_hook_from_vm(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct epacl_net *en = epacl_net(state->net);
	const struct epacl_zone *inner;
	struct epacl_port *port;
	bool by_link;
	EPACL_CASE(c);
	u16 vlan;

	if (epacl_is_hosts_copy(skb))
		return NF_ACCEPT;
	port = epacl_port_of(en, state->in, &vlan);
	if (!port)
		return judge_opener(en, skb, state);
	epacl_case_open(&c, en, skb, state, EPACL_OUT);
	epacl_port_prefetch_nic(c.ask.snap, port);
	epacl_case_read(&c, vlan);
	if (!epacl_case_find_nic(&c, port))
		return epacl_drop_unknown(&c, port);
	epacl_port_prefetch_vm(c.ask.snap, port);
	by_link = epacl_decide_link(&c.ask, &c.answer);
	/* What the link permits was counted at the ingress. */
	if (by_link && is_judged_by_link(&c))
		return c.answer.permit ? NF_ACCEPT : epacl_case_settle(&c);
	epacl_flow_read(&c.flow, skb);
	inner = epacl_zone_inner(en, state->in);
	if (inner && c.flow.state == EPACL_FLOW_REPLY)
		epacl_flow_beyond(&c.flow, skb, inner);
	c.ask.early = epacl_may_be_late(&c);
	epacl_decide_flow(&c.ask, &c.answer);
	if (c.answer.deferred || (by_link && c.answer.permit))
		return NF_ACCEPT;
	epacl_quota_judge(&c);
	return epacl_case_settle(&c);
}

/* A VIP is not the host: what nothing has translated ends here. */
unsigned int epacl_hook_vip(void *priv, struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	struct epacl_net *en = epacl_net(state->net);
	const struct epacl_snapshot *snap = rcu_dereference(en->snapshot);
	struct epacl_packet packet;

	if (!snap || !snap->nvips || epacl_is_of_a_flow(skb))
		return NF_ACCEPT;
	epacl_packet_ip(&packet, skb, epacl_ethertype(skb, state));
	if (!epacl_snapshot_is_vip(snap, &packet.dst))
		return NF_ACCEPT;
	if (packet.malformed)
		return epacl_drop_for_nobody(en, EPACL_IN,
					     EPACL_REASON_MALFORMED,
					     packet.bytes);
	if (epacl_packet_is_nd(&packet))
		return NF_ACCEPT;
	return epacl_drop_for_nobody(en, EPACL_IN, EPACL_REASON_NO_ENDPOINT,
				     packet.bytes);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * POST_ROUTING: what goes to VMs, by the connection that it is of.
 */
#include <linux/if_vlan.h>
#include <linux/netfilter_bridge.h>
#include <net/netfilter/nf_conntrack.h>
#include "flow.h"
#include "hooks_internal.h"
#include "wiring.h"
#include "zone.h"

/*
 * The nic that has @ip and sends by way of @at, the closest. Two vnets may have
 * the same addresses.
 */
static const struct epacl_cnic *owner_at(struct epacl_net *en,
					 const struct epacl_snapshot *snap,
					 const struct epacl_ip *ip,
					 struct net_device *at)
{
	const struct epacl_cnic *nic;
	u32 cursor = 0;

	while ((nic = epacl_snapshot_users(snap, ip, &cursor)))
		if (epacl_is_behind(en, nic, at))
			break;
	return nic;
}

/* Does @public lead to others than @vm? */
static bool is_foreign(const struct epacl_cpublic *public, u32 vm)
{
	u32 i;

	for (i = 0; i < public->ntargets; i++)
		if (public->targets[i].vm != vm)
			return true;
	return false;
}

/* Only what the host makes need not be translated for that. */
static bool may_leave_by_vip(const struct sk_buff *skb)
{
	const struct nf_conn *ct = epacl_connection(skb);

	return ct && (ct->status & IPS_SRC_NAT || !skb->skb_iif);
}

/*
 * Source NAT keeps ports where it can. A VM that leaves by a shared VIP from
 * the public port of another's endpoint would be taken for that endpoint, and
 * get what is meant for it. So would any user of the host, if it has the address.
 */
static noinline unsigned int judge_shadow(struct epacl_net *en,
					  const struct epacl_snapshot *snap,
					  const struct sk_buff *skb)
{
	const struct epacl_cpublic *public;
	const struct epacl_cnic *sender;
	struct net_device *at;
	struct epacl_flow flow;

	epacl_flow_read(&flow, skb);
	if (flow.state != EPACL_FLOW_OPENER)
		return NF_ACCEPT;
	public = epacl_snapshot_public(snap, &flow.accepted.src,
				       flow.accepted.proto,
				       flow.accepted.sport);
	if (!public)
		return NF_ACCEPT;
	if (!skb->skb_iif)
		return epacl_drop_for_nobody(en, EPACL_OUT, EPACL_REASON_SPOOF,
					     skb->len);
	at = dev_get_by_index_rcu(en->net, skb->skb_iif);
	sender = at ? owner_at(en, snap, &flow.addressed.src, at) : NULL;
	if (!sender || !is_foreign(public, sender->vm))
		return NF_ACCEPT;
	return epacl_drop_for(sender, EPACL_OUT, EPACL_REASON_SPOOF, skb->len);
}

/*
 * Policy refused it, to whom the flow is for: a flooded copy is another nic's,
 * whose prefix may hold the address too.
 */
static bool is_refusal_of_flow(const struct epacl_case *c)
{
	return (c->answer.reason == EPACL_REASON_ACL ||
		c->answer.reason == EPACL_REASON_IPSEC_REQUIRED ||
		c->answer.reason == EPACL_REASON_NO_ENDPOINT) &&
	       epacl_nic_has(c->ask.nic->nic, &c->packet.dst);
}

/* ---- where it was routed from ---- */

/* Do others have the address, too? Then the arrival could not tell whom it was for. */
static bool is_ambiguous(const struct epacl_case *c)
{
	const struct epacl_cnic *nic;
	u32 cursor = 0;

	while ((nic = epacl_snapshot_users(c->ask.snap, &c->packet.dst,
					   &cursor)))
		if (nic != c->ask.nic)
			return true;
	return false;
}

/* Is a device below the one where it came in an uplink? */
struct vouch {
	const struct epacl_case *c;
	struct epacl_arrival at;
};

static int vouches(struct net_device *dev, struct netdev_nested_priv *priv)
{
	struct vouch *v = priv->data;
	struct epacl_port *port;
	u16 vlan;

	port = epacl_port_of(v->c->en, dev, &vlan);
	if (port)
		return 0;
	v->at.dev = dev->name;
	return !epacl_is_forged(v->c->ask.snap, v->c->ask.nic,
				&v->c->packet.src, &v->at);
}

/* The source is inside for the nic, and its own address not for it alone. */
static bool may_be_forged(const struct epacl_case *c)
{
	return c->ask.routed && c->ask.nic->vnet &&
	       epacl_cvnet_holds(c->ask.nic->vnet, &c->packet.src) &&
	       is_ambiguous(c);
}

/* It came in where those of another vnet are, which has equal addresses. */
static noinline bool is_forged(const struct epacl_case *c)
{
	struct vouch v = { .c = c };
	struct netdev_nested_priv priv = { .data = &v };
	struct net_device *at;
	struct epacl_port *port;
	u16 vlan;

	if (!c->skb->skb_iif ||
	    c->en->host.owns_ip(&c->en->host, &c->packet.src))
		return false;
	at = dev_get_by_index_rcu(c->en->net, c->skb->skb_iif);
	if (!at)
		return false;
	port = epacl_port_of(c->en, at, &vlan);
	v.at.dev = at->name;
	v.at.sender = port ? epacl_port_nic(c->ask.snap, port) :
			     owner_at(c->en, c->ask.snap, &c->packet.src, at);
	if (v.at.sender || !epacl_passes_on(at))
		return epacl_is_forged(c->ask.snap, c->ask.nic, &c->packet.src,
				       &v.at);
	return epacl_is_forged(c->ask.snap, c->ask.nic, &c->packet.src,
			       &v.at) &&
	       !netdev_walk_all_lower_dev_rcu(at, vouches, &priv);
}

static void judge(struct epacl_case *c)
{
	if (!epacl_decide_link(&c->ask, &c->answer)) {
		if (may_be_forged(c) && is_forged(c))
			epacl_answer(&c->answer, false, EPACL_REASON_SPOOF);
		else
			epacl_decide_flow(&c->ask, &c->answer);
	}
}

static unsigned int to_port(struct epacl_case *c, struct epacl_port *port,
			    struct net_device *dev)
{
	const struct epacl_zone *inner = epacl_zone_inner(c->en, dev);

	if (!epacl_case_find_nic(c, port))
		return epacl_drop_unknown(c, port);
	if (inner && c->flow.state == EPACL_FLOW_OPENER)
		epacl_flow_beyond(&c->flow, c->skb, inner);
	/* An answer to somebody with an equal address. */
	if (c->flow.state == EPACL_FLOW_REPLY &&
	    !epacl_zone_opened_at(c->en, c->skb, dev, c->flow.zone))
		c->flow.state = EPACL_FLOW_INVALID;
	epacl_case_find_sender(c, dev);
	judge(c);
	/* Without a connection it is judged, and counted, at the egress. */
	if (c->answer.permit && !epacl_connection(c->skb))
		return NF_ACCEPT;
	epacl_case_count(c);
	if (c->answer.permit)
		return NF_ACCEPT;
	if (is_refusal_of_flow(c))
		epacl_flow_forget(c->skb, inner);
	return NF_DROP;
}

/*
 * A packet is routed into a bridge. Here its connection is not confirmed yet,
 * behind the bridge it is: so it is refused here if every nic that it could be
 * for refuses it.
 */
static unsigned int to_bridge(struct epacl_case *c, struct net_device *dev)
{
	const struct epacl_cnic *nic, *refuser = NULL;
	u32 cursor = 0;

	c->ask.from_host = !c->skb->skb_iif;
	c->ask.routed = !c->ask.from_host;
	while ((nic = epacl_snapshot_users(c->ask.snap, &c->packet.dst,
					   &cursor))) {
		if (!epacl_is_behind(c->en, nic, dev))
			continue;
		c->ask.nic = nic;
		judge(c);
		if (c->answer.permit)
			return NF_ACCEPT;
		if (!refuser)
			refuser = nic;
	}
	if (!refuser)
		return NF_ACCEPT;
	if (c->ask.nic != refuser) {
		c->ask.nic = refuser;
		judge(c);
	}
	return epacl_case_settle(c);
}

static bool is_judged_elsewhere(const struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	if (!epacl_is_ip(epacl_ethertype(skb, state)))
		return true;
	if (state->pf == NFPROTO_BRIDGE)
		return epacl_is_shown_again(skb);
	/* It comes again, as IPsec makes it. */
	return epacl_security_is_pending(skb);
}

unsigned int epacl_hook_to_vm(void *priv, struct sk_buff *skb,
			      const struct nf_hook_state *state)
{
	struct epacl_net *en = epacl_net(state->net);
	struct net_device *dev = epacl_out_dev(skb, state);
	struct epacl_port *port;
	EPACL_CASE(c);
	u16 vlan;

	port = epacl_port_of(en, dev, &vlan);
	if (!port &&
	    (state->pf == NFPROTO_BRIDGE || !epacl_leads_into_bridge(dev)))
		return NF_ACCEPT;
	if (is_judged_elsewhere(skb, state))
		return NF_ACCEPT;
	epacl_case_open(&c, en, skb, state, EPACL_IN);
	if (!c.ask.snap)
		return NF_ACCEPT;
	epacl_port_prefetch_nic(c.ask.snap, port);
	epacl_flow_read(&c.flow, skb);
	/*
	 * What nothing tracks is judged at the egress; but there it cannot be
	 * told any more that connection tracking has refused to place it.
	 */
	if (!epacl_connection(skb) &&
	    (c.flow.state == EPACL_FLOW_NONE || !skb->skb_iif))
		return NF_ACCEPT;
	epacl_port_prefetch_vm(c.ask.snap, port);
	epacl_case_read(&c, vlan);
	epacl_security_in(&c.security, skb);
	return port ? to_port(&c, port, dev) : to_bridge(&c, dev);
}

/* May it be about to leave by a public port? */
static bool is_about_to_shadow(const struct epacl_snapshot *snap,
			       const struct sk_buff *skb)
{
	return snap && snap->npublics && !epacl_is_of_a_flow(skb) &&
	       may_leave_by_vip(skb);
}

unsigned int epacl_hook_leaving(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct epacl_net *en = epacl_net(state->net);
	const struct epacl_snapshot *snap = rcu_dereference(en->snapshot);
	unsigned int verdict = NF_ACCEPT;

	if (READ_ONCE(en->late))
		verdict = epacl_judge_late_out(en, skb, state);
	if (verdict == NF_ACCEPT && is_about_to_shadow(snap, skb))
		verdict = judge_shadow(en, snap, skb);
	return verdict == NF_ACCEPT ? epacl_hook_to_vm(priv, skb, state) :
				      verdict;
}

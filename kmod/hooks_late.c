// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VM sends while a list asks for IPsec: whether IPsec protects a packet
 * is known only where it leaves. PRE_ROUTING has deferred the verdict; here the
 * question is asked again, first as it was then, to see whether it was.
 *
 * A packet that was deferred leaves the host, or is for the host, or has stayed
 * on the bridge after all: it passes exactly one of these places.
 */
#include "flow.h"
#include "hooks_internal.h"
#include "quota.h"
#include "wiring.h"
#include "zone.h"

/* The VM's address in the packet, as the VM knows it. */
static const struct epacl_ip *address_of_sender(const struct epacl_case *c)
{
	switch (c->flow.state) {
	case EPACL_FLOW_OPENER:
		return &c->flow.addressed.src;
	case EPACL_FLOW_REPLY:
		return &c->flow.accepted.dst;
	default:
		return &c->packet.src;
	}
}

/**
 * struct late - a packet that may have been deferred
 * @c: the packet
 * @security: what protects it
 * @at: where it came from; NULL: that interface is gone
 * @payer: nic whose verdict it was that was deferred
 */
struct late {
	struct epacl_case *c;
	struct epacl_security security;
	struct net_device *at;
	const struct epacl_cnic *payer;
};

/* Return: false: @nic does not permit it, as the answer says. */
static bool nic_permits(struct late *l, const struct epacl_cnic *nic)
{
	struct epacl_case *c = l->c;

	c->ask.nic = nic;
	c->ask.early = true;
	c->security.n = 0;
	epacl_decide_flow(&c->ask, &c->answer);
	if (!c->answer.deferred)
		return c->answer.permit;
	c->ask.early = false;
	c->security = l->security;
	epacl_decide_flow(&c->ask, &c->answer);
	if (c->answer.permit && !l->payer)
		l->payer = nic;
	return c->answer.permit;
}

static bool comes_from(const struct late *l, const struct epacl_cnic *nic)
{
	return !l->at || epacl_is_behind(l->c->en, nic, l->at);
}

/* Every nic that may have sent it must permit it. */
static bool users_permit(struct late *l, const struct epacl_ip *ip)
{
	const struct epacl_cnic *nic;
	u32 cursor = 0;

	while ((nic = epacl_snapshot_users(l->c->ask.snap, ip, &cursor)))
		if (comes_from(l, nic) && !nic_permits(l, nic))
			return false;
	return true;
}

static bool link_local_users_permit(struct late *l, const struct epacl_ip *ip)
{
	const struct epacl_cnic *nic;
	struct epacl_port *port;
	unsigned long ifindex;

	xa_for_each(&l->c->en->ports, ifindex, port) {
		nic = epacl_port_nic(l->c->ask.snap, port);
		if (nic && epacl_nic_has_link_local(nic, ip) &&
		    comes_from(l, nic) && !nic_permits(l, nic))
			return false;
	}
	return true;
}

static bool senders_permit(struct late *l)
{
	const struct epacl_ip *ip = address_of_sender(l->c);
	const struct epacl_cnic *nic;
	struct epacl_port *port;
	u16 vlan;

	port = l->at ? epacl_port_of(l->c->en, l->at, &vlan) : NULL;
	if (port) {
		nic = epacl_port_nic(l->c->ask.snap, port);
		return !nic || nic_permits(l, nic);
	}
	if (epacl_ip_is_link_local(ip) && !link_local_users_permit(l, ip))
		return false;
	return users_permit(l, ip);
}

static unsigned int judge_late(struct late *l, struct net_device *at)
{
	struct epacl_case *c = l->c;

	l->at = at;
	l->payer = NULL;
	if (!senders_permit(l))
		return epacl_case_settle(c);
	/* The question that counts is asked once more if it was not the last. */
	if (l->payer && (c->ask.early || c->ask.nic != l->payer))
		nic_permits(l, l->payer);
	if (!l->payer)
		return NF_ACCEPT;
	epacl_quota_judge(c);
	return epacl_case_settle(c);
}

/*
 * Return: false: it was not deferred. What the host makes itself has no
 * interface at which it came in; so has what an xfrm interface has sent.
 */
static bool open_late(struct epacl_case *c, struct epacl_net *en,
		      struct sk_buff *skb, const struct nf_hook_state *state)
{
	if (!READ_ONCE(en->late) || !skb->skb_iif)
		return false;
	epacl_case_open(c, en, skb, state, EPACL_OUT);
	if (!c->ask.snap)
		return false;
	epacl_case_read(c, 0);
	if (!epacl_may_be_late(c))
		return false;
	epacl_flow_read(&c->flow, skb);
	return true;
}

static struct net_device *came_in_at(const struct epacl_case *c)
{
	return dev_get_by_index_rcu(c->en->net, c->skb->skb_iif);
}

unsigned int epacl_judge_late_out(struct epacl_net *en, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	EPACL_CASE(c);
	struct late l = { .c = &c };

	/* A frame of a bridge, shown by br_netfilter, is not being routed. */
	if (epacl_out_dev(skb, state) != state->out ||
	    epacl_security_is_done(skb, state) ||
	    !open_late(&c, en, skb, state))
		return NF_ACCEPT;
	epacl_security_out(&l.security, skb, state);
	return judge_late(&l, came_in_at(&c));
}

/* What may be sent to the host whatever a list says, and was counted so. */
static bool is_essential(const struct epacl_case *c)
{
	if (c->flow.state == EPACL_FLOW_OPENER &&
	    !epacl_ip_equal(&c->flow.addressed.dst, &c->packet.dst))
		return false;
	return c->packet.message == EPACL_MSG_DHCP_CLIENT ||
	       epacl_packet_is_nd(&c->packet);
}

unsigned int epacl_hook_late_host(void *priv, struct sk_buff *skb,
				  const struct nf_hook_state *state)
{
	struct epacl_net *en = epacl_net(state->net);
	EPACL_CASE(c);
	struct late l = { .c = &c };

	if (!open_late(&c, en, skb, state) || is_essential(&c))
		return NF_ACCEPT;
	return judge_late(&l, came_in_at(&c));
}

/* Do frames of an inner bridge come in at @dev? */
static bool is_way_out(struct epacl_net *en, const struct net_device *dev)
{
	struct net_device *peer = epacl_far_end(dev);

	return peer && epacl_zone_inner(en, peer);
}

/*
 * Nearly nothing comes here: a frame to the host's own address that the bridge
 * does not take for the host's, as in a VLAN that the host is not in.
 */
unsigned int epacl_hook_late_bridge(void *priv, struct sk_buff *skb,
				    const struct nf_hook_state *state)
{
	struct epacl_net *en = epacl_net(state->net);
	const struct epacl_zone *inner;
	EPACL_CASE(c);
	struct late l = { .c = &c };
	u16 vlan;

	if (!epacl_is_ip(epacl_ethertype(skb, state)) ||
	    !open_late(&c, en, skb, state))
		return NF_ACCEPT;
	/* It goes on to the bridge beyond. */
	inner = epacl_zone_inner(en, state->in);
	if (inner && !epacl_port_of(en, state->out, &vlan))
		return NF_ACCEPT;
	if (!epacl_port_of(en, state->in, &vlan))
		return is_way_out(en, state->in) ?
			       judge_late(&l, epacl_bridge_of(state->in)) :
			       NF_ACCEPT;
	if (inner && c.flow.state == EPACL_FLOW_REPLY)
		epacl_flow_beyond(&c.flow, skb, inner);
	return judge_late(&l, state->in);
}

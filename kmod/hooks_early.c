// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is refused on arrival, before connection tracking: SYNs of which it is
 * certain that they would be refused at the nic. A flood of them costs neither
 * an entry nor much time.
 *
 * Certain is: where the packet goes, that nothing may change it on the way, and
 * that it is of no flow that exists. In doubt it goes on, and is refused later.
 */
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/netfilter_bridge.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ip_fib.h>
#include <net/l3mdev.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_core.h>
#include <net/netfilter/nf_conntrack_zones.h>
#include <net/nexthop.h>
#include <net/sock.h>
#include "compat.h"
#include "hooks_internal.h"
#include "station.h"
#include "wiring.h"

/* ---- what may change it ---- */

static bool is_ours(nf_hookfn *hook)
{
	return hook == epacl_hook_arrival || hook == epacl_hook_from_vm ||
	       hook == epacl_hook_vip;
}

/*
 * In a hook: is there somebody else than @ntracking hooks of connection
 * tracking? Who translates has a hook here, whatever he translates: nf_nat
 * registers all of its hooks together. So has what marks, steers, or leaves
 * packets untracked, and br_netfilter.
 */
static bool has_strangers(const struct nf_hook_entries *hooks, u32 ntracking)
{
	u32 i, n = 0;

	for (i = 0; hooks && i < hooks->num_hook_entries; i++)
		n += !is_ours(hooks->hooks[i].hook);
	return n != ntracking;
}

/* Defragmentation and tracking. */
static bool ip_has_strangers(const struct net *net, u16 ethertype)
{
	return has_strangers(
		ethertype == ETH_P_IP ?
			rcu_dereference(
				net->nf.hooks_ipv4[NF_INET_PRE_ROUTING]) :
			rcu_dereference(
				net->nf.hooks_ipv6[NF_INET_PRE_ROUTING]),
		2);
}

static bool bridge_has_strangers(const struct net *net)
{
	return has_strangers(rcu_dereference(
				     net->nf.hooks_bridge[NF_BR_PRE_ROUTING]),
			     1);
}

/* Between a port of @bridge and the host's routing. */
static bool way_up_has_strangers(const struct net *net,
				 const struct net_device *bridge)
{
	return has_strangers(rcu_dereference(
				     net->nf.hooks_bridge[NF_BR_LOCAL_IN]),
			     1) ||
	       epacl_has_ingress(bridge);
}

/* ---- where it is routed to ---- */

static struct net_device *route_ipv4(const struct epacl_case *c,
				     struct net_device *in)
{
	const struct epacl_packet *p = &c->packet;
	struct in_device *in_dev = __in_dev_get_rcu(in);
	struct flowi4 fl = {
		.flowi4_iif = in->ifindex,
		.flowi4_mark = c->skb->mark,
		.flowi4_scope = RT_SCOPE_UNIVERSE,
		.flowi4_proto = p->proto,
		.saddr = p->src.v4,
		.daddr = p->dst.v4,
		.fl4_sport = htons(p->sport),
		.fl4_dport = htons(p->dport),
	};
	struct fib_result res = {};

	if (!in_dev || !IN_DEV_FORWARD(in_dev))
		return NULL;
	epacl_set_tos(&fl, p->dsfield);
	if (fib_lookup(c->en->net, &fl, &res, 0) || res.type != RTN_UNICAST ||
	    fib_info_num_path(res.fi) != 1 || res.nhc->nhc_lwtstate)
		return NULL;
	return res.nhc->nhc_dev;
}

static struct net_device *route_ipv6(const struct epacl_case *c,
				     struct net_device *in)
{
	const struct epacl_packet *p = &c->packet;
	struct net *net = c->en->net;
	struct flowi6 fl = {
		.flowi6_iif = in->ifindex,
		.flowi6_mark = c->skb->mark,
		.flowi6_proto = p->proto,
		.flowlabel = ip6_make_flowinfo(p->dsfield, 0),
		.fl6_sport = htons(p->sport),
		.fl6_dport = htons(p->dport),
	};
	struct fib6_result res = {};

	if (!ipv6_mod_enabled() ||
	    !READ_ONCE(net->ipv6.devconf_all->forwarding))
		return NULL;
	memcpy(&fl.saddr, p->src.b, sizeof(fl.saddr));
	memcpy(&fl.daddr, p->dst.b, sizeof(fl.daddr));
	if (ipv6_stub->fib6_lookup(net, in->ifindex, &fl, &res,
				   RT6_LOOKUP_F_HAS_SADDR) ||
	    IS_ERR_OR_NULL(res.f6i) || res.f6i == net->ipv6.fib6_null_entry ||
	    res.fib6_type != RTN_UNICAST || res.f6i->fib6_nsiblings ||
	    res.f6i->nh || res.nh->fib_nh_lws)
		return NULL;
	return res.nh->fib_nh_dev;
}

/* Does it leave the host's routing towards the nic? */
static bool is_routed_to(const struct epacl_case *c, struct net_device *in)
{
	struct net_device *out;
	struct epacl_port *port;
	u16 vlan;

	/* A VRF shows it again; IPsec makes another packet of it. */
	if (netif_is_l3_slave(in) || skb_dst(c->skb) || c->packet.hops < 2 ||
	    c->en->net->xfrm.policy_count[XFRM_POLICY_OUT])
		return false;
	out = c->packet.ethertype == ETH_P_IP ? route_ipv4(c, in) :
						route_ipv6(c, in);
	if (!out)
		return false;
	port = epacl_port_of(c->en, out, &vlan);
	if (port)
		return !vlan && epacl_port_nic(c->ask.snap, port) == c->ask.nic;
	return epacl_leads_into_bridge(out) &&
	       epacl_is_behind(c->en, c->ask.nic, out);
}

/* ---- where it is switched to ---- */

/*
 * The port of @bridge that its table of addresses names; NULL: none, or with a
 * tag. As a flowtable asks for it, of a bridge that has VLANs or not.
 */
static const struct net_device *port_of_frame(const struct epacl_case *c,
					      struct net_device *bridge)
{
	struct net_device_path_ctx ctx = { .dev = bridge };
	struct net_device_path path = {};
	u16 vid, proto;

	vid = epacl_bridge_vlan(c->skb, bridge, c->state->in);
	if (vid) {
		if (br_vlan_get_proto(bridge, &proto))
			return NULL;
		ctx.vlan[ctx.num_vlans].id = vid;
		ctx.vlan[ctx.num_vlans++].proto = htons(proto);
	} else if (br_vlan_enabled(bridge) || skb_vlan_tag_present(c->skb)) {
		return NULL;
	}
	ether_addr_copy(ctx.daddr, eth_hdr(c->skb)->h_dest);
	if (bridge->netdev_ops->ndo_fill_forward_path(&ctx, &path) ||
	    ctx.num_vlans)
		return NULL;
	return ctx.dev;
}

/* Its own address is the host's, on whatever port that is. */
static bool is_switched_to(const struct epacl_case *c,
			   struct net_device *bridge, struct net_device *dev)
{
	const u8 *mac = eth_hdr(c->skb)->h_dest;

	return epacl_bridge_of(dev) == bridge && is_unicast_ether_addr(mac) &&
	       !ether_addr_equal(mac, dev->dev_addr) &&
	       port_of_frame(c, bridge) == dev;
}

/* ---- flows that exist ---- */

/* The packet may be of one that the nic has opened, or has had. */
static bool is_tracked(const struct epacl_case *c)
{
	u8 pf = c->packet.ethertype == ETH_P_IP ? NFPROTO_IPV4 : NFPROTO_IPV6;
	struct nf_conntrack_tuple_hash *h;
	struct nf_conntrack_tuple tuple;
	struct nf_conntrack_zone zone;
	enum ip_conntrack_info ctinfo;

	if (!nf_ct_get_tuplepr(c->skb, skb_network_offset(c->skb), pf,
			       c->en->net, &tuple))
		return true;
	h = nf_conntrack_find_get(c->en->net,
				  nf_ct_zone_tmpl(nf_ct_get(c->skb, &ctinfo),
						  c->skb, &zone),
				  &tuple);
	if (h)
		nf_ct_put(nf_ct_tuplehash_to_ctrack(h));
	return h;
}

/* ---- all of it ---- */

/* Somebody has given it a connection, or a socket, or said that it has none. */
static bool is_taken(struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;

	return skb_sk_is_prefetched(skb) || epacl_connection(skb) ||
	       (!nf_ct_get(skb, &ctinfo) && ctinfo == IP_CT_UNTRACKED);
}

/**
 * struct way - how a packet would reach the nic
 * @dev: interface of the nic
 * @bridge: at whose port it came in; NULL: none
 * @in: device at which the host takes it up to route it; NULL: @bridge switches
 *	it
 */
struct way {
	struct net_device *dev;
	struct net_device *bridge;
	struct net_device *in;
};

/* Return: false: there is none, or it is not to be told here. */
static bool find_way(struct epacl_case *c, struct way *way)
{
	bool bridged = c->state->pf == NFPROTO_BRIDGE;
	struct epacl_port *port;

	port = epacl_port(c->en, READ_ONCE(c->ask.nic->nic->station->ifindex));
	if (!port)
		return false;
	way->dev = port->dev;
	way->bridge = bridged ? epacl_bridge_of(c->state->in) : NULL;
	way->in = NULL;
	if (c->skb->pkt_type == PACKET_HOST)
		way->in = way->bridge ?: c->state->in;
	else if (!way->bridge)
		return false;
	/* A tag leads to another device, on top of the bridge. */
	return !way->bridge || !way->in ||
	       (!br_vlan_enabled(way->bridge) && !c->packet.has_vlan);
}

/* What the nic would be shown. */
static void expect(struct epacl_case *c, const struct way *way)
{
	epacl_security_in(&c->security, c->skb);
	if (way->in) {
		c->ask.routed = true;
		return;
	}
	epacl_case_find_sender(c, way->dev);
	/* What is switched to it with a tag is not refused here. */
	c->packet.has_vlan = false;
}

static bool would_reach(const struct epacl_case *c, const struct way *way)
{
	const struct net *net = c->en->net;

	if (way->bridge && bridge_has_strangers(net))
		return false;
	if (!way->in)
		return is_switched_to(c, way->bridge, way->dev);
	if (way->bridge && way_up_has_strangers(net, way->bridge))
		return false;
	return !ip_has_strangers(net, c->packet.ethertype) &&
	       is_routed_to(c, way->in);
}

static bool is_refused(struct epacl_case *c, const struct epacl_arrival *at)
{
	struct way way;

	c->ask.nic = epacl_early_nic(c->ask.snap, &c->packet);
	if (!c->ask.nic || is_taken(c->skb) || !find_way(c, &way))
		return false;
	expect(c, &way);
	return epacl_decide_early(&c->ask, at, &c->flow, &c->answer) &&
	       would_reach(c, &way) && !is_tracked(c);
}

unsigned int epacl_refuse_early(struct epacl_case *c,
				const struct epacl_arrival *at)
{
	return is_refused(c, at) ? epacl_case_settle(c) : NF_ACCEPT;
}

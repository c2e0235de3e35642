// SPDX-License-Identifier: GPL-2.0-only
/*
 * How interfaces hang together.
 */
#include <linux/etherdevice.h>
#include <linux/if_bridge.h>
#include <linux/if_vlan.h>
#include <linux/netdevice.h>
#include "station.h"
#include "wiring.h"
#include "zone.h"

struct net_device *epacl_bridge_of(struct net_device *dev)
{
	struct net_device *master;

	/* The flag is there for as long as the bridge is, and longer. */
	if (!netif_is_bridge_port(dev))
		return NULL;
	master = netdev_master_upper_dev_get_rcu(dev);
	return master && netif_is_bridge_master(master) ? master : NULL;
}

struct net_device *epacl_far_end(const struct net_device *dev)
{
	struct net_device *peer;

	if (!dev->netdev_ops->ndo_get_peer_dev)
		return NULL;
	peer = dev->netdev_ops->ndo_get_peer_dev((struct net_device *)dev);
	return peer && net_eq(dev_net(peer), dev_net(dev)) ? peer : NULL;
}

struct epacl_port *epacl_port_of(struct epacl_net *en,
				 const struct net_device *dev, u16 *vlan)
{
	struct epacl_port *port = epacl_port(en, dev->ifindex);
	const struct net_device *real;

	*vlan = 0;
	if (port || !is_vlan_dev(dev))
		return port;
	real = vlan_dev_real_dev(dev);
	if (vlan_dev_priv(dev)->real_dev == real &&
	    vlan_dev_vlan_proto(dev) == htons(ETH_P_8021Q))
		*vlan = vlan_dev_vlan_id(dev);
	else
		*vlan = EPACL_VLAN_FOREIGN;
	return epacl_port(en, real->ifindex);
}

bool epacl_passes_on(const struct net_device *dev)
{
	while (is_vlan_dev(dev))
		dev = vlan_dev_real_dev(dev);
	return netif_is_bridge_master(dev) || netif_is_l3_master(dev) ||
	       dev->flags & IFF_LOOPBACK || epacl_far_end(dev);
}

/* A VLAN of a bridge that filters them has only the ports that are in it. */
static bool is_in_vlan(const struct net_device *dev,
		       const struct epacl_cnic *nic,
		       const struct net_device *at)
{
	const struct net_device *bridge;
	u16 vid, pvid;
	u32 i;

	if (!is_vlan_dev(at))
		return true;
	bridge = vlan_dev_real_dev(at);
	if (!netif_is_bridge_master(bridge) || !br_vlan_enabled(bridge))
		return true;
	vid = vlan_dev_vlan_id(at);
	if (!br_vlan_get_pvid_rcu(dev, &pvid) && pvid == vid)
		return true;
	for (i = 0; i < nic->nic->nvlans; i++)
		if (nic->nic->vlans[i] == vid)
			return true;
	return false;
}

bool epacl_is_behind(struct epacl_net *en, const struct epacl_cnic *nic,
		     struct net_device *at)
{
	struct net_device *dev, *outer;
	struct epacl_port *port;

	port = epacl_port(en, READ_ONCE(nic->nic->station->ifindex));
	if (!port)
		return false;
	dev = port->dev;
	if (dev == at)
		return true;
	if (netdev_has_upper_dev_all_rcu(dev, at))
		return is_in_vlan(dev, nic, at);
	outer = epacl_zone_outer(en, dev);
	return outer &&
	       (outer == at || netdev_has_upper_dev_all_rcu(outer, at));
}

bool epacl_leads_into_bridge(const struct net_device *dev)
{
	if (is_vlan_dev(dev))
		dev = vlan_dev_real_dev(dev);
	return netif_is_bridge_master(dev);
}

bool epacl_is_for_host(struct epacl_net *en, const struct sk_buff *skb,
		       struct net_device *in)
{
	struct net_device *outer;

	/* The bridge has compared it with its own address, the port too. */
	if (skb->pkt_type == PACKET_HOST)
		return true;
	outer = epacl_zone_outer(en, in);
	return outer && ether_addr_equal(eth_hdr(skb)->h_dest, outer->dev_addr);
}

u16 epacl_bridge_vlan(const struct sk_buff *skb,
		      const struct net_device *bridge,
		      const struct net_device *in)
{
	u16 vid, proto;

	if (!br_vlan_enabled(bridge))
		return 0;
	/* A tag of another kind is a part of what is in the frame. */
	if (skb_vlan_tag_present(skb) && skb_vlan_tag_get_id(skb) &&
	    !br_vlan_get_proto(bridge, &proto) &&
	    skb->vlan_proto == htons(proto))
		return skb_vlan_tag_get_id(skb);
	return br_vlan_get_pvid_rcu(in, &vid) ? 0 : vid;
}

struct net_device *epacl_out_dev(const struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct net_device *dev = skb->dev;

	if (state->pf == NFPROTO_BRIDGE || dev == state->out ||
	    (dev && epacl_bridge_of(dev) == state->out))
		return dev;
	return state->out;
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How interfaces hang together: ports of bridges, VLANs, both ends of a veth.
 * Everything here is called under RCU, or RTNL and RCU.
 */
#ifndef _EPACL_WIRING_H
#define _EPACL_WIRING_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include "devices.h"
#include "packet.h"

/* The bridge that @dev is a port of; NULL: none. */
struct net_device *epacl_bridge_of(struct net_device *dev);

/* The other end of a veth, if that is in the same namespace, or NULL. */
struct net_device *epacl_far_end(const struct net_device *dev);

/**
 * epacl_port_of - the nic's interface that a device is, or is a VLAN of
 * @en: namespace
 * @dev: device
 * @vlan: the tag that its frames have on that interface; 0: none
 *
 * Return: the port, or NULL: frames of @dev are no nic's.
 */
struct epacl_port *epacl_port_of(struct epacl_net *en,
				 const struct net_device *dev, u16 *vlan);

/*
 * Does @dev only pass traffic on? Then what comes in at it came in at another
 * before. A VLAN of a physical interface is where its frames are seen first.
 */
bool epacl_passes_on(const struct net_device *dev);

/**
 * epacl_is_behind - do packets between a nic and the host's routing pass @at?
 * @en: namespace
 * @nic: the nic
 * @at: its interface, a bridge before that, a VLAN of the bridge, or a VRF
 *
 * Return: false also while the nic has no interface.
 */
bool epacl_is_behind(struct epacl_net *en, const struct epacl_cnic *nic,
		     struct net_device *at);

/* Is it a bridge, or a VLAN of one? */
bool epacl_leads_into_bridge(const struct net_device *dev);

/**
 * epacl_is_for_host - is a frame addressed to the host's side of a bridge?
 * @en: namespace
 * @skb: in a hook of bridge
 * @in: port at which it came in
 *
 * Only such a frame is routed. Behind an inner bridge, that of the bridge beyond.
 */
bool epacl_is_for_host(struct epacl_net *en, const struct sk_buff *skb,
		       struct net_device *in);

/* The VLAN of a frame that came in at a port of @bridge; 0: it knows none. */
u16 epacl_bridge_vlan(const struct sk_buff *skb,
		      const struct net_device *bridge,
		      const struct net_device *in);

/**
 * epacl_out_dev - the device that a packet in POST_ROUTING leaves by
 * @skb: packet
 * @state: hook
 *
 * Where IPsec is about to transform it, skb->dev is still the one at which it
 * came in, or NULL if the host itself has made it; where br_netfilter shows a
 * frame to the hooks of IP, state->out is the bridge.
 */
struct net_device *epacl_out_dev(const struct sk_buff *skb,
				 const struct nf_hook_state *state);

#endif /* _EPACL_WIRING_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Connection tracking zones: two networks of this host that carry the same
 * addresses shall not share a connection.
 *
 * A *domain* is what is tracked together: a bridge, one VLAN of a bridge that
 * filters them, a VRF, or the interface of a nic that is routed to. It has the
 * zone of the vnet of its nics, the lowest if they are of several; vnets that
 * overlap no other have none, and so have domains of theirs.
 *
 * What crosses a bridge is in the zone both ways. What goes up to the host to
 * be routed is so only in the direction of its first packet: the answer is then
 * found in the default zone, from wherever it comes. In a VRF, everything is in
 * its zone both ways.
 *
 * An *inner* bridge stands between nics and another bridge, with a veth between
 * them (Proxmox: tap, fwbr, vmbr). The packet is tracked on both; so that the
 * entries do not clash the inner bridge always has a zone of its own.
 */
#ifndef _EPACL_ZONE_H
#define _EPACL_ZONE_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include "netns.h"

struct nf_conn;

/* Zones of inner bridges, behind those of vnets. */
#define EPACL_ZONE_INNER (EPACL_VNETS_MAX + 1)

/**
 * struct epacl_zone - a domain
 * @ifindex: bridge, VRF, or interface of a nic
 * @vid: VLAN of a bridge that filters them; 0: all of it
 * @number: zone
 * @across: template of what stays on the bridge; NULL: not a bridge
 * @up: template of what the host is to route, and of everything in a VRF
 * @vrf: of a bridge: the VRF that it is in; 0: none
 * @outer: of an inner bridge: the bridge beyond; 0: it is not inner
 * @outer_vid: VLAN that the inner bridge is in there
 * @outer_across: zone of what crosses the outer bridge
 * @outer_up: zone in which answers to what was routed through it are found
 */
struct epacl_zone {
	int ifindex;
	u16 vid;
	u16 number;
	struct nf_conn *across;
	struct nf_conn *up;
	int vrf;
	int outer;
	u16 outer_vid;
	u16 outer_across;
	u16 outer_up;
};

/**
 * struct epacl_zones - the domains of a namespace
 * @rcu: frees them
 * @complete: no template is missing for want of memory
 * @n: entries of @at
 * @at: by interface and VLAN
 */
struct epacl_zones {
	struct rcu_head rcu;
	bool complete;
	u32 n;
	struct epacl_zone at[];
};

/**
 * epacl_zone_attach - put a packet into the zone of its domain
 * @en: namespace
 * @skb: packet, before connection tracking and defragmentation
 * @state: PRE_ROUTING of ip, ip6, bridge; LOCAL_OUT of ip, ip6
 *
 * Return: false: it must not be tracked in another zone, and so be dropped.
 */
bool epacl_zone_attach(struct epacl_net *en, struct sk_buff *skb,
		       const struct nf_hook_state *state);

/**
 * epacl_zone_opened_at - was a flow opened where the nic behind @dev opens its?
 * @en: namespace
 * @skb: answer, that is about to leave by @dev. Under RCU
 * @dev: interface of a nic, or a VLAN of it
 * @number: zone of the flow's opener
 */
bool epacl_zone_opened_at(struct epacl_net *en, struct sk_buff *skb,
			  struct net_device *dev, u16 number);

/* The inner bridge that @dev is a port of; NULL: it is of none. Under RCU. */
const struct epacl_zone *epacl_zone_inner(struct epacl_net *en,
					  struct net_device *dev);
/* The bridge beyond it, or NULL. */
struct net_device *epacl_zone_outer(struct epacl_net *en,
				    struct net_device *dev);

/**
 * epacl_zones_renew - find the domains anew
 * @en: namespace
 * @snap: policy that is, or is about to be, in force
 *
 * Context: RTNL. Return: 0 or -ENOMEM: those before stay in force.
 */
int epacl_zones_renew(struct epacl_net *en, const struct epacl_snapshot *snap);

/* Does no domain lack its template? RTNL. */
bool epacl_zones_are_complete(struct epacl_net *en);

/*
 * The same after an event that nobody can take back: a domain for whose
 * template there is no memory passes nothing. RTNL.
 */
void epacl_zones_follow(struct epacl_net *en);

/* Forgets all of them. RTNL. */
void epacl_zones_forget(struct epacl_net *en);

#endif /* _EPACL_ZONE_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a packet entered the host is certain only on arrival: there a source
 * that claims to be inside is held against the interface. Further on an
 * address in the vnet may be taken for what it is.
 */
#include "decide.h"
#include "station.h"

bool epacl_arrived_at_uplink(const struct epacl_vnet *vnet,
			     const struct epacl_arrival *at)
{
	return epacl_vnet_has_uplink(vnet, at->dev) ||
	       (at->bridge && epacl_vnet_has_uplink(vnet, at->bridge));
}

/* A peer vnet's addresses also come in at the uplinks of that vnet. */
static bool came_by_uplink(const struct epacl_cvnet *vnet,
			   const struct epacl_ip *src,
			   const struct epacl_arrival *at)
{
	u32 i;

	if (epacl_arrived_at_uplink(vnet->vnet, at))
		return true;
	for (i = 0; i < vnet->npeers; i++)
		if (epacl_vnet_holds(vnet->peers[i], src) &&
		    epacl_arrived_at_uplink(vnet->peers[i], at))
			return true;
	return false;
}

static bool is_peer(const struct epacl_cvnet *vnet,
		    const struct epacl_cnic *nic)
{
	u32 i;

	for (i = 0; i < vnet->npeers; i++)
		if (vnet->peers[i] == nic->vnet->vnet)
			return true;
	return false;
}

/* Is a nic that sends from inside @vnet of it, or of a peer? */
static bool sender_is_inside(const struct epacl_cvnet *vnet,
			     const struct epacl_cnic *sender)
{
	return sender->vnet && (sender->vnet == vnet || is_peer(vnet, sender));
}

/*
 * The address of a nic that is here, from elsewhere. Before the nic has been
 * heard its guest may be on another host still, on its way here.
 */
static bool is_of_heard_nic(const struct epacl_snapshot *snap,
			    const struct epacl_cvnet *vnet,
			    const struct epacl_ip *src, bool all_heard)
{
	const struct epacl_cnic *nic;
	u32 cursor = 0;

	while ((nic = epacl_snapshot_nics(snap, src, &cursor)))
		if (nic->vnet && (nic->vnet == vnet || is_peer(vnet, nic)) &&
		    (all_heard || READ_ONCE(nic->nic->station->heard)))
			return true;
	return false;
}

static bool is_forged(const struct epacl_snapshot *snap,
		      const struct epacl_cnic *dest, const struct epacl_ip *src,
		      const struct epacl_arrival *at)
{
	if (!dest->vnet || !epacl_cvnet_holds(dest->vnet, src))
		return false;
	if (at->sender)
		return !sender_is_inside(dest->vnet, at->sender);
	return !came_by_uplink(dest->vnet, src, at) ||
	       is_of_heard_nic(snap, dest->vnet, src, at->all_heard);
}

/* The nic that owns @ip in @vm; of a VIP's VM the one it is translated to. */
static const struct epacl_cnic *nic_of(const struct epacl_snapshot *snap,
				       const struct epacl_vm *vm,
				       const struct epacl_ip *ip)
{
	const struct epacl_cnic *nic;
	u32 cursor = 0;

	while ((nic = epacl_snapshot_users(snap, ip, &cursor)))
		if (nic->vm == vm)
			return nic;
	return NULL;
}

/* What may be essential to the nic, on its own link, has rules of its own. */
static bool is_of_the_link(const struct epacl_packet *p, bool bridged)
{
	if (p->message == EPACL_MSG_DHCP_SERVER)
		return bridged;
	if (p->message == EPACL_MSG_GROUP_QUERY)
		return p->hops == 1;
	return p->message == EPACL_MSG_ARP || epacl_packet_is_nd(p);
}

const struct epacl_cnic *epacl_decide_arrival(const struct epacl_snapshot *snap,
					      const struct epacl_host *host,
					      const struct epacl_packet *packet,
					      const struct epacl_arrival *at)
{
	const struct epacl_cnic *dest, *victim = NULL;
	const struct epacl_cpublic *public;
	u32 cursor = 0;

	if (!snap->nvnets || packet->malformed || !packet->src.family ||
	    is_of_the_link(packet, at->bridge))
		return NULL;
	public = epacl_snapshot_public(snap, &packet->dst, packet->proto,
				       packet->dport);
	if (public) {
		dest = nic_of(snap, public->vm, &public->to);
		if (dest && is_forged(snap, dest, &packet->src, at))
			victim = dest;
	}
	/* Of several nics with one address nobody knows which is meant. */
	while ((dest = epacl_snapshot_users(snap, &packet->dst, &cursor))) {
		if (dest == at->sender)
			continue;
		if (!is_forged(snap, dest, &packet->src, at))
			return NULL;
		victim = dest;
	}
	if (victim && !at->sender && host->owns_ip(host, &packet->src))
		return NULL;
	return victim;
}

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

bool epacl_cvnet_has_nic(const struct epacl_cvnet *vnet,
			 const struct epacl_cnic *nic)
{
	u32 i;

	if (!nic->vnet || nic->vnet == vnet)
		return nic->vnet;
	for (i = 0; i < vnet->npeers; i++)
		if (vnet->peers[i] == nic->vnet->vnet)
			return true;
	return false;
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
		if (epacl_cvnet_has_nic(vnet, nic) &&
		    (all_heard || READ_ONCE(nic->nic->station->heard)))
			return true;
	return false;
}

bool epacl_is_forged(const struct epacl_snapshot *snap,
		     const struct epacl_cnic *dest, const struct epacl_ip *src,
		     const struct epacl_arrival *at)
{
	if (!dest->vnet || !epacl_cvnet_holds(dest->vnet, src))
		return false;
	if (at->sender)
		return !epacl_cvnet_has_nic(dest->vnet, at->sender);
	return !came_by_uplink(dest->vnet, src, at) ||
	       is_of_heard_nic(snap, dest->vnet, src, at->all_heard);
}

/* The nic of its VM that has the address which a VIP is translated to. */
static const struct epacl_cnic *nic_of(const struct epacl_snapshot *snap,
				       const struct epacl_ctarget *target)
{
	const struct epacl_cnic *nic;
	u32 cursor = 0;

	while ((nic = epacl_snapshot_users(snap, &target->to, &cursor)))
		if (nic->vm == target->vm)
			return nic;
	return NULL;
}

/* What may be essential to the nic, on its own link, has rules of its own. */
static bool is_of_the_link(const struct epacl_packet *p, bool bridged)
{
	if (p->message == EPACL_MSG_ARP)
		return true;
	if (p->message == EPACL_MSG_GROUP_QUERY)
		return p->hops == 1;
	if (p->message == EPACL_MSG_DHCP_SERVER)
		return bridged;
	/* One that is going to be routed is not neighbour discovery. */
	return epacl_packet_is_nd(p) &&
	       (bridged || epacl_ip_is_multicast(&p->dst) ||
		epacl_ip_is_link_local(&p->dst));
}

typedef const struct epacl_cnic *users_fn(const struct epacl_snapshot *snap,
					  const struct epacl_ip *ip,
					  u32 *cursor);

/*
 * Of several nics with one address nobody knows which is meant: forged is what
 * all of them call so. Return: one of them, or NULL; @any: there is one at all.
 */
static const struct epacl_cnic *forged_for(const struct epacl_snapshot *snap,
					   const struct epacl_packet *packet,
					   const struct epacl_arrival *at,
					   users_fn *users, bool *any)
{
	const struct epacl_cnic *dest, *victim = NULL;
	u32 cursor = 0;

	*any = false;
	while ((dest = users(snap, &packet->dst, &cursor))) {
		if (dest == at->sender)
			continue;
		*any = true;
		if (!epacl_is_forged(snap, dest, &packet->src, at))
			return NULL;
		victim = dest;
	}
	return victim;
}

static const struct epacl_cnic *
forged_for_public(const struct epacl_snapshot *snap,
		  const struct epacl_packet *packet,
		  const struct epacl_arrival *at)
{
	const struct epacl_cpublic *public;
	const struct epacl_ctarget *target;
	const struct epacl_cnic *dest;

	public = epacl_snapshot_public(snap, &packet->dst, packet->proto,
				       packet->dport);
	target = public ? epacl_cpublic_target(public, &packet->src) : NULL;
	dest = target ? nic_of(snap, target) : NULL;
	return dest && epacl_is_forged(snap, dest, &packet->src, at) ? dest :
								       NULL;
}

/* Came in where another vnet has its own hosts of such addresses. */
static bool is_of_another_vnet(const struct epacl_snapshot *snap,
			       const struct epacl_cnic *nic,
			       const struct epacl_ip *src,
			       const struct epacl_arrival *at)
{
	const struct epacl_cvnet *vnet;
	u32 i;

	for (i = 0; i < snap->nvnets; i++) {
		vnet = &snap->vnets[i];
		if (epacl_cvnet_holds(vnet, src) &&
		    epacl_arrived_at_uplink(vnet->vnet, at) &&
		    !epacl_cvnet_has_nic(vnet, nic))
			return true;
	}
	return false;
}

const struct epacl_cnic *epacl_decide_opener(const struct epacl_snapshot *snap,
					     const struct epacl_host *host,
					     const struct epacl_packet *packet,
					     const struct epacl_arrival *at)
{
	const struct epacl_cnic *nic;
	u32 cursor = 0;

	while ((nic = epacl_snapshot_nics(snap, &packet->src, &cursor)))
		if (READ_ONCE(nic->nic->station->heard) &&
		    !is_of_another_vnet(snap, nic, &packet->src, at))
			break;
	if (nic && host->owns_ip(host, &packet->dst) &&
	    !epacl_snapshot_is_vip(snap, &packet->dst))
		return NULL;
	return nic;
}

const struct epacl_cnic *epacl_decide_arrival(const struct epacl_snapshot *snap,
					      const struct epacl_host *host,
					      const struct epacl_packet *packet,
					      const struct epacl_arrival *at)
{
	const struct epacl_cnic *victim;
	bool any = false;

	/* Malformed ones too: their fragments may be put together to others. */
	if (!snap->nvnets || !packet->src.family ||
	    is_of_the_link(packet, at->bridge && !at->goes_up))
		return NULL;
	victim = forged_for_public(snap, packet, at);
	/* Who has the address itself is meant before those with a prefix. */
	if (!victim)
		victim = forged_for(snap, packet, at, epacl_snapshot_nics,
				    &any);
	if (!victim && !any)
		victim = forged_for(snap, packet, at, epacl_snapshot_users,
				    &any);
	if (victim && !at->sender && host->owns_ip(host, &packet->src))
		return NULL;
	return victim;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the packet path asks of a snapshot.
 */
#include <linux/jhash.h>
#include <linux/math.h>
#include "index.h"
#include "snapshot.h"
#include "station.h"

const struct epacl_cnic *epacl_snapshot_dev(const struct epacl_snapshot *snap,
					    const char *dev)
{
	u32 pos, i;

	epacl_index_for_each(&snap->by_dev, epacl_hash_name(snap->seed, dev),
			     pos, i)
		if (!strcmp(snap->nics[i].nic->dev, dev))
			return &snap->nics[i];
	return NULL;
}

const struct epacl_cnic *
epacl_snapshot_station(const struct epacl_snapshot *snap,
		       const struct epacl_station *station)
{
	u32 pos, i;

	epacl_index_for_each(&snap->by_station,
			     epacl_hash_pointer(snap->seed, station), pos, i)
		if (snap->nics[i].station == station)
			return &snap->nics[i];
	return NULL;
}

const struct epacl_cnic *epacl_snapshot_mac(const struct epacl_snapshot *snap,
					    u64 mac)
{
	u32 pos, i;

	epacl_index_for_each(&snap->by_mac, epacl_hash_u64(snap->seed, mac),
			     pos, i)
		if (epacl_mac_number(snap->nics[i].nic->mac) == mac)
			return &snap->nics[i];
	return NULL;
}

/*
 * The cursor of an address is the position at which to go on, plus one; that of
 * a prefix follows after all positions.
 */
const struct epacl_cnic *epacl_snapshot_nics(const struct epacl_snapshot *snap,
					     const struct epacl_ip *ip,
					     u32 *cursor)
{
	const struct epacl_index *index = &snap->by_address;
	u32 pos, i;

	pos = *cursor ? *cursor - 1 : epacl_hash_ip(snap->seed, ip, 0);
	epacl_index_for_each(index, pos, pos, i) {
		if (!epacl_ip_equal(&snap->addresses[i].ip, ip))
			continue;
		*cursor = ((pos + 1) & index->mask) + 1;
		return &snap->nics[snap->addresses[i].nic];
	}
	*cursor = index->mask + 2;
	return NULL;
}

const struct epacl_cnic *epacl_snapshot_users(const struct epacl_snapshot *snap,
					      const struct epacl_ip *ip,
					      u32 *cursor)
{
	const struct epacl_cnic *nic;
	u32 base = snap->by_address.mask + 2, i;

	if (*cursor < base) {
		nic = epacl_snapshot_nics(snap, ip, cursor);
		if (nic)
			return nic;
	}
	for (i = *cursor - base; i < snap->nprefixes; i++) {
		if (!epacl_prefix_holds(&snap->prefixes[i].prefix, ip))
			continue;
		*cursor = base + i + 1;
		return &snap->nics[snap->prefixes[i].nic];
	}
	*cursor = base + snap->nprefixes;
	return NULL;
}

static const struct epacl_cpublic *
public_range(const struct epacl_snapshot *snap, const struct epacl_ip *ip,
	     u8 proto, u16 port)
{
	const struct epacl_cpublic *public;
	u32 i;

	for (i = snap->npublics - snap->nranges; i < snap->npublics; i++) {
		public = &snap->publics[i];
		if (public->proto == proto &&
		    epacl_ports_hold(&public->ports, port) &&
		    epacl_ip_equal(&public->ip, ip))
			return public;
	}
	return NULL;
}

const struct epacl_cpublic *
epacl_snapshot_public(const struct epacl_snapshot *snap,
		      const struct epacl_ip *ip, u8 proto, u16 port)
{
	const struct epacl_cpublic *public;
	u32 pos, i;

	epacl_index_for_each(&snap->by_public,
			     epacl_hash_public(snap->seed, ip, proto, port),
			     pos, i) {
		public = &snap->publics[i];
		if (public->ports.lo == port && public->proto == proto &&
		    epacl_ip_equal(&public->ip, ip))
			return public;
	}
	return public_range(snap, ip, proto, port);
}

const struct epacl_ctarget *
epacl_cpublic_target(const struct epacl_cpublic *public,
		     const struct epacl_ip *src)
{
	u32 hash;

	if (public->ntargets < 2)
		return public->ntargets ? public->targets : NULL;
	hash = jhash(src->b, epacl_family_bits(src->family) / 8,
		     EPACL_LBSET_SEED);
	return &public->targets[reciprocal_scale(hash, public->ntargets)];
}

bool epacl_snapshot_is_vip(const struct epacl_snapshot *snap,
			   const struct epacl_ip *ip)
{
	u32 pos, i;

	if (!snap->nvips)
		return false;
	epacl_index_for_each(&snap->by_vip, epacl_hash_ip(snap->seed, ip, 0),
			     pos, i)
		if (epacl_ip_equal(&snap->vips[i], ip))
			return true;
	return false;
}

static bool prefixes_hold(const struct epacl_prefix *prefixes, u32 n,
			  const struct epacl_ip *ip)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (epacl_prefix_holds(&prefixes[i], ip))
			return true;
	return false;
}

bool epacl_vnet_holds(const struct epacl_vnet *vnet, const struct epacl_ip *ip)
{
	return prefixes_hold(vnet->prefixes, vnet->nprefixes, ip);
}

bool epacl_cvnet_holds(const struct epacl_cvnet *vnet,
		       const struct epacl_ip *ip)
{
	u32 i;

	if (epacl_vnet_holds(vnet->vnet, ip) ||
	    prefixes_hold(vnet->vnet->peers, vnet->vnet->npeers, ip))
		return true;
	for (i = 0; i < vnet->npeers; i++)
		if (epacl_vnet_holds(vnet->peers[i], ip))
			return true;
	return false;
}

bool epacl_vnet_has_uplink(const struct epacl_vnet *vnet, const char *dev)
{
	u32 i;

	for (i = 0; i < vnet->nuplinks; i++)
		if (!strcmp(vnet->uplinks[i].s, dev))
			return true;
	return false;
}

const struct epacl_csubnet *epacl_cvnet_subnet(const struct epacl_cvnet *vnet,
					       const struct epacl_ip *ip)
{
	const struct epacl_csubnet *subnet;
	u32 lo = 0, hi = vnet->nsubnets, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		subnet = &vnet->subnets[mid];
		if (epacl_ip_compare(&subnet->prefix.ip, ip) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	/* It begins at @ip or before, and so does whatever else holds @ip. */
	subnet = lo ? &vnet->subnets[lo - 1] : NULL;
	while (subnet && !epacl_prefix_holds(&subnet->prefix, ip))
		subnet = subnet->around;
	return subnet;
}

bool epacl_cnic_owns(const struct epacl_cnic *nic, const struct epacl_ip *ip)
{
	return epacl_ip_equal(&nic->own, ip) ||
	       (nic->has_more && epacl_nic_owns(nic->nic, ip));
}

bool epacl_nic_owns(const struct epacl_nic *nic, const struct epacl_ip *ip)
{
	return prefixes_hold(nic->prefixes, nic->n, ip);
}

bool epacl_nic_has(const struct epacl_nic *nic, const struct epacl_ip *ip)
{
	u32 i;

	for (i = 0; i < nic->n; i++)
		if (epacl_prefix_is_plain(&nic->prefixes[i]) &&
		    epacl_ip_equal(&nic->prefixes[i].ip, ip))
			return true;
	return false;
}

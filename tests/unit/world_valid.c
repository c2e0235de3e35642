// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which policies of the small world the module refuses, by the document; as far
 * as chance makes such.
 */
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/string.h>
#include "world.h"

static bool is_plain(const struct epacl_prefix *prefix)
{
	return prefix->len == (prefix->ip.family == 4 ? 32 : 128);
}

static bool is_link_local(const struct epacl_ip *ip)
{
	return ip->family == 6 && ip->b[0] == 0xfe;
}

static bool overlap(const struct epacl_prefix *a, const struct epacl_prefix *b)
{
	return a->len < b->len ? twin_in_prefix(a, &b->ip) :
				 twin_in_prefix(b, &a->ip);
}

/* ---- nics ---- */

/* Is entry @i of @nic a plain address, and may others have it too? */
static bool is_address(const struct twin_nic *nic, unsigned int i, bool *shared)
{
	*shared = i >= nic->n - nic->nshared;
	return is_plain(&nic->prefixes[i]);
}

/* A plain address belongs to one nic of a vnet; shared ones to several. */
static bool nics_agree(const struct twin_nic *a, const struct twin_nic *b)
{
	bool shared_a, shared_b;
	unsigned int i, k;

	if (a->vnet != b->vnet)
		return true;
	for (i = 0; i < a->n; i++)
		for (k = 0; k < b->n; k++)
			if (is_address(a, i, &shared_a) &&
			    is_address(b, k, &shared_b) &&
			    twin_same_ip(&a->prefixes[i].ip,
					 &b->prefixes[k].ip) &&
			    !(shared_a && shared_b))
				return false;
	return true;
}

static bool nics_are_valid(const struct twin_policy *p)
{
	unsigned int i, k, j, n;

	for (i = 0; i < p->nvms; i++)
		for (k = 0; k < p->vms[i].nnics; k++)
			for (j = 0; j < p->nvms; j++)
				for (n = 0; n < p->vms[j].nnics; n++)
					if ((i != j || k != n) &&
					    !nics_agree(&p->vms[i].nics[k],
							&p->vms[j].nics[n]))
						return false;
	return true;
}

/* ---- vnets ---- */

static bool prefixes_overlap(const struct epacl_prefix *a, unsigned int na,
			     const struct epacl_prefix *b, unsigned int nb)
{
	unsigned int i, k;

	for (i = 0; i < na; i++)
		for (k = 0; k < nb; k++)
			if (overlap(&a[i], &b[k]))
				return true;
	return false;
}

/* Peers do not overlap one another. */
static bool vnet_is_valid(const struct twin_policy *p,
			  const struct twin_vnet *vnet)
{
	const struct twin_vnet *a, *b;
	unsigned int i, k;

	for (i = 0; i < vnet->npeer_vnets; i++) {
		a = &p->vnets[vnet->peer_vnets[i]];
		if (prefixes_overlap(vnet->peers, vnet->npeers, a->prefixes,
				     a->nprefixes))
			return false;
		for (k = 0; k < i; k++) {
			b = &p->vnets[vnet->peer_vnets[k]];
			if (prefixes_overlap(a->prefixes, a->nprefixes,
					     b->prefixes, b->nprefixes))
				return false;
		}
	}
	return true;
}

/* ---- endpoints ---- */

static unsigned int kind_of(const struct twin_endpoint *e)
{
	if (e->proto == EPACL_PROTO_ANY)
		return 0;
	if (!twin_has_ports(e->proto))
		return 1;
	return e->ports.lo == e->ports.hi ? 2 : 3;
}

static u8 type_of(const struct twin_endpoint *e)
{
	if (e->has_type)
		return e->type;
	return e->proto == IPPROTO_ICMP ? 8 : 128;
}

/* Do both fit one packet, as closely? */
static bool endpoints_overlap(const struct twin_endpoint *a,
			      const struct twin_endpoint *b)
{
	if (a->proto != b->proto || kind_of(a) != kind_of(b))
		return false;
	if (a->has_address && b->has_address &&
	    !twin_same_ip(&a->address, &b->address))
		return false;
	if (kind_of(a) >= 2)
		return a->ports.lo <= b->ports.hi && b->ports.lo <= a->ports.hi;
	if (a->proto != IPPROTO_ICMP && a->proto != IPPROTO_ICMPV6)
		return true;
	return type_of(a) == type_of(b) &&
	       (!a->has_code || !b->has_code || a->code == b->code);
}

static bool shares(const struct twin_nic *nic, const struct epacl_ip *ip)
{
	bool shared;
	unsigned int i;

	for (i = 0; i < nic->n; i++)
		if (is_address(nic, i, &shared) && shared &&
		    twin_same_ip(&nic->prefixes[i].ip, ip))
			return true;
	return false;
}

/* Where could what is addressed to a VIP of @family go? */
static bool has_target(const struct twin_vm *vm, const struct twin_endpoint *e,
		       u8 family)
{
	const struct twin_nic *nic = &vm->nics[0];
	bool shared;
	unsigned int i;

	for (i = 0; e->has_address && i < vm->nnics; i++)
		if (shares(&vm->nics[i], &e->address))
			return false;
	if (e->has_address)
		return e->address.family == family;
	for (i = 0; i < nic->n; i++)
		if (is_address(nic, i, &shared) && !shared &&
		    nic->prefixes[i].ip.family == family &&
		    !is_link_local(&nic->prefixes[i].ip))
			return true;
	return false;
}

static bool endpoint_is_valid(const struct twin_policy *p,
			      const struct twin_vm *vm,
			      const struct twin_endpoint *e)
{
	const struct twin_lbset *lbset = &p->lbsets[e->lbset];
	unsigned int i;

	for (i = 0; i < e->npublics; i++)
		if (!has_target(vm, e, e->publics[i].ip.family) ||
		    (e->ports.lo != e->ports.hi &&
		     e->publics[i].port != e->ports.lo))
			return false;
	for (i = 0; e->has_lbset && i < lbset->npublics; i++)
		if (!has_target(vm, e, lbset->publics[i].ip.family))
			return false;
	for (i = 0; &vm->endpoints[i] < e; i++)
		if (endpoints_overlap(e, &vm->endpoints[i]))
			return false;
	return true;
}

/* ---- VIPs ---- */

struct public
{
	u16 proto;
	struct epacl_ip ip;
	u16 lo, hi;
};

static void add_public(struct public *all, unsigned int *n, u16 proto,
		       const struct epacl_public *of, u16 more)
{
	struct public *to = &all[(*n)++];

	to->proto = proto;
	to->ip = of->ip;
	to->lo = of->port;
	to->hi = of->port + more;
}

/* No address, protocol and port twice. */
static bool publics_are_valid(const struct twin_policy *p)
{
	struct public all[2 * (TWIN_VMS * TWIN_ENDPOINTS + TWIN_LBSETS)];
	const struct twin_endpoint *e;
	unsigned int n = 0, i, j, k;

	for (i = 0; i < p->nlbsets; i++)
		for (k = 0; k < p->lbsets[i].npublics; k++)
			add_public(all, &n, p->lbsets[i].proto,
				   &p->lbsets[i].publics[k], 0);
	for (i = 0; i < p->nvms; i++)
		for (j = 0; j < p->vms[i].nendpoints; j++) {
			e = &p->vms[i].endpoints[j];
			for (k = 0; k < e->npublics; k++)
				add_public(all, &n, e->proto, &e->publics[k],
					   e->ports.hi - e->ports.lo);
		}
	for (i = 0; i < n; i++)
		for (k = 0; k < i; k++)
			if (all[i].proto == all[k].proto &&
			    twin_same_ip(&all[i].ip, &all[k].ip) &&
			    all[i].lo <= all[k].hi && all[k].lo <= all[i].hi)
				return false;
	return true;
}

bool policy_is_valid(const struct twin_policy *p)
{
	unsigned int i, k;

	for (i = 0; i < p->nvnets; i++)
		if (!vnet_is_valid(p, &p->vnets[i]))
			return false;
	for (i = 0; i < p->nvms; i++)
		for (k = 0; k < p->vms[i].nendpoints; k++)
			if (!endpoint_is_valid(p, &p->vms[i],
					       &p->vms[i].endpoints[k]))
				return false;
	return nics_are_valid(p) && publics_are_valid(p);
}

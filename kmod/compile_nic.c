// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nics: interfaces, MACs and addresses, and who else claims them.
 */
#include <linux/sort.h>
#include "compile_internal.h"
#include "station.h"

static u32 blame_nic(const struct epacl_compiler *c,
		     const struct epacl_cnic *cnic)
{
	return epacl_root_nic_op(c->snap->root, cnic->nic);
}

static const char *vm_of(const struct epacl_compiler *c,
			 const struct epacl_cnic *cnic)
{
	return epacl_snapshot_vm_name(c->snap, cnic);
}

/* ---- addresses ---- */

static int refuse_outside(struct epacl_compiler *c,
			  const struct epacl_cnic *cnic,
			  const struct epacl_ip *ip)
{
	const struct epacl_vnet *vnet = cnic->vnet->vnet;
	char text[EPACL_IP_TEXT];

	c->why->op = max(blame_nic(c, cnic),
			 epacl_blame(c, &vnet->obj, vnet->obj.op));
	return epacl_refuse(c->why, -EINVAL, EPACL_NIC_A_ADDRESSES,
			    "address is in no prefix of its vnet",
			    "address %s of vm '%s' is in no prefix of vnet '%s'",
			    epacl_ip_text(ip, text), vm_of(c, cnic),
			    vnet->obj.name);
}

static int refuse_address(struct epacl_compiler *c, const struct epacl_cnic *a,
			  const struct epacl_cnic *b, const struct epacl_ip *ip)
{
	char text[EPACL_IP_TEXT];

	c->why->op = max(blame_nic(c, a), blame_nic(c, b));
	return epacl_refuse(
		c->why, -EADDRINUSE, EPACL_NIC_A_ADDRESSES,
		"address belongs to another nic",
		"address %s is of vm '%s' (dev %s) and of vm '%s' (dev %s), %s%s",
		epacl_ip_text(ip, text), vm_of(c, a), a->nic->dev, vm_of(c, b),
		b->nic->dev, a->vnet ? "both in vnet " : "both without vnet",
		a->vnet ? a->vnet->vnet->obj.name : "");
}

static int check_inside(struct epacl_compiler *c, const struct epacl_cnic *cnic,
			const struct epacl_ip *ip)
{
	if (cnic->vnet && !epacl_ip_is_link_local(ip) &&
	    !epacl_vnet_holds(cnic->vnet->vnet, ip))
		return refuse_outside(c, cnic, ip);
	return 0;
}

/* A nic of the same vnet that has @ip for itself; NULL: none. */
static const struct epacl_cnic *find_owner(const struct epacl_snapshot *snap,
					   const struct epacl_cnic *cnic,
					   const struct epacl_ip *ip)
{
	const struct epacl_cnic *other;
	u32 cursor = 0;

	if (epacl_ip_is_link_local(ip))
		return NULL;
	while ((other = epacl_snapshot_nics(snap, ip, &cursor)))
		if (other->vnet == cnic->vnet)
			return other;
	return NULL;
}

static int put_address(struct epacl_compiler *c, const struct epacl_cnic *cnic,
		       const struct epacl_ip *ip)
{
	struct epacl_snapshot *snap = c->snap;
	const struct epacl_cnic *other = find_owner(snap, cnic, ip);

	if (other)
		return refuse_address(c, other, cnic, ip);
	snap->addresses[snap->naddresses].ip = *ip;
	snap->addresses[snap->naddresses].nic = cnic - snap->nics;
	epacl_index_put(&snap->by_address, epacl_hash_ip(snap->seed, ip, 0),
			snap->naddresses++);
	return 0;
}

static void put_prefix(struct epacl_snapshot *snap,
		       const struct epacl_cnic *cnic,
		       const struct epacl_prefix *prefix)
{
	struct epacl_cprefix *place = &snap->prefixes[snap->nprefixes++];

	place->prefix = *prefix;
	place->nic = cnic - snap->nics;
}

static int put_addresses(struct epacl_compiler *c,
			 const struct epacl_cnic *cnic)
{
	const struct epacl_nic *nic = cnic->nic;
	const struct epacl_prefix *prefix;
	int err = 0;
	u32 i;

	for (i = 0; i < nic->n && !err; i++) {
		prefix = &nic->prefixes[i];
		if (epacl_prefix_is_plain(prefix))
			err = check_inside(c, cnic, &prefix->ip);
		if (err)
			break;
		if (epacl_nic_plain_alone(nic, i))
			err = put_address(c, cnic, &prefix->ip);
		else
			put_prefix(c->snap, cnic, prefix);
	}
	return err;
}

/* ---- nics ---- */

static int refuse_dev(struct epacl_compiler *c, const struct epacl_cnic *a,
		      const struct epacl_cnic *b)
{
	if (blame_nic(c, a) > blame_nic(c, b))
		swap(a, b);
	c->why->op = blame_nic(c, b);
	return epacl_refuse(
		c->why, -EADDRINUSE, EPACL_NIC_A_DEV,
		"interface belongs to another nic",
		"interface '%s' already belongs to vm '%s': vm '%s' cannot have it too",
		a->nic->dev, vm_of(c, a), vm_of(c, b));
}

static int put_nic(struct epacl_compiler *c, const struct epacl_cnic *cnic)
{
	struct epacl_snapshot *snap = c->snap;
	const struct epacl_nic *nic = cnic->nic;
	const struct epacl_cnic *other = epacl_snapshot_dev(snap, nic->dev);
	u32 i = cnic - snap->nics;

	if (other)
		return refuse_dev(c, other, cnic);
	epacl_index_put(&snap->by_dev, epacl_hash_name(snap->seed, nic->dev),
			i);
	epacl_index_put(&snap->by_station,
			epacl_hash_pointer(snap->seed, nic->station), i);
	if (nic->has_mac)
		epacl_index_put(&snap->by_mac,
				epacl_hash_u64(snap->seed,
					       epacl_mac_number(nic->mac)),
				i);
	return put_addresses(c, cnic);
}

static void put_own(struct epacl_cnic *cnic)
{
	static const struct epacl_ip none = { .family = U8_MAX };
	const struct epacl_nic *nic = cnic->nic;
	bool plain = nic->n && epacl_prefix_is_plain(&nic->prefixes[0]);

	cnic->own = plain ? nic->prefixes[0].ip : none;
	cnic->has_more = nic->n != 1 || !plain;
}

int epacl_compile_nics(struct epacl_compiler *c, u32 number)
{
	struct epacl_snapshot *snap = c->snap;
	const struct epacl_vm *vm = epacl_snapshot_vm(snap, number)->vm;
	struct epacl_cnic *cnic;
	int err;
	u32 i;

	for (i = 0; i < vm->nnics; i++) {
		cnic = &snap->nics[snap->nnics];
		cnic->vm = number;
		cnic->verdicts = vm->counters->cpu;
		cnic->nic = vm->nics[i];
		cnic->station = cnic->nic->station;
		cnic->vnet = epacl_compile_find_vnet(snap, cnic->nic->vnet);
		put_own(cnic);
		err = put_nic(c, cnic);
		if (err)
			return err;
		snap->nnics++;
	}
	return 0;
}

/* ---- what can be told when all are in place ---- */

static int cprefix_compare(const void *a, const void *b)
{
	const struct epacl_cprefix *x = a, *y = b;

	if (x->prefix.len != y->prefix.len)
		return y->prefix.len - x->prefix.len;
	return x->nic < y->nic ? -1 : x->nic > y->nic;
}

/* What one nic shares another may not have for itself. */
static int check_shared(struct epacl_compiler *c)
{
	const struct epacl_snapshot *snap = c->snap;
	const struct epacl_cprefix *place;
	const struct epacl_cnic *cnic, *other;
	u32 i;

	for (i = 0; i < snap->nprefixes; i++) {
		place = &snap->prefixes[i];
		if (!epacl_prefix_is_plain(&place->prefix))
			continue;
		cnic = &snap->nics[place->nic];
		other = find_owner(snap, cnic, &place->prefix.ip);
		if (other)
			return refuse_address(c, other, cnic,
					      &place->prefix.ip);
	}
	return 0;
}

static int check_uplink(struct epacl_compiler *c, const struct epacl_vnet *vnet,
			const char *uplink)
{
	const struct epacl_cnic *cnic = epacl_snapshot_dev(c->snap, uplink);

	if (!cnic)
		return 0;
	c->why->op = max(epacl_blame(c, &vnet->obj, vnet->obj.op),
			 blame_nic(c, cnic));
	return epacl_refuse(
		c->why, -EADDRINUSE, 0, "an uplink is the interface of a VM",
		"interface '%s' is an uplink of vnet '%s' and of vm '%s'",
		uplink, vnet->obj.name, vm_of(c, cnic));
}

static int check_uplinks(struct epacl_compiler *c)
{
	const struct epacl_vnet *vnet;
	u32 i, k;
	int err;

	for (i = 0; i < c->snap->nvnets; i++) {
		vnet = c->snap->vnets[i].vnet;
		for (k = 0; k < vnet->nuplinks; k++) {
			err = check_uplink(c, vnet, vnet->uplinks[k].s);
			if (err)
				return err;
		}
	}
	return 0;
}

int epacl_compile_check_nics(struct epacl_compiler *c)
{
	struct epacl_snapshot *snap = c->snap;

	sort(snap->prefixes, snap->nprefixes, sizeof(*snap->prefixes),
	     cprefix_compare, NULL);
	return check_shared(c) ?: check_uplinks(c);
}

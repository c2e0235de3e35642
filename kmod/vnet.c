// SPDX-License-Identifier: GPL-2.0-only
/*
 * Vnets and their subnets: lifetimes, and how prefixes of theirs meet.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include "policy_internal.h"

/* ---- subnets ---- */

struct epacl_subnet *epacl_subnet_alloc(struct epacl_memory *memory, u32 n)
{
	struct epacl_subnet *subnet;

	subnet = epacl_alloc(memory,
			     sizeof(*subnet) + n * sizeof(*subnet->prefixes));
	if (!subnet)
		return NULL;
	subnet->prefixes = (struct epacl_prefix *)(subnet + 1);
	subnet->n = n;
	return subnet;
}

void epacl_subnet_free(struct epacl_subnet *subnet)
{
	if (!subnet)
		return;
	epacl_slots_put(subnet->slot, EPACL_DIRECTIONS);
	epacl_free(subnet);
}

static struct epacl_subnet *subnet_copy(struct epacl_memory *memory,
					const struct epacl_subnet *from,
					bool keep_ops)
{
	struct epacl_subnet *subnet = epacl_subnet_alloc(memory, from->n);
	struct epacl_prefix *prefixes;

	if (!subnet)
		return NULL;
	prefixes = subnet->prefixes;
	*subnet = *from;
	subnet->prefixes = prefixes;
	memcpy(prefixes, from->prefixes, from->n * sizeof(*prefixes));
	epacl_slots_share(subnet->slot, from->slot, EPACL_DIRECTIONS);
	if (!keep_ops)
		subnet->op = 0;
	return subnet;
}

u32 epacl_subnet_position(const struct epacl_vnet *vnet, const char *name)
{
	u32 lo = 0, hi = vnet->nsubnets, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (strcmp(vnet->subnets[mid]->name, name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct epacl_subnet *epacl_vnet_subnet(const struct epacl_vnet *vnet,
				       const char *name)
{
	u32 pos = epacl_subnet_position(vnet, name);

	if (pos == vnet->nsubnets || strcmp(vnet->subnets[pos]->name, name))
		return NULL;
	return vnet->subnets[pos];
}

static bool is_within(const struct epacl_prefix *prefix,
		      const struct epacl_vnet *vnet)
{
	u32 i;

	for (i = 0; i < vnet->nprefixes; i++)
		if (vnet->prefixes[i].len <= prefix->len &&
		    epacl_prefix_holds(&vnet->prefixes[i], &prefix->ip))
			return true;
	return false;
}

int epacl_subnet_check(struct epacl_refusal *why, u16 attr,
		       const struct epacl_vnet *vnet,
		       const struct epacl_subnet *subnet)
{
	char text[EPACL_IP_TEXT];
	u32 i;

	for (i = 0; i < subnet->n; i++) {
		if (is_within(&subnet->prefixes[i], vnet))
			continue;
		return epacl_refuse(
			why, -EINVAL, attr, "subnet is outside its vnet",
			"prefix %s of subnet '%s/%s' is in no prefix of vnet '%s'",
			epacl_prefix_text(&subnet->prefixes[i], text),
			vnet->obj.name, subnet->name, vnet->obj.name);
	}
	return 0;
}

/* ---- vnets ---- */

static void release(struct epacl_obj *obj)
{
	struct epacl_vnet *vnet = epacl_vnet(obj);
	u32 i;

	for (i = 0; i < vnet->nsubnets; i++)
		epacl_subnet_free(vnet->subnets[i]);
	epacl_free(vnet->subnets);
	epacl_free(vnet->prefixes);
	epacl_free(vnet->peers);
	epacl_free(vnet->peer_vnets);
	epacl_free(vnet->uplinks);
	epacl_free(vnet);
}

struct epacl_vnet *epacl_vnet_alloc(struct epacl_memory *memory,
				    const char *name, u64 epoch)
{
	struct epacl_vnet *vnet = epacl_alloc(memory, sizeof(*vnet));

	if (!vnet)
		return NULL;
	epacl_obj_init(&vnet->obj, name, release);
	vnet->obj.epoch = epoch;
	return vnet;
}

int epacl_vnet_copy_subnets(struct epacl_memory *memory, struct epacl_vnet *to,
			    const struct epacl_vnet *from, bool keep_ops)
{
	u32 i;

	if (!from->nsubnets)
		return 0;
	to->subnets = epacl_room(memory, from->nsubnets);
	if (!to->subnets)
		return -ENOMEM;
	for (i = 0; i < from->nsubnets; i++) {
		to->subnets[i] = subnet_copy(memory, from->subnets[i],
					     keep_ops);
		if (!to->subnets[i])
			return -ENOMEM;
		to->nsubnets++;
		cond_resched();
	}
	return 0;
}

/* NULL is fine, and what is returned for it. */
static bool copy_array(struct epacl_memory *memory, void *to, const void *from,
		       size_t size)
{
	void **array = to;

	if (!size)
		return true;
	*array = epacl_alloc(memory, size);
	if (!*array)
		return false;
	memcpy(*array, from, size);
	return true;
}

struct epacl_vnet *epacl_vnet_copy(struct epacl_memory *memory, u64 epoch,
				   const struct epacl_vnet *from, bool keep_ops)
{
	struct epacl_vnet *vnet;

	vnet = epacl_vnet_alloc(memory, from->obj.name, epoch);
	if (!vnet)
		return NULL;
	if (keep_ops)
		vnet->obj.op = from->obj.op;
	vnet->zone = from->zone;
#define COPY(member, n)                                                       \
	((vnet->n = from->n), copy_array(memory, &vnet->member, from->member, \
					 from->n * sizeof(*from->member)))
	if (COPY(prefixes, nprefixes) && COPY(peers, npeers) &&
	    COPY(peer_vnets, npeer_vnets) && COPY(uplinks, nuplinks) &&
	    !epacl_vnet_copy_subnets(memory, vnet, from, keep_ops))
		return vnet;
#undef COPY
	epacl_obj_put(&vnet->obj);
	return NULL;
}

/* ---- overlaps ---- */

/*
 * Both are sorted. Of two that do not overlap the one that ends first overlaps
 * nothing that follows the other.
 */
static bool overlap(const struct epacl_vnet *a, const struct epacl_vnet *b)
{
	u32 i = 0, k = 0;

	while (i < a->nprefixes && k < b->nprefixes) {
		if (epacl_prefixes_overlap(&a->prefixes[i], &b->prefixes[k]))
			return true;
		if (epacl_prefix_compare(&a->prefixes[i], &b->prefixes[k]) < 0)
			i++;
		else
			k++;
	}
	return false;
}

bool epacl_vnet_overlaps(const struct epacl_root *root,
			 const struct epacl_vnet *vnet)
{
	struct epacl_obj *obj;

	epacl_pmap_for_each(&root->vnets, obj) {
		if (strcmp(obj->name, vnet->obj.name) &&
		    overlap(vnet, epacl_vnet(obj)))
			return true;
		cond_resched();
	}
	return false;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Vnets: their peers, their subnets, and which of them need a zone.
 */
#include <linux/sort.h>
#include "compile_internal.h"

/**
 * struct place - a prefix of somebody, in sorted order
 * @prefix: the prefix
 * @owner: number of whose it is
 * @around: the closest one before it that holds it; NULL: none
 */
struct place {
	struct epacl_prefix prefix;
	u32 owner;
	const struct place *around;
};

/* By family, address, length: what holds a prefix stands before it. */
static int prefix_compare(const struct epacl_prefix *x,
			  const struct epacl_prefix *y)
{
	int diff = epacl_ip_compare(&x->ip, &y->ip);

	return diff ? diff : x->len - y->len;
}

static int place_compare(const void *a, const void *b)
{
	return prefix_compare(&((const struct place *)a)->prefix,
			      &((const struct place *)b)->prefix);
}

/*
 * In sorted order what holds a prefix stands before it, and holds the one right
 * before it too, or is that one.
 */
static void find_around(struct place *places, u32 n)
{
	const struct place *around;
	u32 i;

	sort(places, n, sizeof(*places), place_compare, NULL);
	for (i = 0; i < n; i++) {
		around = i ? &places[i - 1] : NULL;
		while (around && !epacl_prefixes_overlap(&around->prefix,
							 &places[i].prefix))
			around = around->around;
		places[i].around = around;
	}
}

/* ---- peers ---- */

/* The owner of what a vnet names by itself; peer vnets are numbered from 0. */
#define NAMED_ITSELF (~0u)

static u32 gather_peers(const struct epacl_cvnet *cvnet, struct place *places)
{
	const struct epacl_vnet *vnet = cvnet->vnet;
	u32 n = 0, i, k;

	for (i = 0; i < vnet->npeers; i++) {
		places[n].prefix = vnet->peers[i];
		places[n++].owner = NAMED_ITSELF;
	}
	for (i = 0; i < cvnet->npeers; i++)
		for (k = 0; k < cvnet->peers[i]->nprefixes; k++) {
			places[n].prefix = cvnet->peers[i]->prefixes[k];
			places[n++].owner = i;
		}
	return n;
}

static const char *peer_name(const struct epacl_cvnet *cvnet,
			     const struct place *place)
{
	return place->owner == NAMED_ITSELF ?
		       NULL :
		       cvnet->peers[place->owner]->obj.name;
}

static int refuse_peers(struct epacl_compiler *c,
			const struct epacl_cvnet *cvnet, const struct place *a,
			const struct place *b)
{
	const struct epacl_vnet *vnet = cvnet->vnet;
	const char *na = peer_name(cvnet, a), *nb = peer_name(cvnet, b);
	char ta[EPACL_IP_TEXT], tb[EPACL_IP_TEXT];

	c->why->op = epacl_blame(c, &vnet->obj, vnet->obj.op);
	return epacl_refuse(c->why, -EINVAL, 0, "peers of a vnet overlap",
			    "peers of vnet '%s' overlap: %s%s%s and %s%s%s",
			    vnet->obj.name, epacl_prefix_text(&a->prefix, ta),
			    na ? " of vnet " : "", na ?: "",
			    epacl_prefix_text(&b->prefix, tb),
			    nb ? " of vnet " : "", nb ?: "");
}

/* Prefixes of one peer may lie within each other, those of two may not. */
static int check_peer(struct epacl_compiler *c, const struct epacl_cvnet *cvnet,
		      const struct place *place)
{
	const struct place *around;

	for (around = place->around; around; around = around->around)
		if (around->owner != place->owner)
			return refuse_peers(c, cvnet, around, place);
	return 0;
}

static int check_peers(struct epacl_compiler *c,
		       const struct epacl_cvnet *cvnet)
{
	u32 room = cvnet->vnet->npeers, n, i;
	struct place *places;
	int err = 0;

	for (i = 0; i < cvnet->npeers; i++)
		room += cvnet->peers[i]->nprefixes;
	if (room < 2)
		return 0;
	places = epacl_alloc(c->memory, room * sizeof(*places));
	if (!places)
		return -ENOMEM;
	n = gather_peers(cvnet, places);
	find_around(places, n);
	for (i = 0; i < n && !err; i++)
		err = check_peer(c, cvnet, &places[i]);
	epacl_free(places);
	return err;
}

static int compile_peers(struct epacl_compiler *c, struct epacl_cvnet *cvnet)
{
	const struct epacl_vnet *vnet = cvnet->vnet;
	u32 i;

	if (!vnet->npeer_vnets)
		return 0;
	cvnet->peers = epacl_alloc(c->memory,
				   vnet->npeer_vnets * sizeof(*cvnet->peers));
	if (!cvnet->peers)
		return -ENOMEM;
	for (i = 0; i < vnet->npeer_vnets; i++)
		cvnet->peers[cvnet->npeers++] = epacl_vnet(
			epacl_pmap_find(&c->snap->root->vnets,
					vnet->peer_vnets[i].s));
	return 0;
}

/* ---- subnets ---- */

static int csubnet_compare(const void *a, const void *b)
{
	return prefix_compare(&((const struct epacl_csubnet *)a)->prefix,
			      &((const struct epacl_csubnet *)b)->prefix);
}

static void find_around_subnets(struct epacl_cvnet *cvnet)
{
	const struct epacl_csubnet *around;
	u32 i;

	sort(cvnet->subnets, cvnet->nsubnets, sizeof(*cvnet->subnets),
	     csubnet_compare, NULL);
	for (i = 0; i < cvnet->nsubnets; i++) {
		around = i ? &cvnet->subnets[i - 1] : NULL;
		while (around &&
		       !epacl_prefixes_overlap(&around->prefix,
					       &cvnet->subnets[i].prefix))
			around = around->around;
		cvnet->subnets[i].around = around;
	}
}

static int put_subnet(struct epacl_compiler *c, struct epacl_cvnet *cvnet,
		      const struct epacl_subnet *subnet,
		      struct epacl_layer *layers)
{
	struct epacl_csubnet *place;
	int err, direction;
	u32 i;

	for (direction = 0; direction < EPACL_DIRECTIONS; direction++) {
		err = epacl_compile_slot(c, &subnet->slot[direction]);
		if (err)
			return err;
		c->snap->nsecure +=
			epacl_compile_layer(c, &layers[direction],
					    &subnet->slot[direction],
					    EPACL_OWNER_SUBNET, direction,
					    cvnet->vnet->obj.name,
					    subnet->name);
	}
	for (i = 0; i < subnet->n; i++) {
		place = &cvnet->subnets[cvnet->nsubnets++];
		place->prefix = subnet->prefixes[i];
		place->layers = layers;
	}
	return 0;
}

static int compile_subnets(struct epacl_compiler *c, struct epacl_cvnet *cvnet)
{
	const struct epacl_vnet *vnet = cvnet->vnet;
	u32 n = 0, i;
	int err;

	for (i = 0; i < vnet->nsubnets; i++)
		n += vnet->subnets[i]->n;
	if (!vnet->nsubnets)
		return 0;
	cvnet->subnets = epacl_alloc(c->memory,
				     (n + 1) * sizeof(*cvnet->subnets));
	cvnet->subnet_layers =
		epacl_alloc(c->memory, vnet->nsubnets * EPACL_DIRECTIONS *
					       sizeof(*cvnet->subnet_layers));
	if (!cvnet->subnets || !cvnet->subnet_layers)
		return -ENOMEM;
	for (i = 0; i < vnet->nsubnets; i++) {
		err = put_subnet(c, cvnet, vnet->subnets[i],
				 &cvnet->subnet_layers[i * EPACL_DIRECTIONS]);
		if (err)
			return err;
	}
	find_around_subnets(cvnet);
	return 0;
}

/* ---- zones ---- */

static void take_zone(struct epacl_snapshot *snap, struct epacl_cvnet *cvnet)
{
	if (cvnet->zone)
		return;
	cvnet->zone = cvnet->vnet->zone;
	snap->nzones++;
}

/*
 * A vnet whose prefixes overlap those of another takes its zone. Somewhere on
 * the way from a prefix out to one of another vnet around it two neighbours are
 * of different vnets: so neighbours are all that need to be looked at.
 */
static void compile_zones(struct epacl_snapshot *snap, struct place *places,
			  u32 n)
{
	const struct place *around;
	u32 i;

	find_around(places, n);
	for (i = 0; i < n; i++) {
		around = places[i].around;
		if (!around || around->owner == places[i].owner)
			continue;
		take_zone(snap, &snap->vnets[around->owner]);
		take_zone(snap, &snap->vnets[places[i].owner]);
	}
}

static int find_zones(struct epacl_compiler *c)
{
	struct epacl_snapshot *snap = c->snap;
	const struct epacl_vnet *vnet;
	struct place *places;
	u32 room = 0, n = 0, i, k;

	if (snap->nvnets < 2)
		return 0;
	for (i = 0; i < snap->nvnets; i++)
		room += snap->vnets[i].vnet->nprefixes;
	places = epacl_alloc(c->memory, (room + 1) * sizeof(*places));
	if (!places)
		return -ENOMEM;
	for (i = 0; i < snap->nvnets; i++) {
		vnet = snap->vnets[i].vnet;
		for (k = 0; k < vnet->nprefixes; k++) {
			places[n].prefix = vnet->prefixes[k];
			places[n++].owner = i;
		}
	}
	compile_zones(snap, places, n);
	epacl_free(places);
	return 0;
}

/* ---- all of them ---- */

static int compile_vnet(struct epacl_compiler *c, const struct epacl_vnet *vnet)
{
	struct epacl_cvnet *cvnet = &c->snap->vnets[c->snap->nvnets++];

	cvnet->vnet = vnet;
	return compile_peers(c, cvnet)	     ?:
		       check_peers(c, cvnet) ?:
					       compile_subnets(c, cvnet);
}

int epacl_compile_vnets(struct epacl_compiler *c)
{
	struct epacl_vnet *vnet;
	int err;

	for_each_vnet(c->snap->root, vnet) {
		err = compile_vnet(c, vnet);
		if (err)
			return err;
		cond_resched();
	}
	return find_zones(c);
}

/* They stand in the order of their names. */
const struct epacl_cvnet *
epacl_compile_find_vnet(const struct epacl_snapshot *snap, const char *name)
{
	u32 lo = 0, hi = snap->nvnets, mid;
	int diff;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		diff = strcmp(snap->vnets[mid].vnet->obj.name, name);
		if (!diff)
			return &snap->vnets[mid];
		if (diff < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * From definitions to a snapshot. What two objects may not both claim is found
 * here, where they meet.
 */
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include "classify.h"
#include "index.h"
#include "policy.h"
#include "station.h"

/* What is being compiled. */
struct compiler {
	struct epacl_memory *memory;
	struct epacl_snapshot *snap;
	struct epacl_refusal *why;
};

#define for_each_vnet(root, vnet)                                        \
	for ((vnet) = epacl_vnet(epacl_pmap_next(&(root)->vnets, NULL)); \
	     (vnet); (vnet) = epacl_vnet(epacl_pmap_next(&(root)->vnets, \
							 (vnet)->obj.name)))

#define for_each_vm(root, vm)                                            \
	for ((vm) = epacl_vm(epacl_pmap_next(&(root)->vms, NULL)); (vm); \
	     (vm) = epacl_vm(epacl_pmap_next(&(root)->vms, (vm)->obj.name)))

/*
 * The operation to blame where two objects meet is the later one of those that
 * touched them. What this transaction has not touched is not to blame.
 */
static u32 blame_vm(const struct compiler *c, const struct epacl_vm *vm, u32 op)
{
	return epacl_root_made(c->snap->root, &vm->obj) ? op : 0;
}

static u32 blame_obj(const struct compiler *c, const struct epacl_obj *obj)
{
	return epacl_root_made(c->snap->root, obj) ? obj->op : 0;
}

/* ---- how much room ---- */

static void count_endpoints(const struct epacl_vm *vm,
			    struct epacl_snapshot *snap)
{
	const struct epacl_endpoint *endpoint;
	u32 i;

	for (i = 0; i < vm->nendpoints; i++) {
		endpoint = vm->endpoints[i];
		snap->npublics += endpoint->npublics;
		if (endpoint->ports.lo != endpoint->ports.hi)
			snap->nranges += endpoint->npublics;
	}
}

static void count_nics(const struct epacl_vm *vm, struct epacl_snapshot *snap)
{
	const struct epacl_nic *nic;
	u32 i, k;

	snap->nnics += vm->nnics;
	for (i = 0; i < vm->nnics; i++) {
		nic = vm->nics[i];
		for (k = 0; k < nic->n; k++) {
			if (epacl_prefix_is_plain(&nic->prefixes[k]))
				snap->naddresses++;
			else
				snap->nprefixes++;
		}
	}
}

static int allocate(struct compiler *c)
{
	struct epacl_snapshot *snap = c->snap;
	struct epacl_root *root = snap->root;
	u32 vips = snap->npublics + 2 * root->services.n;

#define ARRAY(member, n)                           \
	(!((snap->member) = epacl_alloc(c->memory, \
					((n) + 1) * sizeof(*snap->member))))
	if (ARRAY(nics, snap->nnics) || ARRAY(vnets, root->vnets.n) ||
	    ARRAY(addresses, snap->naddresses) ||
	    ARRAY(prefixes, snap->nprefixes) ||
	    ARRAY(publics, snap->npublics) || ARRAY(vips, vips))
		return -ENOMEM;
#undef ARRAY
	if (epacl_index_alloc(c->memory, &snap->by_dev, snap->nnics) ||
	    epacl_index_alloc(c->memory, &snap->by_station, snap->nnics) ||
	    epacl_index_alloc(c->memory, &snap->by_mac, snap->nnics) ||
	    epacl_index_alloc(c->memory, &snap->by_address, snap->naddresses) ||
	    epacl_index_alloc(c->memory, &snap->by_public, snap->npublics) ||
	    epacl_index_alloc(c->memory, &snap->by_vip, vips))
		return -ENOMEM;
	return 0;
}

/* What a packet may have to be held against one by one. */
static int check_limits(struct compiler *c)
{
	if (c->snap->nranges > EPACL_RANGES_MAX)
		return epacl_refuse(
			c->why, -ENOSPC, 0, "too many public port ranges",
			"%u public port ranges are too many: at most %u in all",
			c->snap->nranges, EPACL_RANGES_MAX);
	if (c->snap->nprefixes > EPACL_NIC_RANGES_MAX)
		return epacl_refuse(
			c->why, -ENOSPC, 0, "too many prefixes of nics",
			"%u prefixes of nics are too many: at most %u in all",
			c->snap->nprefixes, EPACL_NIC_RANGES_MAX);
	return 0;
}

static int measure(struct compiler *c)
{
	struct epacl_vm *vm;

	for_each_vm(c->snap->root, vm) {
		count_nics(vm, c->snap);
		count_endpoints(vm, c->snap);
		cond_resched();
	}
	return check_limits(c) ?: allocate(c);
}

/* ---- vnets ---- */

/**
 * struct peer - a prefix that counts as inside
 * @prefix: the prefix
 * @vnet: the peer vnet whose it is; NULL: named by itself
 * @around: the closest one before it that holds it; NULL: none
 */
struct peer {
	struct epacl_prefix prefix;
	const char *vnet;
	const struct peer *around;
};

static int peer_compare(const void *a, const void *b)
{
	const struct epacl_prefix *x = &((const struct peer *)a)->prefix;
	const struct epacl_prefix *y = &((const struct peer *)b)->prefix;
	int diff;

	if (x->ip.family != y->ip.family)
		return x->ip.family - y->ip.family;
	diff = memcmp(x->ip.b, y->ip.b, sizeof(x->ip.b));
	return diff ? diff : x->len - y->len;
}

static u32 gather_peers(const struct epacl_cvnet *cvnet, struct peer *peers)
{
	const struct epacl_vnet *vnet = cvnet->vnet;
	u32 n = 0, i, k;

	for (i = 0; i < vnet->npeers; i++)
		peers[n++].prefix = vnet->peers[i];
	for (i = 0; i < cvnet->npeers; i++)
		for (k = 0; k < cvnet->peers[i]->nprefixes; k++) {
			peers[n].prefix = cvnet->peers[i]->prefixes[k];
			peers[n++].vnet = cvnet->peers[i]->obj.name;
		}
	return n;
}

static int refuse_peers(struct compiler *c, const struct epacl_cvnet *cvnet,
			const struct peer *a, const struct peer *b)
{
	char ta[EPACL_IP_TEXT], tb[EPACL_IP_TEXT];

	c->why->op = blame_obj(c, &cvnet->vnet->obj);
	return epacl_refuse(c->why, -EINVAL, 0, "peers of a vnet overlap",
			    "peers of vnet '%s' overlap: %s%s%s and %s%s%s",
			    cvnet->vnet->obj.name,
			    epacl_prefix_text(&a->prefix, ta),
			    a->vnet ? " of vnet " : "", a->vnet ?: "",
			    epacl_prefix_text(&b->prefix, tb),
			    b->vnet ? " of vnet " : "", b->vnet ?: "");
}

/*
 * In sorted order what holds a prefix stands before it, and holds the one right
 * before it too, or is that one.
 */
static const struct peer *find_around(const struct peer *peers, u32 i)
{
	const struct peer *around = i ? &peers[i - 1] : NULL;

	while (around &&
	       !epacl_prefixes_overlap(&around->prefix, &peers[i].prefix))
		around = around->around;
	return around;
}

/* Prefixes of one peer may lie within each other, those of two may not. */
static int check_peer(struct compiler *c, const struct epacl_cvnet *cvnet,
		      const struct peer *peer)
{
	const struct peer *around;

	for (around = peer->around; around; around = around->around)
		if (around->vnet != peer->vnet)
			return refuse_peers(c, cvnet, around, peer);
	return 0;
}

static int check_peers(struct compiler *c, const struct epacl_cvnet *cvnet)
{
	u32 room = cvnet->vnet->npeers, n, i;
	struct peer *peers;
	int err = 0;

	for (i = 0; i < cvnet->npeers; i++)
		room += cvnet->peers[i]->nprefixes;
	if (room < 2)
		return 0;
	peers = epacl_alloc(c->memory, room * sizeof(*peers));
	if (!peers)
		return -ENOMEM;
	n = gather_peers(cvnet, peers);
	sort(peers, n, sizeof(*peers), peer_compare, NULL);
	for (i = 0; i < n && !err; i++) {
		peers[i].around = find_around(peers, i);
		err = check_peer(c, cvnet, &peers[i]);
	}
	epacl_free(peers);
	return err;
}

static int compile_vnet(struct compiler *c, struct epacl_vnet *vnet)
{
	struct epacl_cvnet *cvnet = &c->snap->vnets[c->snap->nvnets++];
	u32 i;

	cvnet->vnet = vnet;
	if (!vnet->npeer_vnets)
		return check_peers(c, cvnet);
	cvnet->peers = epacl_alloc(c->memory,
				   vnet->npeer_vnets * sizeof(*cvnet->peers));
	if (!cvnet->peers)
		return -ENOMEM;
	for (i = 0; i < vnet->npeer_vnets; i++)
		cvnet->peers[cvnet->npeers++] = epacl_vnet(
			epacl_pmap_find(&c->snap->root->vnets,
					vnet->peer_vnets[i].s));
	return check_peers(c, cvnet);
}

static int compile_vnets(struct compiler *c)
{
	struct epacl_vnet *vnet;
	int err;

	for_each_vnet(c->snap->root, vnet) {
		err = compile_vnet(c, vnet);
		if (err)
			return err;
	}
	return 0;
}

/* They stand in the order of their names. */
static const struct epacl_cvnet *find_vnet(const struct epacl_snapshot *snap,
					   const char *name)
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

/* ---- nics ---- */

static u32 blame_nics(const struct compiler *c, const struct epacl_cnic *a,
		      const struct epacl_cnic *b)
{
	return max(blame_vm(c, a->vm, a->nic->op),
		   blame_vm(c, b->vm, b->nic->op));
}

static int refuse_outside(struct compiler *c, const struct epacl_cnic *cnic,
			  const struct epacl_ip *ip)
{
	char text[EPACL_IP_TEXT];

	c->why->op = max(blame_vm(c, cnic->vm, cnic->nic->op),
			 blame_obj(c, &cnic->vnet->vnet->obj));
	return epacl_refuse(c->why, -EINVAL, EPACL_NIC_A_ADDRESSES,
			    "address is in no prefix of its vnet",
			    "address %s of vm '%s' is in no prefix of vnet '%s'",
			    epacl_ip_text(ip, text), cnic->vm->obj.name,
			    cnic->vnet->vnet->obj.name);
}

static int refuse_address(struct compiler *c, const struct epacl_cnic *a,
			  const struct epacl_cnic *b, const struct epacl_ip *ip)
{
	char text[EPACL_IP_TEXT];

	c->why->op = blame_nics(c, a, b);
	return epacl_refuse(
		c->why, -EADDRINUSE, EPACL_NIC_A_ADDRESSES,
		"address belongs to another nic",
		"address %s is of vm '%s' (dev %s) and of vm '%s' (dev %s), %s%s",
		epacl_ip_text(ip, text), a->vm->obj.name, a->nic->dev,
		b->vm->obj.name, b->nic->dev,
		a->vnet ? "both in vnet " : "both without vnet",
		a->vnet ? a->vnet->vnet->obj.name : "");
}

static int put_address(struct compiler *c, const struct epacl_cnic *cnic,
		       const struct epacl_ip *ip)
{
	struct epacl_snapshot *snap = c->snap;
	const struct epacl_cnic *other;
	u32 cursor = 0;

	if (cnic->vnet && !epacl_ip_is_link_local(ip) &&
	    !epacl_vnet_holds(cnic->vnet->vnet, ip))
		return refuse_outside(c, cnic, ip);
	while ((other = epacl_snapshot_nics(snap, ip, &cursor)))
		if (other->vnet == cnic->vnet && !epacl_ip_is_link_local(ip))
			return refuse_address(c, other, cnic, ip);

	snap->addresses[snap->naddresses].ip = *ip;
	snap->addresses[snap->naddresses].nic = cnic - snap->nics;
	epacl_index_put(&snap->by_address, epacl_hash_ip(snap->seed, ip, 0),
			snap->naddresses++);
	return 0;
}

static int put_addresses(struct compiler *c, const struct epacl_cnic *cnic)
{
	struct epacl_snapshot *snap = c->snap;
	const struct epacl_nic *nic = cnic->nic;
	struct epacl_cprefix *place;
	int err;
	u32 i;

	for (i = 0; i < nic->n; i++) {
		if (!epacl_prefix_is_plain(&nic->prefixes[i])) {
			place = &snap->prefixes[snap->nprefixes++];
			place->prefix = nic->prefixes[i];
			place->nic = cnic - snap->nics;
			continue;
		}
		err = put_address(c, cnic, &nic->prefixes[i].ip);
		if (err)
			return err;
	}
	return 0;
}

static int put_nic(struct compiler *c, const struct epacl_cnic *cnic)
{
	struct epacl_snapshot *snap = c->snap;
	const struct epacl_nic *nic = cnic->nic;
	const struct epacl_cnic *other = epacl_snapshot_dev(snap, nic->dev);
	u32 i = cnic - snap->nics;

	if (other) {
		c->why->op = blame_nics(c, other, cnic);
		return epacl_refuse(c->why, -EADDRINUSE, EPACL_NIC_A_DEV,
				    "interface belongs to another nic",
				    "interface '%s' is of vm '%s' and of vm '%s'",
				    nic->dev, other->vm->obj.name,
				    cnic->vm->obj.name);
	}
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

static int compile_nics(struct compiler *c, const struct epacl_vm *vm)
{
	struct epacl_snapshot *snap = c->snap;
	struct epacl_cnic *cnic;
	int err;
	u32 i;

	for (i = 0; i < vm->nnics; i++) {
		cnic = &snap->nics[snap->nnics];
		cnic->vm = vm;
		cnic->nic = vm->nics[i];
		cnic->vnet = find_vnet(snap, cnic->nic->vnet);
		cnic->service = epacl_service(
			epacl_pmap_find(&snap->root->services, vm->service));
		err = put_nic(c, cnic);
		if (err)
			return err;
		snap->nnics++;
	}
	return 0;
}

/* ---- endpoints and VIPs ---- */

static void put_vip(struct epacl_snapshot *snap, const struct epacl_ip *ip)
{
	if (epacl_snapshot_is_vip(snap, ip))
		return;
	snap->vips[snap->nvips] = *ip;
	epacl_index_put(&snap->by_vip, epacl_hash_ip(snap->seed, ip, 0),
			snap->nvips++);
}

static int refuse_public(struct compiler *c, const struct epacl_cpublic *a,
			 const struct epacl_cpublic *b)
{
	char text[EPACL_IP_TEXT];

	c->why->op = max(blame_vm(c, a->vm, a->endpoint->op),
			 blame_vm(c, b->vm, b->endpoint->op));
	return epacl_refuse(
		c->why, -EADDRINUSE, EPACL_ENDPOINT_A_PUBLICS,
		"public address and port belong to another endpoint",
		"public %s port %u is of endpoint '%s/%s' and of '%s/%s'",
		epacl_ip_text(&b->ip, text), max(a->ports.lo, b->ports.lo),
		a->vm->obj.name, a->endpoint->name, b->vm->obj.name,
		b->endpoint->name);
}

/* Everything of @publics up to @n is in place already. */
static const struct epacl_cpublic *
find_overlap(const struct epacl_snapshot *snap,
	     const struct epacl_cpublic *public)
{
	const struct epacl_cpublic *other;
	u32 i;

	if (public->ports.lo == public->ports.hi)
		return epacl_snapshot_public(snap, &public->ip, public->proto,
					     public->ports.lo);
	for (i = 0; i < snap->npublics; i++) {
		other = &snap->publics[i];
		if (other->proto == public->proto &&
		    other->ports.lo <= public->ports.hi &&
		    public->ports.lo <= other->ports.hi &&
		    epacl_ip_equal(&other->ip, &public->ip))
			return other;
	}
	return NULL;
}

static int put_public(struct compiler *c, const struct epacl_vm *vm,
		      const struct epacl_endpoint *endpoint,
		      const struct epacl_public *from)
{
	struct epacl_snapshot *snap = c->snap;
	struct epacl_cpublic *public = &snap->publics[snap->npublics];
	const struct epacl_cpublic *other;
	u16 more = endpoint->ports.hi - endpoint->ports.lo;

	public->ip = from->ip;
	public->proto = endpoint->proto;
	public->ports.lo = from->port;
	public->ports.hi = from->port + more;
	public->vm = vm;
	public->endpoint = endpoint;
	public->to = epacl_public_target(vm, endpoint, from->ip.family);
	if (!public->to.family) {
		c->why->op = blame_vm(c, vm, max(endpoint->op, vm->obj.op));
		return epacl_refuse(
			c->why, -EINVAL, EPACL_ENDPOINT_A_PUBLICS,
			"VM has no address of the public address's family",
			"endpoint '%s/%s' has a public IPv%u address, but the first nic of vm '%s' no plain IPv%u address to translate it to",
			vm->obj.name, endpoint->name, from->ip.family,
			vm->obj.name, from->ip.family);
	}
	other = find_overlap(snap, public);
	if (other)
		return refuse_public(c, other, public);
	if (more)
		snap->nranges++;
	else
		epacl_index_put(&snap->by_public,
				epacl_hash_ip(snap->seed, &public->ip,
					      public->proto << 16 |
						      public->ports.lo),
				snap->npublics);
	snap->npublics++;
	put_vip(snap, &from->ip);
	return 0;
}

/* Those of one port first, so that ranges are found at the end. */
static int compile_publics(struct compiler *c, bool ranges)
{
	const struct epacl_endpoint *endpoint;
	struct epacl_vm *vm;
	u32 i, k;
	int err;

	for_each_vm(c->snap->root, vm) {
		for (i = 0; i < vm->nendpoints; i++) {
			endpoint = vm->endpoints[i];
			if ((endpoint->ports.lo != endpoint->ports.hi) !=
			    ranges)
				continue;
			for (k = 0; k < endpoint->npublics; k++) {
				err = put_public(c, vm, endpoint,
						 &endpoint->publics[k]);
				if (err)
					return err;
			}
			cond_resched();
		}
	}
	return 0;
}

static void compile_services(struct epacl_snapshot *snap)
{
	struct epacl_service *service;
	struct epacl_obj *obj;
	int i;

	epacl_pmap_for_each(&snap->root->services, obj) {
		service = epacl_service(obj);
		for (i = 0; i < 2; i++)
			if (service->vip[i].family)
				put_vip(snap, &service->vip[i]);
	}
}

/* ---- what meets across kinds ---- */

static int refuse_vip(struct compiler *c, const struct epacl_cnic *cnic,
		      const struct epacl_ip *vip)
{
	const struct epacl_cpublic *public;
	const struct epacl_service *service;
	const char *kind = "endpoint", *name = "", *part = "";
	struct epacl_obj *obj;
	char text[EPACL_IP_TEXT];
	u32 op = 0, i;

	for (i = 0; i < c->snap->npublics; i++) {
		public = &c->snap->publics[i];
		if (!epacl_ip_equal(&public->ip, vip))
			continue;
		name = public->vm->obj.name;
		part = public->endpoint->name;
		op = blame_vm(c, public->vm, public->endpoint->op);
	}
	epacl_pmap_for_each(&c->snap->root->services, obj) {
		service = epacl_service(obj);
		if (!epacl_ip_equal(&service->vip[vip->family == 6], vip))
			continue;
		kind = "service";
		name = obj->name;
		part = "";
		op = blame_obj(c, obj);
	}
	c->why->op = max(op, blame_vm(c, cnic->vm, cnic->nic->op));
	return epacl_refuse(
		c->why, -EADDRINUSE, 0,
		"a public address is an address of a nic",
		"%s is a public address of %s '%s%s%s' and an address of vm '%s'",
		epacl_ip_text(vip, text), kind, name, *part ? "/" : "", part,
		cnic->vm->obj.name);
}

static int check_vips(struct compiler *c)
{
	const struct epacl_cnic *cnic;
	u32 cursor, i;

	for (i = 0; i < c->snap->nvips; i++) {
		cursor = 0;
		cnic = epacl_snapshot_nics(c->snap, &c->snap->vips[i], &cursor);
		if (cnic)
			return refuse_vip(c, cnic, &c->snap->vips[i]);
	}
	return 0;
}

static int check_uplinks(struct compiler *c)
{
	const struct epacl_cnic *cnic;
	const struct epacl_vnet *vnet;
	u32 i, k;

	for (i = 0; i < c->snap->nvnets; i++) {
		vnet = c->snap->vnets[i].vnet;
		for (k = 0; k < vnet->nuplinks; k++) {
			cnic = epacl_snapshot_dev(c->snap, vnet->uplinks[k].s);
			if (!cnic)
				continue;
			c->why->op = max(blame_obj(c, &vnet->obj),
					 blame_vm(c, cnic->vm, cnic->nic->op));
			return epacl_refuse(
				c->why, -EADDRINUSE, 0,
				"an uplink is the interface of a VM",
				"interface '%s' is an uplink of vnet '%s' and of vm '%s'",
				vnet->uplinks[k].s, vnet->obj.name,
				cnic->vm->obj.name);
		}
	}
	return 0;
}

/* ---- rule lists ---- */

static int compile_acl(struct compiler *c, struct epacl_acl *acl)
{
	return acl->table ? 0 : epacl_table_build(c->memory, acl);
}

static int compile_acls(struct compiler *c, const struct epacl_vm *vm)
{
	int err, direction;
	u32 i;

	for (direction = 0; direction < EPACL_DIRECTIONS; direction++) {
		err = compile_acl(c, vm->acl[direction]);
		if (err)
			return err;
	}
	for (i = 0; i < vm->nendpoints; i++) {
		err = compile_acl(c, vm->endpoints[i]->acl);
		if (err)
			return err;
	}
	return 0;
}

static int compile_vms(struct compiler *c)
{
	struct epacl_vm *vm;
	int err;

	for_each_vm(c->snap->root, vm) {
		err = compile_acls(c, vm);
		if (!err)
			err = compile_nics(c, vm);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

/* ---- all of it ---- */

static int cprefix_compare(const void *a, const void *b)
{
	return ((const struct epacl_cprefix *)b)->prefix.len -
	       ((const struct epacl_cprefix *)a)->prefix.len;
}

/* The counts were room; from here on they are what is in place. */
static void start_filling(struct epacl_snapshot *snap)
{
	snap->nnics = 0;
	snap->naddresses = 0;
	snap->nprefixes = 0;
	snap->npublics = 0;
	snap->nranges = 0;
}

static int compile(struct compiler *c)
{
	struct epacl_snapshot *snap = c->snap;
	int err;

	err = measure(c);
	if (err)
		return err;
	start_filling(snap);
	err = compile_vnets(c)			?:
		      compile_vms(c)		?:
		      compile_publics(c, false) ?:
						  compile_publics(c, true);
	if (err)
		return err;
	compile_services(snap);
	sort(snap->prefixes, snap->nprefixes, sizeof(*snap->prefixes),
	     cprefix_compare, NULL);
	return check_vips(c) ?: check_uplinks(c);
}

struct epacl_snapshot *epacl_compile(struct epacl_memory *memory,
				     struct epacl_root *root,
				     struct epacl_refusal *why)
{
	struct compiler c = { .memory = memory, .why = why };
	int err;

	c.snap = epacl_alloc(memory, sizeof(*c.snap));
	if (!c.snap)
		return ERR_PTR(epacl_refuse(why, -ENOMEM, 0, "no memory",
					    "no memory for the policy"));
	epacl_root_get(root);
	c.snap->root = root;
	c.snap->seed = get_random_u32();

	err = compile(&c);
	if (err == -ENOMEM)
		epacl_refuse(why, err, 0, "no memory",
			     "no memory for the policy");
	if (err) {
		epacl_snapshot_free(c.snap);
		return ERR_PTR(err);
	}
	return c.snap;
}

void epacl_snapshot_free(struct epacl_snapshot *snap)
{
	u32 i;

	if (!snap)
		return;
	epacl_index_free(&snap->by_vip);
	epacl_index_free(&snap->by_public);
	epacl_index_free(&snap->by_address);
	epacl_index_free(&snap->by_mac);
	epacl_index_free(&snap->by_station);
	epacl_index_free(&snap->by_dev);
	for (i = 0; snap->vnets && i < snap->nvnets; i++)
		epacl_free(snap->vnets[i].peers);
	epacl_free(snap->vips);
	epacl_free(snap->publics);
	epacl_free(snap->prefixes);
	epacl_free(snap->addresses);
	epacl_free(snap->vnets);
	epacl_free(snap->nics);
	epacl_root_put(snap->root);
	epacl_free(snap);
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Public addresses and ports: of endpoints, of lbsets, and the VIPs of services.
 */
#include <linux/kernel.h>
#include <linux/sort.h>
#include "compile_internal.h"

/* An endpoint that is a member of an lbset. */
struct member {
	const struct epacl_endpoint *endpoint;
	u32 vm;
	u32 number;
};

/* ---- names ---- */

/* "endpoint '", two names and what is between and behind them. */
#define OWNER_TEXT (2 * EPACL_NAME_MAX + 16)

static const struct epacl_vm *vm_of(const struct epacl_compiler *c,
				    const struct epacl_ctarget *target)
{
	return epacl_snapshot_vm(c->snap, target->vm)->vm;
}

static const struct epacl_endpoint *
endpoint_of(const struct epacl_compiler *c, const struct epacl_ctarget *target)
{
	return epacl_snapshot_endpoint(c->snap, target)->endpoint;
}

/* Whose @public is. */
static const char *owner_text(const struct epacl_compiler *c,
			      const struct epacl_cpublic *public,
			      char text[OWNER_TEXT])
{
	if (public->lbset)
		snprintf(text, OWNER_TEXT, "lbset '%s'",
			 public->lbset->obj.name);
	else
		snprintf(text, OWNER_TEXT, "endpoint '%s/%s'",
			 vm_of(c, public->targets)->obj.name,
			 endpoint_of(c, public->targets)->name);
	return text;
}

static u32 blame_target(const struct epacl_compiler *c,
			const struct epacl_ctarget *target)
{
	return epacl_blame(c, &vm_of(c, target)->obj,
			   endpoint_of(c, target)->op);
}

static u32 blame_public(const struct epacl_compiler *c,
			const struct epacl_cpublic *public)
{
	if (public->lbset)
		return epacl_blame(c, &public->lbset->obj,
				   public->lbset->obj.op);
	return blame_target(c, public->targets);
}

/* ---- public addresses and ports ---- */

static void put_vip(struct epacl_snapshot *snap, const struct epacl_ip *ip)
{
	if (epacl_snapshot_is_vip(snap, ip))
		return;
	snap->vips[snap->nvips] = *ip;
	epacl_index_put(&snap->by_vip, epacl_hash_ip(snap->seed, ip, 0),
			snap->nvips++);
}

static int refuse_public(struct epacl_compiler *c,
			 const struct epacl_cpublic *a,
			 const struct epacl_cpublic *b)
{
	char ta[OWNER_TEXT], tb[OWNER_TEXT], text[EPACL_IP_TEXT];

	c->why->op = max(blame_public(c, a), blame_public(c, b));
	return epacl_refuse(c->why, -EADDRINUSE, EPACL_ENDPOINT_A_PUBLICS,
			    "public address and port belong to another endpoint",
			    "public %s port %u is of %s and of %s",
			    epacl_ip_text(&b->ip, text),
			    max(a->ports.lo, b->ports.lo), owner_text(c, a, ta),
			    owner_text(c, b, tb));
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

/* @public is the one behind all that are in place. */
static int put_public(struct epacl_compiler *c,
		      const struct epacl_cpublic *public)
{
	struct epacl_snapshot *snap = c->snap;
	const struct epacl_cpublic *other = find_overlap(snap, public);

	if (other)
		return refuse_public(c, other, public);
	if (public->ports.lo != public->ports.hi)
		snap->nranges++;
	else
		epacl_index_put(&snap->by_public,
				epacl_hash_public(snap->seed, &public->ip,
						  public->proto,
						  public->ports.lo),
				snap->npublics);
	snap->npublics++;
	put_vip(snap, &public->ip);
	return 0;
}

static int refuse_target(struct epacl_compiler *c,
			 const struct epacl_cpublic *public,
			 const struct epacl_ctarget *target)
{
	const struct epacl_vm *vm = vm_of(c, target);
	const char *name = endpoint_of(c, target)->name;
	char owner[OWNER_TEXT], lacks[OWNER_TEXT];

	if (public->lbset)
		snprintf(owner, sizeof(owner), "lbset '%s'",
			 public->lbset->obj.name);
	else
		snprintf(owner, sizeof(owner), "endpoint '%s/%s'", vm->obj.name,
			 name);
	if (public->lbset)
		snprintf(lacks, sizeof(lacks), "its member '%s/%s'",
			 vm->obj.name, name);
	else
		snprintf(lacks, sizeof(lacks), "the first nic of vm '%s'",
			 vm->obj.name);
	c->why->op = max(blame_target(c, target),
			 epacl_blame(c, &vm->obj, vm->obj.op));
	if (public->lbset)
		c->why->op = max(c->why->op, blame_public(c, public));
	return epacl_refuse(
		c->why, -EINVAL, EPACL_ENDPOINT_A_PUBLICS,
		"VM has no address of the public address's family",
		"%s has a public IPv%u address, but %s no plain IPv%u address to translate it to",
		owner, public->ip.family, lacks, public->ip.family);
}

/* Adds a target to @public, whose targets are the last ones. */
static int put_target(struct epacl_compiler *c, struct epacl_cpublic *public,
		      u32 vm, u32 endpoint)
{
	struct epacl_ctarget *target = &c->snap->targets[c->snap->ntargets];

	target->vm = vm;
	target->endpoint = endpoint;
	target->to = epacl_public_target(vm_of(c, target),
					 endpoint_of(c, target),
					 public->ip.family);
	if (!target->to.family)
		return refuse_target(c, public, target);
	c->snap->ntargets++;
	public->ntargets++;
	return 0;
}

/* ---- of endpoints ---- */

/* Number @i of the publics of an endpoint. */
static int put_endpoint(struct epacl_compiler *c, u32 vm, u32 number, u32 i)
{
	const struct epacl_endpoint *endpoint =
		epacl_snapshot_vm(c->snap, vm)->vm->endpoints[number];
	struct epacl_snapshot *snap = c->snap;
	struct epacl_cpublic *public = &snap->publics[snap->npublics];
	u16 more = endpoint->ports.hi - endpoint->ports.lo;

	public->ip = endpoint->publics[i].ip;
	public->proto = endpoint->proto;
	public->ports.lo = endpoint->publics[i].port;
	public->ports.hi = endpoint->publics[i].port + more;
	public->targets = &snap->targets[snap->ntargets];
	return put_target(c, public, vm, number) ?: put_public(c, public);
}

static int put_endpoints(struct epacl_compiler *c, u32 number, bool ranges)
{
	const struct epacl_vm *vm = epacl_snapshot_vm(c->snap, number)->vm;
	const struct epacl_endpoint *endpoint;
	u32 i, k;
	int err;

	for (i = 0; i < vm->nendpoints; i++) {
		endpoint = vm->endpoints[i];
		if ((endpoint->ports.lo != endpoint->ports.hi) != ranges)
			continue;
		for (k = 0; k < endpoint->npublics; k++) {
			err = put_endpoint(c, number, i, k);
			if (err)
				return err;
		}
	}
	return 0;
}

static int compile_endpoints(struct epacl_compiler *c, bool ranges)
{
	int err;
	u32 i;

	for (i = 0; i < c->snap->nvms; i++) {
		err = put_endpoints(c, i, ranges);
		if (err)
			return err;
		cond_resched();
	}
	return 0;
}

/* ---- of lbsets ---- */

/* By the name of the lbset, then by the names of VM and endpoint. */
static int member_compare(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	int diff = strcmp(x->endpoint->lbset, y->endpoint->lbset);

	if (diff)
		return diff;
	if (x->vm != y->vm)
		return x->vm < y->vm ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

static u32 gather_members(const struct epacl_snapshot *snap,
			  struct member *members)
{
	const struct epacl_vm *vm;
	u32 n = 0, i, k;

	for (i = 0; i < snap->nvms; i++) {
		vm = epacl_snapshot_vm(snap, i)->vm;
		for (k = 0; k < vm->nendpoints; k++) {
			if (!vm->endpoints[k]->lbset[0])
				continue;
			if (members)
				members[n] = (struct member){
					.endpoint = vm->endpoints[k],
					.vm = i,
					.number = k,
				};
			n++;
		}
		cond_resched();
	}
	return n;
}

static int put_lbset(struct epacl_compiler *c, const struct epacl_lbset *lbset,
		     const struct epacl_public *from,
		     const struct member *members, u32 n)
{
	struct epacl_snapshot *snap = c->snap;
	struct epacl_cpublic *public = &snap->publics[snap->npublics];
	int err;
	u32 i;

	public->ip = from->ip;
	public->proto = lbset->proto;
	public->ports.lo = from->port;
	public->ports.hi = from->port;
	public->lbset = lbset;
	public->targets = &snap->targets[snap->ntargets];
	for (i = 0; i < n; i++) {
		err = put_target(c, public, members[i].vm, members[i].number);
		if (err)
			return err;
	}
	return put_public(c, public);
}

static u32 blame_member(const struct epacl_compiler *c,
			const struct member *member)
{
	return epacl_blame(c, &epacl_snapshot_vm(c->snap, member->vm)->vm->obj,
			   member->endpoint->op);
}

/* How many of @members, which are @n, are of @lbset. */
static u32 count_members(const struct epacl_lbset *lbset,
			 const struct member *members, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (strcmp(members[i].endpoint->lbset, lbset->obj.name))
			break;
	return i;
}

static int check_members(struct epacl_compiler *c,
			 const struct epacl_lbset *lbset,
			 const struct member *members, u32 n)
{
	u32 i;

	if (n <= EPACL_MEMBERS_MAX)
		return 0;
	c->why->op = 0;
	for (i = 0; i < n; i++)
		c->why->op = max(c->why->op, blame_member(c, &members[i]));
	return epacl_refuse(c->why, -ENOSPC, EPACL_ENDPOINT_A_LBSET,
			    "too many members of an lbset",
			    "lbset '%s' has %u members: it takes at most %u",
			    lbset->obj.name, n, EPACL_MEMBERS_MAX);
}

/* @members: in the order of the names of lbsets, as the map of these is. */
static int put_lbsets(struct epacl_compiler *c, const struct member *members,
		      u32 nmembers)
{
	const struct epacl_lbset *lbset;
	struct epacl_obj *obj;
	u32 n, i;
	int err;

	epacl_pmap_for_each(&c->snap->root->lbsets, obj) {
		lbset = epacl_lbset(obj);
		n = count_members(lbset, members, nmembers);
		err = check_members(c, lbset, members, n);
		if (err)
			return err;
		for (i = 0; i < lbset->npublics; i++) {
			err = put_lbset(c, lbset, &lbset->publics[i], members,
					n);
			if (err)
				return err;
		}
		members += n;
		nmembers -= n;
		cond_resched();
	}
	return 0;
}

static int compile_lbsets(struct epacl_compiler *c)
{
	struct member *members;
	int err;
	u32 n;

	if (!c->snap->root->lbsets.n)
		return 0;
	n = gather_members(c->snap, NULL);
	members = epacl_alloc(c->memory, (n + 1) * sizeof(*members));
	if (!members)
		return -ENOMEM;
	gather_members(c->snap, members);
	sort(members, n, sizeof(*members), member_compare, NULL);
	err = put_lbsets(c, members, n);
	epacl_free(members);
	return err;
}

/* ---- all of them ---- */

static void put_services(struct epacl_snapshot *snap)
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

/* Those of one port first, so that ranges are found at the end. */
int epacl_compile_publics(struct epacl_compiler *c)
{
	int err = compile_endpoints(c, false) ?:
			  compile_lbsets(c)   ?:
						compile_endpoints(c, true);

	if (!err)
		put_services(c->snap);
	return err;
}

/* ---- VIPs that are addresses of nics ---- */

static int refuse_vip(struct epacl_compiler *c, const struct epacl_cnic *cnic,
		      const struct epacl_ip *vip)
{
	char owner[OWNER_TEXT] = "", text[EPACL_IP_TEXT];
	const struct epacl_cpublic *public;
	const struct epacl_vm *vm = epacl_snapshot_vm(c->snap, cnic->vm)->vm;
	struct epacl_obj *obj;
	u32 op = 0, i;

	for (i = 0; i < c->snap->npublics; i++) {
		public = &c->snap->publics[i];
		if (!epacl_ip_equal(&public->ip, vip))
			continue;
		owner_text(c, public, owner);
		op = blame_public(c, public);
	}
	epacl_pmap_for_each(&c->snap->root->services, obj) {
		if (!epacl_ip_equal(&epacl_service(obj)->vip[vip->family == 6],
				    vip))
			continue;
		snprintf(owner, sizeof(owner), "service '%s'", obj->name);
		op = epacl_blame(c, obj, obj->op);
	}
	c->why->op = max(op, epacl_root_nic_op(c->snap->root, cnic->nic));
	return epacl_refuse(
		c->why, -EADDRINUSE, 0,
		"a public address is an address of a nic",
		"%s is a public address of %s and an address of vm '%s'",
		epacl_ip_text(vip, text), owner, vm->obj.name);
}

static int check_shared(struct epacl_compiler *c)
{
	const struct epacl_cprefix *place;
	u32 i;

	for (i = 0; i < c->snap->nprefixes; i++) {
		place = &c->snap->prefixes[i];
		if (epacl_prefix_is_plain(&place->prefix) &&
		    epacl_snapshot_is_vip(c->snap, &place->prefix.ip))
			return refuse_vip(c, &c->snap->nics[place->nic],
					  &place->prefix.ip);
	}
	return 0;
}

int epacl_compile_check_vips(struct epacl_compiler *c)
{
	const struct epacl_cnic *cnic;
	u32 cursor, i;

	for (i = 0; i < c->snap->nvips; i++) {
		cursor = 0;
		cnic = epacl_snapshot_nics(c->snap, &c->snap->vips[i], &cursor);
		if (cnic)
			return refuse_vip(c, cnic, &c->snap->vips[i]);
	}
	return check_shared(c);
}

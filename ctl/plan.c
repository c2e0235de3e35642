// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "plan.h"
#include "format.h"
#include "policy.h"
#include "prefixes.h"

/* --- endpoints: public address to private address and port -------------------- */

/* The first plain address of a family in an attribute; NULL if none. */
static const struct epacl_u_prefix *first_plain(const struct nlattr *attr,
						__u8 family)
{
	const struct epacl_u_prefix *p;
	size_t i, n;

	p = attr_array(attr, sizeof(*p), &n);
	for (i = 0; i < n; i++)
		if (p[i].family == family && prefix_is_plain(&p[i]))
			return &p[i];
	return NULL;
}

/* What of an endpoint is translated to. */
struct target {
	const struct view *v;
	const struct epacl_u_ports *ports;
	__u8 proto;
};

/* Return: whether it is of a kind that can be. */
static bool find_target(const struct view *v, struct target *t)
{
	__u64 proto = attr_number(v->tb[EPACL_ENDPOINT_A_PROTO]);
	size_t n;

	t->v = v;
	t->proto = (__u8)proto;
	t->ports = attr_array(v->tb[EPACL_ENDPOINT_A_PORTS], sizeof(*t->ports),
			      &n);
	return n && proto < EPACL_PROTO_ANY;
}

static const struct epacl_u_prefix *target_address(const struct target *t,
						   __u8 family)
{
	return first_plain(t->v->tb[EPACL_ENDPOINT_A_TARGETS], family);
}

static int add_publics(struct nat_plan *plan, const struct target *t)
{
	__u16 n_ports = (__u16)(t->ports->hi - t->ports->lo + 1);
	const struct epacl_u_public *pub;
	const struct epacl_u_prefix *to;
	size_t i, n;
	int err = 0;

	pub = attr_array(t->v->tb[EPACL_ENDPOINT_A_PUBLICS], sizeof(*pub), &n);
	for (i = 0; i < n && !err; i++) {
		to = target_address(t, pub[i].family);
		if (to)
			err = nat_plan_add_public(plan, &pub[i], t->proto,
						  n_ports, to, t->ports->lo);
	}
	return err;
}

/* Endpoints come by the names of their VM and their own: as they are numbered. */
static int add_member(struct nat_plan *plan, const struct target *t)
{
	const char *name = attr_text(t->v->tb[EPACL_ENDPOINT_A_LBSET]);
	const struct epacl_u_public *pub;
	const struct epacl_u_prefix *to;
	const struct object *o;
	struct view lbset;
	size_t i, n;
	int err = 0;

	o = name ? policy_find(t->v->policy, &kind_lbset, name, &i) : NULL;
	if (!o)
		return 0;
	policy_view(t->v->policy, o, &lbset);
	pub = attr_array(lbset.tb[EPACL_LBSET_A_PUBLICS], sizeof(*pub), &n);
	for (i = 0; i < n && !err; i++) {
		to = target_address(t, pub[i].family);
		if (to)
			err = nat_plan_add_member(plan, &pub[i], t->proto, to,
						  t->ports->lo);
	}
	return err;
}

static int add_endpoint(struct nat_plan *plan, const struct view *v)
{
	struct target t;
	int err;

	if (!find_target(v, &t))
		return 0;
	err = add_publics(plan, &t);
	return err ? err : add_member(plan, &t);
}

/* --- nics: what leaves by the address of the service --------------------------- */

/* Those of one family. */
static void add_prefixes(struct prefixes *to, const struct nlattr *attr,
			 __u8 family)
{
	const struct epacl_u_prefix *p;
	size_t i, n;

	p = attr_array(attr, sizeof(*p), &n);
	for (i = 0; i < n; i++)
		if (p[i].family == family)
			prefixes_add(to, &p[i]);
}

/* The zone of a vnet; 0: the default one. */
static __u16 zone_of(const struct policy *policy, const char *vnet)
{
	const struct object *o;
	struct view v;
	size_t pos;

	o = policy_find(policy, &kind_vnet, vnet, &pos);
	if (!o)
		return 0;
	policy_view(policy, o, &v);
	return (__u16)attr_number(v.tb[EPACL_VNET_A_ZONE]);
}

/* What a nic of that vnet regards as inside. */
static void add_inside(struct prefixes *to, const struct policy *policy,
		       const char *vnet, __u8 family)
{
	const struct object *o, *peer;
	const struct nlattr *attr;
	struct view v, pv;
	size_t pos;

	o = policy_find(policy, &kind_vnet, vnet, &pos);
	if (!o)
		return;
	policy_view(policy, o, &v);
	add_prefixes(to, v.tb[EPACL_VNET_A_PREFIXES], family);
	add_prefixes(to, v.tb[EPACL_VNET_A_PEER_PREFIXES], family);
	mnl_attr_for_each_nested(attr, v.nest) {
		if (mnl_attr_get_type(attr) != EPACL_VNET_A_PEER_VNET ||
		    !attr_text(attr))
			continue;
		peer = policy_find(policy, &kind_vnet, attr_text(attr), &pos);
		if (!peer)
			continue;
		policy_view(policy, peer, &pv);
		add_prefixes(to, pv.tb[EPACL_VNET_A_PREFIXES], family);
	}
}

/* Address of the service of a VM in that family; NULL if it has none. */
static const struct epacl_u_prefix *vip_of(const struct policy *policy,
					   const char *vm, __u8 family)
{
	const struct object *o;
	const char *service;
	struct view v;
	size_t pos;

	o = policy_find(policy, &kind_vm, vm, &pos);
	if (!o)
		return NULL;
	policy_view(policy, o, &v);
	service = attr_text(v.tb[EPACL_VM_A_SERVICE]);
	o = service ? policy_find(policy, &kind_service, service, &pos) : NULL;
	if (!o)
		return NULL;
	policy_view(policy, o, &v);
	return first_plain(v.tb[EPACL_SERVICE_A_VIPS], family);
}

/* Does it never leave its link? */
static bool stays_on_link(const struct epacl_u_prefix *p)
{
	return p->family == 6 && p->len >= 10 && p->addr[0] == 0xfe &&
	       (p->addr[1] & 0xc0) == 0x80;
}

/* Translation goes by address and cannot tell such nics apart. */
static void note_shared(const struct epacl_u_prefix *p)
{
	static bool noted;
	struct buf b = { 0 };

	format_plain(&b, p);
	if (!noted)
		say(NULL,
		    "note: %s is the address of nics of different vnets or services: what leaves them is translated as for the first",
		    b.s);
	noted = true;
	buf_free(&b);
}

static int add_nic_family(struct nat_plan *plan, const struct view *v,
			  __u8 family)
{
	const char *vm = attr_text(v->tb[EPACL_NIC_A_VM]);
	const char *vnet = attr_text(v->tb[EPACL_NIC_A_VNET]);
	const struct epacl_u_prefix *p, *vip;
	struct prefixes inside = { 0 };
	__u16 zone = vnet ? zone_of(v->policy, vnet) : 0;
	size_t i, n;
	int err = 0;

	vip = vm ? vip_of(v->policy, vm, family) : NULL;
	if (vnet)
		add_inside(&inside, v->policy, vnet, family);
	p = attr_array(v->tb[EPACL_NIC_A_ADDRESSES], sizeof(*p), &n);
	for (i = 0; i < n && !err; i++) {
		if (p[i].family != family || stays_on_link(&p[i]))
			continue;
		err = nat_plan_add_source(plan, zone, &p[i], vip, inside.list,
					  inside.n);
		if (err == -EEXIST) {
			note_shared(&p[i]);
			err = 0;
		}
	}
	prefixes_free(&inside);
	return err;
}

static int add_nic(struct nat_plan *plan, const struct view *v)
{
	int err = add_nic_family(plan, v, 4);

	return err ? err : add_nic_family(plan, v, 6);
}

/* --- all of it ------------------------------------------------------------------- */

/* Return: the object that does not fit in; NULL: all do. */
static const struct object *fill(struct nat_plan *plan,
				 const struct policy *policy)
{
	struct view v;
	size_t i;
	int err;

	for (i = 0; i < policy->n; i++) {
		err = 0;
		policy_view(policy, &policy->objects[i], &v);
		if (v.kind == &kind_endpoint)
			err = add_endpoint(plan, &v);
		else if (v.kind == &kind_nic)
			err = add_nic(plan, &v);
		if (err == -ENOMEM)
			out_of_memory();
		if (err)
			return &policy->objects[i];
	}
	return NULL;
}

static struct nat_plan *make_plan(const struct policy *policy, struct buf *odd)
{
	struct nat_plan *plan = nat_plan_new();
	const struct object *o;

	if (!plan)
		out_of_memory();
	o = fill(plan, policy);
	if (!o)
		return plan;
	if (odd)
		buf_add(odd, "%s '%s'", o->kind->name, o->name);
	nat_plan_free(plan);
	return NULL;
}

/**
 * plan_read - what the policy asks of address translation
 * @nl: the socket
 * @at: what wants it
 * @txn: as this transaction has made it so far; 0: the one in force
 * @plan: receives the plan; NULL: there is none for this policy
 * @generation: receives the generation of the policy
 * @odd: receives what there is no plan for; NULL: it does not matter
 *
 * A transaction may hold what its commit will refuse, a public address that is
 * there twice: no plan is made of that then.
 *
 * Return: DONE, or REFUSED once it has been said why.
 */
enum status plan_read(struct nl *nl, const struct place *at, __u64 txn,
		      struct nat_plan **plan, __u64 *generation,
		      struct buf *odd)
{
	/* There is always a limit, and with it a generation. */
	static const struct query queries[] = {
		QUERY_ALL(&kind_limit), QUERY_ALL(&kind_service),
		QUERY_ALL(&kind_vnet),	QUERY_ALL(&kind_vm),
		QUERY_ALL(&kind_nic),	QUERY_ALL(&kind_endpoint),
		QUERY_ALL(&kind_lbset),
	};
	struct policy policy;
	enum status status;

	*plan = NULL;
	status = policy_read(nl, at, txn, queries, ARRAY_SIZE(queries),
			     &policy);
	*generation = policy.generation;
	if (!status)
		*plan = make_plan(&policy, odd);
	policy_free(&policy);
	return status;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>

#include "plan.h"
#include "format.h"
#include "policy.h"

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

static int add_endpoint(struct nat_plan *plan, const struct view *v)
{
	const struct epacl_u_ports *ports;
	const struct epacl_u_public *pub;
	const struct epacl_u_prefix *to;
	__u64 proto = attr_number(v->tb[EPACL_ENDPOINT_A_PROTO]);
	size_t i, n, n_ports;
	int err = 0;

	ports = attr_array(v->tb[EPACL_ENDPOINT_A_PORTS], sizeof(*ports),
			   &n_ports);
	pub = attr_array(v->tb[EPACL_ENDPOINT_A_PUBLICS], sizeof(*pub), &n);
	for (i = 0; i < n && n_ports && proto < EPACL_PROTO_ANY && !err; i++) {
		to = first_plain(v->tb[EPACL_ENDPOINT_A_TARGETS],
				 pub[i].family);
		if (to)
			err = nat_plan_add_public(plan, &pub[i], (__u8)proto,
						  (__u16)(ports->hi -
							  ports->lo + 1),
						  to, ports->lo);
	}
	return err;
}

/* --- nics: what leaves by the address of the service --------------------------- */

/* Prefixes of one family. */
struct prefixes {
	struct epacl_u_prefix *list;
	size_t n;
	size_t room;
};

static void add_prefixes(struct prefixes *to, const struct nlattr *attr,
			 __u8 family)
{
	const struct epacl_u_prefix *p;
	size_t i, n;

	p = attr_array(attr, sizeof(*p), &n);
	for (i = 0; i < n; i++) {
		if (p[i].family != family)
			continue;
		to->list = grow(to->list, to->n, &to->room, sizeof(*p));
		to->list[to->n++] = p[i];
	}
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
	size_t i, n;
	int err = 0;

	vip = vm ? vip_of(v->policy, vm, family) : NULL;
	if (vnet)
		add_inside(&inside, v->policy, vnet, family);
	p = attr_array(v->tb[EPACL_NIC_A_ADDRESSES], sizeof(*p), &n);
	for (i = 0; i < n && !err; i++) {
		if (p[i].family != family || stays_on_link(&p[i]))
			continue;
		err = nat_plan_add_source(plan, &p[i], vip, inside.list,
					  inside.n);
		if (err == -EEXIST) {
			note_shared(&p[i]);
			err = 0;
		}
	}
	free(inside.list);
	return err;
}

static int add_nic(struct nat_plan *plan, const struct view *v)
{
	int err = add_nic_family(plan, v, 4);

	return err ? err : add_nic_family(plan, v, 6);
}

/* --- all of it ------------------------------------------------------------------- */

static int fill(struct nat_plan *plan, const struct policy *policy)
{
	struct view v;
	size_t i;
	int err = 0;

	for (i = 0; i < policy->n && !err; i++) {
		policy_view(policy, &policy->objects[i], &v);
		if (v.kind == &kind_endpoint)
			err = add_endpoint(plan, &v);
		else if (v.kind == &kind_nic)
			err = add_nic(plan, &v);
	}
	return err;
}

static struct nat_plan *make_plan(const struct policy *policy)
{
	struct nat_plan *plan = nat_plan_new();

	if (!plan)
		out_of_memory();
	if (!fill(plan, policy))
		return plan;
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
 *
 * A transaction may hold what its commit will refuse, a public address that is
 * there twice: no plan is made of that then.
 *
 * Return: DONE, or REFUSED once it has been said why.
 */
enum status plan_read(struct nl *nl, const struct place *at, __u64 txn,
		      struct nat_plan **plan, __u64 *generation)
{
	/* There is always a limit, and with it a generation. */
	static const struct query queries[] = {
		QUERY_ALL(&kind_limit), QUERY_ALL(&kind_service),
		QUERY_ALL(&kind_vnet),	QUERY_ALL(&kind_vm),
		QUERY_ALL(&kind_nic),	QUERY_ALL(&kind_endpoint),
	};
	struct policy policy;
	enum status status;

	*plan = NULL;
	status = policy_read(nl, at, txn, queries, ARRAY_SIZE(queries),
			     &policy);
	*generation = policy.generation;
	if (!status)
		*plan = make_plan(&policy);
	policy_free(&policy);
	return status;
}

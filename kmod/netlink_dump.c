// SPDX-License-Identifier: GPL-2.0-only
/*
 * A policy as messages, one object each.
 *
 * A dump holds the policy that it began with. That one does not change any
 * more, so that the place in it is kept as pointers from message to message.
 */
#include <linux/err.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <net/sock.h>
#include "compat.h"
#include "netlink.h"
#include "station.h"

/* Parts of a policy, in the order in which they are dumped. */
enum {
	PHASE_LIMITS,
	PHASE_SERVICES,
	PHASE_VNETS,
	PHASE_VMS,
	PHASE_NAMESPACE, /* verdicts that concern no VM */
	PHASE_END,
};

/* Parts of a VM, the same. */
enum {
	PART_VM,
	PART_NICS,
	PART_ENDPOINTS,
	PART_LISTS,
	PART_REASONS,
	PART_END,
};

/**
 * struct dump - a dump in progress
 * @en: namespace
 * @root: the policy that it shows
 * @filter: what it was asked for
 * @only: the object of a map that was named; NULL: none was
 * @phase: PHASE_*
 * @obj: object of the map that the phase is about; NULL: no more
 * @part: PART_* of a VM
 * @i: nic, endpoint or direction within the part
 * @j: within an endpoint, or a direction: 0: itself, 1: its list, 2: first rule
 * @err: why there is nothing to show
 * @extack: the same
 */
struct dump {
	struct epacl_net *en;
	struct epacl_root *root;
	struct epacl_op *filter;
	const struct epacl_obj *only;
	u8 phase;
	const struct epacl_obj *obj;
	u8 part;
	u32 i;
	u32 j;
	int err;
	struct netlink_ext_ack extack;
};

/**
 * struct item - an object on its way into a message
 * @kind: EPACL_A_*; 0: there is none at this place
 * @vm: whose it is
 * @nic: for EPACL_A_NIC
 * @endpoint: itself, or whose list it is; NULL: the VM's
 * @direction: of a list
 * @acl: for EPACL_A_RULES and EPACL_A_RULE
 * @rule: for EPACL_A_RULE
 */
struct item {
	u8 kind;
	const struct epacl_vm *vm;
	const struct epacl_nic *nic;
	const struct epacl_endpoint *endpoint;
	u8 direction;
	const struct epacl_acl *acl;
	const struct epacl_rule *rule;
};

/* ---- attributes ---- */

static void fill_prefix(struct epacl_u_prefix *u, const struct epacl_ip *ip,
			u8 len)
{
	u->family = ip->family;
	u->len = len;
	u->reserved = 0;
	memcpy(u->addr, ip->b, sizeof(u->addr));
}

static int put_prefix(struct sk_buff *skb, int attr,
		      const struct epacl_prefix *prefix)
{
	struct epacl_u_prefix u;

	fill_prefix(&u, &prefix->ip, prefix->len);
	return nla_put(skb, attr, sizeof(u), &u);
}

int epacl_nl_put_ip(struct sk_buff *skb, int attr, const struct epacl_ip *ip)
{
	struct epacl_u_prefix u;

	fill_prefix(&u, ip, epacl_family_bits(ip->family));
	return nla_put(skb, attr, sizeof(u), &u);
}

/* Puts nothing where there are none. */
static int put_prefixes(struct sk_buff *skb, int attr,
			const struct epacl_prefix *prefixes, u32 n)
{
	struct epacl_u_prefix *u;
	struct nlattr *nla;
	u32 i;

	if (!n)
		return 0;
	nla = nla_reserve(skb, attr, n * sizeof(*u));
	if (!nla)
		return -EMSGSIZE;
	u = nla_data(nla);
	for (i = 0; i < n; i++)
		fill_prefix(&u[i], &prefixes[i].ip, prefixes[i].len);
	return 0;
}

static int put_ports(struct sk_buff *skb, int attr,
		     const struct epacl_ports *ports, u32 n)
{
	struct epacl_u_ports *u;
	struct nlattr *nla;
	u32 i;

	if (!n)
		return 0;
	nla = nla_reserve(skb, attr, n * sizeof(*u));
	if (!nla)
		return -EMSGSIZE;
	u = nla_data(nla);
	for (i = 0; i < n; i++) {
		u[i].lo = ports[i].lo;
		u[i].hi = ports[i].hi;
	}
	return 0;
}

static int put_publics(struct sk_buff *skb, int attr,
		       const struct epacl_public *publics, u32 n)
{
	struct epacl_u_public *u;
	struct nlattr *nla;
	u32 i;

	if (!n)
		return 0;
	nla = nla_reserve(skb, attr, n * sizeof(*u));
	if (!nla)
		return -EMSGSIZE;
	u = nla_data(nla);
	for (i = 0; i < n; i++) {
		u[i].family = publics[i].ip.family;
		u[i].reserved = 0;
		u[i].port = publics[i].port;
		memcpy(u[i].addr, publics[i].ip.b, sizeof(u[i].addr));
	}
	return 0;
}

static int put_names(struct sk_buff *skb, int attr,
		     const struct epacl_name *names, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (nla_put_string(skb, attr, names[i].s))
			return -EMSGSIZE;
	return 0;
}

/* Puts nothing where @s is "". */
static int put_name(struct sk_buff *skb, int attr, const char *s)
{
	return *s ? nla_put_string(skb, attr, s) : 0;
}

static int fill_owner(struct sk_buff *skb, const struct epacl_vm *vm,
		      const struct epacl_endpoint *endpoint, u8 direction)
{
	if (nla_put_u8(skb, EPACL_OWNER_A_KIND,
		       endpoint ? EPACL_OWNER_ENDPOINT : EPACL_OWNER_VM) ||
	    nla_put_string(skb, EPACL_OWNER_A_NAME, vm->obj.name))
		return -EMSGSIZE;
	return endpoint ?
		       nla_put_string(skb, EPACL_OWNER_A_PART, endpoint->name) :
		       nla_put_u8(skb, EPACL_OWNER_A_DIRECTION, direction);
}

int epacl_nl_put_owner(struct sk_buff *skb, int attr, const struct epacl_vm *vm,
		       const struct epacl_endpoint *endpoint, u8 direction)
{
	struct nlattr *nest = nla_nest_start(skb, attr);

	if (!nest || fill_owner(skb, vm, endpoint, direction))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* ---- objects ---- */

static int fill_service(struct sk_buff *skb,
			const struct epacl_service *service)
{
	struct epacl_prefix vips[ARRAY_SIZE(service->vip)];
	u32 i, n = 0;

	for (i = 0; i < ARRAY_SIZE(service->vip); i++) {
		if (!service->vip[i].family)
			continue;
		vips[n].ip = service->vip[i];
		vips[n].len = epacl_family_bits(vips[n].ip.family);
		n++;
	}
	return nla_put_string(skb, EPACL_SERVICE_A_NAME, service->obj.name) ?:
		       put_prefixes(skb, EPACL_SERVICE_A_VIPS, vips, n);
}

static int fill_vnet(struct sk_buff *skb, const struct epacl_vnet *vnet)
{
	return nla_put_string(skb, EPACL_VNET_A_NAME, vnet->obj.name) ?:
		       put_prefixes(skb, EPACL_VNET_A_PREFIXES, vnet->prefixes, vnet->nprefixes) ?:
		       put_prefixes(skb, EPACL_VNET_A_PEER_PREFIXES, vnet->peers, vnet->npeers) ?:
		       put_names(skb, EPACL_VNET_A_PEER_VNET, vnet->peer_vnets, vnet->npeer_vnets) ?:
		       put_names(skb, EPACL_VNET_A_UPLINK, vnet->uplinks,
				 vnet->nuplinks);
}

static int fill_vm(struct sk_buff *skb, const struct epacl_vm *vm)
{
	return nla_put_string(skb, EPACL_VM_A_NAME, vm->obj.name) ?:
		       put_name(skb, EPACL_VM_A_SERVICE, vm->service);
}

static int fill_nic(struct sk_buff *skb, const struct epacl_vm *vm,
		    const struct epacl_nic *nic)
{
	if (nla_put_string(skb, EPACL_NIC_A_VM, vm->obj.name) ||
	    nla_put_string(skb, EPACL_NIC_A_DEV, nic->dev) ||
	    put_prefixes(skb, EPACL_NIC_A_ADDRESSES, nic->prefixes, nic->n) ||
	    (nic->has_mac &&
	     nla_put(skb, EPACL_NIC_A_MAC, ETH_ALEN, nic->mac)) ||
	    put_name(skb, EPACL_NIC_A_VNET, nic->vnet))
		return -EMSGSIZE;
	return nla_put_u32(skb, EPACL_NIC_A_IFINDEX,
			   nic->station ? READ_ONCE(nic->station->ifindex) : 0);
}

/* One a family, if any public address is translated. */
static int put_targets(struct sk_buff *skb, const struct epacl_vm *vm,
		       const struct epacl_endpoint *endpoint)
{
	struct epacl_prefix targets[2];
	struct epacl_ip ip;
	u32 n = 0;
	u8 family;

	if (!endpoint->npublics)
		return 0;
	for (family = 4; family <= 6; family += 2) {
		ip = epacl_public_target(vm, endpoint, family);
		if (!ip.family)
			continue;
		targets[n].ip = ip;
		targets[n++].len = epacl_family_bits(family);
	}
	return put_prefixes(skb, EPACL_ENDPOINT_A_TARGETS, targets, n);
}

static int fill_endpoint(struct sk_buff *skb, const struct epacl_vm *vm,
			 const struct epacl_endpoint *e)
{
	u32 nports = epacl_proto_has_ports(e->proto) ? 1 : 0;

	if (nla_put_string(skb, EPACL_ENDPOINT_A_VM, vm->obj.name) ||
	    nla_put_string(skb, EPACL_ENDPOINT_A_NAME, e->name) ||
	    nla_put_u16(skb, EPACL_ENDPOINT_A_PROTO, e->proto) ||
	    put_ports(skb, EPACL_ENDPOINT_A_PORTS, &e->ports, nports) ||
	    (e->has_type && nla_put_u8(skb, EPACL_ENDPOINT_A_TYPE, e->type)) ||
	    (e->has_code && nla_put_u8(skb, EPACL_ENDPOINT_A_CODE, e->code)) ||
	    (e->address.family &&
	     epacl_nl_put_ip(skb, EPACL_ENDPOINT_A_ADDRESS, &e->address)))
		return -EMSGSIZE;
	return put_publics(skb, EPACL_ENDPOINT_A_PUBLICS, e->publics, e->npublics) ?:
		       put_targets(skb, vm, e);
}

static int fill_rules(struct sk_buff *skb, const struct item *item)
{
	return epacl_nl_put_owner(skb, EPACL_RULES_A_OWNER, item->vm, item->endpoint, item->direction) ?:
		       nla_put_u8(skb, EPACL_RULES_A_DEFAULT, item->acl->deflt) ?:
		       nla_put_u32(skb, EPACL_RULES_A_COUNT, item->acl->n);
}

static int put_match(struct sk_buff *skb, const struct epacl_match *match)
{
	if ((match->remote.ip.family &&
	     put_prefix(skb, EPACL_RULE_A_REMOTE, &match->remote)) ||
	    (match->proto != EPACL_PROTO_ANY &&
	     nla_put_u16(skb, EPACL_RULE_A_PROTO, match->proto)) ||
	    put_ports(skb, EPACL_RULE_A_LPORTS, match->ports, match->nlports) ||
	    put_ports(skb, EPACL_RULE_A_RPORTS, match->ports + match->nlports,
		      match->nrports) ||
	    (match->has_type &&
	     nla_put_u8(skb, EPACL_RULE_A_TYPE, match->type)) ||
	    (match->has_code &&
	     nla_put_u8(skb, EPACL_RULE_A_CODE, match->code)))
		return -EMSGSIZE;
	return 0;
}

static int fill_rule(struct sk_buff *skb, const struct item *item)
{
	const struct epacl_rule *rule = item->rule;
	struct epacl_count count;

	if (epacl_nl_put_owner(skb, EPACL_RULE_A_OWNER, item->vm,
			       item->endpoint, item->direction) ||
	    nla_put_u16(skb, EPACL_RULE_A_ORDER, rule->order) ||
	    nla_put_u8(skb, EPACL_RULE_A_ACTION,
		       rule->permit ? EPACL_PERMIT : EPACL_DROP) ||
	    put_match(skb, &rule->match) ||
	    (rule->text && nla_put_string(skb, EPACL_RULE_A_TEXT, rule->text)))
		return -EMSGSIZE;
	epacl_counters_read(rule->counters, rule->counter, &count);
	return nla_put_u64_64bit(skb, EPACL_RULE_A_PACKETS, count.packets, EPACL_RULE_A_PAD) ?:
		       nla_put_u64_64bit(skb, EPACL_RULE_A_BYTES, count.bytes,
					 EPACL_RULE_A_PAD);
}

static int put_count(struct sk_buff *skb, u8 direction, u8 reason,
		     const struct epacl_count *count)
{
	struct nlattr *nest = nla_nest_start(skb, EPACL_REASONS_A_COUNT);

	if (!nest || nla_put_u8(skb, EPACL_COUNT_A_DIRECTION, direction) ||
	    nla_put_u8(skb, EPACL_COUNT_A_REASON, reason) ||
	    nla_put_u64_64bit(skb, EPACL_COUNT_A_PACKETS, count->packets,
			      EPACL_COUNT_A_PAD) ||
	    nla_put_u64_64bit(skb, EPACL_COUNT_A_BYTES, count->bytes,
			      EPACL_COUNT_A_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Those that are not zero. */
static int put_counts(struct sk_buff *skb,
		      const struct epacl_counters *counters)
{
	struct epacl_count count;
	u32 direction, reason;

	for (direction = 0; direction < EPACL_DIRECTIONS; direction++) {
		for (reason = 0; reason < EPACL_REASON_COUNT; reason++) {
			epacl_counters_read(counters,
					    epacl_verdict_counter(direction,
								  reason),
					    &count);
			if (count.packets &&
			    put_count(skb, direction, reason, &count))
				return -EMSGSIZE;
		}
	}
	return 0;
}

/* @vm NULL: of the namespace. */
static int fill_reasons(struct sk_buff *skb, const struct epacl_net *en,
			const struct epacl_vm *vm)
{
	if (vm && nla_put_string(skb, EPACL_REASONS_A_VM, vm->obj.name))
		return -EMSGSIZE;
	return put_counts(skb, vm ? vm->counters : en->counters);
}

static int fill_item(struct sk_buff *skb, const struct dump *d,
		     const struct item *item)
{
	switch (item->kind) {
	case EPACL_A_LIMITS:
		return nla_put_u32(skb, EPACL_LIMITS_A_RULES_PER_ENDPOINT,
				   d->root->rules_per_endpoint);
	case EPACL_A_SERVICE:
		return fill_service(skb,
				    container_of(d->obj, struct epacl_service,
						 obj));
	case EPACL_A_VNET:
		return fill_vnet(skb,
				 container_of(d->obj, struct epacl_vnet, obj));
	case EPACL_A_VM:
		return fill_vm(skb, item->vm);
	case EPACL_A_NIC:
		return fill_nic(skb, item->vm, item->nic);
	case EPACL_A_ENDPOINT:
		return fill_endpoint(skb, item->vm, item->endpoint);
	case EPACL_A_RULES:
		return fill_rules(skb, item);
	case EPACL_A_RULE:
		return fill_rule(skb, item);
	default:
		return fill_reasons(skb, d->en, item->vm);
	}
}

static int put_item(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct dump *d, const struct item *item)
{
	struct nlattr *nest;
	void *hdr;

	hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			  &epacl_nl_family, NLM_F_MULTI, EPACL_CMD_GET);
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u64_64bit(skb, EPACL_A_GENERATION, d->root->generation,
			      EPACL_A_PAD))
		goto too_big;
	nest = nla_nest_start(skb, item->kind);
	if (!nest || fill_item(skb, d, item))
		goto too_big;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;

too_big:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
}

/* Bytes that the message of an object takes, or a few more. */
static u32 item_room(const struct dump *d, const struct item *item)
{
	/* Headers, five names and all attributes of a fixed size. */
	u32 room = NLMSG_HDRLEN + GENL_HDRLEN + 768;
	u32 name = nla_total_size(sizeof(struct epacl_name));
	const struct epacl_vnet *vnet;

	switch (item->kind) {
	case EPACL_A_VNET:
		vnet = container_of(d->obj, struct epacl_vnet, obj);
		return room +
		       (vnet->nprefixes + vnet->npeers) *
			       sizeof(struct epacl_u_prefix) +
		       (vnet->npeer_vnets + vnet->nuplinks) * name;
	case EPACL_A_NIC:
		return room + item->nic->n * sizeof(struct epacl_u_prefix);
	case EPACL_A_ENDPOINT:
		return room +
		       item->endpoint->npublics * sizeof(struct epacl_u_public);
	case EPACL_A_RULE:
		return room +
		       (item->rule->match.nlports + item->rule->match.nrports) *
			       sizeof(struct epacl_u_ports);
	case EPACL_A_REASONS:
		/* Two numbers, two counters, each with a pad. */
		return room + EPACL_VERDICT_COUNTERS * 64;
	default:
		return room;
	}
}

/* ---- places ---- */

static const struct epacl_pmap *phase_map(const struct dump *d)
{
	switch (d->phase) {
	case PHASE_SERVICES:
		return &d->root->services;
	case PHASE_VNETS:
		return &d->root->vnets;
	case PHASE_VMS:
		return &d->root->vms;
	default:
		return NULL;
	}
}

/* Is there anything in this phase that was asked for? */
static bool phase_is_wanted(const struct dump *d)
{
	u8 kind = d->filter->kind;

	switch (d->phase) {
	case PHASE_LIMITS:
		return !kind || kind == EPACL_A_LIMITS;
	case PHASE_SERVICES:
		return !kind || kind == EPACL_A_SERVICE;
	case PHASE_VNETS:
		return !kind || kind == EPACL_A_VNET;
	case PHASE_VMS:
		return !kind || kind == EPACL_A_VM || kind == EPACL_A_NIC ||
		       kind == EPACL_A_ENDPOINT || kind == EPACL_A_RULES ||
		       kind == EPACL_A_RULE || kind == EPACL_A_REASONS;
	case PHASE_NAMESPACE:
		return kind == EPACL_A_REASONS && !d->only;
	default:
		return true;
	}
}

static void enter_phase(struct dump *d, u8 phase)
{
	const struct epacl_pmap *map;

	for (d->phase = phase; !phase_is_wanted(d); d->phase++)
		;
	map = phase_map(d);
	d->obj = NULL;
	if (map)
		d->obj = d->only ?: epacl_pmap_next(map, NULL);
	d->part = 0;
	d->i = 0;
	d->j = 0;
}

static void next_obj(struct dump *d)
{
	d->obj = d->only ? NULL : epacl_pmap_next(phase_map(d), d->obj->name);
	d->part = 0;
	d->i = 0;
	d->j = 0;
}

/* Nothing more at this place: on to the next part, object or phase. */
static void turn(struct dump *d)
{
	if (!d->obj) {
		enter_phase(d, d->phase + 1);
		return;
	}
	d->i = 0;
	d->j = 0;
	if (++d->part >= PART_END)
		next_obj(d);
}

static void list_item(const struct dump *d, const struct epacl_acl *acl,
		      struct item *item)
{
	item->acl = acl;
	if (d->j == 1)
		item->kind = EPACL_A_RULES;
	if (d->j < 2)
		return;
	item->kind = EPACL_A_RULE;
	item->rule = acl->rules[d->j - 2];
}

static bool vm_item(const struct dump *d, struct item *item)
{
	const struct epacl_vm *vm = item->vm;

	switch (d->part) {
	case PART_VM:
		item->kind = EPACL_A_VM;
		return !d->i;
	case PART_NICS:
		if (d->i >= vm->nnics)
			return false;
		item->kind = EPACL_A_NIC;
		item->nic = vm->nics[d->i];
		return true;
	case PART_ENDPOINTS:
		if (d->i >= vm->nendpoints)
			return false;
		item->kind = EPACL_A_ENDPOINT;
		item->endpoint = vm->endpoints[d->i];
		list_item(d, item->endpoint->acl, item);
		return true;
	case PART_LISTS:
		if (d->i >= EPACL_DIRECTIONS)
			return false;
		item->direction = d->i;
		list_item(d, vm->acl[d->i], item);
		return true;
	default:
		item->kind = EPACL_A_REASONS;
		return !d->i;
	}
}

/* What is at this place. Return: false: nothing, and nothing after it. */
static bool item_here(const struct dump *d, struct item *item)
{
	memset(item, 0, sizeof(*item));
	switch (d->phase) {
	case PHASE_LIMITS:
		item->kind = EPACL_A_LIMITS;
		return !d->i;
	case PHASE_SERVICES:
		item->kind = EPACL_A_SERVICE;
		return d->obj;
	case PHASE_VNETS:
		item->kind = EPACL_A_VNET;
		return d->obj;
	case PHASE_VMS:
		if (!d->obj)
			return false;
		item->vm = container_of(d->obj, struct epacl_vm, obj);
		return vm_item(d, item);
	default:
		item->kind = EPACL_A_REASONS;
		return !d->i;
	}
}

/* ---- filters ---- */

static bool is_owner(const struct epacl_owner *owner, const struct item *item)
{
	if (owner->kind == EPACL_OWNER_ENDPOINT)
		return item->endpoint &&
		       !strcmp(item->endpoint->name, owner->part);
	return !item->endpoint && item->direction == owner->direction;
}

/* A list as it is when nobody has touched it goes without saying. */
static bool list_is_told(const struct item *item)
{
	return item->endpoint || item->acl->n ||
	       item->acl->deflt != EPACL_DEFAULT_AUTO;
}

static bool is_wanted(const struct dump *d, const struct item *item)
{
	const struct epacl_op *f = d->filter;

	if (!item->kind)
		return false;
	if (!f->kind)
		return item->kind != EPACL_A_REASONS &&
		       (item->kind != EPACL_A_RULES || list_is_told(item));
	if (item->kind != f->kind)
		return false;
	/* The object of the map is the right one already: see @only. */
	switch (f->kind) {
	case EPACL_A_NIC:
		return !(f->set & BIT(EPACL_NIC_A_DEV)) ||
		       !strcmp(item->nic->dev, f->nic.dev);
	case EPACL_A_ENDPOINT:
		return !(f->set & BIT(EPACL_ENDPOINT_A_NAME)) ||
		       !strcmp(item->endpoint->name, f->endpoint.name);
	case EPACL_A_RULES:
		return f->set & BIT(EPACL_RULES_A_OWNER) ?
			       is_owner(&f->rules.owner, item) :
			       list_is_told(item);
	case EPACL_A_RULE:
		/* Lists of other owners are passed by, see advance(). */
		return !(f->set & BIT(EPACL_RULE_A_ORDER)) ||
		       item->rule->order == f->rule.order;
	default:
		return true;
	}
}

/* Are there rules in the list at this place that were asked for? */
static bool rules_are_wanted(const struct dump *d, const struct item *item)
{
	const struct epacl_op *f = d->filter;

	if (!f->kind)
		return true;
	return f->kind == EPACL_A_RULE &&
	       (!(f->set & BIT(EPACL_RULE_A_OWNER)) ||
		is_owner(&f->rule.owner, item));
}

static void advance(struct dump *d, const struct item *item)
{
	u32 rules;

	if (d->obj && d->phase != PHASE_VMS) {
		next_obj(d);
		return;
	}
	if (item->acl) {
		rules = rules_are_wanted(d, item) ? item->acl->n : 0;
		if (++d->j < 2 + rules)
			return;
		d->j = 0;
	}
	d->i++;
}

/* The next object that was asked for, from this place on. */
static bool find_item(struct dump *d, struct item *item)
{
	while (d->phase != PHASE_END) {
		if (item_here(d, item)) {
			if (is_wanted(d, item))
				return true;
			advance(d, item);
		} else {
			turn(d);
			cond_resched();
		}
	}
	return false;
}

/* The object of a map that the filter names; NULL: it names none. */
static const char *filter_name(const struct epacl_op *filter)
{
	if (!filter->set)
		return NULL;
	switch (filter->kind) {
	case EPACL_A_SERVICE:
		return filter->service.name;
	case EPACL_A_VNET:
		return filter->vnet.name;
	case EPACL_A_NIC:
		return filter->nic.vm;
	case EPACL_A_ENDPOINT:
		return filter->endpoint.vm;
	case EPACL_A_RULES:
		return filter->rules.owner.name;
	case EPACL_A_RULE:
		return filter->rule.owner.name;
	default:
		return filter->vm.name;
	}
}

/* Goes to the first object that was asked for. */
static int find_first(struct dump *d, const struct nlattr *nest)
{
	const char *name = filter_name(d->filter);
	const struct epacl_pmap *map;
	struct item item;

	enter_phase(d, PHASE_LIMITS);
	if (!name)
		return 0;
	map = phase_map(d);
	d->only = map ? epacl_pmap_find(map, name) : NULL;
	if (!d->only)
		return epacl_nl_refuse(&d->extack, nest, -ENOENT,
				       "there is no object of this name");
	d->obj = d->only;
	/* A VM without rules is fine, one without the nic named is not. */
	if (!find_item(d, &item) && d->filter->set & (d->filter->set - 1))
		return epacl_nl_refuse(&d->extack, nest, -ENOENT,
				       "there is no object of this name");
	return 0;
}

/* ---- a dump ---- */

/* An explicit owner must exist, even if a list of its own is not asked for. */
static int check_owner(struct dump *d, const struct nlattr *nest)
{
	const struct epacl_op *f = d->filter;
	const struct epacl_owner *owner = NULL;

	if (f->kind == EPACL_A_RULES && f->set)
		owner = &f->rules.owner;
	if (f->kind == EPACL_A_RULE && f->set)
		owner = &f->rule.owner;
	if (!owner || epacl_root_acl(d->root, owner))
		return 0;
	return epacl_nl_refuse(&d->extack, nest, -ENOENT,
			       "there is no such owner of rules");
}

static int take_root(struct dump *d, const struct sock *sk,
		     const struct nlattr *attr)
{
	struct epacl_nl_txn *t;
	int err;

	if (!attr) {
		d->root = epacl_net_root(d->en);
		return d->root ? 0 :
				 epacl_nl_refuse(&d->extack, NULL, -ENOMEM,
						 "out of memory");
	}
	t = epacl_nl_txn_lock(d->en, sk, attr, &d->extack);
	if (IS_ERR(t))
		return PTR_ERR(t);
	err = epacl_nl_txn_check(t, &d->extack);
	if (!err)
		d->root = epacl_txn_show(&t->txn);
	epacl_nl_txn_unlock(t);
	return err;
}

static int begin(struct dump *d, const struct sock *sk, struct nlattr **attrs)
{
	struct epacl_op *filter;
	const struct nlattr *nest;
	int err;

	filter = epacl_nl_parse_filter(&d->en->memory, attrs, &nest,
				       &d->extack);
	if (IS_ERR(filter))
		return PTR_ERR(filter);
	d->filter = filter;
	err = take_root(d, sk, attrs[EPACL_A_TXN]);
	if (err)
		return err;
	return check_owner(d, nest) ?: find_first(d, nest);
}

/**
 * epacl_nl_get_start - begin EPACL_CMD_GET
 * @cb: the dump
 *
 * Up to 6.1 a text cannot be given from here: a refusal waits for the first
 * call of epacl_nl_get_dumpit(), on every kernel.
 *
 * Return: 0 or -ENOMEM.
 */
int epacl_nl_get_start(struct netlink_callback *cb)
{
	const struct sock *sk = NETLINK_CB(cb->skb).sk;
	struct item item;
	struct dump *d;

	d = kzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT);
	if (!d)
		return -ENOMEM;
	d->en = epacl_net(sock_net(sk));
	d->err = begin(d, sk, epacl_dump_attrs(cb));
	if (!d->err && find_item(d, &item))
		cb->min_dump_alloc = item_room(d, &item);
	cb->args[0] = (long)d;
	return 0;
}

/**
 * epacl_nl_get_dumpit - fill one buffer
 * @skb: buffer
 * @cb: the dump
 *
 * Readers need large buffers only for large objects: the next one is asked for
 * only as large as the object that comes first in it.
 *
 * Return: bytes in @skb; 0: the end; or a negative errno.
 */
int epacl_nl_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->args[0];
	struct item item;
	int err;

	if (d->err) {
		cb->extack->_msg = d->extack._msg;
		cb->extack->bad_attr = d->extack.bad_attr;
		return d->err;
	}
	while (find_item(d, &item)) {
		err = put_item(skb, cb, d, &item);
		if (err && !skb->len)
			return epacl_nl_refuse(cb->extack, NULL, err,
					       "an object does not fit");
		if (err) {
			cb->min_dump_alloc = item_room(d, &item);
			break;
		}
		advance(d, &item);
	}
	return skb->len;
}

/**
 * epacl_nl_get_done - end a dump, complete or not
 * @cb: the dump
 *
 * Return: 0.
 */
int epacl_nl_get_done(struct netlink_callback *cb)
{
	struct dump *d = (struct dump *)cb->args[0];

	epacl_root_put(d->root);
	epacl_op_free(d->filter);
	kfree(d);
	return 0;
}

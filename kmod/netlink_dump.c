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
#include "netlink_item.h"

/* Parts of a policy, in the order in which they are dumped. */
enum {
	PHASE_LIMITS,
	PHASE_GUARDS,
	PHASE_SETS,
	PHASE_ACLS,
	PHASE_SERVICES,
	PHASE_VNETS,
	PHASE_GROUPS,
	PHASE_LBSETS,
	PHASE_VMS,
	PHASE_NAMESPACE, /* verdicts that concern no VM */
	PHASE_EFFECTIVE, /* layers of one VM */
	PHASE_END,
};

/* Kind of the objects of a phase; 0: it is not about a map. */
static const u8 phase_kinds[] = {
	[PHASE_GUARDS] = EPACL_A_GUARD,
	[PHASE_SETS] = EPACL_A_SET,
	[PHASE_ACLS] = EPACL_A_ACL,
	[PHASE_SERVICES] = EPACL_A_SERVICE,
	[PHASE_VNETS] = EPACL_A_VNET,
	[PHASE_GROUPS] = EPACL_A_GROUP,
	[PHASE_LBSETS] = EPACL_A_LBSET,
	[PHASE_VMS] = EPACL_A_VM,
	[PHASE_END] = 0,
};

/* Parts of an object of a map, the same. Few have them all. */
enum {
	PART_SELF,
	PART_SUBNETS,
	PART_NICS,
	PART_ENDPOINTS,
	PART_LISTS,
	PART_MEMBERS,
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
 * @part: PART_*
 * @i: element of the part
 * @list: 0: the element itself, n: its list n - 1
 * @j: within a list: 0: the list as a whole, n: its rule n - 1
 * @effective: for EPACL_A_EFFECTIVE, what is told
 * @neffective: entries of @effective
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
	u32 list;
	u32 j;
	struct epacl_effective *effective;
	u32 neffective;
	int err;
	struct netlink_ext_ack extack;
};

/* ---- places ---- */

static const struct epacl_pmap *phase_map(const struct dump *d)
{
	return epacl_root_map(d->root, phase_kinds[d->phase]);
}

/* Kind of the object of a map that holds what the filter is for; 0: several. */
static u8 holder(const struct epacl_op *filter)
{
	switch (filter->kind) {
	case EPACL_A_SUBNET:
		return EPACL_A_VNET;
	case EPACL_A_NIC:
	case EPACL_A_ENDPOINT:
	case EPACL_A_MEMBER:
	case EPACL_A_REASONS:
		return EPACL_A_VM;
	case EPACL_A_RULES:
		return epacl_owner_map(filter->rules.owner.kind);
	case EPACL_A_RULE:
		return epacl_owner_map(filter->rule.owner.kind);
	default:
		return filter->kind;
	}
}

/* Is there anything in this phase that was asked for? */
static bool phase_is_wanted(const struct dump *d)
{
	u8 kind = d->filter->kind, held = holder(d->filter);

	switch (d->phase) {
	case PHASE_LIMITS:
		return !kind || kind == EPACL_A_LIMITS;
	case PHASE_NAMESPACE:
		return kind == EPACL_A_REASONS && !d->only;
	case PHASE_EFFECTIVE:
		return kind == EPACL_A_EFFECTIVE;
	case PHASE_END:
		return true;
	default:
		return !held || held == phase_kinds[d->phase];
	}
}

/* The first place of the element, object or part that comes next. */
static void start(struct dump *d)
{
	d->i = 0;
	d->list = 0;
	d->j = 0;
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
	start(d);
}

/* Nothing more at this place: on to the next part, object or phase. */
static void turn(struct dump *d)
{
	if (!d->obj) {
		enter_phase(d, d->phase + 1);
		return;
	}
	start(d);
	if (++d->part < PART_END)
		return;
	d->obj = d->only ? NULL : epacl_pmap_next(phase_map(d), d->obj->name);
	d->part = 0;
}

/* ---- elements: each returns false where there is none ---- */

static void owns(struct epacl_nl_item *item, u8 owner, const char *part,
		 const struct epacl_slot *slots)
{
	item->owner = owner;
	item->part = part;
	item->slots = slots;
	item->nlists = epacl_owner_has_direction(owner) ? EPACL_DIRECTIONS : 1;
}

/* An object of a map; VMs have their lists after their endpoints. */
static bool self(const struct dump *d, struct epacl_nl_item *item)
{
	item->kind = phase_kinds[d->phase];
	switch (item->kind) {
	case EPACL_A_SET:
		item->first = d->i * EPACL_SET_CHUNK;
		return !d->i ||
		       item->first <
			       epacl_packed_count(&epacl_nl_set(item)->packed);
	case EPACL_A_ACL:
		owns(item, EPACL_OWNER_ACL, NULL, NULL);
		item->acl = container_of(d->obj, struct epacl_named, obj)->acl;
		break;
	case EPACL_A_GROUP:
		owns(item, EPACL_OWNER_GROUP, NULL,
		     container_of(d->obj, struct epacl_group, obj)->slot);
		break;
	case EPACL_A_LBSET:
		owns(item, EPACL_OWNER_LBSET, NULL,
		     &container_of(d->obj, struct epacl_lbset, obj)->slot);
		break;
	}
	return !d->i;
}

static bool subnet(const struct dump *d, struct epacl_nl_item *item)
{
	const struct epacl_vnet *vnet = epacl_nl_vnet(item);

	if (d->phase != PHASE_VNETS || d->i >= vnet->nsubnets)
		return false;
	item->kind = EPACL_A_SUBNET;
	item->subnet = vnet->subnets[d->i];
	owns(item, EPACL_OWNER_SUBNET, item->subnet->name, item->subnet->slot);
	return true;
}

static bool vm_part(const struct dump *d, struct epacl_nl_item *item)
{
	const struct epacl_vm *vm = epacl_nl_vm(item);

	switch (d->part) {
	case PART_NICS:
		item->kind = EPACL_A_NIC;
		item->nic = d->i < vm->nnics ? vm->nics[d->i] : NULL;
		return item->nic;
	case PART_ENDPOINTS:
		if (d->i >= vm->nendpoints)
			return false;
		item->kind = EPACL_A_ENDPOINT;
		item->endpoint = vm->endpoints[d->i];
		owns(item, EPACL_OWNER_ENDPOINT, item->endpoint->name,
		     &item->endpoint->slot);
		return true;
	case PART_LISTS:
		owns(item, EPACL_OWNER_VM, NULL, vm->slot);
		return !d->i;
	case PART_MEMBERS:
		item->kind = EPACL_A_MEMBER;
		item->group = d->i < vm->ngroups ? vm->groups[d->i].s : "";
		return d->i < vm->ngroups;
	default:
		item->kind = EPACL_A_REASONS;
		return !d->i;
	}
}

/* Something that is in no map. */
static bool other(const struct dump *d, struct epacl_nl_item *item)
{
	switch (d->phase) {
	case PHASE_LIMITS:
		item->kind = EPACL_A_LIMITS;
		return !d->i;
	case PHASE_NAMESPACE:
		item->kind = EPACL_A_REASONS;
		return !d->i;
	default:
		item->kind = EPACL_A_EFFECTIVE;
		item->obj = d->only;
		item->effective = &d->effective[d->i];
		return d->i < d->neffective;
	}
}

static bool element(const struct dump *d, struct epacl_nl_item *item)
{
	memset(item, 0, sizeof(*item));
	item->obj = d->obj;
	if (!phase_kinds[d->phase])
		return other(d, item);
	if (!d->obj)
		return false;
	if (d->part == PART_SELF)
		return self(d, item);
	if (d->part == PART_SUBNETS)
		return subnet(d, item);
	return d->phase == PHASE_VMS && vm_part(d, item);
}

/* What is at this place. Return: false: nothing, and nothing after it. */
static bool item_here(const struct dump *d, struct epacl_nl_item *item)
{
	if (!element(d, item))
		return false;
	if (!d->list)
		return true;
	item->direction = d->list - 1;
	if (item->slots)
		item->acl = item->slots[item->direction].acl;
	item->kind = d->j ? EPACL_A_RULE : EPACL_A_RULES;
	item->rule = d->j ? item->acl->rules[d->j - 1] : NULL;
	return true;
}

/* ---- filters ---- */

static bool is_owner(const struct epacl_owner *owner,
		     const struct epacl_nl_item *item)
{
	return item->owner == owner->kind &&
	       item->direction == owner->direction &&
	       !strcmp(item->part ?: "", owner->part);
}

/* One of several lists goes without saying while nobody has touched it. */
static bool list_is_told(const struct epacl_nl_item *item)
{
	return item->nlists == 1 ||
	       !epacl_slot_is_untouched(&item->slots[item->direction]);
}

/* The object of the map is the right one already: see @only. */
static bool part_is_wanted(const struct epacl_op *f,
			   const struct epacl_nl_item *item)
{
	switch (f->kind) {
	case EPACL_A_SUBNET:
		return !(f->set & BIT(EPACL_SUBNET_A_NAME)) ||
		       !strcmp(item->subnet->name, f->subnet.name);
	case EPACL_A_NIC:
		return !(f->set & BIT(EPACL_NIC_A_DEV)) ||
		       !strcmp(item->nic->dev, f->nic.dev);
	case EPACL_A_ENDPOINT:
		return !(f->set & BIT(EPACL_ENDPOINT_A_NAME)) ||
		       !strcmp(item->endpoint->name, f->endpoint.name);
	case EPACL_A_MEMBER:
		return !(f->set & BIT(EPACL_MEMBER_A_GROUP)) ||
		       !strcmp(item->group, f->member.group);
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

static bool is_wanted(const struct dump *d, const struct epacl_nl_item *item)
{
	const struct epacl_op *f = d->filter;

	if (!item->kind)
		return false;
	if (!f->kind)
		return item->kind != EPACL_A_REASONS &&
		       (item->kind != EPACL_A_RULES || list_is_told(item));
	return item->kind == f->kind && part_is_wanted(f, item);
}

/* Are there rules in the list at this place that were asked for? */
static bool rules_are_wanted(const struct dump *d,
			     const struct epacl_nl_item *item)
{
	const struct epacl_op *f = d->filter;

	if (!f->kind)
		return true;
	return f->kind == EPACL_A_RULE &&
	       (!(f->set & BIT(EPACL_RULE_A_OWNER)) ||
		is_owner(&f->rule.owner, item));
}

static void advance(struct dump *d, const struct epacl_nl_item *item)
{
	u32 rules;

	if (d->list) {
		rules = rules_are_wanted(d, item) ? item->acl->n : 0;
		if (++d->j <= rules)
			return;
	}
	d->j = 0;
	if (++d->list <= item->nlists)
		return;
	d->list = 0;
	d->i++;
}

/* The next object that was asked for, from this place on. */
static bool find_item(struct dump *d, struct epacl_nl_item *item)
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

/* ---- the beginning ---- */

/* The object of a map that the filter names; NULL: it names none. */
static const char *filter_name(const struct epacl_op *f)
{
	switch (f->set ? f->kind : 0) {
	case 0:
	case EPACL_A_LIMITS:
		return NULL;
	case EPACL_A_GUARD:
		return f->guard.pattern;
	case EPACL_A_SET:
		return f->prefix_set.name;
	case EPACL_A_ACL:
		return f->acl.name;
	case EPACL_A_SERVICE:
		return f->service.name;
	case EPACL_A_VNET:
		return f->vnet.name;
	case EPACL_A_SUBNET:
		return f->subnet.vnet;
	case EPACL_A_GROUP:
		return f->group.name;
	case EPACL_A_LBSET:
		return f->lbset.name;
	case EPACL_A_NIC:
		return f->nic.vm;
	case EPACL_A_ENDPOINT:
		return f->endpoint.vm;
	case EPACL_A_MEMBER:
		return f->set & BIT(EPACL_MEMBER_A_VM) ? f->member.vm : NULL;
	case EPACL_A_RULES:
		return f->rules.owner.name;
	case EPACL_A_RULE:
		return f->rule.owner.name;
	default:
		return f->vm.name;
	}
}

static int nothing_there(struct dump *d, const struct nlattr *nest)
{
	return epacl_nl_refuse(&d->extack, nest, -ENOENT,
			       "there is no object of this name");
}

/* Goes to the first object that was asked for. */
static int find_first(struct dump *d, const struct nlattr *nest)
{
	const char *name = filter_name(d->filter);
	const struct epacl_pmap *map;
	struct epacl_nl_item item;

	enter_phase(d, PHASE_LIMITS);
	if (!name)
		return 0;
	map = phase_map(d);
	d->only = map ? epacl_pmap_find(map, name) : NULL;
	if (!d->only)
		return nothing_there(d, nest);
	d->obj = d->only;
	/* A VM without rules is fine, one without the nic named is not. */
	if (!find_item(d, &item) && d->filter->set & (d->filter->set - 1))
		return nothing_there(d, nest);
	return 0;
}

/* The layers of the VM that was named, all of them now. */
static int find_layers(struct dump *d, const struct nlattr *nest)
{
	const struct epacl_op *f = d->filter;
	u32 directions = BIT(EPACL_IN) | BIT(EPACL_OUT);
	struct epacl_obj *vm;

	if (!(f->set & BIT(EPACL_EFFECTIVE_A_VM)))
		return epacl_nl_miss(&d->extack, nest, EPACL_EFFECTIVE_A_VM);
	if (f->set & BIT(EPACL_EFFECTIVE_A_DIRECTION))
		directions = BIT(f->effective.direction);
	vm = epacl_pmap_find(&d->root->vms, f->effective.vm);
	if (!vm)
		return nothing_there(d, nest);
	d->only = vm;
	d->effective = epacl_effective(&d->en->memory, d->root, epacl_vm(vm),
				       directions, &d->neffective);
	if (!d->effective)
		return epacl_nl_refuse(&d->extack, NULL, -ENOMEM,
				       "out of memory");
	enter_phase(d, PHASE_EFFECTIVE);
	return 0;
}

/* What is named must be there, even if nothing of it is to be told. */
static int check_named(struct dump *d, const struct nlattr *nest)
{
	const struct epacl_op *f = d->filter;
	const struct epacl_owner *owner = NULL;

	if (f->kind == EPACL_A_MEMBER && f->set & BIT(EPACL_MEMBER_A_GROUP) &&
	    !epacl_pmap_find(&d->root->groups, f->member.group))
		return nothing_there(d, nest);
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
	if (filter->kind == EPACL_A_EFFECTIVE)
		return find_layers(d, nest);
	return check_named(d, nest) ?: find_first(d, nest);
}

static int put_item(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct dump *d, const struct epacl_nl_item *item)
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
	if (!nest || epacl_nl_fill(skb, d->en, d->root, item))
		goto too_big;
	nla_nest_end(skb, nest);
	genlmsg_end(skb, hdr);
	return 0;

too_big:
	genlmsg_cancel(skb, hdr);
	return -EMSGSIZE;
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
	struct epacl_nl_item item;
	struct dump *d;

	d = kzalloc(sizeof(*d), GFP_KERNEL_ACCOUNT);
	if (!d)
		return -ENOMEM;
	d->en = epacl_net(sock_net(sk));
	d->err = begin(d, sk, epacl_dump_attrs(cb));
	if (!d->err && find_item(d, &item))
		cb->min_dump_alloc = epacl_nl_item_room(&item);
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
	struct epacl_nl_item item;
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
			cb->min_dump_alloc = epacl_nl_item_room(&item);
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

	epacl_free(d->effective);
	epacl_root_put(d->root);
	epacl_op_free(d->filter);
	kfree(d);
	return 0;
}

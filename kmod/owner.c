// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whose rule list: from the name of an owner to its list, and back.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include "policy_internal.h"

/**
 * struct kind - a kind of owner
 * @map: kind of the object that holds its lists, EPACL_A_*
 * @has_part: it is a part of that object
 * @has_direction: it has a list for each
 * @noun: in a sentence
 */
struct kind {
	u8 map;
	bool has_part;
	bool has_direction;
	const char *noun;
};

static const struct kind kinds[EPACL_OWNER_MAX + 1] = {
	[EPACL_OWNER_ENDPOINT] = { EPACL_A_VM, true, false, "endpoint" },
	[EPACL_OWNER_VM] = { EPACL_A_VM, false, true, "vm" },
	[EPACL_OWNER_LBSET] = { EPACL_A_LBSET, false, false, "lbset" },
	[EPACL_OWNER_ACL] = { EPACL_A_ACL, false, false, "acl" },
	[EPACL_OWNER_SUBNET] = { EPACL_A_VNET, true, true, "subnet" },
	[EPACL_OWNER_GROUP] = { EPACL_A_GROUP, false, true, "group" },
};

u8 epacl_owner_map(u8 kind)
{
	return kind <= EPACL_OWNER_MAX ? kinds[kind].map : 0;
}

bool epacl_owner_has_part(u8 kind)
{
	return epacl_owner_map(kind) && kinds[kind].has_part;
}

bool epacl_owner_has_direction(u8 kind)
{
	return epacl_owner_map(kind) && kinds[kind].has_direction;
}

const char *epacl_owner_text(const struct epacl_owner *owner,
			     char what[EPACL_WHAT])
{
	const struct kind *kind = &kinds[owner->kind];
	const char *direction = "";

	if (kind->has_direction)
		direction = owner->direction == EPACL_IN ? " in" : " out";
	snprintf(what, EPACL_WHAT, "%s '%s%s%s'%s", kind->noun, owner->name,
		 kind->has_part ? "/" : "", owner->part, direction);
	return what;
}

static bool is_owner(const struct epacl_owner *owner)
{
	u8 directions = epacl_owner_has_direction(owner->kind) ?
				EPACL_DIRECTIONS :
				EPACL_IN + 1;

	return epacl_owner_map(owner->kind) && owner->direction < directions &&
	       (epacl_owner_has_part(owner->kind) || !owner->part[0]);
}

/* ---- one list ---- */

static struct epacl_slot *slot_of(struct epacl_obj *obj,
				  const struct epacl_owner *owner)
{
	struct epacl_endpoint *endpoint;
	struct epacl_subnet *subnet;

	switch (owner->kind) {
	case EPACL_OWNER_ENDPOINT:
		endpoint = epacl_vm_endpoint(epacl_vm(obj), owner->part);
		return endpoint ? &endpoint->slot : NULL;
	case EPACL_OWNER_SUBNET:
		subnet = epacl_vnet_subnet(epacl_vnet(obj), owner->part);
		return subnet ? &subnet->slot[owner->direction] : NULL;
	case EPACL_OWNER_VM:
		return &epacl_vm(obj)->slot[owner->direction];
	case EPACL_OWNER_GROUP:
		return &epacl_group(obj)->slot[owner->direction];
	default:
		return &epacl_lbset(obj)->slot;
	}
}

/* Return: true if it is there. */
static bool locate(const struct epacl_root *root,
		   const struct epacl_owner *owner, struct epacl_place *place)
{
	struct epacl_obj *obj =
		epacl_pmap_find(epacl_root_map(root, kinds[owner->kind].map),
				owner->name);

	place->owner = owner;
	place->obj = NULL;
	place->slot = NULL;
	if (!obj)
		return false;
	if (owner->kind == EPACL_OWNER_ACL) {
		place->acl = &epacl_named(obj)->acl;
	} else {
		place->slot = slot_of(obj, owner);
		if (!place->slot)
			return false;
		place->acl = &place->slot->acl;
	}
	place->obj = obj;
	return true;
}

struct epacl_acl *epacl_root_acl(const struct epacl_root *root,
				 const struct epacl_owner *owner)
{
	struct epacl_place place;

	if (!is_owner(owner) || !locate(root, owner, &place))
		return NULL;
	return *place.acl;
}

int epacl_find_place(struct epacl_txn *txn, const struct epacl_op *op, u16 attr,
		     const struct epacl_owner *owner, struct epacl_place *place)
{
	const struct kind *kind;
	char what[EPACL_WHAT];

	if (!is_owner(owner))
		return epacl_refuse(
			&txn->why, -EINVAL, attr,
			"not the owner of a rule list",
			"a rule list is that of an endpoint, an lbset or an acl, or of a vm, a subnet or a group in or out");
	kind = &kinds[owner->kind];
	if (locate(txn->root, owner, place))
		return 0;
	if (op->verb == EPACL_VERB_REMOVE && op->flags & EPACL_F_IF_EXISTS)
		return 0;
	if (kind->has_part &&
	    !epacl_pmap_find(epacl_root_map(txn->root, kind->map), owner->name))
		return epacl_need(txn, kind->map, attr, owner->name);
	return epacl_missing(txn, op, attr, epacl_owner_text(owner, what));
}

int epacl_own_place(struct epacl_txn *txn, struct epacl_place *place)
{
	struct epacl_obj *obj = place->obj;
	void *own;

	switch (kinds[place->owner->kind].map) {
	case EPACL_A_VM:
		own = epacl_own_vm(txn, epacl_vm(obj));
		break;
	case EPACL_A_VNET:
		own = epacl_own_vnet(txn, epacl_vnet(obj));
		break;
	case EPACL_A_GROUP:
		own = epacl_own_group(txn, epacl_group(obj));
		break;
	case EPACL_A_LBSET:
		own = epacl_own_lbset(txn, epacl_lbset(obj));
		break;
	default:
		own = epacl_own_named(txn, epacl_named(obj));
		break;
	}
	if (!own)
		return -ENOMEM;
	locate(txn->root, place->owner, place);
	return 0;
}

/* ---- all lists ---- */

/* Who is looking, and at which list. */
struct look {
	bool (*see)(const struct epacl_listed *list, void *arg);
	void *arg;
	struct epacl_listed *list;
};

static void name_owner(struct epacl_owner *owner, u8 kind, const char *name,
		       const char *part)
{
	owner->kind = kind;
	owner->direction = EPACL_IN;
	strscpy(owner->name, name, sizeof(owner->name));
	strscpy(owner->part, part, sizeof(owner->part));
}

static bool see_slots(const struct look *l, u8 kind, const char *name,
		      const char *part, const struct epacl_slot *slots)
{
	u8 n = kinds[kind].has_direction ? EPACL_DIRECTIONS : 1, i;

	name_owner(&l->list->owner, kind, name, part);
	for (i = 0; i < n; i++) {
		l->list->owner.direction = i;
		l->list->slot = &slots[i];
		l->list->acl = slots[i].acl;
		if (l->see(l->list, l->arg))
			return true;
	}
	return false;
}

static bool see_named(const struct look *l, const struct epacl_named *named)
{
	name_owner(&l->list->owner, EPACL_OWNER_ACL, named->obj.name, "");
	l->list->slot = NULL;
	l->list->acl = named->acl;
	return l->see(l->list, l->arg);
}

static bool see_vm(const struct look *l, const struct epacl_vm *vm)
{
	const struct epacl_endpoint *endpoint;
	u32 i;

	for (i = 0; i < vm->nendpoints; i++) {
		endpoint = vm->endpoints[i];
		if (see_slots(l, EPACL_OWNER_ENDPOINT, vm->obj.name,
			      endpoint->name, &endpoint->slot))
			return true;
		cond_resched();
	}
	return see_slots(l, EPACL_OWNER_VM, vm->obj.name, "", vm->slot);
}

static bool see_vnet(const struct look *l, const struct epacl_vnet *vnet)
{
	const struct epacl_subnet *subnet;
	u32 i;

	for (i = 0; i < vnet->nsubnets; i++) {
		subnet = vnet->subnets[i];
		if (see_slots(l, EPACL_OWNER_SUBNET, vnet->obj.name,
			      subnet->name, subnet->slot))
			return true;
	}
	return false;
}

static bool see_obj(const struct look *l, u8 owner, struct epacl_obj *obj)
{
	switch (owner) {
	case EPACL_OWNER_ACL:
		return see_named(l, epacl_named(obj));
	case EPACL_OWNER_SUBNET:
		return see_vnet(l, epacl_vnet(obj));
	case EPACL_OWNER_GROUP:
		return see_slots(l, owner, obj->name, "",
				 epacl_group(obj)->slot);
	case EPACL_OWNER_LBSET:
		return see_slots(l, owner, obj->name, "",
				 &epacl_lbset(obj)->slot);
	default:
		return see_vm(l, epacl_vm(obj));
	}
}

bool epacl_each_list(const struct epacl_root *root,
		     bool (*see)(const struct epacl_listed *list, void *arg),
		     void *arg, struct epacl_listed *list)
{
	/* One for each kind of object that holds lists. */
	static const u8 owners[] = { EPACL_OWNER_ACL, EPACL_OWNER_SUBNET,
				     EPACL_OWNER_GROUP, EPACL_OWNER_LBSET,
				     EPACL_OWNER_VM };
	const struct look l = { .see = see, .arg = arg, .list = list };
	const struct epacl_pmap *map;
	struct epacl_obj *obj;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(owners); i++) {
		map = epacl_root_map(root, kinds[owners[i]].map);
		epacl_pmap_for_each(map, obj) {
			if (see_obj(&l, owners[i], obj))
				return true;
			cond_resched();
		}
	}
	return false;
}

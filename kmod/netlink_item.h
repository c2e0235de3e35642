/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An object of a policy on its way into a message.
 */
#ifndef _EPACL_NETLINK_ITEM_H
#define _EPACL_NETLINK_ITEM_H

#include "effective.h"
#include "netlink.h"

/**
 * struct epacl_nl_item - an object, or a part of one
 * @kind: EPACL_A_*; 0: there is nothing to be told
 * @obj: object of a map that it is, or is a part of; NULL: none
 * @first: of a set, the first prefix to be told
 * @nic: for EPACL_A_NIC
 * @endpoint: itself
 * @subnet: itself
 * @group: for EPACL_A_MEMBER, name of the group
 * @effective: for EPACL_A_EFFECTIVE
 * @nlists: lists that follow it
 * @owner: whose they are, enum epacl_owner_kind
 * @part: of the owner; NULL: it has none
 * @slots: where they are; NULL: it is a named list
 * @direction: of a list, enum epacl_direction
 * @acl: the list, for EPACL_A_RULES and EPACL_A_RULE
 * @rule: for EPACL_A_RULE
 */
struct epacl_nl_item {
	u8 kind;
	const struct epacl_obj *obj;
	u32 first;
	const struct epacl_nic *nic;
	const struct epacl_endpoint *endpoint;
	const struct epacl_subnet *subnet;
	const char *group;
	const struct epacl_effective *effective;
	u8 nlists;
	u8 owner;
	const char *part;
	const struct epacl_slot *slots;
	u8 direction;
	const struct epacl_acl *acl;
	const struct epacl_rule *rule;
};

/* What the map of a policy holds, by kind. */
static inline const struct epacl_vm *epacl_nl_vm(const struct epacl_nl_item *i)
{
	return container_of(i->obj, struct epacl_vm, obj);
}

static inline const struct epacl_vnet *
epacl_nl_vnet(const struct epacl_nl_item *i)
{
	return container_of(i->obj, struct epacl_vnet, obj);
}

static inline const struct epacl_set *
epacl_nl_set(const struct epacl_nl_item *i)
{
	return container_of(i->obj, struct epacl_set, obj);
}

/* Its nest. Return: 0 or -EMSGSIZE. */
int epacl_nl_fill(struct sk_buff *skb, const struct epacl_net *en,
		  const struct epacl_root *root,
		  const struct epacl_nl_item *item);

/* Bytes that its message takes, or a few more. */
u32 epacl_nl_item_room(const struct epacl_nl_item *item);

#endif /* _EPACL_NETLINK_ITEM_H */

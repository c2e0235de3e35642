// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects of a policy as nests of attributes.
 */
#include <linux/etherdevice.h>
#include "netlink_item.h"
#include "netlink_put.h"
#include "station.h"

/* ---- what has a name of its own ---- */

static u32 chunk_of(const struct epacl_nl_item *item)
{
	return min_t(u32,
		     epacl_packed_count(&epacl_nl_set(item)->packed) -
			     item->first,
		     EPACL_SET_CHUNK);
}

static int fill_set(struct sk_buff *skb, const struct epacl_nl_item *item)
{
	const struct epacl_set *set = epacl_nl_set(item);

	if (nla_put_string(skb, EPACL_SET_A_NAME, set->obj.name) ||
	    epacl_nl_put_packed(skb, EPACL_SET_A_PREFIXES, &set->packed,
				item->first, chunk_of(item)) ||
	    epacl_nl_put_flag(skb, EPACL_SET_A_MORE, item->first) ||
	    nla_put_u32(skb, EPACL_SET_A_COUNT,
			epacl_packed_count(&set->packed)))
		return -EMSGSIZE;
	return 0;
}

static int fill_guard(struct sk_buff *skb, const struct epacl_nl_item *item)
{
	const struct epacl_guard *guard = container_of(item->obj,
						       struct epacl_guard, obj);
	struct epacl_count count;

	epacl_count_read(guard->counters->cpu, &count);
	if (nla_put_string(skb, EPACL_GUARD_A_PATTERN, guard->obj.name) ||
	    epacl_nl_put_flag(skb, EPACL_GUARD_A_FORCE, guard->force) ||
	    nla_put_u64_64bit(skb, EPACL_GUARD_A_PACKETS, count.packets,
			      EPACL_GUARD_A_PAD) ||
	    nla_put_u64_64bit(skb, EPACL_GUARD_A_BYTES, count.bytes,
			      EPACL_GUARD_A_PAD))
		return -EMSGSIZE;
	return 0;
}

static int fill_service(struct sk_buff *skb, const struct epacl_nl_item *item)
{
	const struct epacl_service *service = container_of(item->obj,
							   struct epacl_service,
							   obj);
	struct epacl_ip vips[ARRAY_SIZE(service->vip)];
	u32 i, n = 0;

	for (i = 0; i < ARRAY_SIZE(service->vip); i++)
		if (service->vip[i].family)
			vips[n++] = service->vip[i];
	if (nla_put_string(skb, EPACL_SERVICE_A_NAME, service->obj.name) ||
	    epacl_nl_put_ips(skb, EPACL_SERVICE_A_VIPS, vips, n))
		return -EMSGSIZE;
	return 0;
}

static int fill_vnet(struct sk_buff *skb, const struct epacl_root *root,
		     const struct epacl_vnet *vnet)
{
	if (nla_put_string(skb, EPACL_VNET_A_NAME, vnet->obj.name) ||
	    epacl_nl_put_prefixes(skb, EPACL_VNET_A_PREFIXES, vnet->prefixes,
				  vnet->nprefixes) ||
	    epacl_nl_put_prefixes(skb, EPACL_VNET_A_PEER_PREFIXES, vnet->peers,
				  vnet->npeers) ||
	    epacl_nl_put_names(skb, EPACL_VNET_A_PEER_VNET, vnet->peer_vnets,
			       vnet->npeer_vnets) ||
	    epacl_nl_put_names(skb, EPACL_VNET_A_UPLINK, vnet->uplinks,
			       vnet->nuplinks) ||
	    (epacl_vnet_overlaps(root, vnet) &&
	     nla_put_u16(skb, EPACL_VNET_A_ZONE, vnet->zone)))
		return -EMSGSIZE;
	return 0;
}

static int fill_subnet(struct sk_buff *skb, const struct epacl_nl_item *item)
{
	const struct epacl_subnet *subnet = item->subnet;

	if (nla_put_string(skb, EPACL_SUBNET_A_VNET, item->obj->name) ||
	    nla_put_string(skb, EPACL_SUBNET_A_NAME, subnet->name) ||
	    epacl_nl_put_prefixes(skb, EPACL_SUBNET_A_PREFIXES,
				  subnet->prefixes, subnet->n))
		return -EMSGSIZE;
	return 0;
}

static int fill_group(struct sk_buff *skb, const struct epacl_nl_item *item)
{
	const struct epacl_group *group = container_of(item->obj,
						       struct epacl_group, obj);

	if (nla_put_string(skb, EPACL_GROUP_A_NAME, group->obj.name) ||
	    nla_put_u16(skb, EPACL_GROUP_A_PRECEDENCE, group->precedence))
		return -EMSGSIZE;
	return 0;
}

static int fill_lbset(struct sk_buff *skb, const struct epacl_nl_item *item)
{
	const struct epacl_lbset *lbset = container_of(item->obj,
						       struct epacl_lbset, obj);

	if (nla_put_string(skb, EPACL_LBSET_A_NAME, lbset->obj.name) ||
	    nla_put_u16(skb, EPACL_LBSET_A_PROTO, lbset->proto) ||
	    epacl_nl_put_publics(skb, EPACL_LBSET_A_PUBLICS, lbset->publics,
				 lbset->npublics))
		return -EMSGSIZE;
	return 0;
}

/* ---- VMs ---- */

static int fill_vm(struct sk_buff *skb, const struct epacl_vm *vm)
{
	if (nla_put_string(skb, EPACL_VM_A_NAME, vm->obj.name) ||
	    epacl_nl_put_name(skb, EPACL_VM_A_SERVICE, vm->service) ||
	    (vm->quota && nla_put_u32(skb, EPACL_VM_A_QUOTA, vm->quota)))
		return -EMSGSIZE;
	return 0;
}

static u32 ifindex_of(const struct epacl_nic *nic)
{
	return nic->station ? READ_ONCE(nic->station->ifindex) : 0;
}

/* Where none is declared, and one was heard. */
static int put_learned_mac(struct sk_buff *skb, const struct epacl_nic *nic)
{
	u64 mac = nic->has_mac || !nic->station ?
			  0 :
			  epacl_station_mac(nic->station);
	u8 bytes[ETH_ALEN];

	if (!mac)
		return 0;
	u64_to_ether_addr(mac, bytes);
	return nla_put(skb, EPACL_NIC_A_LEARNED_MAC, ETH_ALEN, bytes);
}

static int fill_nic(struct sk_buff *skb, const struct epacl_nl_item *item)
{
	const struct epacl_nic *nic = item->nic;
	u32 nplain = nic->n - nic->nshared;

	if (nla_put_string(skb, EPACL_NIC_A_VM, item->obj->name) ||
	    nla_put_string(skb, EPACL_NIC_A_DEV, nic->dev) ||
	    epacl_nl_put_prefixes(skb, EPACL_NIC_A_ADDRESSES, nic->prefixes,
				  nplain) ||
	    (nic->has_mac &&
	     nla_put(skb, EPACL_NIC_A_MAC, ETH_ALEN, nic->mac)) ||
	    epacl_nl_put_name(skb, EPACL_NIC_A_VNET, nic->vnet) ||
	    nla_put_u32(skb, EPACL_NIC_A_IFINDEX, ifindex_of(nic)) ||
	    epacl_nl_put_prefixes(skb, EPACL_NIC_A_SHARED,
				  nic->prefixes + nplain, nic->nshared) ||
	    epacl_nl_put_vlans(skb, EPACL_NIC_A_VLANS, nic->vlans,
			       nic->nvlans) ||
	    (nic->serves &&
	     nla_put_u32(skb, EPACL_NIC_A_SERVES, nic->serves)) ||
	    put_learned_mac(skb, nic))
		return -EMSGSIZE;
	return 0;
}

/* One a family, if any public address is translated. */
static int put_targets(struct sk_buff *skb, const struct epacl_vm *vm,
		       const struct epacl_endpoint *endpoint)
{
	struct epacl_ip targets[2];
	u32 n = 0;
	u8 family;

	if (!endpoint->npublics && !endpoint->lbset[0])
		return 0;
	for (family = 4; family <= 6; family += 2) {
		targets[n] = epacl_public_target(vm, endpoint, family);
		n += targets[n].family ? 1 : 0;
	}
	return epacl_nl_put_ips(skb, EPACL_ENDPOINT_A_TARGETS, targets, n);
}

static int fill_endpoint(struct sk_buff *skb, const struct epacl_vm *vm,
			 const struct epacl_endpoint *e)
{
	u32 nports = epacl_proto_has_ports(e->proto) ? 1 : 0;

	if (nla_put_string(skb, EPACL_ENDPOINT_A_VM, vm->obj.name) ||
	    nla_put_string(skb, EPACL_ENDPOINT_A_NAME, e->name) ||
	    nla_put_u16(skb, EPACL_ENDPOINT_A_PROTO, e->proto) ||
	    epacl_nl_put_ports(skb, EPACL_ENDPOINT_A_PORTS, &e->ports,
			       nports) ||
	    (e->has_type && nla_put_u8(skb, EPACL_ENDPOINT_A_TYPE, e->type)) ||
	    (e->has_code && nla_put_u8(skb, EPACL_ENDPOINT_A_CODE, e->code)) ||
	    epacl_nl_put_ips(skb, EPACL_ENDPOINT_A_ADDRESS, &e->address,
			     e->address.family ? 1 : 0) ||
	    epacl_nl_put_publics(skb, EPACL_ENDPOINT_A_PUBLICS, e->publics,
				 e->npublics) ||
	    put_targets(skb, vm, e) ||
	    epacl_nl_put_name(skb, EPACL_ENDPOINT_A_LBSET, e->lbset))
		return -EMSGSIZE;
	return 0;
}

static int fill_member(struct sk_buff *skb, const struct epacl_nl_item *item)
{
	if (nla_put_string(skb, EPACL_MEMBER_A_GROUP, item->group) ||
	    nla_put_string(skb, EPACL_MEMBER_A_VM, item->obj->name))
		return -EMSGSIZE;
	return 0;
}

/* ---- rule lists ---- */

static int put_owner(struct sk_buff *skb, int attr,
		     const struct epacl_nl_item *item)
{
	return epacl_nl_put_owner(skb, attr, item->owner, item->direction,
				  item->obj->name, item->part);
}

static int fill_rules(struct sk_buff *skb, const struct epacl_nl_item *item)
{
	const struct epacl_slot *slots = item->slots;

	if (put_owner(skb, EPACL_RULES_A_OWNER, item) ||
	    nla_put_u8(skb, EPACL_RULES_A_DEFAULT, item->acl->deflt) ||
	    nla_put_u32(skb, EPACL_RULES_A_COUNT, item->acl->n) ||
	    (slots && epacl_nl_put_name(skb, EPACL_RULES_A_USE,
					slots[item->direction].use)))
		return -EMSGSIZE;
	return 0;
}

static int put_match(struct sk_buff *skb, const struct epacl_match *match)
{
	if (epacl_nl_put_prefixes(skb, EPACL_RULE_A_REMOTE, &match->remote,
				  match->remote.ip.family ? 1 : 0) ||
	    (match->proto != EPACL_PROTO_ANY &&
	     nla_put_u16(skb, EPACL_RULE_A_PROTO, match->proto)) ||
	    epacl_nl_put_ports(skb, EPACL_RULE_A_LPORTS, match->ports,
			       match->nlports) ||
	    epacl_nl_put_ports(skb, EPACL_RULE_A_RPORTS,
			       match->ports + match->nlports, match->nrports) ||
	    (match->has_type &&
	     nla_put_u8(skb, EPACL_RULE_A_TYPE, match->type)) ||
	    (match->has_code &&
	     nla_put_u8(skb, EPACL_RULE_A_CODE, match->code)) ||
	    epacl_nl_put_name(skb, EPACL_RULE_A_SET, epacl_match_set(match)) ||
	    epacl_nl_put_flag(skb, EPACL_RULE_A_SECURE, match->secure) ||
	    (match->reqid &&
	     nla_put_u32(skb, EPACL_RULE_A_REQID, match->reqid)))
		return -EMSGSIZE;
	return 0;
}

static int fill_rule(struct sk_buff *skb, const struct epacl_nl_item *item)
{
	const struct epacl_rule *rule = item->rule;
	struct epacl_count count;

	epacl_count_read(rule->counter, &count);
	if (put_owner(skb, EPACL_RULE_A_OWNER, item) ||
	    nla_put_u16(skb, EPACL_RULE_A_ORDER, rule->order) ||
	    nla_put_u8(skb, EPACL_RULE_A_ACTION,
		       rule->permit ? EPACL_PERMIT : EPACL_DROP) ||
	    put_match(skb, &rule->match) ||
	    epacl_nl_put_name(skb, EPACL_RULE_A_TEXT, epacl_rule_text(rule)) ||
	    epacl_nl_put_flag(skb, EPACL_RULE_A_LOG, rule->log) ||
	    nla_put_u64_64bit(skb, EPACL_RULE_A_PACKETS, count.packets,
			      EPACL_RULE_A_PAD) ||
	    nla_put_u64_64bit(skb, EPACL_RULE_A_BYTES, count.bytes,
			      EPACL_RULE_A_PAD))
		return -EMSGSIZE;
	return 0;
}

static int fill_effective(struct sk_buff *skb, const struct epacl_nl_item *item)
{
	const struct epacl_effective *e = item->effective;
	const struct epacl_layer *layer = &e->layer;

	if (nla_put_string(skb, EPACL_EFFECTIVE_A_VM, item->obj->name) ||
	    nla_put_u8(skb, EPACL_EFFECTIVE_A_DIRECTION, layer->direction) ||
	    epacl_nl_put_owner(skb, EPACL_EFFECTIVE_A_OWNER, layer->owner,
			       layer->direction, layer->name, layer->part) ||
	    epacl_nl_put_name(skb, EPACL_EFFECTIVE_A_ACL, layer->use) ||
	    epacl_nl_put_name(skb, EPACL_EFFECTIVE_A_ENDPOINT, e->endpoint) ||
	    epacl_nl_put_prefixes(skb, EPACL_EFFECTIVE_A_PREFIX, &e->prefix,
				  e->prefix.ip.family ? 1 : 0) ||
	    (e->group && nla_put_u16(skb, EPACL_EFFECTIVE_A_PRECEDENCE,
				     e->group->precedence)) ||
	    nla_put_u8(skb, EPACL_EFFECTIVE_A_DEFAULT,
		       epacl_acl_default_permits(layer->acl) ? EPACL_PERMIT :
							       EPACL_DROP) ||
	    nla_put_u32(skb, EPACL_EFFECTIVE_A_COUNT, layer->acl->n))
		return -EMSGSIZE;
	return 0;
}

/* ---- counters ---- */

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
			epacl_count_read(epacl_verdict_counter(counters->cpu,
							       direction,
							       reason),
					 &count);
			if (count.packets &&
			    put_count(skb, direction, reason, &count))
				return -EMSGSIZE;
		}
	}
	return 0;
}

/* Without an object: of the namespace. */
static int fill_reasons(struct sk_buff *skb, const struct epacl_net *en,
			const struct epacl_nl_item *item)
{
	if (!item->obj)
		return put_counts(skb, en->counters);
	if (nla_put_string(skb, EPACL_REASONS_A_VM, item->obj->name))
		return -EMSGSIZE;
	return put_counts(skb, epacl_nl_vm(item)->counters);
}

/* ---- all of them ---- */

/* Not a part of a VM. */
static int fill_object(struct sk_buff *skb, const struct epacl_root *root,
		       const struct epacl_nl_item *item)
{
	switch (item->kind) {
	case EPACL_A_LIMITS:
		return nla_put_u32(skb, EPACL_LIMITS_A_RULES_PER_ENDPOINT,
				   root->rules_per_endpoint);
	case EPACL_A_GUARD:
		return fill_guard(skb, item);
	case EPACL_A_SET:
		return fill_set(skb, item);
	case EPACL_A_ACL:
		return nla_put_string(skb, EPACL_ACL_A_NAME, item->obj->name);
	case EPACL_A_SERVICE:
		return fill_service(skb, item);
	case EPACL_A_VNET:
		return fill_vnet(skb, root, epacl_nl_vnet(item));
	case EPACL_A_SUBNET:
		return fill_subnet(skb, item);
	case EPACL_A_GROUP:
		return fill_group(skb, item);
	default:
		return fill_lbset(skb, item);
	}
}

int epacl_nl_fill(struct sk_buff *skb, const struct epacl_net *en,
		  const struct epacl_root *root,
		  const struct epacl_nl_item *item)
{
	switch (item->kind) {
	case EPACL_A_VM:
		return fill_vm(skb, epacl_nl_vm(item));
	case EPACL_A_NIC:
		return fill_nic(skb, item);
	case EPACL_A_ENDPOINT:
		return fill_endpoint(skb, epacl_nl_vm(item), item->endpoint);
	case EPACL_A_MEMBER:
		return fill_member(skb, item);
	case EPACL_A_RULES:
		return fill_rules(skb, item);
	case EPACL_A_RULE:
		return fill_rule(skb, item);
	case EPACL_A_EFFECTIVE:
		return fill_effective(skb, item);
	case EPACL_A_REASONS:
		return fill_reasons(skb, en, item);
	default:
		return fill_object(skb, root, item);
	}
}

static u32 prefixes_room(u32 n)
{
	return n * sizeof(struct epacl_u_prefix);
}

u32 epacl_nl_item_room(const struct epacl_nl_item *item)
{
	/* Headers, five names and all attributes of a fixed size. */
	u32 room = NLMSG_HDRLEN + GENL_HDRLEN + 768;
	u32 name = nla_total_size(sizeof(struct epacl_name));
	const struct epacl_vnet *vnet;

	switch (item->kind) {
	case EPACL_A_SET:
		return room + prefixes_room(chunk_of(item));
	case EPACL_A_VNET:
		vnet = epacl_nl_vnet(item);
		return room + prefixes_room(vnet->nprefixes + vnet->npeers) +
		       (vnet->npeer_vnets + vnet->nuplinks) * name;
	case EPACL_A_SUBNET:
		return room + prefixes_room(item->subnet->n);
	case EPACL_A_NIC:
		return room + prefixes_room(item->nic->n) +
		       item->nic->nvlans * sizeof(u16);
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

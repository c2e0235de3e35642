// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an endpoint may be: by itself, and within its VM.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include "policy_internal.h"
#include "snapshot.h"

#define ICMP 1
#define ICMPV6 58

static bool is_icmp(u16 proto)
{
	return proto == ICMP || proto == ICMPV6;
}

static int check_ports(struct epacl_refusal *why, const struct epacl_op *op,
		       const struct epacl_endpoint *endpoint)
{
	const u16 attr = EPACL_ENDPOINT_A_PORTS;
	const struct epacl_ports *ports = &endpoint->ports;

	if (!epacl_proto_has_ports(endpoint->proto)) {
		if (!epacl_op_has(op, attr) && !ports->lo && !ports->hi)
			return 0;
		return epacl_refuse(
			why, -EINVAL, attr, "protocol without ports",
			"endpoint '%s/%s' has a port, but its protocol has none",
			op->endpoint.vm, endpoint->name);
	}
	if (ports->lo && ports->lo <= ports->hi)
		return 0;
	if (!ports->lo && !ports->hi)
		return epacl_refuse(
			why, -EINVAL, attr, "port is missing",
			"endpoint '%s/%s' takes a port, or a range of ports, of 1 to 65535",
			op->endpoint.vm, endpoint->name);
	return epacl_refuse(
		why, -EINVAL, attr, "not a range of ports",
		"endpoint '%s/%s': %u-%u is no range of ports within 1 to 65535",
		op->endpoint.vm, endpoint->name, ports->lo, ports->hi);
}

static int check_protocol(struct epacl_refusal *why, const struct epacl_op *op,
			  const struct epacl_endpoint *endpoint)
{
	if (endpoint->proto > EPACL_PROTO_ANY)
		return epacl_refuse(
			why, -EINVAL, EPACL_ENDPOINT_A_PROTO, "not a protocol",
			"protocol %u of endpoint '%s/%s': it takes 0 to 255, or any",
			endpoint->proto, op->endpoint.vm, endpoint->name);
	if (endpoint->has_type && !is_icmp(endpoint->proto))
		return epacl_refuse(
			why, -EINVAL, EPACL_ENDPOINT_A_TYPE,
			"type without ICMP",
			"'type' of endpoint '%s/%s' takes icmp or icmpv6",
			op->endpoint.vm, endpoint->name);
	if (endpoint->has_code && !endpoint->has_type)
		return epacl_refuse(why, -EINVAL, EPACL_ENDPOINT_A_CODE,
				    "code without type",
				    "the code of endpoint '%s/%s' takes a type",
				    op->endpoint.vm, endpoint->name);
	return check_ports(why, op, endpoint);
}

static int check_public(struct epacl_refusal *why, const struct epacl_op *op,
			const struct epacl_endpoint *endpoint,
			const struct epacl_public *public)
{
	const u16 attr = EPACL_ENDPOINT_A_PUBLICS;
	char text[EPACL_IP_TEXT];

	if (public->ip.family != 4 && public->ip.family != 6)
		return epacl_refuse(
			why, -EINVAL, attr, "not an address",
			"a public address of endpoint '%s/%s' is of neither IPv4 nor IPv6",
			op->endpoint.vm, endpoint->name);
	if (public->port && endpoint->ports.lo != endpoint->ports.hi &&
	    public->port != endpoint->ports.lo)
		return epacl_refuse(
			why, -EINVAL, attr,
			"a range of ports keeps its numbers",
			"public %s port %u of endpoint '%s/%s': a range of ports keeps its numbers, so it is %u or left out",
			epacl_ip_text(&public->ip, text), public->port,
			op->endpoint.vm, endpoint->name, endpoint->ports.lo);
	return epacl_check_unicast(why, attr, "public", &public->ip);
}

/* Return: 0: it is chosen later. */
static u16 known_port(const struct epacl_endpoint *endpoint,
		      const struct epacl_public *public)
{
	if (!public->port && endpoint->ports.lo != endpoint->ports.hi)
		return endpoint->ports.lo;
	return public->port;
}

/* They are sorted, and those without a port are not chosen yet. */
static int check_publics(struct epacl_refusal *why, const struct epacl_op *op,
			 const struct epacl_endpoint *endpoint)
{
	const u16 attr = EPACL_ENDPOINT_A_PUBLICS;
	const struct epacl_public *publics = endpoint->publics;
	char text[EPACL_IP_TEXT];
	u16 port, before = 0;
	u32 i;
	int err;

	if (endpoint->npublics && !epacl_proto_has_ports(endpoint->proto))
		return epacl_refuse(
			why, -EINVAL, attr,
			"public takes a protocol with ports",
			"endpoint '%s/%s' cannot have a public address: its protocol has no ports",
			op->endpoint.vm, endpoint->name);
	for (i = 0; i < endpoint->npublics; i++) {
		err = check_public(why, op, endpoint, &publics[i]);
		if (err)
			return err;
		port = known_port(endpoint, &publics[i]);
		if (!i || !port || port != before ||
		    !epacl_ip_equal(&publics[i - 1].ip, &publics[i].ip)) {
			before = port;
			continue;
		}
		return epacl_refuse(
			why, -EINVAL, attr,
			"a public address and port stands twice",
			"public %s port %u stands twice at endpoint '%s/%s'",
			epacl_ip_text(&publics[i].ip, text), port,
			op->endpoint.vm, endpoint->name);
	}
	return 0;
}

int epacl_endpoint_check(struct epacl_refusal *why, const struct epacl_op *op,
			 const struct epacl_endpoint *endpoint)
{
	const struct epacl_ip *address = &endpoint->address;
	int err;

	err = check_protocol(why, op, endpoint);
	if (!err)
		err = check_publics(why, op, endpoint);
	if (err)
		return err;
	if (epacl_op_has(op, EPACL_ENDPOINT_A_ADDRESS) &&
	    address->family != 4 && address->family != 6)
		return epacl_refuse(
			why, -EINVAL, EPACL_ENDPOINT_A_ADDRESS,
			"not an address",
			"the address of endpoint '%s/%s' is of neither IPv4 nor IPv6",
			op->endpoint.vm, endpoint->name);
	return 0;
}

static int check_address(struct epacl_refusal *why, const struct epacl_vm *vm,
			 const struct epacl_endpoint *endpoint)
{
	char text[EPACL_IP_TEXT];
	u32 i;

	if (!endpoint->address.family)
		return 0;
	for (i = 0; i < vm->nnics; i++)
		if (epacl_nic_owns(vm->nics[i], &endpoint->address))
			return 0;
	return epacl_refuse(
		why, -EINVAL, EPACL_ENDPOINT_A_ADDRESS,
		"not an address of the VM",
		"address %s of endpoint '%s/%s' is of no nic of vm '%s'",
		epacl_ip_text(&endpoint->address, text), vm->obj.name,
		endpoint->name, vm->obj.name);
}

static bool is_shared(const struct epacl_vm *vm, const struct epacl_ip *ip)
{
	const struct epacl_nic *nic;
	u32 i, k;

	for (i = 0; i < vm->nnics; i++) {
		nic = vm->nics[i];
		for (k = nic->n - nic->nshared; k < nic->n; k++)
			if (epacl_ip_equal(&nic->prefixes[k].ip, ip))
				return true;
	}
	return false;
}

/* @vm has a nic. */
static struct epacl_ip first_address(const struct epacl_vm *vm, u8 family)
{
	const struct epacl_nic *nic = vm->nics[0];
	const struct epacl_prefix *prefix;
	struct epacl_ip none = {};
	u32 i;

	for (i = 0; i < nic->n - nic->nshared; i++) {
		prefix = &nic->prefixes[i];
		if (prefix->ip.family == family &&
		    epacl_prefix_is_plain(prefix) &&
		    !epacl_ip_is_link_local(&prefix->ip))
			return prefix->ip;
	}
	return none;
}

struct epacl_ip epacl_public_target(const struct epacl_vm *vm,
				    const struct epacl_endpoint *endpoint,
				    u8 family)
{
	struct epacl_ip none = {};

	if (!endpoint->address.family)
		return vm->nnics ? first_address(vm, family) : none;
	if (endpoint->address.family != family ||
	    is_shared(vm, &endpoint->address))
		return none;
	return endpoint->address;
}

/* One of @publics that nothing of @vm can be translated to; NULL: none. */
static const struct epacl_public *
without_target(const struct epacl_vm *vm, const struct epacl_endpoint *endpoint,
	       const struct epacl_public *publics, u32 n)
{
	u32 i;

	/* Without nics it is seen when the transaction ends. */
	for (i = 0; i < n && vm->nnics; i++)
		if (!epacl_public_target(vm, endpoint, publics[i].ip.family)
			     .family)
			return &publics[i];
	return NULL;
}

static int check_targets(struct epacl_refusal *why, const struct epacl_vm *vm,
			 const struct epacl_endpoint *endpoint)
{
	const struct epacl_public *public;
	char text[EPACL_IP_TEXT];

	public = without_target(vm, endpoint, endpoint->publics,
				endpoint->npublics);
	if (!public)
		return 0;
	return epacl_refuse(
		why, -EINVAL, EPACL_ENDPOINT_A_PUBLICS,
		"VM has no address of the public address's family",
		"public %s of endpoint '%s/%s' cannot be translated: %s of vm '%s' has no plain IPv%u address",
		epacl_ip_text(&public->ip, text), vm->obj.name, endpoint->name,
		endpoint->address.family ? "the endpoint's 'address'" :
					   "the first nic",
		vm->obj.name, public->ip.family);
}

static int check_member_targets(struct epacl_refusal *why, u16 attr,
				const struct epacl_vm *vm,
				const struct epacl_endpoint *endpoint,
				const struct epacl_lbset *lbset)
{
	const struct epacl_public *public;
	char text[EPACL_IP_TEXT];

	public = without_target(vm, endpoint, lbset->publics, lbset->npublics);
	if (!public)
		return 0;
	return epacl_refuse(
		why, -EINVAL, attr,
		"VM has no address of the public address's family",
		"public %s of lbset '%s' cannot be translated: %s of endpoint '%s/%s' has no plain IPv%u address",
		epacl_ip_text(&public->ip, text), lbset->obj.name,
		endpoint->address.family ? "the 'address'" : "the first nic",
		vm->obj.name, endpoint->name, public->ip.family);
}

int epacl_endpoint_check_member(struct epacl_refusal *why, u16 attr,
				const struct epacl_vm *vm,
				const struct epacl_endpoint *endpoint,
				const struct epacl_lbset *lbset)
{
	if (endpoint->proto != lbset->proto)
		return epacl_refuse(
			why, -EINVAL, attr,
			"endpoint and lbset are of different protocols",
			"endpoint '%s/%s' is of protocol %u, lbset '%s' of protocol %u",
			vm->obj.name, endpoint->name, endpoint->proto,
			lbset->obj.name, lbset->proto);
	if (endpoint->ports.lo != endpoint->ports.hi)
		return epacl_refuse(
			why, -EINVAL, attr, "member with a range of ports",
			"endpoint '%s/%s' has ports %u-%u: a member of lbset '%s' has one port",
			vm->obj.name, endpoint->name, endpoint->ports.lo,
			endpoint->ports.hi, lbset->obj.name);
	return check_member_targets(why, attr, vm, endpoint, lbset);
}

/* The ICMP type that an endpoint is for. */
static u8 icmp_type(const struct epacl_endpoint *endpoint)
{
	if (endpoint->has_type)
		return endpoint->type;
	return endpoint->proto == ICMP ? 8 : 128; /* echo request */
}

/* Do two endpoints of one kind take the same packets? */
static bool overlap(const struct epacl_endpoint *a,
		    const struct epacl_endpoint *b)
{
	if (a->proto != b->proto)
		return false;
	if (a->address.family && b->address.family &&
	    !epacl_ip_equal(&a->address, &b->address))
		return false;
	if (epacl_proto_has_ports(a->proto))
		return (a->ports.lo == a->ports.hi) ==
			       (b->ports.lo == b->ports.hi) &&
		       a->ports.lo <= b->ports.hi && b->ports.lo <= a->ports.hi;
	if (is_icmp(a->proto))
		return icmp_type(a) == icmp_type(b) &&
		       (!a->has_code || !b->has_code || a->code == b->code);
	return true;
}

static int check_overlaps(struct epacl_refusal *why, const struct epacl_vm *vm,
			  const struct epacl_endpoint *endpoint)
{
	const struct epacl_endpoint *other;
	u16 attr = EPACL_ENDPOINT_A_PROTO;
	u32 i;

	if (epacl_proto_has_ports(endpoint->proto))
		attr = EPACL_ENDPOINT_A_PORTS;
	else if (is_icmp(endpoint->proto))
		attr = EPACL_ENDPOINT_A_TYPE;
	for (i = 0; i < vm->nendpoints; i++) {
		other = vm->endpoints[i];
		if (!overlap(endpoint, other) ||
		    !strcmp(other->name, endpoint->name))
			continue;
		return epacl_refuse(
			why, -EADDRINUSE, attr, "endpoints of one VM overlap",
			"endpoint '%s/%s' takes packets that endpoint '%s/%s' takes already",
			vm->obj.name, endpoint->name, vm->obj.name,
			other->name);
	}
	return 0;
}

int epacl_endpoint_check_vm(struct epacl_refusal *why,
			    const struct epacl_vm *vm,
			    const struct epacl_endpoint *endpoint)
{
	int err;

	err = check_address(why, vm, endpoint);
	if (!err)
		err = check_targets(why, vm, endpoint);
	if (!err)
		err = check_overlaps(why, vm, endpoint);
	return err;
}

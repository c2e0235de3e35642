// SPDX-License-Identifier: GPL-2.0-only
/*
 * The closest endpoint of a VM, by binary search.
 *
 * What an endpoint opens is a range of numbers of a protocol: ports, or a type
 * of ICMP and its codes. Endpoints of one VM that are equally close do not
 * overlap, so that, at one address and at all of them, the last range that
 * begins at a number or before it is the only one that can hold it.
 */
#include <linux/kernel.h>
#include <linux/sort.h>
#include "closest.h"

#define PROTO_ICMP 1
#define PROTO_ICMPV6 58
#define ICMP_TYPE_ECHO 8
#define ICMPV6_TYPE_ECHO 128

static bool is_icmp(u16 proto)
{
	return proto == PROTO_ICMP || proto == PROTO_ICMPV6;
}

static u16 icmp_number(u8 type, u8 code)
{
	return type << 8 | code;
}

/* A number of a protocol, as one. */
static u32 place(u16 proto, u16 number)
{
	return (u32)proto << 16 | number;
}

/* ---- building ---- */

static bool is_exact(const struct epacl_endpoint *endpoint)
{
	return endpoint->ports.lo == endpoint->ports.hi;
}

/* How closely it names what it opens. */
static enum epacl_closeness closeness(const struct epacl_endpoint *endpoint)
{
	if (endpoint->proto == EPACL_PROTO_ANY)
		return EPACL_CLOSE_ANY;
	if (!epacl_proto_has_ports(endpoint->proto))
		return EPACL_CLOSE_PROTO;
	return is_exact(endpoint) ? EPACL_CLOSE_PORT : EPACL_CLOSE_RANGE;
}

static struct epacl_ports icmp_numbers(const struct epacl_endpoint *endpoint)
{
	u8 type = endpoint->proto == PROTO_ICMP ? ICMP_TYPE_ECHO :
						  ICMPV6_TYPE_ECHO;
	struct epacl_ports numbers;

	if (endpoint->has_type)
		type = endpoint->type;
	numbers.lo = icmp_number(type, endpoint->has_code ? endpoint->code : 0);
	numbers.hi = icmp_number(type,
				 endpoint->has_code ? endpoint->code : U8_MAX);
	return numbers;
}

static void open_up(const struct epacl_endpoint *endpoint,
		    struct epacl_opening *opening)
{
	struct epacl_ports numbers = { .lo = 0, .hi = U16_MAX };

	if (is_icmp(endpoint->proto))
		numbers = icmp_numbers(endpoint);
	else if (epacl_proto_has_ports(endpoint->proto))
		numbers = endpoint->ports;
	opening->lo = place(endpoint->proto, numbers.lo);
	opening->hi = place(endpoint->proto, numbers.hi);
}

static int opening_compare(const void *a, const void *b, const void *cvm)
{
	const struct epacl_cendpoint *endpoints =
		((const struct epacl_cvm *)cvm)->endpoints;
	const struct epacl_opening *x = a, *y = b;
	const struct epacl_endpoint *ex = endpoints[x->endpoint].endpoint;
	const struct epacl_endpoint *ey = endpoints[y->endpoint].endpoint;
	int order = (int)closeness(ex) - (int)closeness(ey);

	if (!order)
		order = epacl_ip_compare(&ex->address, &ey->address);
	if (!order)
		order = x->lo < y->lo ? -1 : x->lo > y->lo;
	return order;
}

void epacl_cvm_sort(struct epacl_cvm *cvm)
{
	const struct epacl_endpoint *endpoint;
	u32 n = cvm->vm->nendpoints, i;

	for (i = 0; i < n; i++) {
		endpoint = cvm->endpoints[i].endpoint;
		cvm->openings[i].endpoint = i;
		open_up(endpoint, &cvm->openings[i]);
		cvm->ends[closeness(endpoint)]++;
		cvm->bound |= endpoint->address.family;
	}
	for (i = 1; i < EPACL_CLOSENESSES; i++)
		cvm->ends[i] += cvm->ends[i - 1];
	sort_r(cvm->openings, n, sizeof(*cvm->openings), opening_compare, NULL,
	       cvm);
}

/* ---- searching ---- */

/* The address of @opening; family 0: all of the VM. */
static const struct epacl_ip *address_of(const struct epacl_cvm *cvm,
					 const struct epacl_opening *opening)
{
	return &cvm->endpoints[opening->endpoint].endpoint->address;
}

/* Does @opening begin at @place of @address, or before it? */
static bool is_before(const struct epacl_cvm *cvm,
		      const struct epacl_opening *opening, u32 place,
		      const struct epacl_ip *address)
{
	int order = 0;

	if (cvm->bound)
		order = epacl_ip_compare(address_of(cvm, opening), address);
	return order < 0 || (!order && opening->lo <= place);
}

/* Of those from @lo up to @hi, which are equally close. */
static const struct epacl_cendpoint *find(const struct epacl_cvm *cvm, u32 lo,
					  u32 hi, u32 place,
					  const struct epacl_ip *address)
{
	const struct epacl_opening *last;
	u32 mid, first = lo;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (is_before(cvm, &cvm->openings[mid], place, address))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == first)
		return NULL;
	last = &cvm->openings[lo - 1];
	if (place > last->hi ||
	    (cvm->bound && !epacl_ip_equal(address_of(cvm, last), address)))
		return NULL;
	return &cvm->endpoints[last->endpoint];
}

static u16 number_of(const struct epacl_key *key)
{
	if (key->has_type)
		return icmp_number(key->type, key->code);
	return key->has_ports ? key->lport : 0;
}

const struct epacl_cendpoint *epacl_cvm_closest(const struct epacl_cvm *cvm,
						const struct epacl_key *key)
{
	static const struct epacl_ip all;
	const struct epacl_cendpoint *found = NULL;
	u32 at = place(key->proto, number_of(key)), lo = 0, i;

	for (i = 0; i < EPACL_CLOSENESSES && !found; i++) {
		if (lo == cvm->ends[i])
			continue;
		if (i == EPACL_CLOSE_ANY)
			at = place(EPACL_PROTO_ANY, 0);
		found = find(cvm, lo, cvm->ends[i], at, &all);
		if (!found && cvm->bound)
			found = find(cvm, lo, cvm->ends[i], at, key->local);
		lo = cvm->ends[i];
	}
	return found;
}

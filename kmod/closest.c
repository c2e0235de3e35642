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

/* ---- building ---- */

static void open_icmp(const struct epacl_endpoint *endpoint,
		      struct epacl_opening *opening)
{
	u8 type = endpoint->proto == PROTO_ICMP ? ICMP_TYPE_ECHO :
						  ICMPV6_TYPE_ECHO;

	if (endpoint->has_type)
		type = endpoint->type;
	opening->lo = icmp_number(type,
				  endpoint->has_code ? endpoint->code : 0);
	opening->hi = icmp_number(type,
				  endpoint->has_code ? endpoint->code : U8_MAX);
}

/* Return: how closely it names that. */
static enum epacl_closeness open_up(const struct epacl_endpoint *endpoint,
				    struct epacl_opening *opening)
{
	opening->proto = endpoint->proto;
	opening->lo = 0;
	opening->hi = U16_MAX;
	if (endpoint->proto == EPACL_PROTO_ANY)
		return EPACL_CLOSE_ANY;
	if (is_icmp(endpoint->proto))
		open_icmp(endpoint, opening);
	if (!epacl_proto_has_ports(endpoint->proto))
		return EPACL_CLOSE_PROTO;
	opening->lo = endpoint->ports.lo;
	opening->hi = endpoint->ports.hi;
	return opening->lo == opening->hi ? EPACL_CLOSE_PORT :
					    EPACL_CLOSE_RANGE;
}

static int opening_compare(const void *a, const void *b, const void *cvm)
{
	const struct epacl_cendpoint *endpoints =
		((const struct epacl_cvm *)cvm)->endpoints;
	const struct epacl_opening *x = a, *y = b;
	int order;

	if (x->closeness != y->closeness)
		return (int)x->closeness - y->closeness;
	if (x->proto != y->proto)
		return (int)x->proto - y->proto;
	order = epacl_ip_compare(&endpoints[x->endpoint].endpoint->address,
				 &endpoints[y->endpoint].endpoint->address);
	return order ? order : (int)x->lo - y->lo;
}

void epacl_cvm_sort(struct epacl_cvm *cvm)
{
	const struct epacl_endpoint *endpoint;
	struct epacl_opening *opening;
	u32 n = cvm->vm->nendpoints, i;

	for (i = 0; i < n; i++) {
		endpoint = cvm->endpoints[i].endpoint;
		opening = &cvm->openings[i];
		opening->endpoint = i;
		opening->closeness = open_up(endpoint, opening);
		cvm->ends[opening->closeness]++;
		cvm->bound |= endpoint->address.family;
	}
	for (i = 1; i < EPACL_CLOSENESSES; i++)
		cvm->ends[i] += cvm->ends[i - 1];
	sort_r(cvm->openings, n, sizeof(*cvm->openings), opening_compare, NULL,
	       cvm);
}

/* ---- searching ---- */

/* What is looked for: a number of a protocol at an address, family 0: at all. */
struct wanted {
	u16 proto;
	u16 number;
	const struct epacl_ip *address;
};

/* Does @opening begin at @wanted, or before it? */
static bool is_before(const struct epacl_cvm *cvm,
		      const struct epacl_opening *opening,
		      const struct wanted *wanted)
{
	int order;

	if (opening->proto != wanted->proto)
		return opening->proto < wanted->proto;
	if (cvm->bound) {
		order = epacl_ip_compare(&cvm->endpoints[opening->endpoint]
						  .endpoint->address,
					 wanted->address);
		if (order)
			return order < 0;
	}
	return opening->lo <= wanted->number;
}

static bool is_wanted(const struct epacl_cvm *cvm,
		      const struct epacl_opening *opening,
		      const struct wanted *wanted)
{
	return opening->proto == wanted->proto &&
	       wanted->number <= opening->hi &&
	       (!cvm->bound || epacl_ip_equal(&cvm->endpoints[opening->endpoint]
						       .endpoint->address,
					      wanted->address));
}

/* Of those from @lo up to @hi. */
static const struct epacl_cendpoint *find(const struct epacl_cvm *cvm, u32 lo,
					  u32 hi, const struct wanted *wanted)
{
	const struct epacl_opening *last;
	u32 mid, first = lo;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (is_before(cvm, &cvm->openings[mid], wanted))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == first)
		return NULL;
	last = &cvm->openings[lo - 1];
	return is_wanted(cvm, last, wanted) ? &cvm->endpoints[last->endpoint] :
					      NULL;
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
	struct wanted wanted = { .proto = key->proto,
				 .number = number_of(key) };
	const struct epacl_cendpoint *found = NULL;
	u32 lo = 0, i;

	for (i = 0; i < EPACL_CLOSENESSES && !found; i++) {
		if (i == EPACL_CLOSE_ANY)
			wanted.proto = EPACL_PROTO_ANY;
		if (lo == cvm->ends[i])
			continue;
		wanted.address = &all;
		found = find(cvm, lo, cvm->ends[i], &wanted);
		wanted.address = &key->local;
		if (!found && cvm->bound)
			found = find(cvm, lo, cvm->ends[i], &wanted);
		lo = cvm->ends[i];
	}
	return found;
}

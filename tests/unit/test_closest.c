// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The closest endpoint of a VM, against a look at each of them.
 */
#include <stdlib.h>
#include <check.h>
#include <linux/kernel.h>
#include "closest.h"
#include "policy_internal.h"
#include "fixture.h"
#include "world.h"

enum { MOST = 200, ADDRESSES = 3 };

/* A VM of endpoints that do not overlap, and what is compiled of it. */
struct guest {
	struct epacl_vm vm;
	struct epacl_nic nic;
	struct epacl_nic *nics[1];
	struct epacl_prefix prefixes[ADDRESSES];
	struct epacl_endpoint *endpoints[MOST];
	struct epacl_endpoint of[MOST];
	struct epacl_cendpoint cendpoints[MOST];
};

static const u16 protos[] = { 6, 17, 1, 58, 47 };

static struct epacl_ip address(unsigned int i)
{
	return i == 2 ? ip6(0x2001, 0xdb8, 0, 0, 7) : ip4(10, 0, 0, 1 + i);
}

static void random_endpoint(struct epacl_endpoint *e)
{
	*e = (struct epacl_endpoint){
		.proto = chance(1) ? EPACL_PROTO_ANY : protos[below(5)],
	};
	if (chance(40))
		e->address = address(below(ADDRESSES));
	if (epacl_proto_has_ports(e->proto)) {
		e->ports.lo = 1 + below(300);
		e->ports.hi = e->ports.lo + (chance(30) ? below(20) : 0);
	} else if ((e->proto == 1 || e->proto == 58) && chance(80)) {
		e->has_type = true;
		e->type = below(10);
		e->has_code = chance(50);
		e->code = e->has_code ? below(3) : 0;
	}
}

static void random_guest(struct guest *g)
{
	unsigned int tries = 1 + below(3 * MOST), i;
	struct epacl_refusal why;
	struct epacl_endpoint *e;

	memset(g, 0, sizeof(*g));
	g->vm.nics = g->nics;
	g->vm.nnics = 1;
	g->nics[0] = &g->nic;
	g->nic.prefixes = g->prefixes;
	g->nic.n = ADDRESSES;
	for (i = 0; i < ADDRESSES; i++) {
		g->prefixes[i].ip = address(i);
		g->prefixes[i].len = i == 2 ? 128 : 32;
	}
	g->vm.endpoints = g->endpoints;
	while (tries-- && g->vm.nendpoints < MOST) {
		e = &g->of[g->vm.nendpoints];
		random_endpoint(e);
		snprintf(e->name, sizeof(e->name), "e%03u", g->vm.nendpoints);
		if (epacl_endpoint_check_vm(&why, &g->vm, e))
			continue;
		g->endpoints[g->vm.nendpoints++] = e;
	}
}

static struct epacl_cvm *compiled(struct guest *g)
{
	struct epacl_cvm *cvm =
		calloc(1, sizeof(*cvm) +
				  g->vm.nendpoints * sizeof(cvm->openings[0]));
	u32 i;

	for (i = 0; i < g->vm.nendpoints; i++)
		g->cendpoints[i].endpoint = g->endpoints[i];
	cvm->vm = &g->vm;
	cvm->endpoints = g->cendpoints;
	epacl_cvm_sort(cvm);
	return cvm;
}

/* Its address stays until the next one is made. */
static struct epacl_key random_key(void)
{
	static struct epacl_ip local;
	struct epacl_key key = { .proto = protos[below(5)] };

	local = address(below(ADDRESSES));
	key.local = &local;
	key.has_ports = epacl_proto_has_ports(key.proto);
	key.has_type = key.proto == 1 || key.proto == 58;
	if (key.has_ports)
		key.lport = below(330);
	if (key.has_type) {
		key.type = chance(20) ? (key.proto == 1 ? 8 : 128) : below(10);
		key.code = below(4);
	}
	return key;
}

/* 0: does not match; else the higher the closer. */
static int closeness(const struct epacl_endpoint *e,
		     const struct epacl_key *key)
{
	u8 type = e->has_type ? e->type : key->proto == 1 ? 8 : 128;

	if (e->address.family && !epacl_ip_equal(&e->address, key->local))
		return 0;
	if (e->proto == EPACL_PROTO_ANY)
		return 1;
	if (e->proto != key->proto)
		return 0;
	if (key->has_type)
		return type == key->type &&
				       (!e->has_code || e->code == key->code) ?
			       2 :
			       0;
	if (!key->has_ports)
		return 2;
	if (key->lport < e->ports.lo || key->lport > e->ports.hi)
		return 0;
	return e->ports.lo == e->ports.hi ? 4 : 3;
}

static const struct epacl_endpoint *closest(const struct guest *g,
					    const struct epacl_key *key)
{
	const struct epacl_endpoint *best = NULL;
	int most = 0, is;
	u32 i;

	for (i = 0; i < g->vm.nendpoints; i++) {
		is = closeness(g->endpoints[i], key);
		if (is > most)
			best = g->endpoints[i];
		most = max(most, is);
	}
	return best;
}

START_TEST(random_ones)
{
	unsigned long cases = random_cases(100000), found = 0, n = 0;
	const struct epacl_cendpoint *is;
	const struct epacl_endpoint *want;
	static struct guest g;
	struct epacl_key key;
	struct epacl_cvm *cvm;
	unsigned int i;

	random_begin(0xc105e);
	while (n < cases) {
		random_guest(&g);
		cvm = compiled(&g);
		for (i = 0; i < 200; i++, n++) {
			key = random_key();
			want = closest(&g, &key);
			is = epacl_cvm_closest(cvm, &key);
			ck_assert_ptr_eq(is ? is->endpoint : NULL, want);
			found += want != NULL;
		}
		free(cvm);
	}
	ck_assert_uint_gt(found, cases / 10);
	ck_assert_uint_lt(found, cases - cases / 10);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("closest");

	tcase_add_test(tcase, random_ones);
	return run_tcase("closest", tcase);
}

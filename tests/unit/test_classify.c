// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which rule matches first: the compiled table against a search through all
 * rules; random lists, and lists made to be difficult.
 */
#include <stdio.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include "rule_lists.h"
#include "run.h"

#define KEYS_PER_LIST 60

static void check_key(const struct epacl_key *key, u64 seed)
{
	ck_assert_msg(list_agrees(key), "seed %#llx", (unsigned long long)seed);
}

static void check_list(u64 seed, unsigned int keys)
{
	struct epacl_key key;
	unsigned int i;

	list_build();
	for (i = 0; i < keys; i++) {
		list_random_key(&key);
		check_key(&key, seed);
	}
	list_drop();
}

START_TEST(test_random)
{
	unsigned long cases = random_cases(300000), n;
	u64 seed = random_begin(0xc1a);
	unsigned int i;

	list_matches = 0;
	for (n = 0; n < cases; n += KEYS_PER_LIST) {
		list.n = below(17);
		list.deflt = below(3);
		for (i = 0; i < list.n; i++) {
			random_rule(&list.twin[i], 1 + i * 11 + below(11));
			if (n / KEYS_PER_LIST % 2)
				list_dress(&list.twin[i]);
		}
		check_list(seed, KEYS_PER_LIST);
	}
	if (cases < 10000)
		return;
	ck_assert_uint_gt(list_matches, cases / 3);
	ck_assert_uint_gt(list_secured_only, cases / 200);
}
END_TEST

/* ---- lists made to be difficult ---- */

static struct twin_rule *add(u16 order, bool permit)
{
	struct twin_rule *rule = &list.twin[list.n++];

	memset(rule, 0, sizeof(*rule));
	rule->order = order;
	rule->permit = permit;
	rule->any_remote = true;
	rule->proto = EPACL_PROTO_ANY;
	return rule;
}

/* Nested prefixes, the longest first or last, of one family. */
static void nested(u8 family, bool longest_first)
{
	unsigned int bits = family == 4 ? 32 : 128, i;
	struct epacl_ip ip = family == 4 ? ip4(10, 1, 0, 5) :
					   ip6(0xfd00, 1, 0, 0, 5);
	struct twin_rule *rule;

	list.n = 0;
	list.deflt = EPACL_DEFAULT_AUTO;
	for (i = 0; i <= bits; i++) {
		rule = add(1 + i, i & 1);
		rule->any_remote = false;
		rule->remote = prefix_of(ip, longest_first ? bits - i : i);
	}
}

/* Every address that differs from the nested one in one bit, and itself. */
static void check_nested(u8 family)
{
	unsigned int bits = family == 4 ? 32 : 128, i;
	struct epacl_ip remote;
	struct epacl_key key = { .proto = IPPROTO_TCP,
				 .has_ports = true,
				 .remote = &remote };

	list_build();
	for (i = 0; i <= bits; i++) {
		remote = family == 4 ? ip4(10, 1, 0, 5) :
				       ip6(0xfd00, 1, 0, 0, 5);
		if (i < bits)
			remote.b[i / 8] ^= 0x80 >> i % 8;
		check_key(&key, 0);
	}
	remote = family == 4 ? ip6(0xfd00, 1, 0, 0, 5) : ip4(10, 1, 0, 5);
	check_key(&key, 0);
	list_drop();
}

START_TEST(test_nested)
{
	u8 family = _i & 1 ? 4 : 6;

	nested(family, _i & 2);
	check_nested(family);
}
END_TEST

/* Ranges that touch: each port is of one rule, and of the right one. */
START_TEST(test_adjacent_ranges)
{
	struct epacl_ip remote = ip4(198, 51, 100, 1);
	struct epacl_key key = { .proto = IPPROTO_UDP,
				 .has_ports = true,
				 .remote = &remote };
	struct twin_rule *rule;
	u32 port, i;

	list.n = 0;
	for (i = 0; i < 64; i++) {
		rule = add(10 + i, i & 1);
		rule->nlports = 1;
		rule->lports[0].lo = i * 1024;
		rule->lports[0].hi = i * 1024 + 1023;
	}
	list_build();
	for (port = 0; port <= 65535; port++) {
		key.lport = port;
		key.rport = ~port;
		check_key(&key, 0);
		ck_assert_uint_eq(list_classify(&key)->order, 10 + port / 1024);
	}
	list_drop();
}
END_TEST

/* A range of all ports still takes a protocol that has ports. */
START_TEST(test_all_ports)
{
	struct epacl_ip remote = ip4(198, 51, 100, 1);
	struct epacl_key key = { .remote = &remote };
	struct twin_rule *rule;
	int proto;

	list.n = 0;
	rule = add(1, true);
	rule->nlports = 1;
	rule->lports[0].hi = 65535;
	rule = add(2, true);
	rule->nrports = 1;
	rule->rports[0].hi = 65535;
	list_build();
	for (proto = 0; proto < 256; proto++) {
		key.proto = proto;
		key.has_ports = twin_has_ports(proto);
		check_key(&key, 0);
		ck_assert(!!list_classify(&key) ==
			  (proto == 6 || proto == 17 || proto == 33 ||
			   proto == 132 || proto == 136));
	}
	list_drop();
}
END_TEST

/* "any" is of both families, /0 of one. */
START_TEST(test_zero_length)
{
	struct epacl_ip remote;
	struct epacl_key key = { .proto = IPPROTO_GRE, .remote = &remote };
	struct twin_rule *rule;

	list.n = 0;
	rule = add(1, true);
	rule->any_remote = false;
	rule->remote = prefix_of(ip6(0, 0, 0, 0, 0), 0);
	rule = add(2, true);
	rule->any_remote = false;
	rule->remote = prefix_of(ip4(0, 0, 0, 0), 0);
	add(3, false);
	list_build();
	remote = ip4(0, 0, 0, 0);
	ck_assert_uint_eq(list_classify(&key)->order, 2);
	remote = ip4(255, 255, 255, 255);
	ck_assert_uint_eq(list_classify(&key)->order, 2);
	remote = ip6(0, 0, 0, 0, 0);
	ck_assert_uint_eq(list_classify(&key)->order, 1);
	list_drop();
}
END_TEST

/* An IPv4 prefix is not the IPv6 one with the same first bits. */
START_TEST(test_families)
{
	struct epacl_ip remote;
	struct epacl_key key = { .proto = IPPROTO_GRE, .remote = &remote };
	struct twin_rule *rule;

	list.n = 0;
	rule = add(1, true);
	rule->any_remote = false;
	rule->remote = prefix_of(ip4(0x20, 0x01, 0x0d, 0xb8), 32);
	list_build();
	remote = ip6(0x2001, 0xdb8, 0, 0, 0);
	ck_assert_ptr_null(list_classify(&key));
	remote = ip4(0x20, 0x01, 0x0d, 0xb8);
	ck_assert_ptr_nonnull(list_classify(&key));
	list_drop();
}
END_TEST

/* As many rules as fit a word, and one more or less; the last one too. */
START_TEST(test_many)
{
	static const unsigned int sizes[] = { 0,  1,   2,   63,	 64,
					      65, 127, 128, 129, RULES_MAX };
	u64 seed = random_begin(0x3a);
	struct epacl_ip remote;
	struct epacl_key key = { .proto = IPPROTO_TCP,
				 .has_ports = true,
				 .remote = &remote };
	unsigned int i, size = sizes[_i];
	struct twin_rule *rule;

	list.n = 0;
	list.deflt = EPACL_DEFAULT_AUTO;
	for (i = 0; i < size; i++) {
		rule = add(1 + i * 300, i & 1);
		rule->any_remote = false;
		rule->remote = prefix_of(ip4(10, 0, i / 256, i), 32);
	}
	list_build();
	for (i = 0; i < size + 3; i++) {
		remote = ip4(10, 0, i / 256, i);
		check_key(&key, seed);
	}
	list_drop();
	check_list(seed, 2000);
}
END_TEST

/* A rule with secure, or for a reqid; IPsec that fits, or does not. */
START_TEST(test_secure)
{
	struct epacl_security one = { .n = 1, .reqid = { 7 } };
	struct epacl_security two = { .n = 2, .reqid = { 0, 9 } };
	struct epacl_ip remote = ip4(198, 51, 100, 1);
	struct epacl_key key = { .proto = IPPROTO_GRE, .remote = &remote };
	struct twin_rule *rule;

	list.n = 0;
	list.deflt = EPACL_DEFAULT_AUTO;
	rule = add(1, true);
	rule->secure = true;
	rule->reqid = 9;
	rule = add(2, false);
	rule->secure = true;
	add(3, true);
	list_build();
	ck_assert_uint_eq(list_classify(&key)->order, 3);
	key.security = &one;
	ck_assert_uint_eq(list_classify(&key)->order, 2);
	key.security = &two;
	ck_assert_uint_eq(list_classify(&key)->order, 1);
	list_drop();
}
END_TEST

/* What a packet without IPsec is held against, to tell why it is denied. */
START_TEST(test_secured)
{
	static const struct {
		const char *rules; /* p and d; then * any, a digit a reqid */
		u8 deflt;
		bool secured;
	} cases[] = {
		{ "", EPACL_DEFAULT_DENY, false },
		{ "p*", EPACL_DEFAULT_AUTO, true },
		{ "p1", EPACL_DEFAULT_AUTO, true },
		{ "d1p1", EPACL_DEFAULT_AUTO, false },
		{ "d1p2", EPACL_DEFAULT_AUTO, true },
		{ "d1p*", EPACL_DEFAULT_AUTO, true },
		{ "d*p1", EPACL_DEFAULT_AUTO, false },
		{ "d*", EPACL_DEFAULT_AUTO, false },
		{ "d*", EPACL_DEFAULT_PERMIT, false },
		{ "d1", EPACL_DEFAULT_PERMIT, true },
		{ "d p1", EPACL_DEFAULT_AUTO, false },
		{ "p1d ", EPACL_DEFAULT_AUTO, true },
		{ "d2d1p1p2p3d ", EPACL_DEFAULT_AUTO, true },
		{ "d2d1p1p2d ", EPACL_DEFAULT_PERMIT, false },
	};
	struct epacl_ip remote = ip4(198, 51, 100, 1);
	struct epacl_key key = { .proto = IPPROTO_GRE, .remote = &remote };
	const char *s = cases[_i].rules;
	struct twin_rule *rule;

	list.n = 0;
	list.deflt = cases[_i].deflt;
	for (; *s; s += 2) {
		rule = add(1 + list.n, *s == 'p');
		rule->secure = s[1] != ' ';
		rule->reqid = s[1] >= '0' ? s[1] - '0' : 0;
	}
	list_build();
	ck_assert_msg(epacl_classify_secured(&list.acl, list_sets, &key) ==
			      cases[_i].secured,
		      "%s", cases[_i].rules);
	list_drop();
}
END_TEST

/* Of reqids that are denied by name only so many are remembered. */
START_TEST(test_denied_max)
{
	struct epacl_ip remote = ip4(198, 51, 100, 1);
	struct epacl_key key = { .proto = IPPROTO_GRE, .remote = &remote };
	unsigned int n = EPACL_DENIED_MAX + _i, i;
	struct twin_rule *rule;

	list.n = 0;
	list.deflt = EPACL_DEFAULT_AUTO;
	for (i = 0; i <= 2 * n; i++) {
		rule = add(1 + i, i >= n);
		rule->secure = true;
		rule->reqid = 1 + (i < n ? i : i - n);
	}
	list_build();
	ck_assert(epacl_classify_secured(&list.acl, list_sets, &key) == !_i);
	list_drop();
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("classify");
	TCase *random = tcase_create("random");
	TCase *difficult = tcase_create("difficult");

	tcase_set_timeout(random, 600);
	tcase_add_test(random, test_random);
	suite_add_tcase(s, random);
	tcase_add_loop_test(difficult, test_nested, 0, 4);
	tcase_add_test(difficult, test_adjacent_ranges);
	tcase_add_test(difficult, test_all_ports);
	tcase_add_test(difficult, test_zero_length);
	tcase_add_test(difficult, test_families);
	tcase_add_test(difficult, test_secure);
	tcase_add_loop_test(difficult, test_secured, 0, 14);
	tcase_add_loop_test(difficult, test_denied_max, 0, 2);
	tcase_add_loop_test(difficult, test_many, 0, 10);
	suite_add_tcase(s, difficult);
	return s;
}

int main(void)
{
	return run_suite(suite());
}

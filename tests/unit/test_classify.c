// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which rule matches first: the compiled table against a search through all
 * rules; random lists, and lists made to be difficult.
 */
#include <stdio.h>
#include <stdlib.h>
#include <check.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include "classify.h"
#include "policy_internal.h"
#include "world.h"

#define RULES_MAX 200
#define KEYS_PER_LIST 60

/* One list in both forms. */
struct lists {
	unsigned int n;
	u8 deflt;
	struct twin_rule twin[RULES_MAX];
	struct epacl_memory memory;
	struct epacl_acl acl;
	struct epacl_rule rules[RULES_MAX];
	struct epacl_rule *pointers[RULES_MAX];
	struct epacl_ports ports[RULES_MAX][2 * TWIN_RANGES];
};

static struct lists list;

/* ---- sets that rules name: one of each family, one of both, an empty one ---- */

#define SETS 4

static struct twin_set twin_sets[SETS] = {
	{ .name = "four", .n = 2 },
	{ .name = "six", .n = 2 },
	{ .name = "both", .n = 2 },
	{ .name = "empty" },
};

static struct epacl_set sets[SETS];
static struct epacl_pmap set_map;
static const struct epacl_set_table *tables[SETS + 1];

static void release_nothing(struct epacl_obj *obj)
{
	(void)obj;
}

static void build_sets(void)
{
	unsigned int i;

	twin_sets[0].prefixes[0] = prefix_of(ip4(10, 1, 0, 0), 24);
	twin_sets[0].prefixes[1] = prefix_of(ip4(198, 51, 100, 0), 25);
	twin_sets[1].prefixes[0] = prefix_of(ip6(0x2001, 0xdb8, 0, 0, 0), 32);
	twin_sets[1].prefixes[1] = prefix_of(ip6(0xfd00, 1, 0, 0, 0), 32);
	twin_sets[2].prefixes[0] = prefix_of(ip4(0, 0, 0, 0), 0);
	twin_sets[2].prefixes[1] = prefix_of(ip6(0xfd00, 0, 0, 0, 0), 16);
	for (i = 0; i < SETS; i++) {
		epacl_obj_init(&sets[i].obj, twin_sets[i].name,
			       release_nothing);
		sets[i].id = i + 1;
		sets[i].n = twin_sets[i].n;
		sets[i].prefixes = twin_sets[i].prefixes;
		ck_assert_int_eq(epacl_set_table_build(&list.memory, &sets[i]),
				 0);
		tables[i + 1] = sets[i].table;
		ck_assert_int_eq(epacl_pmap_set(&set_map, &sets[i].obj,
						EPACL_GFP),
				 0);
	}
}

static void drop_sets(void)
{
	unsigned int i;

	epacl_pmap_drop(&set_map);
	for (i = 0; i < SETS; i++)
		epacl_set_table_free(sets[i].table);
}

static void convert(struct epacl_rule *rule, struct epacl_ports *ports,
		    const struct twin_rule *twin)
{
	unsigned int i;

	rule->order = twin->order;
	rule->permit = twin->permit;
	rule->match.remote = twin->remote;
	if (twin->any_remote || twin->has_set)
		memset(&rule->match.remote, 0, sizeof(rule->match.remote));
	rule->match.set = twin->has_set ? twin_sets[twin->set].name : NULL;
	rule->match.secure = twin->secure;
	rule->match.reqid = twin->reqid;
	rule->match.proto = twin->proto;
	rule->match.has_type = twin->has_type;
	rule->match.has_code = twin->has_code;
	rule->match.type = twin->type;
	rule->match.code = twin->code;
	rule->match.nlports = twin->nlports;
	rule->match.nrports = twin->nrports;
	rule->match.ports = ports;
	for (i = 0; i < twin->nlports; i++)
		*ports++ = twin->lports[i];
	for (i = 0; i < twin->nrports; i++)
		*ports++ = twin->rports[i];
}

/* @list.twin is in ascending order here, as the module keeps its rules. */
static void build(void)
{
	unsigned int i;

	memset(&list.acl, 0, sizeof(list.acl));
	memset(list.rules, 0, sizeof(list.rules));
	list.memory.max = 1 << 24;
	build_sets();
	list.acl.n = list.n;
	list.acl.deflt = list.deflt;
	list.acl.rules = list.pointers;
	for (i = 0; i < list.n; i++) {
		convert(&list.rules[i], list.ports[i], &list.twin[i]);
		list.pointers[i] = &list.rules[i];
		list.acl.npermit += list.rules[i].permit;
		list.acl.nsecure += list.rules[i].match.secure;
	}
	ck_assert_int_eq(epacl_table_build(&list.memory, &list.acl, &set_map),
			 0);
}

static void drop(void)
{
	epacl_table_free(list.acl.table);
	drop_sets();
	ck_assert_int_eq(atomic64_read(&list.memory.used), 0);
}

static void print_list(void)
{
	const struct twin_rule *r;
	char text[EPACL_IP_TEXT];
	unsigned int i, k;

	for (i = 0; i < list.n; i++) {
		r = &list.twin[i];
		fprintf(stderr, "  %u %s %s proto %u", r->order,
			r->permit ? "permit" : "deny",
			r->any_remote ? "any" :
					epacl_ip_text(&r->remote.ip, text),
			r->proto);
		if (!r->any_remote)
			fprintf(stderr, " (/%u)", r->remote.len);
		for (k = 0; k < r->nlports; k++)
			fprintf(stderr, " lport %u-%u", r->lports[k].lo,
				r->lports[k].hi);
		for (k = 0; k < r->nrports; k++)
			fprintf(stderr, " rport %u-%u", r->rports[k].lo,
				r->rports[k].hi);
		if (r->has_type)
			fprintf(stderr, " type %u", r->type);
		if (r->has_code)
			fprintf(stderr, "/%u", r->code);
		fprintf(stderr, "%s%s%s reqid %u\n", r->has_set ? " set " : "",
			r->has_set ? twin_sets[r->set].name : "",
			r->secure ? " secure" : "", r->reqid);
	}
}

/* The rule, or NULL; what else the answer says is what the rule says. */
static const struct epacl_rule *classify(const struct epacl_key *key)
{
	struct epacl_hit hit;

	if (!epacl_classify(&list.acl, tables, key, &hit)) {
		if (hit.rule)
			ck_abort_msg("a rule of none");
		return NULL;
	}
	if (hit.permit != hit.rule->permit || hit.log != hit.rule->log ||
	    hit.counter != hit.rule->counter)
		ck_abort_msg("of rule %u", hit.rule->order);
	return hit.rule;
}

static unsigned long matches, secured_only;

static bool list_permits(const struct epacl_key *key)
{
	const struct epacl_rule *rule = classify(key);

	return rule ? rule->permit : epacl_acl_default_permits(&list.acl);
}

/* With the state that no rule names, and with each that one does. */
static bool naive_secured(struct epacl_key key)
{
	struct epacl_security security = { .n = 1 };
	unsigned int i;

	key.security = &security;
	if (list_permits(&key))
		return true;
	for (i = 0; i < list.n; i++) {
		security.reqid[0] = list.twin[i].reqid;
		if (list_permits(&key))
			return true;
	}
	return false;
}

static void check_secured(const struct epacl_key *key, u64 seed)
{
	bool twin = naive_secured(*key);

	secured_only += twin && !list_permits(key);
	if (epacl_classify_secured(&list.acl, tables, key) == twin)
		return;
	fprintf(stderr, "seed %#llx\n", (unsigned long long)seed);
	print_list();
	ck_abort_msg("%s if it were secured", twin ? "permitted" : "denied");
}

static void check_key(const struct epacl_key *key, u64 seed)
{
	struct twin_view view = {
		.local = key->local,
		.remote = key->remote,
		.proto = key->proto,
		.has_ports = key->has_ports,
		.has_type = key->has_type,
		.lport = key->lport,
		.rport = key->rport,
		.type = key->type,
		.code = key->code,
		.sets = twin_sets,
		.security = key->security ? *key->security :
					    (struct epacl_security){ .n = 0 },
	};
	const struct twin_rule *twin = twin_first(list.twin, list.n, &view);
	const struct epacl_rule *rule = classify(key);
	char text[EPACL_IP_TEXT];

	if (!view.security.n)
		check_secured(key, seed);
	matches += !!twin;
	if ((twin ? twin->order : 0) == (rule ? rule->order : 0) &&
	    twin_default_permits(list.deflt, list.twin, list.n) ==
		    epacl_acl_default_permits(&list.acl))
		return;
	fprintf(stderr, "seed %#llx\n", (unsigned long long)seed);
	print_list();
	fprintf(stderr, "remote %s proto %u ports %d %u %u type %d %u/%u\n",
		epacl_ip_text(&key->remote, text), key->proto, key->has_ports,
		key->lport, key->rport, key->has_type, key->type, key->code);
	ck_abort_msg("twin has rule %d, module %d", twin ? twin->order : 0,
		     rule ? rule->order : 0);
}

/* Beside @ip: one up, one down, one bit away. */
static struct epacl_ip near(struct epacl_ip ip)
{
	unsigned int last = ip.family == 4 ? 3 : 15;

	switch (below(4)) {
	case 0:
		ip.b[last]++;
		break;
	case 1:
		ip.b[last]--;
		break;
	case 2:
		ip.b[below(last + 1)] ^= 1 << below(8);
		break;
	}
	return ip;
}

/* Nothing, said in two ways, or some states. */
static const struct epacl_security *random_security(void)
{
	static struct epacl_security security;
	unsigned int i;

	if (chance(30))
		return NULL;
	security.n = chance(40) ? 0 : 1 + below(EPACL_SECURITY_MAX);
	for (i = 0; i < security.n; i++)
		security.reqid[i] = below(5);
	return &security;
}

/* A set in the place of an address, and IPsec. */
static void dress(struct twin_rule *rule)
{
	rule->has_set = chance(20);
	rule->set = below(SETS);
	if (rule->has_set)
		rule->any_remote = false;
	rule->secure = chance(40);
	if (rule->secure && chance(70))
		rule->reqid = 1 + below(3);
}

/* At the edges of what the rules name, or just beside. */
static void random_key(struct epacl_key *key)
{
	const struct twin_rule *rule = &list.twin[below(list.n ?: 1)];
	static const struct twin_policy nobody = { .nvms = 1,
						   .vms[0].nnics = 1 };

	memset(key, 0, sizeof(*key));
	key->security = random_security();
	if (!list.n || rule->any_remote || rule->has_set || chance(20))
		key->remote = random_ip(&nobody, random_family());
	else
		key->remote = near(rule->remote.ip);
	key->local = ip4(10, 1, 0, 4);
	key->proto = list.n && rule->proto != EPACL_PROTO_ANY && chance(80) ?
			     rule->proto :
			     random_proto(key->remote.family);
	/* A fragment without a connection has none, whatever its protocol. */
	key->has_ports = twin_has_ports(key->proto) && chance(95);
	key->lport = random_port();
	key->rport = random_port();
	if (list.n && rule->nlports && chance(70))
		key->lport = (chance(50) ? rule->lports[0].lo :
					   rule->lports[0].hi) +
			     below(3) - 1;
	if (list.n && rule->nrports && chance(70))
		key->rport = (chance(50) ? rule->rports[0].lo :
					   rule->rports[0].hi) +
			     below(3) - 1;
	key->has_type = (key->proto == IPPROTO_ICMP ||
			 key->proto == IPPROTO_ICMPV6) &&
			chance(95);
	key->type = chance(50) ? 8 : 128 + below(2);
	if (list.n && rule->has_type && chance(70))
		key->type = rule->type;
	key->code = below(2);
}

static void check_list(u64 seed, unsigned int keys)
{
	struct epacl_key key;
	unsigned int i;

	build();
	for (i = 0; i < keys; i++) {
		random_key(&key);
		check_key(&key, seed);
	}
	drop();
}

START_TEST(test_random)
{
	unsigned long cases = random_cases(300000), n;
	u64 seed = random_begin(0xc1a);
	unsigned int i;

	matches = 0;
	for (n = 0; n < cases; n += KEYS_PER_LIST) {
		list.n = below(17);
		list.deflt = below(3);
		for (i = 0; i < list.n; i++) {
			random_rule(&list.twin[i], 1 + i * 11 + below(11));
			if (n / KEYS_PER_LIST % 2)
				dress(&list.twin[i]);
		}
		check_list(seed, KEYS_PER_LIST);
	}
	if (cases < 10000)
		return;
	ck_assert_uint_gt(matches, cases / 3);
	ck_assert_uint_gt(secured_only, cases / 200);
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
	struct epacl_key key = { .proto = IPPROTO_TCP, .has_ports = true };

	build();
	for (i = 0; i <= bits; i++) {
		key.remote = family == 4 ? ip4(10, 1, 0, 5) :
					   ip6(0xfd00, 1, 0, 0, 5);
		if (i < bits)
			key.remote.b[i / 8] ^= 0x80 >> i % 8;
		check_key(&key, 0);
	}
	key.remote = family == 4 ? ip6(0xfd00, 1, 0, 0, 5) : ip4(10, 1, 0, 5);
	check_key(&key, 0);
	drop();
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
	struct epacl_key key = { .proto = IPPROTO_UDP,
				 .has_ports = true,
				 .remote = ip4(198, 51, 100, 1) };
	struct twin_rule *rule;
	u32 port, i;

	list.n = 0;
	for (i = 0; i < 64; i++) {
		rule = add(10 + i, i & 1);
		rule->nlports = 1;
		rule->lports[0].lo = i * 1024;
		rule->lports[0].hi = i * 1024 + 1023;
	}
	build();
	for (port = 0; port <= 65535; port++) {
		key.lport = port;
		key.rport = ~port;
		check_key(&key, 0);
		ck_assert_uint_eq(classify(&key)->order, 10 + port / 1024);
	}
	drop();
}
END_TEST

/* A range of all ports still takes a protocol that has ports. */
START_TEST(test_all_ports)
{
	struct epacl_key key = { .remote = ip4(198, 51, 100, 1) };
	struct twin_rule *rule;
	int proto;

	list.n = 0;
	rule = add(1, true);
	rule->nlports = 1;
	rule->lports[0].hi = 65535;
	rule = add(2, true);
	rule->nrports = 1;
	rule->rports[0].hi = 65535;
	build();
	for (proto = 0; proto < 256; proto++) {
		key.proto = proto;
		key.has_ports = twin_has_ports(proto);
		check_key(&key, 0);
		ck_assert(!!classify(&key) == (proto == 6 || proto == 17 ||
					       proto == 33 || proto == 132 ||
					       proto == 136));
	}
	drop();
}
END_TEST

/* "any" is of both families, /0 of one. */
START_TEST(test_zero_length)
{
	struct epacl_key key = { .proto = IPPROTO_GRE };
	struct twin_rule *rule;

	list.n = 0;
	rule = add(1, true);
	rule->any_remote = false;
	rule->remote = prefix_of(ip6(0, 0, 0, 0, 0), 0);
	rule = add(2, true);
	rule->any_remote = false;
	rule->remote = prefix_of(ip4(0, 0, 0, 0), 0);
	add(3, false);
	build();
	key.remote = ip4(0, 0, 0, 0);
	ck_assert_uint_eq(classify(&key)->order, 2);
	key.remote = ip4(255, 255, 255, 255);
	ck_assert_uint_eq(classify(&key)->order, 2);
	key.remote = ip6(0, 0, 0, 0, 0);
	ck_assert_uint_eq(classify(&key)->order, 1);
	drop();
}
END_TEST

/* An IPv4 prefix is not the IPv6 one with the same first bits. */
START_TEST(test_families)
{
	struct epacl_key key = { .proto = IPPROTO_GRE };
	struct twin_rule *rule;

	list.n = 0;
	rule = add(1, true);
	rule->any_remote = false;
	rule->remote = prefix_of(ip4(0x20, 0x01, 0x0d, 0xb8), 32);
	build();
	key.remote = ip6(0x2001, 0xdb8, 0, 0, 0);
	ck_assert_ptr_null(classify(&key));
	key.remote = ip4(0x20, 0x01, 0x0d, 0xb8);
	ck_assert_ptr_nonnull(classify(&key));
	drop();
}
END_TEST

/* As many rules as fit a word, and one more or less; the last one too. */
START_TEST(test_many)
{
	static const unsigned int sizes[] = { 0,  1,   2,   63,	 64,
					      65, 127, 128, 129, RULES_MAX };
	u64 seed = random_begin(0x3a);
	struct epacl_key key = { .proto = IPPROTO_TCP, .has_ports = true };
	unsigned int i, size = sizes[_i];
	struct twin_rule *rule;

	list.n = 0;
	list.deflt = EPACL_DEFAULT_AUTO;
	for (i = 0; i < size; i++) {
		rule = add(1 + i * 300, i & 1);
		rule->any_remote = false;
		rule->remote = prefix_of(ip4(10, 0, i / 256, i), 32);
	}
	build();
	for (i = 0; i < size + 3; i++) {
		key.remote = ip4(10, 0, i / 256, i);
		check_key(&key, seed);
	}
	drop();
	check_list(seed, 2000);
}
END_TEST

/* A rule with secure, or for a reqid; IPsec that fits, or does not. */
START_TEST(test_secure)
{
	struct epacl_security one = { .n = 1, .reqid = { 7 } };
	struct epacl_security two = { .n = 2, .reqid = { 0, 9 } };
	struct epacl_key key = { .proto = IPPROTO_GRE,
				 .remote = ip4(198, 51, 100, 1) };
	struct twin_rule *rule;

	list.n = 0;
	list.deflt = EPACL_DEFAULT_AUTO;
	rule = add(1, true);
	rule->secure = true;
	rule->reqid = 9;
	rule = add(2, false);
	rule->secure = true;
	add(3, true);
	build();
	ck_assert_uint_eq(classify(&key)->order, 3);
	key.security = &one;
	ck_assert_uint_eq(classify(&key)->order, 2);
	key.security = &two;
	ck_assert_uint_eq(classify(&key)->order, 1);
	drop();
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
	struct epacl_key key = { .proto = IPPROTO_GRE,
				 .remote = ip4(198, 51, 100, 1) };
	const char *s = cases[_i].rules;
	struct twin_rule *rule;

	list.n = 0;
	list.deflt = cases[_i].deflt;
	for (; *s; s += 2) {
		rule = add(1 + list.n, *s == 'p');
		rule->secure = s[1] != ' ';
		rule->reqid = s[1] >= '0' ? s[1] - '0' : 0;
	}
	build();
	ck_assert_msg(epacl_classify_secured(&list.acl, tables, &key) ==
			      cases[_i].secured,
		      "%s", cases[_i].rules);
	drop();
}
END_TEST

/* Of reqids that are denied by name only so many are remembered. */
START_TEST(test_denied_max)
{
	struct epacl_key key = { .proto = IPPROTO_GRE,
				 .remote = ip4(198, 51, 100, 1) };
	unsigned int n = EPACL_DENIED_MAX + _i, i;
	struct twin_rule *rule;

	list.n = 0;
	list.deflt = EPACL_DEFAULT_AUTO;
	for (i = 0; i <= 2 * n; i++) {
		rule = add(1 + i, i >= n);
		rule->secure = true;
		rule->reqid = 1 + (i < n ? i : i - n);
	}
	build();
	ck_assert(epacl_classify_secured(&list.acl, tables, &key) == !_i);
	drop();
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
	SRunner *runner = srunner_create(suite());
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

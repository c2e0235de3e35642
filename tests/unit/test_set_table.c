// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether an address is in a set: the ranges against a walk over the prefixes.
 */
#include <stdlib.h>
#include <linux/kernel.h>
#include "classify.h"
#include "policy_internal.h"
#include "run.h"
#include "world.h"

#define PREFIXES_MAX 300

static struct epacl_memory memory;
static struct epacl_prefix prefixes[PREFIXES_MAX];
static u32 nprefixes;
static struct epacl_set set;

static void begin(void)
{
	memory.max = 1 << 24;
	memset(&set, 0, sizeof(set));
	nprefixes = 0;
}

static void add(struct epacl_ip ip, u8 len)
{
	prefixes[nprefixes++] = prefix_of(ip, len);
}

/* As an operation leaves them: sorted, each once. */
static void build(void)
{
	const struct epacl_packed none = {};
	u32 i, n = 0;

	qsort(prefixes, nprefixes, sizeof(*prefixes), epacl_prefix_compare);
	for (i = 0; i < nprefixes; i++)
		if (!n || epacl_prefix_compare(&prefixes[n - 1], &prefixes[i]))
			prefixes[n++] = prefixes[i];
	nprefixes = n;
	ck_assert_int_eq(epacl_packed_merge(&memory, &set.packed, &none,
					    prefixes, n),
			 0);
	ck_assert_int_eq(epacl_set_table_build(&memory, &set), 0);
}

static void end(void)
{
	epacl_set_table_free(set.table);
	epacl_packed_free(&set.packed);
	ck_assert_int_eq(atomic64_read(&memory.used), 0);
}

static bool naive(const struct epacl_ip *ip)
{
	u32 i;

	for (i = 0; i < nprefixes; i++)
		if (twin_in_prefix(&prefixes[i], ip))
			return true;
	return false;
}

static void check(struct epacl_ip ip)
{
	char text[EPACL_IP_TEXT];

	ck_assert_msg(epacl_set_table_holds(set.table, &ip) == naive(&ip), "%s",
		      epacl_ip_text(&ip, text));
}

static unsigned int bytes_of(u8 family)
{
	return family == 4 ? 4 : 16;
}

static struct epacl_ip next(struct epacl_ip ip)
{
	unsigned int i = bytes_of(ip.family);

	while (i-- && !++ip.b[i])
		;
	return ip;
}

static struct epacl_ip previous(struct epacl_ip ip)
{
	unsigned int i = bytes_of(ip.family);

	while (i-- && !ip.b[i]--)
		;
	return ip;
}

static struct epacl_ip last_of(const struct epacl_prefix *prefix)
{
	struct epacl_ip ip = prefix->ip;
	unsigned int i;

	for (i = prefix->len; i < 8 * bytes_of(ip.family); i++)
		ip.b[i / 8] |= 0x80 >> i % 8;
	return ip;
}

/* The ends of every prefix, and what is beside them. */
static void check_edges(void)
{
	struct epacl_ip last;
	u32 i;

	for (i = 0; i < nprefixes; i++) {
		last = last_of(&prefixes[i]);
		check(prefixes[i].ip);
		check(previous(prefixes[i].ip));
		check(last);
		check(next(last));
	}
}

START_TEST(test_empty)
{
	struct epacl_ip v4 = ip4(10, 1, 0, 4), v6 = ip6(0xfd00, 1, 0, 0, 4);

	begin();
	build();
	ck_assert(!epacl_set_table_holds(set.table, &v4));
	ck_assert(!epacl_set_table_holds(set.table, &v6));
	end();
}
END_TEST

/* Alone, every length of each family. */
START_TEST(test_lengths)
{
	u8 family = _i <= 32 ? 4 : 6, len = _i <= 32 ? _i : _i - 33;
	struct epacl_ip other;

	begin();
	add(family == 4 ? ip4(172, 21, 77, 9) :
			  ip6(0x2001, 0xdb8, 0x1234, 0x5678, 0x9abc),
	    len);
	build();
	check_edges();
	check(ip4(0, 0, 0, 0));
	check(ip4(255, 255, 255, 255));
	check(ip6(0, 0, 0, 0, 0));
	other = previous(ip6(0, 0, 0, 0, 0));
	check(other);
	ck_assert(epacl_set_table_holds(set.table, &prefixes[0].ip));
	end();
}
END_TEST

/* The first bytes of an address of one family are none of the other. */
START_TEST(test_families)
{
	struct epacl_ip v4 = ip4(0x20, 0x01, 0x0d, 0xb8);
	struct epacl_ip v6 = ip6(0x2001, 0xdb8, 0, 0, 0);

	begin();
	if (_i)
		add(v4, 32);
	else
		add(v6, 32);
	build();
	ck_assert(epacl_set_table_holds(set.table, &v4) == _i);
	ck_assert(epacl_set_table_holds(set.table, &v6) == !_i);
	end();
}
END_TEST

/* Neighbours that join, also across the middle of an IPv6 address. */
START_TEST(test_adjacent)
{
	begin();
	add(ip4(10, 0, 0, 0), 24);
	add(ip4(10, 0, 1, 0), 25);
	add(ip4(10, 0, 1, 128), 32);
	add(ip4(10, 0, 1, 130), 32);
	add(ip4(128, 0, 0, 0), 1);
	add(ip4(127, 255, 255, 255), 32);
	add(ip6(0xfd00, 0, 0, 0, 0), 64);
	add(ip6(0xfd00, 0, 0, 1, 0), 128);
	add(ip6(0xfd00, 0, 0, 1, 1), 128);
	add(previous(ip6(0, 0, 0, 0, 0)), 128);
	add(ip6(0x8000, 0, 0, 0, 0), 1);
	build();
	check_edges();
	check(ip4(10, 0, 1, 129));
	end();
}
END_TEST

START_TEST(test_nested)
{
	unsigned int i;

	begin();
	for (i = 8; i <= 32; i++)
		add(ip4(10, 1, 2, 3), i);
	for (i = 16; i <= 128; i++)
		add(ip6(0xfd00, 1, 2, 3, 4), i);
	add(ip4(10, 200, 0, 0), 16);
	add(ip4(11, 0, 0, 0), 32);
	build();
	check_edges();
	end();
}
END_TEST

static struct epacl_prefix random_member(void)
{
	u8 family = random_family();
	struct epacl_ip ip = family == 4 ? ip4(10, below(4), below(4), 0) :
					   ip6(0xfd00, below(3), 0, 0, 0);

	ip.b[bytes_of(family) - 1] = below(32);
	return prefix_of(ip, chance(5)	 ? below(17) :
			     family == 4 ? 13 + below(20) :
					   30 + below(99));
}

/* A few within others: the lowest level of the tree holds them, too. */
START_TEST(test_hardly_nested)
{
	unsigned int i;

	begin();
	for (i = 0; i < 100; i++) {
		add(ip4(10, i, 0, 0), 16);
		add(ip6(0xfd00, 2 * i, 0, 0, 0), 32);
	}
	add(ip4(10, 50, 1, 0), 24);
	add(ip4(10, 50, 1, 1), 32);
	add(ip6(0xfd00, 100, 7, 0, 0), 48);
	add(ip6(0xfd00, 100, 7, 0, 1), 128);
	build();
	check_edges();
	check(ip4(10, 50, 255, 255));
	check(ip4(10, 51, 0, 0));
	check(ip6(0xfd00, 100, 8, 0, 0));
	check(ip6(0xfd00, 101, 0, 0, 0));
	end();
}
END_TEST

START_TEST(test_random)
{
	unsigned long cases = random_cases(200000), n = 0;
	struct epacl_prefix prefix;
	unsigned int i;

	random_begin(0x5e7);
	while (n < cases) {
		begin();
		for (i = below(PREFIXES_MAX); i; i--) {
			prefix = random_member();
			add(prefix.ip, prefix.len);
		}
		build();
		check_edges();
		for (i = 0; i < 200; i++)
			check(random_member().ip);
		n += 4 * nprefixes + 200;
		end();
	}
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("set_table");
	TCase *tcase = tcase_create("set_table");

	tcase_set_timeout(tcase, 300);
	tcase_add_test(tcase, test_empty);
	tcase_add_loop_test(tcase, test_lengths, 0, 33 + 129);
	tcase_add_loop_test(tcase, test_families, 0, 2);
	tcase_add_test(tcase, test_adjacent);
	tcase_add_test(tcase, test_nested);
	tcase_add_test(tcase, test_hardly_nested);
	tcase_add_test(tcase, test_random);
	suite_add_tcase(s, tcase);
	return s;
}

int main(void)
{
	return run_suite(suite());
}

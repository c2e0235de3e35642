// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packed prefixes against the same ones in an array, and what they cost.
 */
#include <stdlib.h>
#include <check.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <shim.h>
#include "classify.h"
#include "policy_internal.h"
#include "fixture.h"
#include "ops.h"
#include "world.h"

#define MANY 20000

static struct epacl_set set;
static struct epacl_prefix prefixes[MANY];
static u32 nprefixes;

static void make_set(void)
{
	memory = (struct epacl_memory){ .max = 1 << 28 };
	memset(&set, 0, sizeof(set));
	nprefixes = 0;
}

static void drop_set(void)
{
	epacl_set_table_free(set.table);
	epacl_packed_free(&set.packed);
	ck_assert_int_eq(atomic64_read(&memory.used), 0);
}

static bool is_there(const struct epacl_prefix *prefix)
{
	u32 i;

	for (i = 0; i < nprefixes; i++)
		if (!epacl_prefix_compare(&prefixes[i], prefix))
			return true;
	return false;
}

/* Those of @more that are new. */
static void merge(struct epacl_prefix *more, u32 n)
{
	struct epacl_packed packed;
	u32 i, k = 0;

	for (i = 0; i < n; i++) {
		if (is_there(&more[i]))
			continue;
		prefixes[nprefixes++] = more[i];
		more[k++] = more[i];
	}
	qsort(more, k, sizeof(*more), epacl_prefix_compare);
	qsort(prefixes, nprefixes, sizeof(*prefixes), epacl_prefix_compare);
	ck_assert_int_eq(epacl_packed_merge(&memory, &packed, &set.packed, more,
					    k),
			 0);
	epacl_packed_free(&set.packed);
	set.packed = packed;
}

static struct epacl_prefix random_prefix(u8 longest)
{
	if (chance(50))
		return prefix_of(ip4(10, below(3), below(3), below(9)),
				 below(33));
	return prefix_of(ip6(0xfd00, below(3), below(3), 0, below(9)),
			 below(longest + 1));
}

static void check_all(void)
{
	struct epacl_prefix prefix;
	u32 i;

	ck_assert_uint_eq(epacl_packed_count(&set.packed), nprefixes);
	for (i = 0; i < nprefixes; i++) {
		epacl_packed_get(&set.packed, i, &prefix);
		ck_assert(!epacl_prefix_compare(&prefix, &prefixes[i]));
		ck_assert(prefix.ip.family == 6 || !prefix.ip.w[3]);
	}
}

/* The longer ones come later, so that what is there becomes wider. */
START_TEST(merged)
{
	struct epacl_prefix more[64], prefix;
	unsigned long cases = random_cases(3000);
	u32 i, k, n;

	random_begin(0x9ac);
	for (; cases; cases--) {
		make_set();
		for (i = 0; i < 4; i++) {
			n = below(ARRAY_SIZE(more));
			for (k = 0; k < n; k++)
				more[k] = random_prefix(i < 2 ? 64 : 128);
			merge(more, n);
			check_all();
		}
		for (i = 0; i < 50; i++) {
			prefix = random_prefix(128);
			ck_assert(epacl_packed_has(&set.packed, &prefix) ==
				  is_there(&prefix));
		}
		drop_set();
	}
}
END_TEST

static bool equal(const char *a, const char *b)
{
	const char *texts[] = { a, b };
	struct epacl_packed packed[2] = {};
	const struct epacl_packed none = {};
	struct epacl_prefix prefix;
	bool result;
	u32 i;

	for (i = 0; i < 2; i++) {
		if (texts[i])
			prefix = prefix_parse(texts[i]);
		ck_assert_int_eq(epacl_packed_merge(&memory, &packed[i], &none,
						    &prefix, texts[i] != NULL),
				 0);
	}
	result = epacl_packed_equal(&packed[0], &packed[1]);
	epacl_packed_free(&packed[0]);
	epacl_packed_free(&packed[1]);
	return result;
}

START_TEST(equality)
{
	make_set();
	ck_assert(equal(NULL, NULL));
	ck_assert(equal("10.0.0.0/8", "10.0.0.0/8"));
	ck_assert(equal("fd00::/8", "fd00::/8"));
	ck_assert(equal("fd00::1/128", "fd00::1/128"));
	ck_assert(!equal(NULL, "10.0.0.0/8"));
	ck_assert(!equal("10.0.0.0/8", "10.0.0.0/9"));
	ck_assert(!equal("10.0.0.0/8", "11.0.0.0/8"));
	ck_assert(!equal("fd00::/8", "fd00::/65"));
	ck_assert(!equal("fd00::1/128", "fd00::2/128"));
	ck_assert(!equal("::/0", "0.0.0.0/0"));
	drop_set();
}
END_TEST

START_TEST(no_memory)
{
	struct epacl_prefix prefix = prefix_parse("10.0.0.0/8");
	struct epacl_packed packed;

	make_set();
	shim_fail_at(1);
	ck_assert_int_eq(epacl_packed_merge(&memory, &packed, &set.packed,
					    &prefix, 1),
			 -ENOMEM);
	ck_assert_ptr_null(packed.memory);
	drop_set();
}
END_TEST

/* ---- what they cost ---- */

static struct epacl_prefix v4_disjoint(u32 i)
{
	return prefix_of(ip4(10, i >> 8, i, 0), 24);
}

/* Every second one within the one before. */
static struct epacl_prefix v4_half(u32 i)
{
	return prefix_of(ip4(10, i >> 9, i >> 1, 0), 24 + i % 2);
}

static struct epacl_prefix v4_most(u32 i)
{
	return prefix_of(ip4(10, i >> 8, i, 0), i % 256 ? 24 : 16);
}

static struct epacl_prefix v6_half(u32 i)
{
	return prefix_of(ip6(0xfd00, i >> 1, 0, 0, 0), 32 + i % 2);
}

/* Addresses, and of every four one of IPv6. */
static struct epacl_prefix mixed(u32 i)
{
	if (i < MANY / 4 * 3)
		return prefix_of(ip4(10, i >> 8, i, 1), 32);
	return prefix_of(ip6(0xfd00, 0, 0, 0, i), 128);
}

static const struct {
	struct epacl_prefix (*prefix)(u32 i);
	double bytes; /* each */
} sets[] = {
	{ v4_disjoint, 5.4 }, { v4_half, 6.4 }, { v4_most, 5.4 },
	{ v6_half, 10.8 },    { mixed, 9 },
};

START_TEST(cost)
{
	const struct epacl_packed none = {};
	u32 i;

	make_set();
	for (i = 0; i < MANY; i++)
		prefixes[i] = sets[_i].prefix(i);
	ck_assert_int_eq(epacl_packed_merge(&memory, &set.packed, &none,
					    prefixes, MANY),
			 0);
	ck_assert_int_eq(epacl_set_table_build(&memory, &set), 0);
	ck_assert_int_lt(atomic64_read(&memory.used), sets[_i].bytes * MANY);
	ck_assert(epacl_set_table_holds(set.table, &prefixes[MANY - 1].ip));
	drop_set();
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("all");

	tcase_add_test(tcase, merged);
	tcase_add_test(tcase, equality);
	tcase_add_test(tcase, no_memory);
	tcase_add_loop_test(tcase, cost, 0, ARRAY_SIZE(sets));
	return run_tcase("packed", tcase);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A set: whether an address is in it, against a walk over its prefixes, and the
 * prefixes themselves, in two steps.
 *
 * input: records of a length, the top bit of which says IPv6, and an address;
 * each is a prefix of the set, and its ends and what is beside them are looked up
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include "../fuzz.h"
#include "classify.h"
#include "policy_internal.h"
#include "world.h"

#define PREFIXES_MAX 600

static struct epacl_memory memory = { .max = 1 << 24 };
static struct epacl_prefix prefixes[PREFIXES_MAX];
static u32 nprefixes;
static struct epacl_set set;

static bool take(const u8 **data, size_t *size, struct epacl_prefix *prefix)
{
	struct epacl_ip ip = {};
	unsigned int bytes;
	u8 len;

	if (!*size)
		return false;
	ip.family = **data & 0x80 ? 6 : 4;
	bytes = ip.family == 4 ? 4 : 16;
	len = (**data & 0x7f) % 33;
	if (ip.family == 6)
		len = (**data & 0x7f) + (**data == 0xff);
	if (*size < 1 + bytes)
		return false;
	memcpy(ip.b, *data + 1, bytes);
	*prefix = prefix_of(ip, len);
	*data += 1 + bytes;
	*size -= 1 + bytes;
	return true;
}

static bool naive(const struct epacl_ip *ip)
{
	u32 i;

	for (i = 0; i < nprefixes; i++)
		if (twin_in_prefix(&prefixes[i], ip))
			return true;
	return false;
}

static void check(const struct epacl_ip *ip)
{
	MUST(epacl_set_table_holds(set.table, ip) == naive(ip));
}

/* One up, or one down. */
static struct epacl_ip beside(struct epacl_ip ip, bool up)
{
	unsigned int i = ip.family == 4 ? 4 : 16;
	u8 step = up ? 1 : 0xff;

	do {
		ip.b[--i] += step;
	} while (i && ip.b[i] == (up ? 0 : 0xff));
	return ip;
}

static void check_edges(const struct epacl_prefix *prefix)
{
	struct epacl_ip last = prefix->ip, ip;
	unsigned int i;

	for (i = prefix->len; i < (last.family == 4 ? 32 : 128); i++)
		last.b[i / 8] |= 0x80 >> i % 8;
	check(&prefix->ip);
	check(&last);
	ip = beside(prefix->ip, false);
	check(&ip);
	ip = beside(last, true);
	check(&ip);
}

/* Every second one, from number @first on. */
static void put(u32 first)
{
	static struct epacl_prefix some[PREFIXES_MAX];
	struct epacl_packed packed;
	u32 i, n = 0;

	for (i = first; i < nprefixes; i += 2)
		some[n++] = prefixes[i];
	MUST(!epacl_packed_merge(&memory, &packed, &set.packed, some, n));
	epacl_packed_free(&set.packed);
	set.packed = packed;
}

static void check_order(void)
{
	struct epacl_prefix prefix;
	u32 i;

	MUST(epacl_packed_count(&set.packed) == nprefixes);
	for (i = 0; i < nprefixes; i++) {
		epacl_packed_get(&set.packed, i, &prefix);
		MUST(!epacl_prefix_compare(&prefix, &prefixes[i]));
		MUST(epacl_packed_has(&set.packed, &prefix));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u32 i, n = 0;

	while (n < PREFIXES_MAX && take(&data, &size, &prefixes[n]))
		n++;
	/* As an operation leaves them: sorted, each once. */
	qsort(prefixes, n, sizeof(*prefixes), epacl_prefix_compare);
	for (nprefixes = 0, i = 0; i < n; i++)
		if (!i || epacl_prefix_compare(&prefixes[nprefixes - 1],
					       &prefixes[i]))
			prefixes[nprefixes++] = prefixes[i];
	put(1);
	put(0);
	check_order();
	MUST(!epacl_set_table_build(&memory, &set));
	for (i = 0; i < nprefixes; i++)
		check_edges(&prefixes[i]);
	epacl_set_table_free(set.table);
	epacl_packed_free(&set.packed);
	MUST(!atomic64_read(&memory.used));
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether an address is in a set, against a walk over its prefixes.
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
static struct epacl_set set = { .prefixes = prefixes };

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

	for (i = 0; i < set.n; i++)
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	u32 i, n = 0;

	while (n < PREFIXES_MAX && take(&data, &size, &prefixes[n]))
		n++;
	/* As an operation leaves them: sorted, each once. */
	qsort(prefixes, n, sizeof(*prefixes), epacl_prefix_compare);
	for (set.n = 0, i = 0; i < n; i++)
		if (!set.n ||
		    epacl_prefix_compare(&prefixes[set.n - 1], &prefixes[i]))
			prefixes[set.n++] = prefixes[i];
	MUST(!epacl_set_table_build(&memory, &set));
	for (i = 0; i < set.n; i++)
		check_edges(&prefixes[i]);
	epacl_set_table_free(set.table);
	MUST(!atomic64_read(&memory.used));
	return 0;
}

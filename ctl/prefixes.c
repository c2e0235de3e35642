// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "prefixes.h"

/* An address as a number, that of its first bit the highest. */
typedef unsigned __int128 number;

void prefixes_add(struct prefixes *l, const struct epacl_u_prefix *p)
{
	l->list = grow(l->list, l->n, &l->room, sizeof(*l->list));
	l->list[l->n++] = *p;
}

static unsigned int family_bits(__u8 family)
{
	return family == 4 ? 32 : 128;
}

static number to_number(const struct epacl_u_prefix *p)
{
	unsigned int i;
	number n = 0;

	for (i = 0; i < family_bits(p->family) / 8; i++)
		n = n << 8 | p->addr[i];
	return n;
}

static void add_number(struct prefixes *l, __u8 family, number n,
		       unsigned int host_bits)
{
	unsigned int i, bits = family_bits(family);
	struct epacl_u_prefix p = { .family = family };

	p.len = (__u8)(bits - host_bits);
	for (i = bits / 8; i--; n >>= 8)
		p.addr[i] = (__u8)n;
	prefixes_add(l, &p);
}

/* The last address of a prefix that begins at @n. */
static number last_of(number n, unsigned int host_bits)
{
	return n |
	       (host_bits == 128 ? ~(number)0 : ((number)1 << host_bits) - 1);
}

/* Does one with one more host bit begin at @lo and end by @hi? */
static bool can_widen(number lo, number hi, unsigned int host_bits)
{
	return !(lo >> host_bits & 1) && last_of(lo, host_bits + 1) <= hi;
}

/**
 * prefixes_add_range - the fewest prefixes that make up a range
 * @l: receives them
 * @first: address that it begins with
 * @last: address that it ends with
 *
 * Return: false, and nothing is added, where these are of two families or the
 * last one comes before the first.
 */
bool prefixes_add_range(struct prefixes *l, const struct epacl_u_prefix *first,
			const struct epacl_u_prefix *last)
{
	unsigned int host_bits, bits = family_bits(first->family);
	number lo = to_number(first), hi = to_number(last);

	if (first->family != last->family || lo > hi)
		return false;
	for (;;) {
		host_bits = 0;
		while (host_bits < bits && can_widen(lo, hi, host_bits))
			host_bits++;
		add_number(l, first->family, lo, host_bits);
		lo = last_of(lo, host_bits);
		if (lo == hi)
			return true;
		lo++;
	}
}

static int compare(const void *a, const void *b)
{
	const struct epacl_u_prefix *pa = a, *pb = b;
	int by_addr;

	if (pa->family != pb->family)
		return pa->family - pb->family;
	by_addr = memcmp(pa->addr, pb->addr, sizeof(pa->addr));
	return by_addr ? by_addr : pa->len - pb->len;
}

/* By family, address and length, each once. */
void prefixes_sort(struct prefixes *l)
{
	size_t i, n = 0;

	if (!l->n)
		return;
	qsort(l->list, l->n, sizeof(*l->list), compare);
	for (i = 1; i < l->n; i++)
		if (compare(&l->list[n], &l->list[i]))
			l->list[++n] = l->list[i];
	l->n = n + 1;
}

/**
 * prefixes_missing - what one has that another has not
 * @from: those looked for, sorted
 * @in: where, sorted
 *
 * Return: how many of @from are not in @in.
 */
size_t prefixes_missing(const struct prefixes *from, const struct prefixes *in)
{
	size_t i, j = 0, missing = 0;

	for (i = 0; i < from->n; i++) {
		while (j < in->n && compare(&in->list[j], &from->list[i]) < 0)
			j++;
		if (j == in->n || compare(&in->list[j], &from->list[i]))
			missing++;
	}
	return missing;
}

/* The prefix of length 0 of a family; NULL if there is none. */
const struct epacl_u_prefix *prefixes_everything(const struct prefixes *l,
						 __u8 family)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (l->list[i].family == family && !l->list[i].len)
			return &l->list[i];
	return NULL;
}

void prefixes_free(struct prefixes *l)
{
	free(l->list);
	memset(l, 0, sizeof(*l));
}

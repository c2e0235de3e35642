// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses, prefixes and port ranges, and the comparisons of them.
 */
#include <linux/kernel.h>
#include "types.h"

/* True if the first @len bits of @a and @b agree; @len is 0 to 128. */
static bool bits_equal(const struct epacl_ip *a, const struct epacl_ip *b,
		       unsigned int len)
{
	unsigned int word = len / 32, rest = len % 32;

	if (memcmp(a->w, b->w, word * sizeof(a->w[0])))
		return false;
	if (!rest)
		return true;
	return !((a->w[word] ^ b->w[word]) & cpu_to_be32(~0U << (32 - rest)));
}

bool epacl_prefix_holds(const struct epacl_prefix *p, const struct epacl_ip *ip)
{
	return p->ip.family == ip->family && bits_equal(&p->ip, ip, p->len);
}

bool epacl_prefixes_overlap(const struct epacl_prefix *a,
			    const struct epacl_prefix *b)
{
	if (a->len <= b->len)
		return epacl_prefix_holds(a, &b->ip);
	return epacl_prefix_holds(b, &a->ip);
}

void epacl_prefix_mask(struct epacl_prefix *p)
{
	unsigned int word, bits;

	for (word = 0; word < 4; word++) {
		bits = p->len > word * 32 ? p->len - word * 32 : 0;
		if (bits < 32)
			p->ip.w[word] &= bits ? cpu_to_be32(~0U
							    << (32 - bits)) :
						0;
	}
}

bool epacl_ip_is_multicast(const struct epacl_ip *ip)
{
	if (ip->family == 4)
		return (ip->b[0] & 0xf0) == 0xe0;
	return ip->b[0] == 0xff;
}

bool epacl_ip_is_link_local(const struct epacl_ip *ip)
{
	if (ip->family == 4)
		return ip->b[0] == 169 && ip->b[1] == 254;
	return ip->b[0] == 0xfe && (ip->b[1] & 0xc0) == 0x80;
}

bool epacl_ip_is_unspecified(const struct epacl_ip *ip)
{
	return !ip->q[0] && !ip->q[1];
}

bool epacl_ip_is_broadcast(const struct epacl_ip *ip)
{
	return ip->family == 4 && ip->v4 == cpu_to_be32(0xffffffff);
}

bool epacl_prefix_broadcast_is(const struct epacl_prefix *p,
			       const struct epacl_ip *ip)
{
	u32 host;

	if (p->ip.family != 4 || ip->family != 4 || p->len > 30)
		return false;
	host = p->len ? ~(~0U << (32 - p->len)) : ~0U;
	return ip->v4 == (p->ip.v4 | cpu_to_be32(host));
}

static unsigned int group_of(const struct epacl_ip *ip, unsigned int i)
{
	return ip->b[2 * i] << 8 | ip->b[2 * i + 1];
}

/* The longest run of zero groups, two at least. Return: its length or 0. */
static unsigned int zeros(const struct epacl_ip *ip, unsigned int *first)
{
	unsigned int i, run = 0, most = 1;

	for (i = 0; i < 8; i++) {
		run = group_of(ip, i) ? 0 : run + 1;
		if (run > most) {
			most = run;
			*first = i + 1 - run;
		}
	}
	return most > 1 ? most : 0;
}

/* IPv6 as RFC 5952 has it. */
const char *epacl_ip_text(const struct epacl_ip *ip, char text[EPACL_IP_TEXT])
{
	unsigned int i, first = 8, skip = 0;
	const u8 *b = ip->b;
	int n = 0;

	if (ip->family == 4) {
		snprintf(text, EPACL_IP_TEXT, "%u.%u.%u.%u", b[0], b[1], b[2],
			 b[3]);
		return text;
	}
	skip = zeros(ip, &first);
	for (i = 0; i < 8; i++) {
		if (skip && i == first) {
			n += snprintf(text + n, EPACL_IP_TEXT - n, "::");
			i += skip - 1;
			continue;
		}
		n += snprintf(text + n, EPACL_IP_TEXT - n, "%s%x",
			      i && i != first + skip ? ":" : "",
			      group_of(ip, i));
	}
	return text;
}

const char *epacl_prefix_text(const struct epacl_prefix *p,
			      char text[EPACL_IP_TEXT])
{
	size_t n;

	epacl_ip_text(&p->ip, text);
	n = strlen(text);
	if (!epacl_prefix_is_plain(p))
		snprintf(text + n, EPACL_IP_TEXT - n, "/%u", p->len);
	return text;
}

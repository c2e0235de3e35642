// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is fit to be stored: names, interfaces, addresses, texts.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include "policy_internal.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name(const char *s)
{
	size_t i;

	if (!is_letter(s[0]))
		return false;
	for (i = 1; s[i]; i++)
		if (!is_letter(s[i]) && !(s[i] >= '0' && s[i] <= '9') &&
		    s[i] != '.' && s[i] != '_' && s[i] != '-')
			return false;
	return i <= EPACL_NAME_MAX;
}

/* What was typed, if it can be shown on a terminal. */
static const char *shown(const char *s)
{
	size_t i;

	for (i = 0; s[i]; i++)
		if (s[i] < ' ' || s[i] > '~')
			return "...";
	return s;
}

/* As kinds of objects are spoken: an acl, an endpoint, an lbset. */
static const char *article(const char *noun)
{
	return strchr("ael", noun[0]) ? "an" : "a";
}

int epacl_check_name(struct epacl_refusal *why, u16 attr, const char *noun,
		     const char *name)
{
	if (is_name(name))
		return 0;
	return epacl_refuse(
		why, -EINVAL, attr, "not a name",
		"'%s' is no name for %s %s: it takes 1 to %d letters, digits, '.', '_' or '-', the first a letter",
		shown(name), article(noun), noun, EPACL_NAME_MAX);
}

/* What the kernel takes for the name of an interface, see dev_valid_name(). */
static bool is_dev(const char *s)
{
	size_t i;
	u8 c;

	if (!strcmp(s, ".") || !strcmp(s, ".."))
		return false;
	for (i = 0; s[i]; i++) {
		c = s[i];
		if (c <= ' ' || c == '/' || c == ':' || c == 0x7f || c == 0xa0)
			return false;
	}
	return i && i < IFNAMSIZ;
}

int epacl_check_dev(struct epacl_refusal *why, u16 attr, const char *dev)
{
	if (!is_dev(dev))
		return epacl_refuse(
			why, -EINVAL, attr, "not the name of an interface",
			"'%s' is no name of an interface: it takes 1 to %d bytes without blanks, '/' and ':'",
			shown(dev), IFNAMSIZ - 1);
	if (!strcmp(dev, "lo"))
		return epacl_refuse(
			why, -EINVAL, attr, "the loopback interface",
			"'lo' is the host's loopback interface: nothing but the host itself is behind it");
	return 0;
}

/*
 * One that a name of an interface can match, and that stands in a file of
 * commands as it is.
 */
static bool is_pattern(const char *s)
{
	size_t i;

	for (i = 0; s[i]; i++)
		if (s[i] <= ' ' || s[i] > '~' || strchr("/:\"\\", s[i]))
			return false;
	return i && i <= EPACL_NAME_MAX && s[0] != '#';
}

int epacl_check_pattern(struct epacl_refusal *why, u16 attr,
			const char *pattern)
{
	if (is_pattern(pattern))
		return 0;
	return epacl_refuse(
		why, -EINVAL, attr, "not a pattern of names of interfaces",
		"'%s' is no pattern of names of interfaces: it takes 1 to %d letters, digits and signs without '/', ':', quotes and backslashes, as in vnet*",
		shown(pattern), EPACL_NAME_MAX);
}

/*
 * Length of the UTF-8 character that @s begins with; 0: there is none, or it is
 * a control character. Texts end up on terminals and in JSON.
 */
static size_t character(const u8 *s)
{
	static const u32 least[] = { 0, 0, 0xa0, 0x800, 0x10000 };
	size_t n, i;
	u32 c;

	if (s[0] < 0x80)
		return s[0] >= ' ' && s[0] != 0x7f;
	if (s[0] >= 0xf8 || s[0] < 0xc0)
		return 0;
	n = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
	c = s[0] & (0x7f >> n);
	for (i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	return n;
}

int epacl_check_text(struct epacl_refusal *why, u16 attr, const char *text)
{
	const u8 *s = (const u8 *)text;
	size_t n;

	if (!*s)
		return epacl_refuse(
			why, -EINVAL, attr, "empty text",
			"the name of a rule is empty: leave it out instead");
	for (; *s; s += n) {
		n = character(s);
		if (!n)
			return epacl_refuse(
				why, -EINVAL, attr, "text that cannot be shown",
				"the name of a rule holds a control character, or is not UTF-8, at byte %zu",
				(size_t)(s - (const u8 *)text) + 1);
	}
	return 0;
}

static bool is_loopback(const struct epacl_ip *ip)
{
	if (ip->family == 4)
		return ip->b[0] == 127;
	return !ip->q[0] && !ip->w[2] && ip->w[3] == cpu_to_be32(1);
}

static const char *not_unicast(const struct epacl_ip *ip)
{
	if (epacl_ip_is_unspecified(ip))
		return "the unspecified address";
	if (is_loopback(ip))
		return "a loopback address";
	if (epacl_ip_is_multicast(ip))
		return "a multicast address";
	if (epacl_ip_is_broadcast(ip))
		return "the broadcast address";
	return NULL;
}

int epacl_check_unicast(struct epacl_refusal *why, u16 attr, const char *word,
			const struct epacl_ip *ip)
{
	char text[EPACL_IP_TEXT];
	const char *fault = not_unicast(ip);

	if (!fault)
		return 0;
	return epacl_refuse(why, -EINVAL, attr, "not a unicast address",
			    "%s %s is %s: it takes an address of one host",
			    word, epacl_ip_text(ip, text), fault);
}

int epacl_check_count(struct epacl_refusal *why, u16 attr, const char *word,
		      u32 n, u32 min, u32 max)
{
	if (n < min)
		return epacl_refuse(why, -EINVAL, attr, "too few elements",
				    "'%s' takes at least %u", word, min);
	if (n > max)
		return epacl_refuse(why, -EINVAL, attr, "too many elements",
				    "'%s' takes at most %u, not %u", word, max,
				    n);
	return 0;
}

int epacl_prefix_compare(const void *a, const void *b)
{
	const struct epacl_prefix *x = a, *y = b;
	int diff;

	if (x->ip.family != y->ip.family)
		return x->ip.family - y->ip.family;
	diff = memcmp(x->ip.b, y->ip.b, sizeof(x->ip.b));
	return diff ? diff : x->len - y->len;
}

int epacl_name_compare(const void *a, const void *b)
{
	const struct epacl_name *x = a, *y = b;

	return strcmp(x->s, y->s);
}

int epacl_public_compare(const void *a, const void *b)
{
	const struct epacl_public *x = a, *y = b;
	int diff;

	if (x->ip.family != y->ip.family)
		return x->ip.family - y->ip.family;
	diff = memcmp(x->ip.b, y->ip.b, sizeof(x->ip.b));
	return diff ? diff : x->port - y->port;
}

bool epacl_prefixes_equal(const struct epacl_prefix *a, u32 na,
			  const struct epacl_prefix *b, u32 nb)
{
	u32 i;

	if (na != nb)
		return false;
	for (i = 0; i < na; i++)
		if (epacl_prefix_compare(&a[i], &b[i]))
			return false;
	return true;
}

int epacl_take_prefixes(struct epacl_refusal *why, u16 attr, const char *word,
			struct epacl_prefix *to, const struct epacl_list *list)
{
	const struct epacl_prefix *from = list->p;
	u32 i;

	for (i = 0; i < list->n; i++) {
		to[i] = from[i];
		if ((to[i].ip.family != 4 && to[i].ip.family != 6) ||
		    to[i].len > epacl_family_bits(to[i].ip.family))
			return epacl_refuse(
				why, -EINVAL, attr, "not a prefix",
				"number %u of '%s' is no prefix of IPv4 or IPv6",
				i + 1, word);
		epacl_prefix_mask(&to[i]);
	}
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <ctype.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "parse.h"

static const struct {
	const char *name;
	__u16 number;
	bool has_ports;
} protos[] = {
	{ "tcp", IPPROTO_TCP, true },
	{ "udp", IPPROTO_UDP, true },
	{ "sctp", IPPROTO_SCTP, true },
	{ "udplite", IPPROTO_UDPLITE, true },
	{ "dccp", IPPROTO_DCCP, true },
	{ "icmp", IPPROTO_ICMP, false },
	{ "icmpv6", IPPROTO_ICMPV6, false },
	{ "any", EPACL_PROTO_ANY, false },
};

/* Decimal digits and nothing else: no sign, blank or leading zero. */
bool parse_u64(const char *s, __u64 *v)
{
	__u64 n = 0;

	if (!*s || (s[0] == '0' && s[1]))
		return false;
	for (; *s; s++) {
		__u64 digit = (__u64)(*s - '0');

		if (*s < '0' || *s > '9' || n > (~0ULL - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*v = n;
	return true;
}

/* The same, between @lo and @hi. */
bool parse_number(const char *s, __u32 lo, __u32 hi, __u32 *v)
{
	__u64 n;

	if (!parse_u64(s, &n) || n < lo || n > hi)
		return false;
	*v = (__u32)n;
	return true;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

const char *parse_name(const char *s)
{
	const char *p;

	if (!is_letter(*s))
		return "a name begins with a letter";
	for (p = s; *p; p++)
		if (!is_letter(*p) && !(*p >= '0' && *p <= '9') &&
		    !strchr("._-", *p))
			return "a name has letters, digits, '.', '_' and '-' only";
	if (p - s > EPACL_NAME_MAX)
		return "a name has 63 characters at most";
	return NULL;
}

const char *parse_ifname(const char *s)
{
	const char *p;

	if (!*s || !strcmp(s, ".") || !strcmp(s, ".."))
		return "not the name of an interface";
	for (p = s; *p; p++)
		if (*p == '/' || *p == ':' || isspace((unsigned char)*p) ||
		    iscntrl((unsigned char)*p))
			return "the name of an interface has no blanks, '/' or ':'";
	if (p - s >= IFNAMSIZ)
		return "the name of an interface has 15 characters at most";
	return NULL;
}

/* A shell pattern of names of interfaces. */
const char *parse_pattern(const char *s)
{
	const char *p;

	if (!*s || *s == '#')
		return "not a pattern of names of interfaces";
	for (p = s; *p; p++)
		if (*p <= ' ' || *p > '~' || strchr("/:\"\\", *p))
			return "a pattern has no blanks, '/', ':', quotes and backslashes";
	if (p - s > EPACL_NAME_MAX)
		return "a pattern has 63 characters at most";
	return NULL;
}

/* Length of the UTF-8 sequence at @s, 0 if it is none. */
static int utf8_length(const unsigned char *s)
{
	int i, n = *s < 0x80 ? 1 :
		   *s < 0xc2 ? 0 :
		   *s < 0xe0 ? 2 :
		   *s < 0xf0 ? 3 :
		   *s < 0xf5 ? 4 :
			       0;

	for (i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return n;
}

const char *parse_text(const char *s)
{
	const unsigned char *p;
	int n;

	if (!*s || strlen(s) > EPACL_TEXT_MAX)
		return "must be 1 to 127 bytes long";
	for (p = (const unsigned char *)s; *p; p += n) {
		n = utf8_length(p);
		if (!n)
			return "must be UTF-8";
		if (*p == '"' || *p < ' ' || *p == 0x7f)
			return "must not hold '\"' or control characters";
	}
	return NULL;
}

/* The address in the first @len bytes of @s. */
static bool get_address(const char *s, size_t len, struct epacl_u_prefix *p)
{
	char text[INET6_ADDRSTRLEN];

	memset(p, 0, sizeof(*p));
	if (len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	if (inet_pton(AF_INET, text, p->addr) == 1) {
		p->family = 4;
		p->len = 32;
		return true;
	}
	if (inet_pton(AF_INET6, text, p->addr) == 1) {
		p->family = 6;
		p->len = 128;
		return true;
	}
	return false;
}

const char *parse_address(const char *s, struct epacl_u_prefix *p)
{
	if (!get_address(s, strlen(s), p))
		return "must be an IPv4 or IPv6 address";
	return NULL;
}

/* Clear the host bits of @p. Return: whether there were any. */
static bool mask(struct epacl_u_prefix *p)
{
	unsigned int i, keep, bits = p->family == 4 ? 32 : 128;
	bool had = false;

	for (i = p->len; i < bits; i = (i / 8 + 1) * 8) {
		keep = 0xff00u >> (i % 8) & 0xff;
		if (p->addr[i / 8] & ~keep)
			had = true;
		p->addr[i / 8] &= (__u8)keep;
	}
	return had;
}

/**
 * parse_prefix - ADDR/LEN, or ADDR for one address
 * @s: the item
 * @p: receives it without its host bits
 * @masked: receives whether it had any
 *
 * Return: NULL, or what would have been right.
 */
const char *parse_prefix(const char *s, struct epacl_u_prefix *p, bool *masked)
{
	const char *slash = strchr(s, '/');
	size_t len = slash ? (size_t)(slash - s) : strlen(s);
	__u32 n;

	*masked = false;
	if (!get_address(s, len, p))
		return "must be an IPv4 or IPv6 address, or ADDR/LENGTH";
	if (!slash)
		return NULL;
	if (!parse_number(slash + 1, 0, p->len, &n))
		return p->family == 4 ? "the length must be 0 to 32" :
					"the length must be 0 to 128";
	p->len = (__u8)n;
	*masked = mask(p);
	return NULL;
}

static int hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *p = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

	return p ? (int)(p - digits) : -1;
}

const char *parse_mac(const char *s, __u8 mac[6])
{
	int i, hi, lo;

	for (i = 0; i < 6; i++, s += 3) {
		hi = hex_digit(s[0]);
		lo = hi < 0 ? -1 : hex_digit(s[1]);
		if (lo < 0 || s[2] != (i < 5 ? ':' : '\0'))
			return "must be written as in 52:54:00:12:34:56";
		mac[i] = (__u8)(hi << 4 | lo);
	}
	return NULL;
}

const char *parse_proto(const char *s, __u16 *proto)
{
	__u32 n;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		if (!strcmp(s, protos[i].name)) {
			*proto = protos[i].number;
			return NULL;
		}
	}
	if (!parse_number(s, 0, 255, &n))
		return "must be tcp, udp, sctp, udplite, dccp, icmp, icmpv6, any or 0 to 255";
	*proto = (__u16)n;
	return NULL;
}

bool proto_has_ports(__u16 proto)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		if (protos[i].number == proto)
			return protos[i].has_ports;
	return false;
}

bool proto_is_icmp(__u16 proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

/* Return: the word for a protocol, NULL where it only has a number. */
const char *proto_name(__u16 proto)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		if (protos[i].number == proto)
			return protos[i].name;
	return NULL;
}

static bool parse_port(const char *s, size_t len, __u16 lowest, __u16 *port)
{
	char text[8];
	__u32 n;

	if (len >= sizeof(text))
		return false;
	memcpy(text, s, len);
	text[len] = '\0';
	if (!parse_number(text, lowest, 65535, &n))
		return false;
	*port = (__u16)n;
	return true;
}

/**
 * parse_ports - PORT or PORT-PORT
 * @s: the item
 * @lowest: 0 or 1, what a port begins at here
 * @r: receives the range
 *
 * Return: NULL, or what would have been right.
 */
const char *parse_ports(const char *s, __u16 lowest, struct epacl_u_ports *r)
{
	const char *dash = strchr(s, '-');
	size_t len = dash ? (size_t)(dash - s) : strlen(s);

	if (!parse_port(s, len, lowest, &r->lo))
		goto range;
	r->hi = r->lo;
	if (dash && !parse_port(dash + 1, strlen(dash + 1), lowest, &r->hi))
		goto range;
	if (r->hi < r->lo)
		return "a range goes from the lower port to the higher one";
	return NULL;
range:
	return lowest ? "must be 1 to 65535" : "must be 0 to 65535";
}

/* T or T/C. */
const char *parse_icmp(const char *s, __u8 *type, __u8 *code, bool *has_code)
{
	const char *slash = strchr(s, '/');
	size_t len = slash ? (size_t)(slash - s) : strlen(s);
	char text[4];
	__u32 n;

	*has_code = slash;
	if (len >= sizeof(text))
		goto range;
	memcpy(text, s, len);
	text[len] = '\0';
	if (!parse_number(text, 0, 255, &n))
		goto range;
	*type = (__u8)n;
	if (slash) {
		if (!parse_number(slash + 1, 0, 255, &n))
			goto range;
		*code = (__u8)n;
	}
	return NULL;
range:
	return "must be a type, or type/code, each 0 to 255";
}

/*
 * Split ADDR:PORT, [ADDR]:PORT, [ADDR] or ADDR. Return: the port's text, ""
 * where there is none, NULL where this is none of them.
 */
static const char *split_socket(const char *s, struct epacl_u_prefix *p)
{
	const char *end;

	if (*s == '[') {
		end = strchr(s, ']');
		if (!end || !get_address(s + 1, (size_t)(end - s - 1), p) ||
		    p->family != 6)
			return NULL;
		end++;
		return !*end ? end : *end == ':' && end[1] ? end + 1 : NULL;
	}
	if (get_address(s, strlen(s), p))
		return "";
	end = strchr(s, ':');
	if (!end || !end[1] || !get_address(s, (size_t)(end - s), p))
		return NULL;
	return end + 1;
}

/**
 * parse_socket - ADDR[:PORT], an IPv6 address with a port in brackets
 * @s: the word
 * @lowest: 0 or 1, what a port begins at here
 * @p: receives the address
 * @port: receives the port, 0 where there is none
 * @has_port: receives whether there was one
 *
 * Return: NULL, or what would have been right.
 */
const char *parse_socket(const char *s, __u16 lowest, struct epacl_u_prefix *p,
			 __u16 *port, bool *has_port)
{
	const char *text = split_socket(s, p);

	if (!text)
		return "must be ADDR or ADDR:PORT; IPv6: [2001:db8::1]:443";
	*has_port = *text;
	*port = 0;
	if (*text && !parse_port(text, strlen(text), lowest, port))
		return lowest ? "the port must be 1 to 65535" :
				"the port must be 0 to 65535";
	return NULL;
}

/* An IPv6 address whose last group looks like a port: 2001:db8::1:80? */
bool address_hides_port(const char *s)
{
	const char *last = strrchr(s, ':');
	struct epacl_u_prefix p;
	__u16 port;

	return last && *s != '[' && get_address(s, strlen(s), &p) &&
	       get_address(s, (size_t)(last - s), &p) &&
	       parse_port(last + 1, strlen(last + 1), 1, &port);
}

const char *parse_public(const char *s, struct epacl_u_public *pub)
{
	struct epacl_u_prefix p;
	const char *why;
	bool has_port;

	why = parse_socket(s, 1, &p, &pub->port, &has_port);
	if (why)
		return why;
	pub->family = p.family;
	pub->reserved = 0;
	memcpy(pub->addr, p.addr, sizeof(pub->addr));
	return NULL;
}

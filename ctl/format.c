// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>

#include "format.h"
#include "parse.h"

void format_address(struct buf *b, __u8 family, const __u8 *addr)
{
	char text[INET6_ADDRSTRLEN];

	if (!inet_ntop(family == 4 ? AF_INET : AF_INET6, addr, text,
		       sizeof(text)))
		text[0] = '\0';
	buf_add(b, "%s", text);
}

bool prefix_is_plain(const struct epacl_u_prefix *p)
{
	return p->len == (p->family == 4 ? 32 : 128);
}

/* ADDR where it is one address, ADDR/LEN otherwise. */
void format_plain(struct buf *b, const struct epacl_u_prefix *p)
{
	format_address(b, p->family, p->addr);
	if (!prefix_is_plain(p))
		buf_add(b, "/%u", p->len);
}

/* ADDR/LEN. */
void format_prefix(struct buf *b, const struct epacl_u_prefix *p)
{
	format_address(b, p->family, p->addr);
	buf_add(b, "/%u", p->len);
}

/* ADDR:PORT, [ADDR]:PORT for IPv6. */
void format_socket(struct buf *b, __u8 family, const __u8 *addr, __u16 port)
{
	buf_add(b, "%s", family == 6 ? "[" : "");
	format_address(b, family, addr);
	buf_add(b, "%s:%u", family == 6 ? "]" : "", port);
}

void format_proto(struct buf *b, __u16 proto)
{
	const char *name = proto_name(proto);

	if (name)
		buf_add(b, "%s", name);
	else
		buf_add(b, "%u", proto);
}

void format_ports(struct buf *b, const struct epacl_u_ports *r)
{
	buf_add(b, "%u", r->lo);
	if (r->hi != r->lo)
		buf_add(b, "-%u", r->hi);
}

void format_mac(struct buf *b, const __u8 *mac)
{
	int i;

	for (i = 0; i < 6; i++)
		buf_add(b, "%s%02x", i ? ":" : "", mac[i]);
}

const char *verdict_word(__u8 verdict)
{
	return verdict == EPACL_PERMIT ? "permit" : "drop";
}

const char *direction_word(__u8 direction)
{
	return direction == EPACL_OUT ? "out" : "in";
}

const char *reason_word(__u8 reason)
{
	static const char *const words[] = {
#define REASON_WORD(symbol, word) word,
		EPACL_REASONS(REASON_WORD)
#undef REASON_WORD
	};

	return reason < EPACL_REASON_COUNT ? words[reason] : "unknown";
}

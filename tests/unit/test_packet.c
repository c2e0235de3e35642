// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is read from a packet: every path through the headers by hand, then
 * packets that are almost right, by the hundred thousand, in buffers that end
 * where the packet ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/kernel.h>
#include <linux/skbuff.h>
#include "model_builder.h"
#include "read_packet.h"
#include "run.h"

/* ---- bytes ---- */

/* A packet that is put together, from the network header on. */
struct bytes {
	unsigned int n;
	u8 b[2048];
};

static struct bytes out;

static void put(const void *from, unsigned int n)
{
	ck_assert_uint_le(out.n + n, sizeof(out.b));
	memcpy(out.b + out.n, from, n);
	out.n += n;
}

#define PUT(...) \
	put((const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }))

static void put_zeros(unsigned int n)
{
	static const u8 zeros[256];

	put(zeros, n);
}

static void set16(unsigned int at, u16 value)
{
	out.b[at] = value >> 8;
	out.b[at + 1] = value;
}

#define SRC4 198, 51, 100, 9
#define DST4 10, 1, 0, 4
#define SRC6 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9
#define DST6 0xfd, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4
#define LINK6 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7

/* The total length is put right by finish(). */
static void begin4(u8 proto, u8 ihl)
{
	out.n = 0;
	PUT(0x40 | ihl, 0, 0, 0, 0, 1, 0, 0, 64, proto, 0, 0, SRC4, DST4);
}

static void begin6(u8 next)
{
	out.n = 0;
	PUT(0x60, 0, 0, 0, 0, 0, next, 64, SRC6, DST6);
}

static void finish(void)
{
	if (out.b[0] >> 4 == 4)
		set16(2, out.n);
	else
		set16(4, out.n - 40);
}

static void put_ports(u16 sport, u16 dport)
{
	PUT(sport >> 8, sport & 0xff, dport >> 8, dport & 0xff);
}

static void put_tcp(u16 sport, u16 dport, u8 flags)
{
	put_ports(sport, dport);
	PUT(0, 0, 0, 1, 0, 0, 0, 0, 0x50, flags, 1, 0, 0, 0, 0, 0);
}

static void put_udp(u16 sport, u16 dport)
{
	put_ports(sport, dport);
	PUT(0, 8, 0, 0);
}

/* ---- reading ---- */

static u16 version_ethertype(void)
{
	return out.n && out.b[0] >> 4 == 6 ? ETH_P_IPV6 : ETH_P_IP;
}

static void read_with(struct epacl_packet *p, u16 ethertype,
		      unsigned int headlen, bool gso)
{
	read_packet(p, out.b, out.n, ethertype, headlen, gso);
}

static struct epacl_packet packet;

/* The same whether it is pointed at, copied, or half of each. */
static const struct epacl_packet *read_as(u16 ethertype)
{
	static struct epacl_packet other;
	unsigned int headlen;

	read_with(&packet, ethertype, out.n, false);
	for (headlen = 0; headlen < out.n; headlen += 13) {
		read_with(&other, ethertype, headlen, false);
		ck_assert_mem_eq(&packet, &other, sizeof(packet));
	}
	return &packet;
}

static const struct epacl_packet *read_ip(void)
{
	return read_as(version_ethertype());
}

#define ck_malformed(p) ck_assert((p)->malformed)
#define ck_fine(p) ck_assert(!(p)->malformed)

/* ---- IPv4 ---- */

START_TEST(test_ipv4_tcp)
{
	const struct epacl_packet *p;
	struct epacl_ip src = ip4(SRC4), dst = ip4(DST4);

	begin4(IPPROTO_TCP, 5);
	put_tcp(40000, 14333, 0x02);
	finish();
	p = read_ip();
	ck_fine(p);
	ck_assert_uint_eq(p->bytes, 40);
	ck_assert_uint_eq(p->proto, IPPROTO_TCP);
	ck_assert_uint_eq(p->hops, 64);
	ck_assert(p->has_ports && p->syn && !p->fragment && !p->has_type);
	ck_assert_uint_eq(p->sport, 40000);
	ck_assert_uint_eq(p->dport, 14333);
	ck_assert(twin_same_ip(&p->src, &src) && twin_same_ip(&p->dst, &dst));
	ck_assert(!p->has_mac && !p->has_vlan && !p->message);
}
END_TEST

START_TEST(test_tcp_syn)
{
	static const struct {
		u8 flags;
		bool syn;
	} flags[] = {
		{ 0x02, true },	 { 0x42, true },  { 0x0a, true }, /* ECN, PSH */
		{ 0x12, false }, { 0x10, false }, { 0x06, false },
		{ 0x03, false }, { 0x00, false },
	};

	begin4(IPPROTO_TCP, 5);
	put_tcp(1, 2, flags[_i].flags);
	finish();
	ck_assert(read_ip()->syn == flags[_i].syn);
}
END_TEST

/* Cut anywhere behind the IP header it is no TCP any more. */
START_TEST(test_truncated_transport)
{
	static const struct {
		u8 proto, whole;
	} protos[] = {
		{ IPPROTO_TCP, 20 },	{ IPPROTO_UDP, 8 },
		{ IPPROTO_UDPLITE, 8 }, { IPPROTO_SCTP, 12 },
		{ IPPROTO_DCCP, 12 },	{ IPPROTO_ICMP, 8 },
		{ IPPROTO_IGMP, 8 },
	};
	u8 whole = protos[_i].whole, n;

	for (n = 0; n <= whole; n++) {
		begin4(protos[_i].proto, 5);
		put((const u8[20]){ [12] = 0x50 }, n);
		finish();
		ck_assert_msg(read_ip()->malformed == (n < whole),
			      "proto %u, %u bytes", protos[_i].proto, n);
	}
}
END_TEST

START_TEST(test_tcp_short_header)
{
	begin4(IPPROTO_TCP, 5);
	put_tcp(1, 2, 2);
	out.b[20 + 12] = 0x40;
	finish();
	ck_malformed(read_ip());
}
END_TEST

START_TEST(test_ipv4_bad_header)
{
	static const struct {
		u8 at, value;
	} bad[] = {
		{ 0, 0x44 }, /* ihl 4 */
		{ 0, 0x40 }, /* ihl 0 */
		{ 0, 0x4f }, /* ihl beyond the packet */
		{ 0, 0x55 }, /* version 5 */
		{ 3, 19 }, /* total length shorter than the header */
		{ 3, 41 }, /* longer than the packet */
		{ 2, 0xff },
	};

	begin4(IPPROTO_TCP, 5);
	put_tcp(1, 2, 2);
	finish();
	out.b[bad[_i].at] = bad[_i].value;
	ck_malformed(read_as(ETH_P_IP));
}
END_TEST

/* A total length that cuts the header of the transport off. */
START_TEST(test_ipv4_lying_length)
{
	begin4(IPPROTO_TCP, 5);
	put_tcp(1, 2, 2);
	set16(2, 39);
	ck_malformed(read_ip());
	set16(2, 40);
	ck_fine(read_ip());
}
END_TEST

/* What Ethernet pads short packets with is no part of them. */
START_TEST(test_padding)
{
	begin4(IPPROTO_UDP, 5);
	put_udp(1, 2);
	finish();
	put_zeros(18);
	ck_fine(read_ip());

	begin4(IPPROTO_UDP, 5);
	finish();
	put_zeros(26);
	ck_malformed(read_ip());
}
END_TEST

/* No total length: only what is longer than 64 KiB may have none. */
START_TEST(test_gso_length)
{
	begin4(IPPROTO_TCP, 5);
	put_tcp(1, 2, 2);
	read_with(&packet, ETH_P_IP, out.n, false);
	ck_malformed(&packet);
	read_with(&packet, ETH_P_IP, out.n, true);
	ck_fine(&packet);

	begin6(IPPROTO_TCP);
	put_tcp(1, 2, 2);
	read_with(&packet, ETH_P_IPV6, out.n, false);
	ck_malformed(&packet);
	read_with(&packet, ETH_P_IPV6, out.n, true);
	ck_fine(&packet);
}
END_TEST

/*
 * Where a checksum may still be written: not where something is read. @at
 * counts from behind the IP header.
 */
START_TEST(test_checksum_to_be_made)
{
	static const struct {
		u8 proto;
		int at;
		bool fine;
	} places[] = {
		{ IPPROTO_TCP, 16, true },    { IPPROTO_TCP, 2, false },
		{ IPPROTO_TCP, 12, false },   { IPPROTO_TCP, 20, false },
		{ IPPROTO_UDP, 6, true },     { IPPROTO_UDP, 0, false },
		{ IPPROTO_UDP, 7, false },    { IPPROTO_UDP, 8, true },
		{ IPPROTO_UDP, -1, false },   { IPPROTO_UDP, -4, false },
		{ IPPROTO_UDPLITE, 6, true }, { IPPROTO_UDPLITE, 2, false },
		{ IPPROTO_DCCP, 6, true },    { IPPROTO_DCCP, 8, false },
		{ IPPROTO_SCTP, 8, true },    { IPPROTO_SCTP, 6, false },
		{ IPPROTO_ICMP, 2, true },    { IPPROTO_ICMP, 0, false },
		{ IPPROTO_IGMP, 2, true },    { IPPROTO_IGMP, 8, false },
		{ IPPROTO_ICMPV6, 2, true },  { IPPROTO_ICMPV6, 8, false },
		{ IPPROTO_GRE, 40, true },    { IPPROTO_GRE, -1, false },
	};
	u16 ethertypes[] = { ETH_P_IP, ETH_P_IPV6 };
	struct sk_buff skb = { .ip_summed = CHECKSUM_PARTIAL };
	unsigned int i, head;

	for (i = 0; i < ARRAY_SIZE(ethertypes); i++) {
		head = ethertypes[i] == ETH_P_IP ? 20 : 48;
		if (ethertypes[i] == ETH_P_IP) {
			begin4(places[_i].proto, 5);
		} else {
			begin6(60);
			PUT(places[_i].proto, 0, 1, 4, 0, 0, 0, 0);
		}
		put_tcp(1, 2, 2);
		put_zeros(40);
		finish();
		skb.data = out.b;
		skb.len = out.n;
		skb.headlen = out.n;
		/* Wherever it begins. */
		skb.csum_offset = 6;
		skb.csum_start = head + places[_i].at - 6;
		epacl_packet_ip(&packet, &skb, ethertypes[i]);
		ck_assert(packet.malformed == !places[_i].fine);
	}
}
END_TEST

START_TEST(test_checksum_of_a_fragment)
{
	struct sk_buff skb = {
		.data = out.b,
		.ip_summed = CHECKSUM_PARTIAL,
		.csum_start = 20,
		.csum_offset = 6,
	};

	begin4(IPPROTO_UDP, 5);
	put_udp(1, 2);
	finish();
	skb.len = out.n;
	skb.headlen = out.n;
	epacl_packet_ip(&packet, &skb, ETH_P_IP);
	ck_fine(&packet);
	out.b[6] = 0x20;
	epacl_packet_ip(&packet, &skb, ETH_P_IP);
	ck_malformed(&packet);
	out.b[6] = 0;
	/* of a kind that nothing is read of: it ends for being that */
	epacl_packet_ip(&packet, &skb, ETH_P_8021Q);
	ck_fine(&packet);
}
END_TEST

START_TEST(test_ipv4_options)
{
	static const struct {
		u8 n, b[12];
		bool fine;
	} options[] = {
		{ 4, { 1, 1, 1, 0 }, true }, /* nothing, then end */
		{ 4, { 0, 131, 4, 4 }, true }, /* behind the end */
		{ 4, { 148, 4, 0, 0 }, true }, /* router alert */
		{ 8, { 7, 7, 4, 0, 0, 0, 0, 0 }, true }, /* record route */
		{ 8, { 131, 7, 4, 1, 2, 3, 4, 0 }, false }, /* LSRR */
		{ 8, { 137, 7, 4, 1, 2, 3, 4, 0 }, false }, /* SSRR */
		{ 8, { 1, 131, 7, 4, 1, 2, 3, 4 }, false },
		{ 8, { 148, 4, 0, 0, 137, 3, 4, 0 }, false },
		{ 4, { 131, 0, 0, 0 }, false },
		{ 4, { 148, 0, 0, 0 }, false }, /* size 0: no end */
		{ 4, { 148, 1, 0, 0 }, false },
		{ 4, { 148, 5, 0, 0 }, false }, /* beyond the header */
		{ 4, { 1, 1, 1, 148 }, false }, /* no room for a size */
		{ 4, { 1, 1, 148, 2 }, true },
		{ 12, { 68, 12, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, true },
	};

	begin4(IPPROTO_UDP, 5 + options[_i].n / 4);
	put(options[_i].b, options[_i].n);
	put_udp(53, 54);
	finish();
	ck_assert_msg(!read_ip()->malformed == options[_i].fine,
		      "options number %d", _i);
	if (options[_i].fine)
		ck_assert(packet.has_ports && packet.dport == 54);
}
END_TEST

START_TEST(test_ipv4_fragments)
{
	const struct epacl_packet *p;

	/* first, with its ports */
	begin4(IPPROTO_TCP, 5);
	put_tcp(1, 2, 2);
	finish();
	set16(6, 0x2000);
	p = read_ip();
	ck_fine(p);
	ck_assert(p->fragment && !p->later_fragment && p->has_ports);

	/* first, too small for them */
	begin4(IPPROTO_TCP, 5);
	put_zeros(8);
	finish();
	set16(6, 0x2000);
	ck_malformed(read_ip());

	/* later, and last: what looks like ports is none */
	begin4(IPPROTO_TCP, 5);
	put_tcp(22, 22, 2);
	finish();
	set16(6, 0x2001);
	p = read_ip();
	ck_fine(p);
	ck_assert(p->fragment && p->later_fragment && !p->has_ports && !p->syn);
	set16(6, 0x1fff);
	p = read_ip();
	ck_fine(p);
	ck_assert(p->fragment && p->later_fragment && !p->has_ports);

	/* later, and empty */
	begin4(IPPROTO_TCP, 5);
	finish();
	set16(6, 0x0001);
	ck_fine(read_ip());

	/* neither; the other two bits do not count */
	begin4(IPPROTO_TCP, 5);
	put_tcp(1, 2, 2);
	finish();
	set16(6, 0xc000);
	p = read_ip();
	ck_assert(!p->fragment && !p->later_fragment && p->has_ports);

	/* a later one is judged by its own options, too */
	begin4(IPPROTO_TCP, 6);
	PUT(131, 4, 4, 0);
	finish();
	set16(6, 0x0001);
	ck_malformed(read_ip());
}
END_TEST

START_TEST(test_protocols_with_ports)
{
	int proto;

	for (proto = 0; proto < 256; proto++) {
		begin4(proto, 5);
		put_ports(1234, 80);
		put((const u8[16]){ [8] = 0x50 }, 16);
		finish();
		read_ip();
		ck_fine(&packet);
		ck_assert_msg(packet.has_ports == twin_has_ports(proto),
			      "protocol %d", proto);
		ck_assert(!packet.has_ports ||
			  (packet.sport == 1234 && packet.dport == 80));
		ck_assert(packet.has_type ==
			  (proto == IPPROTO_ICMP || proto == IPPROTO_IGMP));
	}
}
END_TEST

START_TEST(test_icmp)
{
	static const u8 errors[] = { 3, 4, 5, 11, 12 };
	unsigned int type, i;
	bool error;

	for (type = 0; type < 256; type++) {
		begin4(IPPROTO_ICMP, 5);
		PUT(type, 7, 0, 0, 0, 0, 0, 0);
		finish();
		read_ip();
		for (error = false, i = 0; i < ARRAY_SIZE(errors); i++)
			error |= errors[i] == type;
		ck_fine(&packet);
		ck_assert(packet.has_type && !packet.message);
		ck_assert_uint_eq(packet.type, type);
		ck_assert_uint_eq(packet.code, 7);
		ck_assert(packet.error == error);
	}
	/* ICMPv6 in IPv4, and the other way round, is just a protocol. */
	begin4(IPPROTO_ICMPV6, 5);
	PUT(135, 0);
	finish();
	ck_fine(read_ip());
	ck_assert(!packet.has_type && !packet.message && !packet.error);
	begin6(IPPROTO_ICMP);
	PUT(3, 0);
	finish();
	ck_fine(read_ip());
	ck_assert(!packet.has_type && !packet.error);
}
END_TEST

START_TEST(test_igmp)
{
	static const struct {
		u8 type, message;
	} kinds[] = {
		{ 0x11, EPACL_MSG_GROUP_QUERY },
		{ 0x12, EPACL_MSG_GROUP_REPORT },
		{ 0x16, EPACL_MSG_GROUP_REPORT },
		{ 0x17, EPACL_MSG_GROUP_REPORT },
		{ 0x22, EPACL_MSG_GROUP_REPORT },
		{ 0x13, EPACL_MSG_NONE }, /* DVMRP */
		{ 0x00, EPACL_MSG_NONE },
	};

	begin4(IPPROTO_IGMP, 6);
	out.b[8] = 1;
	PUT(148, 4, 0, 0, kinds[_i].type, 0, 0, 0, 224, 0, 0, 1);
	finish();
	ck_fine(read_ip());
	ck_assert_uint_eq(packet.message, kinds[_i].message);
	ck_assert_uint_eq(packet.hops, 1);
	ck_assert(!packet.error);
}
END_TEST

START_TEST(test_dhcp)
{
	static const struct {
		u8 version;
		u16 sport, dport;
		u8 message;
	} kinds[] = {
		{ 4, 68, 67, EPACL_MSG_DHCP_CLIENT },
		{ 4, 67, 68, EPACL_MSG_DHCP_SERVER },
		{ 4, 67, 67, EPACL_MSG_NONE }, /* a relay */
		{ 4, 546, 547, EPACL_MSG_NONE },
		{ 6, 546, 547, EPACL_MSG_DHCP_CLIENT },
		{ 6, 547, 546, EPACL_MSG_DHCP_SERVER },
		{ 6, 68, 67, EPACL_MSG_NONE },
		{ 4, 68, 53, EPACL_MSG_NONE },
	};

	if (kinds[_i].version == 4)
		begin4(IPPROTO_UDP, 5);
	else
		begin6(IPPROTO_UDP);
	put_udp(kinds[_i].sport, kinds[_i].dport);
	finish();
	ck_fine(read_ip());
	ck_assert_uint_eq(packet.message, kinds[_i].message);

	/* UDP-Lite on these ports is not DHCP. */
	out.b[kinds[_i].version == 4 ? 9 : 6] = IPPROTO_UDPLITE;
	ck_assert_uint_eq(read_ip()->message, EPACL_MSG_NONE);
}
END_TEST

/* ---- IPv6 ---- */

START_TEST(test_ipv6_udp)
{
	const u8 src[16] = { SRC6 }, dst[16] = { DST6 };
	const struct epacl_packet *p;

	begin6(IPPROTO_UDP);
	put_udp(5353, 53);
	finish();
	p = read_ip();
	ck_fine(p);
	ck_assert_uint_eq(p->bytes, 48);
	ck_assert_mem_eq(p->src.b, src, 16);
	ck_assert_mem_eq(p->dst.b, dst, 16);
	ck_assert_uint_eq(p->src.family, 6);
	ck_assert(p->has_ports && p->sport == 5353 && p->dport == 53);
}
END_TEST

/* A chain of headers, as (kind, size in units of 8 bytes less one). */
START_TEST(test_ipv6_chains)
{
	static const struct {
		u8 first;
		u8 n, b[40];
		bool fine;
	} chains[] = {
		/* each extension header by itself */
		{ 0, 8, { 17, 0, 1, 4 }, true },
		{ 60, 8, { 17, 0, 1, 4 }, true },
		{ 43, 8, { 17, 0, 2, 0 }, true }, /* mobile: type 2 */
		{ 43, 8, { 17, 0, 4, 0 }, true }, /* segments: type 4 */
		{ 43, 8, { 17, 0, 0, 0 }, false }, /* type 0 */
		{ 43, 8, { 17, 0, 0, 1 }, false },
		/* two and more */
		{ 0, 16, { 60, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4 }, true },
		{ 60, 16, { 60, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4 }, true },
		{ 60, 24, { 17, 2, 1, 4 }, true },
		{ 60, 8, { 17, 2, 1, 4 }, false }, /* beyond the packet */
		{ 60, 8, { 17, 255, 1, 4 }, false },
		/* hop-by-hop is the first or nowhere */
		{ 60, 16, { 0, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4 }, false },
		{ 0, 16, { 0, 0, 1, 4, 0, 0, 0, 0, 17, 0, 1, 4 }, false },
		/* type 0 behind something */
		{ 0, 16, { 43, 0, 1, 4, 0, 0, 0, 0, 17, 0, 0, 1 }, false },
		/* AH counts in units of 4, less two */
		{ 51, 8, { 17, 0 }, true },
		{ 51, 12, { 17, 1 }, true },
		{ 51, 24, { 17, 4 }, true },
		{ 51, 8, { 17, 4 }, false },
		{ 51, 8, { 17, 255 }, false },
		/* no transport follows */
		{ 60, 8, { 60, 0, 1, 4 }, false },
		{ 59, 0, {}, true },
		{ 60, 8, { 59, 0, 1, 4 }, true },
	};

	begin6(chains[_i].first);
	put(chains[_i].b, chains[_i].n);
	put_udp(1, 53);
	finish();
	/* Where the rest is a header that is too long it has to be one. */
	if (_i == 19)
		out.n -= 8, finish();
	ck_assert_msg(!read_ip()->malformed == chains[_i].fine,
		      "chain number %d", _i);
	if (chains[_i].fine && chains[_i].first != 59 && packet.proto != 59)
		ck_assert(packet.has_ports && packet.dport == 53 &&
			  packet.proto == IPPROTO_UDP);
}
END_TEST

START_TEST(test_ipv6_many_headers)
{
	unsigned int n, i;

	for (n = 1; n < 20; n++) {
		begin6(60);
		for (i = 0; i < n; i++)
			PUT(i + 1 < n ? 60 : 17, 0, 1, 4, 0, 0, 0, 0);
		put_udp(1, 53);
		finish();
		ck_assert_msg(read_ip()->malformed == (n > 16), "%u headers",
			      n);
	}
}
END_TEST

START_TEST(test_ipv6_truncated)
{
	unsigned int n;

	begin6(0);
	PUT(60, 0, 1, 4, 0, 0, 0, 0);
	PUT(51, 0, 1, 4, 0, 0, 0, 0);
	PUT(17, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	put_udp(1, 2);
	for (n = out.n; n > 40; n--) {
		bool whole = n == 40 + 8 + 8 + 12 + 8;

		out.n = n;
		finish();
		ck_assert_msg(read_ip()->malformed == !whole, "%u bytes", n);
	}
	for (; n > 0; n--) {
		out.n = n;
		ck_malformed(read_as(ETH_P_IPV6));
	}
}
END_TEST

START_TEST(test_ipv6_fragments)
{
	const struct epacl_packet *p;

	/* atomic: alone, so whole */
	begin6(44);
	PUT(17, 0, 0, 0, 0, 0, 0, 1);
	put_udp(1, 53);
	finish();
	p = read_ip();
	ck_fine(p);
	ck_assert(!p->fragment && !p->later_fragment && p->dport == 53);

	/* first */
	out.b[40 + 3] = 1;
	p = read_ip();
	ck_fine(p);
	ck_assert(p->fragment && !p->later_fragment && p->dport == 53);

	/* first, without the transport's header */
	out.n -= 8;
	finish();
	ck_malformed(read_ip());

	/* later: what follows is no header, whatever it looks like */
	begin6(44);
	PUT(60, 0, 0, 8, 0, 0, 0, 1);
	finish();
	p = read_ip();
	ck_fine(p);
	ck_assert(p->fragment && p->later_fragment && !p->has_ports);
	ck_assert_uint_eq(p->proto, 60);

	/* first, and the chain goes on */
	begin6(44);
	PUT(60, 0, 0, 1, 0, 0, 0, 1);
	PUT(17, 0, 1, 4, 0, 0, 0, 0);
	put_udp(1, 53);
	finish();
	p = read_ip();
	ck_fine(p);
	ck_assert(p->fragment && p->dport == 53);

	/* a fragment of a fragment */
	begin6(44);
	PUT(44, 0, 0, 1, 0, 0, 0, 1);
	PUT(17, 0, 0, 0, 0, 0, 0, 1);
	put_udp(1, 53);
	finish();
	ck_malformed(read_ip());

	/* cut short */
	begin6(44);
	PUT(17, 0, 0, 8, 0, 0, 0);
	finish();
	ck_malformed(read_ip());

	/* neighbour discovery in fragments is nobody's */
	begin6(44);
	PUT(58, 0, 0, 1, 0, 0, 0, 1);
	PUT(135, 0, 0, 0, 0, 0, 0, 0, DST6);
	finish();
	p = read_ip();
	ck_fine(p);
	ck_assert(p->message == EPACL_MSG_NONE && !p->has_claim && p->has_type);

	/* so is DHCP */
	begin6(44);
	PUT(17, 0, 0, 1, 0, 0, 0, 1);
	put_udp(546, 547);
	finish();
	ck_assert_uint_eq(read_ip()->message, EPACL_MSG_NONE);
}
END_TEST

START_TEST(test_ipv6_lying_length)
{
	begin6(IPPROTO_UDP);
	put_udp(1, 2);
	set16(4, 9);
	ck_malformed(read_ip());
	set16(4, 7);
	ck_malformed(read_ip());
	set16(4, 8);
	ck_fine(read_ip());
	out.b[0] = 0x40;
	ck_malformed(read_as(ETH_P_IPV6));
}
END_TEST

START_TEST(test_icmpv6)
{
	unsigned int type;

	for (type = 0; type < 256; type++) {
		begin6(IPPROTO_ICMPV6);
		PUT(type, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		    0, 0, 0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7);
		finish();
		read_ip();
		ck_assert(packet.has_type);
		ck_assert_uint_eq(packet.type, type);
		ck_assert(packet.error == (type < 128));
		ck_assert(!!packet.message ==
			  ((type >= 130 && type <= 137) || type == 143));
	}
}
END_TEST

/* ---- neighbour discovery ---- */

START_TEST(test_nd)
{
	static const struct {
		u8 type;
		u8 body; /* bytes in front of the options */
		u8 message, option;
		bool claim;
	} kinds[] = {
		{ 133, 8, EPACL_MSG_ROUTER_SOLICIT, 1, false },
		{ 134, 16, EPACL_MSG_ROUTER_ADVERT, 1, false },
		{ 135, 24, EPACL_MSG_NEIGH_SOLICIT, 1, true },
		{ 136, 24, EPACL_MSG_NEIGH_ADVERT, 2, true },
	};
	static const u8 mac[] = { 0x52, 0x54, 0, 0x12, 0x34, 0x56 };
	static const u8 target[] = { DST6 };
	const struct epacl_packet *p;
	u8 body = kinds[_i].body, n;

	/* without options */
	begin6(58);
	out.b[7] = 255;
	PUT(kinds[_i].type, 0, 0, 0, 0, 0, 0, 0);
	put(target, body - 8);
	finish();
	p = read_ip();
	ck_fine(p);
	ck_assert_uint_eq(p->message, kinds[_i].message);
	ck_assert_uint_eq(p->hops, 255);
	ck_assert(p->has_claim == kinds[_i].claim && !p->has_claim_mac);
	if (p->has_claim)
		ck_assert_mem_eq(p->claim.b, target, 16);

	/* with the option that counts, behind one that does not */
	PUT(14, 1, 0, 0, 0, 0, 0, 0);
	PUT(kinds[_i].option, 1);
	put(mac, 6);
	finish();
	p = read_ip();
	ck_fine(p);
	ck_assert(p->has_claim_mac);
	ck_assert_mem_eq(p->claim_mac, mac, 6);

	/* the other side's option is not a claim */
	out.b[40 + body + 8] = 3 - kinds[_i].option;
	ck_assert(!read_ip()->has_claim_mac);

	/* an option of size 0, one that is too long, one cut short */
	out.b[40 + body + 1] = 0;
	ck_malformed(read_ip());
	out.b[40 + body + 1] = 3;
	ck_malformed(read_ip());
	out.b[40 + body + 1] = 2;
	ck_fine(read_ip());
	out.b[40 + body + 1] = 1;
	for (n = 1; n < 8; n++) {
		out.n--;
		finish();
		ck_malformed(read_ip());
	}

	/* the message itself cut short */
	for (n = 1; n <= body; n++) {
		out.n = 40 + body - n;
		finish();
		ck_malformed(read_ip());
	}
}
END_TEST

START_TEST(test_nd_many_options)
{
	unsigned int n, i;

	for (n = 0; n < 20; n++) {
		begin6(58);
		PUT(133, 0, 0, 0, 0, 0, 0, 0);
		for (i = 0; i < n; i++)
			PUT(14, 1, 0, 0, 0, 0, 0, 0);
		finish();
		ck_assert_msg(read_ip()->malformed == (n > 16), "%u options",
			      n);
	}
}
END_TEST

START_TEST(test_mld)
{
	static const struct {
		u8 type, message;
	} kinds[] = {
		{ 130, EPACL_MSG_GROUP_QUERY },
		{ 131, EPACL_MSG_GROUP_REPORT },
		{ 132, EPACL_MSG_GROUP_REPORT },
		{ 143, EPACL_MSG_GROUP_REPORT },
		{ 137, EPACL_MSG_REDIRECT },
		{ 128, EPACL_MSG_NONE },
	};

	/* behind a hop-by-hop header with a router alert, as it is sent */
	begin6(0);
	out.b[7] = 1;
	PUT(58, 0, 5, 2, 0, 0, 1, 0, kinds[_i].type, 0, 0, 0, 0, 0, 0, 0);
	finish();
	ck_fine(read_ip());
	ck_assert_uint_eq(packet.message, kinds[_i].message);
	ck_assert_uint_eq(packet.hops, 1);
}
END_TEST

/* ---- ARP ---- */

static void begin_arp(u8 op)
{
	out.n = 0;
	PUT(0, 1, 8, 0, 6, 4, 0, op, 0x52, 0x54, 0, 1, 2, 3, DST4, 0, 0, 0, 0,
	    0, 0, SRC4);
}

START_TEST(test_arp)
{
	static const u8 mac[] = { 0x52, 0x54, 0, 1, 2, 3 };
	struct epacl_ip sender = ip4(DST4), target = ip4(SRC4);
	const struct epacl_packet *p;

	begin_arp(1);
	p = read_as(ETH_P_ARP);
	ck_fine(p);
	ck_assert(p->message == EPACL_MSG_ARP && !p->arp_reply);
	ck_assert(twin_same_ip(&p->src, &sender));
	ck_assert(twin_same_ip(&p->dst, &target));
	ck_assert(p->has_claim_mac && !p->has_ports && !p->has_type);
	ck_assert_mem_eq(p->claim_mac, mac, 6);

	begin_arp(2);
	put_zeros(18); /* padding */
	p = read_as(ETH_P_ARP);
	ck_fine(p);
	ck_assert(p->arp_reply);
}
END_TEST

START_TEST(test_arp_bad)
{
	static const struct {
		u8 at, value;
	} bad[] = {
		{ 1, 6 }, { 2, 0x86 }, { 4, 8 }, { 5, 16 },
		{ 7, 0 }, { 7, 3 },    { 7, 8 }, { 6, 1 },
	};
	unsigned int n;

	begin_arp(1);
	out.b[bad[_i].at] = bad[_i].value;
	ck_malformed(read_as(ETH_P_ARP));
	for (n = 0; n < 28; n++) {
		begin_arp(1);
		out.n = n;
		ck_malformed(read_as(ETH_P_ARP));
	}
}
END_TEST

/* ---- frames ---- */

static const u8 dmac[] = { 0x52, 0x54, 0, 0, 0, 1 };
static const u8 smac[] = { 0x52, 0x54, 0, 0, 0, 2 };

/* The bytes of @out as they pass the two hooks of an interface. */
static void read_frame(struct epacl_packet *p, u16 ethertype, bool egress,
		       unsigned int headlen, int tag)
{
	u8 frame[ETH_HLEN + sizeof(out.b)];

	memcpy(frame, dmac, 6);
	memcpy(frame + 6, smac, 6);
	frame[12] = ethertype >> 8;
	frame[13] = ethertype;
	memcpy(frame + ETH_HLEN, out.b, out.n);
	read_frame_at(p, frame, ETH_HLEN + out.n, egress, headlen, tag);
}

START_TEST(test_frame)
{
	struct epacl_packet p;
	bool egress = _i;

	begin4(IPPROTO_TCP, 5);
	put_tcp(40000, 80, 2);
	finish();
	read_frame(&p, ETH_P_IP, egress, out.n, -1);
	ck_fine(&p);
	ck_assert(p.has_mac && !p.has_vlan && p.has_ports && p.dport == 80);
	ck_assert_mem_eq(p.dmac, dmac, 6);
	ck_assert_mem_eq(p.smac, smac, 6);
	ck_assert_uint_eq(p.ethertype, ETH_P_IP);
	ck_assert_uint_eq(p.bytes, 40);

	read_frame(&p, ETH_P_IP, egress, 0, 0x2007);
	ck_fine(&p);
	ck_assert(p.has_vlan && p.vlan == 7 && p.dport == 80);
	read_frame(&p, ETH_P_IP, egress, 20, 0xe000);
	ck_assert(p.has_vlan && p.vlan == 0);

	/* an inner tag is an ethertype, its content none of ours */
	read_frame(&p, ETH_P_8021Q, egress, out.n, -1);
	ck_assert(!p.malformed && !p.has_ports && !p.has_vlan);
	ck_assert_uint_eq(p.ethertype, ETH_P_8021Q);

	begin_arp(1);
	read_frame(&p, ETH_P_ARP, egress, out.n, -1);
	ck_assert(!p.malformed && p.message == EPACL_MSG_ARP && p.has_mac);
}
END_TEST

/* Too short for an Ethernet header: only on the way out. */
START_TEST(test_frame_short)
{
	struct sk_buff skb = { .protocol = htons(ETH_P_IP) };
	struct epacl_packet p;
	unsigned int n;

	for (n = 0; n < ETH_HLEN; n++) {
		skb.data = malloc(n + 1);
		ck_assert_ptr_nonnull(skb.data);
		skb.len = n;
		skb.headlen = n;
		epacl_packet_frame(&p, &skb, true);
		ck_malformed(&p);
		ck_assert(!p.has_mac);
		free(skb.data);
	}
}
END_TEST

/* ---- almost right ---- */

static void seed_packet(unsigned int kind)
{
	switch (kind) {
	case 0:
		begin4(IPPROTO_TCP, 7);
		PUT(1, 1, 148, 4, 0, 0, 1, 0);
		put_tcp(40000, 80, 2);
		break;
	case 1:
		begin4(IPPROTO_UDP, 5);
		put_udp(68, 67);
		break;
	case 2:
		begin4(IPPROTO_ICMP, 15);
		PUT(68, 40, 5, 0);
		put_zeros(36);
		PUT(3, 3, 0, 0, 0, 0, 0, 0);
		put_zeros(28);
		break;
	case 3:
		begin6(0);
		PUT(43, 0, 5, 2, 0, 0, 1, 0);
		PUT(44, 0, 2, 0, 0, 0, 0, 0);
		PUT(51, 0, 0, 0, 0, 0, 0, 1);
		PUT(60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
		PUT(6, 0, 1, 4, 0, 0, 0, 0);
		put_tcp(1, 2, 16);
		break;
	case 4:
		begin6(58);
		out.b[7] = 255;
		PUT(136, 0, 0, 0, 0x60, 0, 0, 0, LINK6);
		PUT(14, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
		PUT(2, 1, 0x52, 0x54, 0, 1, 2, 3);
		break;
	case 5:
		begin6(0);
		PUT(58, 0, 5, 2, 0, 0, 1, 0, 143, 0, 0, 0, 0, 0, 0, 0);
		break;
	case 6:
		begin4(IPPROTO_SCTP, 5);
		put_ports(1, 2);
		put_zeros(8);
		break;
	default:
		begin_arp(1);
		return;
	}
	finish();
}

static void mutate(void)
{
	static const u8 telling[] = { 0,    1,	  2,	6,    17,   43,
				      44,   51,	  58,	60,   131,  137,
				      0x45, 0x4f, 0x60, 0x7f, 0x80, 0xff };
	unsigned int n = below(4), at;

	while (n--) {
		at = below(chance(50) && out.n > 60 ? 60 : out.n);
		switch (below(4)) {
		case 0:
			out.b[at] = one_of(telling);
			break;
		case 1:
			out.b[at] ^= 1 << below(8);
			break;
		case 2:
			out.b[at] = below(256);
			break;
		case 3:
			out.b[at] += chance(50) ? 1 : 255;
			break;
		}
	}
	if (chance(25))
		out.n = 1 + below(out.n);
	else if (chance(10))
		put_zeros(1 + below(20));
	if (chance(25) && out.n > 6)
		finish();
}

static void check_consistent(const struct epacl_packet *p, u64 seed,
			     unsigned long n)
{
	const char *violated = packet_violates(p, out.n);
	unsigned int i;

	if (!violated)
		return;
	fprintf(stderr, "seed %#llx, packet %lu, ethertype %04x:\n ",
		(unsigned long long)seed, n, p->ethertype);
	for (i = 0; i < out.n; i++)
		fprintf(stderr, " %02x", out.b[i]);
	fprintf(stderr, "\n");
	ck_abort_msg("violated: %s", violated);
}

START_TEST(test_mutations)
{
	static const u16 ethertypes[] = { ETH_P_IP, ETH_P_IPV6, ETH_P_ARP };
	unsigned long cases = random_cases(300000), n, fine = 0;
	u64 seed = random_begin(0xba5);
	struct epacl_packet p, frame;
	unsigned int kind, headlen;
	u16 ethertype;
	bool gso;

	for (n = 0; n < cases; n++) {
		kind = below(8);
		seed_packet(kind);
		mutate();
		ethertype = kind == 7 ? ETH_P_ARP : version_ethertype();
		if (chance(5))
			ethertype = one_of(ethertypes);
		headlen = chance(50) ? out.n : below(out.n + 1);
		gso = chance(10);
		read_with(&p, ethertype, headlen, gso);
		check_consistent(&p, seed, n);
		fine += !p.malformed;
		if (gso)
			continue;
		/* The hooks of the interface read the same. */
		read_frame(&frame, ethertype, n & 1, headlen, -1);
		ck_assert(frame.has_mac);
		frame.has_mac = false;
		memcpy(frame.smac, p.smac, ETH_ALEN);
		memcpy(frame.dmac, p.dmac, ETH_ALEN);
		ck_assert_mem_eq(&frame, &p, sizeof(p));
	}
	/* Neither all right nor all wrong. */
	ck_assert_uint_gt(fine, cases / 5);
	ck_assert_uint_lt(fine, cases / 5 * 4);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("packet");
	TCase *ipv4 = tcase_create("ipv4");
	TCase *ipv6 = tcase_create("ipv6");
	TCase *link = tcase_create("link");
	TCase *random = tcase_create("random");

	tcase_add_test(ipv4, test_ipv4_tcp);
	tcase_add_loop_test(ipv4, test_tcp_syn, 0, 8);
	tcase_add_loop_test(ipv4, test_truncated_transport, 0, 7);
	tcase_add_test(ipv4, test_tcp_short_header);
	tcase_add_loop_test(ipv4, test_ipv4_bad_header, 0, 7);
	tcase_add_test(ipv4, test_ipv4_lying_length);
	tcase_add_test(ipv4, test_padding);
	tcase_add_test(ipv4, test_gso_length);
	tcase_add_loop_test(ipv4, test_checksum_to_be_made, 0, 24);
	tcase_add_test(ipv4, test_checksum_of_a_fragment);
	tcase_add_loop_test(ipv4, test_ipv4_options, 0, 15);
	tcase_add_test(ipv4, test_ipv4_fragments);
	tcase_add_test(ipv4, test_protocols_with_ports);
	tcase_add_test(ipv4, test_icmp);
	tcase_add_loop_test(ipv4, test_igmp, 0, 7);
	tcase_add_loop_test(ipv4, test_dhcp, 0, 8);
	suite_add_tcase(s, ipv4);
	tcase_add_test(ipv6, test_ipv6_udp);
	tcase_add_loop_test(ipv6, test_ipv6_chains, 0, 22);
	tcase_add_test(ipv6, test_ipv6_many_headers);
	tcase_add_test(ipv6, test_ipv6_truncated);
	tcase_add_test(ipv6, test_ipv6_fragments);
	tcase_add_test(ipv6, test_ipv6_lying_length);
	tcase_add_test(ipv6, test_icmpv6);
	tcase_add_loop_test(ipv6, test_nd, 0, 4);
	tcase_add_test(ipv6, test_nd_many_options);
	tcase_add_loop_test(ipv6, test_mld, 0, 6);
	suite_add_tcase(s, ipv6);
	tcase_add_test(link, test_arp);
	tcase_add_loop_test(link, test_arp_bad, 0, 8);
	tcase_add_loop_test(link, test_frame, 0, 2);
	tcase_add_test(link, test_frame_short);
	suite_add_tcase(s, link);
	tcase_set_timeout(random, 600);
	tcase_add_test(random, test_mutations);
	suite_add_tcase(s, random);
	return s;
}

int main(void)
{
	return run_suite(suite());
}

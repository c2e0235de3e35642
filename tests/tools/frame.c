// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sends hand-made frames, and counts what arrives.
 *
 * usage: [NETNS=FILE] frame send DEV [KEY=VALUE...]
 *        frame count DEV MARK
 *
 * send   KEYs:
 *        smac= dmac=     default: of DEV; broadcast
 *        vlan=ID         an 802.1Q tag; tpid=0xNNNN: of another kind
 *        type=0xNNNN     EtherType of a frame of nothing but the mark
 *        arp=request|reply with src=, dst= and smac= as the claims
 *        src= dst= ttl=  IPv4 or IPv6
 *        tcp=SPORT:DPORT flags=SAFRP seq=N ack=N
 *        udp=SPORT:DPORT
 *        icmp=TYPE:CODE  ICMP, or over IPv6 ICMPv6; id of an echo: 7
 *        target=ADDR     of a neighbour solicitation or advertisement
 *        proto=N         any other protocol, with the mark as its content
 *        quote=SRC,DST,SPORT,DPORT  an ICMP error quotes this UDP packet
 *        mark=TEXT size=N  the payload: TEXT, then zeros up to N bytes
 *        dstopts=N       IPv6: behind N headers of destination options
 *        frag=N          in fragments of N bytes (a multiple of 8)
 *        vary=1          each packet has another source port, and one of 4096
 *                        sources
 *        count=N         so often; count=0: until a signal or for=MS
 *        for=MS          as often as possible for so long
 *        Writes how many frames were sent.
 * count  DEV may be any: all interfaces, also those that come later. Writes "ready", and at SIGTERM how many frames that hold MARK came in.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "netns.h"

#define FRAME 16384

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* ---- what is wanted ---- */

static int keys;
static char **words;

/* The value of a KEY=VALUE; NULL: not given. */
static const char *value(const char *key)
{
	size_t len = strlen(key);
	int i;

	for (i = 0; i < keys; i++)
		if (!strncmp(words[i], key, len) && words[i][len] == '=')
			return words[i] + len + 1;
	return NULL;
}

static unsigned long number(const char *key, unsigned long otherwise)
{
	const char *text = value(key);

	return text ? strtoul(text, NULL, 0) : otherwise;
}

/* How many packets were made before this one, if each is to be another. */
static unsigned int turn;

/* ---- bytes ---- */

struct bytes {
	uint8_t at[FRAME];
	size_t len;
};

static void put(struct bytes *b, const void *data, size_t len)
{
	if (b->len + len > sizeof(b->at)) {
		fputs("frame: too long\n", stderr);
		exit(2);
	}
	memcpy(b->at + b->len, data, len);
	b->len += len;
}

static void put8(struct bytes *b, unsigned int n)
{
	uint8_t v = (uint8_t)n;

	put(b, &v, 1);
}

static void put16(struct bytes *b, unsigned int n)
{
	uint16_t v = htons((uint16_t)n);

	put(b, &v, 2);
}

static void put32(struct bytes *b, unsigned long n)
{
	uint32_t v = htonl((uint32_t)n);

	put(b, &v, 4);
}

static void set16(struct bytes *b, size_t at, unsigned int n)
{
	b->at[at] = (uint8_t)(n >> 8);
	b->at[at + 1] = (uint8_t)n;
}

static uint32_t sum(const uint8_t *data, size_t len)
{
	uint32_t total = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		total += (uint32_t)data[i] << 8 | data[i + 1];
	return i < len ? total + ((uint32_t)data[i] << 8) : total;
}

static uint16_t folded(uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}

/* ---- addresses ---- */

struct address {
	int family;
	size_t len;
	uint8_t at[16];
};

static struct address address_of(const char *text)
{
	struct address a = { .family = AF_INET, .len = 4 };

	if (inet_pton(AF_INET, text, a.at) == 1)
		return a;
	a.family = AF_INET6;
	a.len = 16;
	if (inet_pton(AF_INET6, text, a.at) != 1) {
		fprintf(stderr, "frame: bad address %s\n", text);
		exit(2);
	}
	return a;
}

static void mac_of(const char *text, uint8_t *mac)
{
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", mac, mac + 1, mac + 2,
		   mac + 3, mac + 4, mac + 5) != 6) {
		fprintf(stderr, "frame: bad MAC %s\n", text);
		exit(2);
	}
}

/* ---- what is in the packet ---- */

static void put_payload(struct bytes *b)
{
	static const uint8_t zeros[FRAME];
	const char *mark = value("mark");
	size_t len = mark ? strlen(mark) : 0;
	size_t size = number("size", len > 8 ? len : 8);

	put(b, mark ? mark : "", len < size ? len : size);
	if (len < size)
		put(b, zeros, size - len);
}

static void put_ports(struct bytes *b, const char *text)
{
	unsigned int sport = 0, dport = 0;

	if (sscanf(text, "%u:%u", &sport, &dport) != 2) {
		fprintf(stderr, "frame: bad ports %s\n", text);
		exit(2);
	}
	put16(b, sport + turn);
	put16(b, dport);
}

static void put_udp(struct bytes *b)
{
	put_ports(b, value("udp"));
	put32(b, 0);
	put_payload(b);
	set16(b, 4, (unsigned int)b->len);
}

static void put_tcp(struct bytes *b)
{
	static const char names[] = "FSRPAU";
	const char *flags = value("flags");
	unsigned int bits = 0, i;

	for (i = 0; names[i]; i++)
		if (strchr(flags ? flags : "S", names[i]))
			bits |= 1U << i;
	put_ports(b, value("tcp"));
	put32(b, number("seq", 1000));
	put32(b, number("ack", 0));
	put8(b, 5 << 4);
	put8(b, bits);
	put16(b, 65535);
	put32(b, 0);
	if (value("mark"))
		put_payload(b);
}

static void put_ip_header(struct bytes *b, const struct address *src,
			  const struct address *dst, unsigned int proto,
			  size_t len, unsigned int id, unsigned int fragment);

/* The packet that an ICMP error is about. */
static void put_quote(struct bytes *b, const char *text)
{
	char src[64], dst[64], ports[64];
	unsigned int sport, dport;
	struct address from, to;

	if (sscanf(text, "%63[^,],%63[^,],%u,%u", src, dst, &sport, &dport) !=
	    4) {
		fprintf(stderr, "frame: bad quote %s\n", text);
		exit(2);
	}
	from = address_of(src);
	to = address_of(dst);
	put_ip_header(b, &from, &to, IPPROTO_UDP, 16, 0, 0);
	snprintf(ports, sizeof(ports), "%u:%u", sport, dport);
	put_ports(b, ports);
	put16(b, 16);
	put16(b, 0);
	put32(b, 0);
	put32(b, 0);
}

static void put_icmp(struct bytes *b)
{
	unsigned int type = 0, code = 0;
	const char *target = value("target");
	struct address a;

	sscanf(value("icmp"), "%u:%u", &type, &code);
	put8(b, type);
	put8(b, code);
	put16(b, 0);
	if (value("quote")) {
		put32(b, number("mtu", 0));
		put_quote(b, value("quote"));
	} else if (target) {
		put32(b, 0x60000000);
		a = address_of(target);
		put(b, a.at, a.len);
	} else {
		put16(b, 7);
		put16(b, 1);
		put_payload(b);
	}
}

/* Return: the protocol's number. */
static unsigned int put_content(struct bytes *b, int family)
{
	if (value("tcp")) {
		put_tcp(b);
		return IPPROTO_TCP;
	}
	if (value("udp")) {
		put_udp(b);
		return IPPROTO_UDP;
	}
	if (value("icmp")) {
		put_icmp(b);
		return family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	}
	put_payload(b);
	return (unsigned int)number("proto", 253);
}

static void set_checksum(struct bytes *b, const struct address *src,
			 const struct address *dst, unsigned int proto)
{
	uint32_t total = sum(b->at, b->len);
	size_t at = 0;

	if (proto == IPPROTO_TCP)
		at = 16;
	else if (proto == IPPROTO_UDP)
		at = 6;
	else if (proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6)
		at = 2;
	if (!at)
		return;
	if (proto != IPPROTO_ICMP)
		total += sum(src->at, src->len) + sum(dst->at, dst->len) +
			 proto + (uint32_t)b->len;
	set16(b, at, folded(total));
}

/* Headers of nothing but padding before @content. Return: the first's number. */
static unsigned int put_options_before(struct bytes *content,
				       unsigned int proto)
{
	unsigned long n = number("dstopts", 0), i;
	struct bytes all = { .len = 0 };

	for (i = 0; i < n; i++) {
		put8(&all, i + 1 < n ? IPPROTO_DSTOPTS : proto);
		put8(&all, 0);
		put16(&all, 0x0104);
		put32(&all, 0);
	}
	put(&all, content->at, content->len);
	*content = all;
	return n ? IPPROTO_DSTOPTS : proto;
}

/* ---- packets ---- */

static void put_ip_header(struct bytes *b, const struct address *src,
			  const struct address *dst, unsigned int proto,
			  size_t len, unsigned int id, unsigned int fragment)
{
	unsigned int ttl = (unsigned int)number("ttl", 64);
	size_t at = b->len;

	if (src->family == AF_INET) {
		put16(b, 0x4500);
		put16(b, (unsigned int)len + 20);
		put16(b, id);
		put16(b, fragment);
		put8(b, ttl);
		put8(b, proto);
		put16(b, 0);
	} else {
		put32(b, 0x60000000);
		put16(b, (unsigned int)len);
		put8(b, proto);
		put8(b, ttl);
	}
	put(b, src->at, src->len);
	put(b, dst->at, dst->len);
	if (src->family == AF_INET)
		set16(b, at + 10, folded(sum(b->at + at, 20)));
}

/*
 * One packet of @content, from @at on @len bytes. @id: 0: it is whole; else the
 * number of what it is a fragment of.
 */
static void put_packet(struct bytes *b, const struct address *src,
		       const struct address *dst, unsigned int proto,
		       const struct bytes *content, size_t at, size_t len,
		       unsigned int id)
{
	bool more = at + len < content->len;

	if (src->family == AF_INET) {
		put_ip_header(b, src, dst, proto, len, id,
			      (unsigned int)(at / 8) | (more ? 0x2000 : 0));
	} else if (!id) {
		put_ip_header(b, src, dst, proto, len, 0, 0);
	} else {
		put_ip_header(b, src, dst, IPPROTO_FRAGMENT, len + 8, 0, 0);
		put8(b, proto);
		put8(b, 0);
		put16(b, (unsigned int)at | more);
		put32(b, id);
	}
	put(b, content->at + at, len);
}

/* ---- frames ---- */

/* @dev: "any": all interfaces, also those that come later */
static int packet_socket(const char *dev, int *index)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(dev),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));

	if (fd < 0 || (!at.sll_ifindex && strcmp(dev, "any")))
		die(dev);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die("bind");
	*index = at.sll_ifindex;
	return fd;
}

static void source_mac(int fd, const char *dev, uint8_t *mac)
{
	struct ifreq request = { 0 };

	if (value("smac")) {
		mac_of(value("smac"), mac);
		return;
	}
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", dev);
	if (ioctl(fd, SIOCGIFHWADDR, &request))
		die(dev);
	memcpy(mac, request.ifr_hwaddr.sa_data, 6);
}

static void put_ethernet(struct bytes *b, const uint8_t *smac,
			 unsigned int type)
{
	uint8_t dmac[6];

	mac_of(value("dmac") ? value("dmac") : "ff:ff:ff:ff:ff:ff", dmac);
	put(b, dmac, 6);
	put(b, smac, 6);
	if (value("vlan")) {
		put16(b, (unsigned int)number("tpid", ETH_P_8021Q));
		put16(b, (unsigned int)number("vlan", 0));
	}
	put16(b, type);
}

static void put_arp(struct bytes *b, const uint8_t *smac)
{
	static const uint8_t nobody[6];
	struct address src = address_of(value("src"));
	struct address dst = address_of(value("dst"));

	put16(b, 1);
	put16(b, ETH_P_IP);
	put16(b, 0x0604);
	put16(b, strcmp(value("arp"), "reply") ? 1 : 2);
	put(b, smac, 6);
	put(b, src.at, 4);
	put(b, nobody, 6);
	put(b, dst.at, 4);
}

/* Makes the frames of a packet. Return: their number. */
static int make(struct bytes *frames, int most, const uint8_t *smac)
{
	struct address src, dst;
	struct bytes content = { .len = 0 };
	size_t at, step;
	unsigned int proto;
	int n;

	for (n = 0; n < most; n++)
		frames[n].len = 0;
	n = 0;
	if (value("arp")) {
		put_ethernet(frames, smac, ETH_P_ARP);
		put_arp(frames, smac);
		return 1;
	}
	if (value("type")) {
		put_ethernet(frames, smac, (unsigned int)number("type", 0));
		put_payload(frames);
		return 1;
	}
	src = address_of(value("src"));
	src.at[src.len - 1] ^= (uint8_t)turn;
	src.at[src.len - 2] ^= (uint8_t)(turn >> 8 & 0x0f);
	dst = address_of(value("dst"));
	proto = put_content(&content, src.family);
	set_checksum(&content, &src, &dst, proto);
	proto = put_options_before(&content, proto);
	step = number("frag", content.len);
	for (at = 0; at < content.len && n < most; at += step, n++) {
		size_t rest = content.len - at;

		put_ethernet(&frames[n], smac,
			     src.family == AF_INET ? ETH_P_IP : ETH_P_IPV6);
		put_packet(&frames[n], &src, &dst, proto, &content, at,
			   rest < step ? rest : step,
			   step < content.len ? (unsigned int)getpid() : 0);
	}
	return n;
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int send_frames(const char *dev)
{
	static struct bytes frames[16];
	unsigned long limit = number("count", value("for") ? 0 : 1);
	long end = now_ms() + (long)number("for", 3600 * 1000);
	unsigned long sent = 0;
	uint8_t smac[6];
	int index, fd = packet_socket(dev, &index), i, n;

	source_mac(fd, dev, smac);
	n = make(frames, 16, smac);
	while (!stop && (!limit || sent < limit) && now_ms() < end) {
		for (i = 0; i < n; i++)
			if (write(fd, frames[i].at, frames[i].len) < 0 &&
			    errno != ENOBUFS && errno != ENOMEM &&
			    errno != ENETDOWN)
				die("send");
		sent++;
		if (value("vary")) {
			turn = (unsigned int)sent;
			n = make(frames, 16, smac);
		}
	}
	printf("%lu\n", sent);
	return 0;
}

/* ---- count ---- */

static int count_frames(const char *dev, const char *mark)
{
	static uint8_t frame[FRAME];
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	unsigned long seen = 0;
	int index, size = 32 << 20, fd = packet_socket(dev, &index);
	/* A signal just before recvfrom() is seen after this. */
	struct timeval limit = { .tv_usec = 100000 };
	ssize_t got;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	puts("ready");
	fflush(stdout);
	while (!stop) {
		got = recvfrom(fd, frame, sizeof(frame), 0,
			       (struct sockaddr *)&from, &len);
		if (got > 0 && from.sll_pkttype != PACKET_OUTGOING &&
		    memmem(frame, (size_t)got, mark, strlen(mark)))
			seen++;
	}
	/* What waits still. */
	while ((got = recvfrom(fd, frame, sizeof(frame), MSG_DONTWAIT,
			       (struct sockaddr *)&from, &len)) > 0)
		if (from.sll_pkttype != PACKET_OUTGOING &&
		    memmem(frame, (size_t)got, mark, strlen(mark)))
			seen++;
	printf("%lu\n", seen);
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };

	enter_netns();
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	if (argc > 3 && !strcmp(argv[1], "send")) {
		words = argv + 3;
		keys = argc - 3;
		return send_frames(argv[2]);
	}
	if (argc == 4 && !strcmp(argv[1], "count"))
		return count_frames(argv[2], argv[3]);
	fputs("usage: see the beginning of frame.c\n", stderr);
	return 2;
}

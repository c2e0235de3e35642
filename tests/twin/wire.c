// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames, byte by byte, and the sockets that they go through.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "wire.h"

/* Nothing that is on its way takes longer to come. */
#define QUIET_MS 60

static const uint8_t magic[8] = "twinpack";

static int sockets[WIRE_PLACES];
static int indices[WIRE_PLACES];
static int places;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* ---- bytes ---- */

struct bytes {
	uint8_t at[256];
	size_t len;
};

static void put(struct bytes *b, const void *data, size_t len)
{
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
	put8(b, n >> 8);
	put8(b, n);
}

static void put32(struct bytes *b, uint32_t n)
{
	put16(b, n >> 16);
	put16(b, n & 0xffff);
}

static unsigned int get16(const uint8_t *at)
{
	return (unsigned int)at[0] << 8 | at[1];
}

static uint32_t sum(const uint8_t *data, size_t len)
{
	uint32_t total = 0;
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		total += get16(data + i);
	return i < len ? total + ((uint32_t)data[i] << 8) : total;
}

static void set_sum(uint8_t *at, uint32_t total)
{
	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	total = ~total;
	at[0] = (uint8_t)(total >> 8);
	at[1] = (uint8_t)total;
}

static size_t address_bytes(const struct wire_packet *p)
{
	return p->family == 4 ? 4 : 16;
}

/* The payload, by which it is known again. */
static void put_payload(struct bytes *b, const struct wire_packet *p)
{
	put(b, magic, sizeof(magic));
	put32(b, p->number);
}

static void put_tcp(struct bytes *b, const struct wire_packet *p)
{
	put16(b, p->sport);
	put16(b, p->dport);
	put32(b, p->number);
	put32(b, 0);
	put16(b, 0x5002); /* SYN */
	put16(b, 65535);
	put32(b, 0);
	put_payload(b, p);
}

static void put_udp(struct bytes *b, const struct wire_packet *p)
{
	put16(b, p->sport);
	put16(b, p->dport);
	put16(b, 8 + sizeof(magic) + 4);
	put16(b, 0);
	put_payload(b, p);
}

static void put_icmp(struct bytes *b, const struct wire_packet *p)
{
	put8(b, p->type);
	put8(b, p->code);
	put16(b, 0);
	put16(b, p->number & 0xffff);
	put16(b, 1);
	put_payload(b, p);
}

static size_t sum_at(const struct wire_packet *p)
{
	return p->proto == IPPROTO_TCP ? 16 : p->proto == IPPROTO_UDP ? 6 : 2;
}

static size_t header_bytes(const struct wire_packet *p)
{
	return p->proto == IPPROTO_TCP ? 20 : 8;
}

static void put_content(struct bytes *b, const struct wire_packet *p)
{
	uint32_t total;

	if (p->proto == IPPROTO_TCP)
		put_tcp(b, p);
	else if (p->proto == IPPROTO_UDP)
		put_udp(b, p);
	else
		put_icmp(b, p);
	total = sum(b->at, b->len);
	if (p->proto != IPPROTO_ICMP)
		total += sum(p->src, address_bytes(p)) +
			 sum(p->dst, address_bytes(p)) + p->proto +
			 (uint32_t)b->len;
	set_sum(b->at + sum_at(p), total);
}

/* The packet, from the network header on. */
static void put_packet(struct bytes *b, const struct wire_packet *p)
{
	struct bytes content = { .len = 0 };
	size_t at = b->len;

	put_content(&content, p);
	if (p->family == 4) {
		put16(b, 0x4500);
		put16(b, (unsigned int)(20 + content.len));
		put32(b, 0);
		put8(b, 64);
		put8(b, p->proto);
		put16(b, 0);
	} else {
		put32(b, 0x60000000);
		put16(b, (unsigned int)content.len);
		put8(b, p->proto);
		put8(b, 64);
	}
	put(b, p->src, address_bytes(p));
	put(b, p->dst, address_bytes(p));
	if (p->family == 4)
		set_sum(b->at + at + 10, sum(b->at + at, 20));
	put(b, content.at, content.len);
}

/* Reads a frame again. Return: false: it is none of ours. */
static bool read_frame(const uint8_t *frame, size_t len, struct wire_packet *p)
{
	const uint8_t *ip = frame + 14, *content;
	size_t header;

	memset(p, 0, sizeof(*p));
	if (len < 14 + 40)
		return false;
	p->family = ip[0] >> 4;
	header = p->family == 4 ? 20 : 40;
	p->proto = p->family == 4 ? ip[9] : ip[6];
	memcpy(p->src, ip + (p->family == 4 ? 12 : 8), address_bytes(p));
	memcpy(p->dst, ip + (p->family == 4 ? 16 : 24), address_bytes(p));
	content = ip + header;
	if (len < 14 + header + header_bytes(p) + sizeof(magic) + 4 ||
	    memcmp(content + header_bytes(p), magic, sizeof(magic)))
		return false;
	if (p->proto == IPPROTO_TCP || p->proto == IPPROTO_UDP) {
		p->sport = (uint16_t)get16(content);
		p->dport = (uint16_t)get16(content + 2);
	} else {
		p->type = content[0];
		p->code = content[1];
	}
	content += header_bytes(p) + sizeof(magic);
	p->number = get16(content) << 16 | get16(content + 2);
	return true;
}

/* ---- sockets ---- */

static int packet_socket(const char *dev, int *index)
{
	struct sockaddr_ll at = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = (int)if_nametoindex(dev),
	};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
	int size = 8 << 20;

	if (fd < 0 || !at.sll_ifindex)
		die(dev);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die("bind");
	*index = at.sll_ifindex;
	return fd;
}

int wire_open(const char *netns, const char *dev)
{
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int other = open(netns, O_RDONLY | O_CLOEXEC);

	if (places == WIRE_PLACES || own < 0 || other < 0 ||
	    setns(other, CLONE_NEWNET))
		die(netns);
	sockets[places] = packet_socket(dev, &indices[places]);
	if (setns(own, CLONE_NEWNET))
		die("setns");
	close(own);
	close(other);
	return places++;
}

static void send_frame(int place, const struct bytes *b)
{
	if (write(sockets[place], b->at, b->len) < 0)
		die("a frame cannot be sent");
}

void wire_send(int place, const uint8_t *smac, const uint8_t *dmac,
	       const struct wire_packet *packet)
{
	struct bytes b = { .len = 0 };

	put(&b, dmac, 6);
	put(&b, smac, 6);
	put16(&b, packet->family == 4 ? ETHERTYPE_IP : ETHERTYPE_IPV6);
	put_packet(&b, packet);
	send_frame(place, &b);
}

void wire_announce(int place, const uint8_t *smac, const uint8_t *ip)
{
	static const uint8_t all[6] = { 255, 255, 255, 255, 255, 255 };
	static const uint8_t nobody[6];
	struct bytes b = { .len = 0 };

	put(&b, all, 6);
	put(&b, smac, 6);
	put16(&b, ETHERTYPE_ARP);
	put16(&b, 1);
	put16(&b, ETHERTYPE_IP);
	put16(&b, 0x0604);
	put16(&b, 1);
	put(&b, smac, 6);
	put(&b, ip, 4);
	put(&b, nobody, 6);
	put(&b, ip, 4);
	send_frame(place, &b);
}

bool wire_send_routed(const struct wire_packet *packet)
{
	static int fds[2] = { -1, -1 };
	int *fd = &fds[packet->family == 6];
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	struct bytes b = { .len = 0 };
	ssize_t sent;

	if (*fd < 0)
		*fd = socket(packet->family == 4 ? AF_INET : AF_INET6, SOCK_RAW,
			     IPPROTO_RAW);
	if (*fd < 0)
		die("raw socket");
	put_packet(&b, packet);
	memcpy(&to4.sin_addr, packet->dst, 4);
	memcpy(&to6.sin6_addr, packet->dst, 16);
	if (packet->family == 4)
		sent = sendto(*fd, b.at, b.len, 0, (struct sockaddr *)&to4,
			      sizeof(to4));
	else
		sent = sendto(*fd, b.at, b.len, 0, (struct sockaddr *)&to6,
			      sizeof(to6));
	/* What a hook drops is EPERM. */
	return sent >= 0 || errno == EPERM;
}

static bool catch_at(int place, struct wire_packet *packet)
{
	uint8_t frame[2048];
	struct sockaddr_ll from;
	socklen_t len = sizeof(from);
	ssize_t got;

	for (;;) {
		got = recvfrom(sockets[place], frame, sizeof(frame), 0,
			       (struct sockaddr *)&from, &len);
		if (got < 0)
			return false;
		if (from.sll_pkttype != PACKET_OUTGOING &&
		    read_frame(frame, (size_t)got, packet))
			return true;
	}
}

bool wire_catch(int *place, struct wire_packet *packet)
{
	struct pollfd fds[WIRE_PLACES];
	int i;

	for (i = 0; i < places; i++)
		fds[i] = (struct pollfd){ .fd = sockets[i], .events = POLLIN };
	while (poll(fds, (nfds_t)places, QUIET_MS) > 0)
		for (i = 0; i < places; i++)
			if (fds[i].revents && catch_at(i, packet)) {
				*place = i;
				return true;
			}
	return false;
}

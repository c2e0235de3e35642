// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bytes as the hooks would meet them.
 */
#include <stdlib.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/kernel.h>
#include <linux/skbuff.h>
#include "read_packet.h"
#include "twin.h"

/* Exactly @n bytes, so that the next one is out of bounds for everybody. */
static u8 *exact(const u8 *from, unsigned int n, unsigned int room, u8 **buffer)
{
	/* The network header is on a boundary of 4, as in the kernel. */
	*buffer = malloc(2 + room + n);
	if (!*buffer)
		abort();
	memset(*buffer, 0x5a, 2 + room);
	if (n)
		memcpy(*buffer + 2 + room, from, n);
	return *buffer + 2 + room;
}

void read_packet(struct epacl_packet *p, const u8 *from, unsigned int n,
		 u16 ethertype, unsigned int headlen, bool gso)
{
	struct sk_buff skb = { .len = n, .headlen = headlen, .gso = gso };
	u8 *buffer;

	skb.data = exact(from, n, ETH_HLEN, &buffer);
	skb.head = buffer;
	memset(p, 0xee, sizeof(*p));
	epacl_packet_ip(p, &skb, ethertype);
	free(buffer);
}

void read_frame_at(struct epacl_packet *p, const u8 *frame, unsigned int n,
		   bool egress, unsigned int headlen, int tag)
{
	struct sk_buff skb = { .has_tag = tag >= 0,
			       .vlan_proto = htons(ETH_P_8021Q),
			       .tag = tag };
	u8 *buffer, *mac = exact(frame, n, 0, &buffer);

	skb.head = buffer;
	skb.data = egress ? mac : mac + ETH_HLEN;
	skb.len = egress ? n : n - ETH_HLEN;
	skb.headlen = headlen + (egress ? ETH_HLEN : 0);
	skb.mac = egress ? 0 : -ETH_HLEN;
	skb.network = egress ? ETH_HLEN : 0;
	skb.protocol = htons(mac[12] << 8 | mac[13]);
	memset(p, 0xee, sizeof(*p));
	epacl_packet_frame(p, &skb, egress);
	free(buffer);
}

#define MUST(x)                    \
	do {                       \
		if (!(x))          \
			return #x; \
	} while (0)

const char *packet_violates(const struct epacl_packet *p, unsigned int n)
{
	MUST(p->bytes == n);
	if (p->ethertype != ETH_P_IP && p->ethertype != ETH_P_IPV6 &&
	    p->ethertype != ETH_P_ARP) {
		/* Nothing is read behind an ethertype that nobody knows. */
		MUST(!p->malformed && !p->message && !p->proto);
		MUST(!p->src.family && !p->dst.family);
		return NULL;
	}
	MUST(!p->later_fragment || p->fragment);
	MUST(!p->later_fragment || !p->has_ports);
	MUST(!p->later_fragment || !p->has_type);
	MUST(!p->has_ports || twin_has_ports(p->proto));
	MUST(!p->syn || (p->has_ports && p->proto == IPPROTO_TCP));
	MUST(!p->has_type || p->proto == 1 || p->proto == 2 || p->proto == 58);
	MUST(!p->error || (p->has_type && p->proto != 2));
	MUST(!p->fragment || !p->message);
	MUST(p->malformed || p->ethertype == ETH_P_ARP || p->later_fragment ||
	     p->has_ports || !twin_has_ports(p->proto));
	MUST(!p->has_claim || p->message == EPACL_MSG_NEIGH_SOLICIT ||
	     p->message == EPACL_MSG_NEIGH_ADVERT || p->malformed);
	MUST(p->malformed || p->message != EPACL_MSG_NEIGH_ADVERT ||
	     p->has_claim);
	MUST((p->message == EPACL_MSG_ARP) <= (p->ethertype == ETH_P_ARP));
	MUST(!p->arp_reply || p->message == EPACL_MSG_ARP);
	MUST(p->malformed || p->src.family == p->dst.family);
	MUST(p->malformed ||
	     p->src.family == (p->ethertype == ETH_P_IPV6 ? 6 : 4));
	return NULL;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What was read from a packet. The only place that reads headers.
 */
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/igmp.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include "packet.h"

/* More extension headers than any honest sender uses. */
#define IPV6_HEADERS_MAX 16

/* IPv4: where fragments say where they belong. */
#define IP4_MORE 0x2000
#define IP4_OFFSET 0x1fff

#define EXT_HOPOPTS 0
#define EXT_ROUTING 43
#define EXT_FRAGMENT 44
#define EXT_AUTH 51
#define EXT_DSTOPTS 60

/* Neighbour discovery and multicast listener discovery. */
#define ND_ROUTER_SOLICIT 133
#define ND_ROUTER_ADVERT 134
#define ND_NEIGH_SOLICIT 135
#define ND_NEIGH_ADVERT 136
#define ND_REDIRECT 137
#define MLD_QUERY 130
#define MLD_REPORT 131
#define MLD_DONE 132
#define MLD2_REPORT 143
#define ND_OPT_SOURCE 1
#define ND_OPT_TARGET 2
#define ND_OPTIONS_MAX 16

struct fragment_header {
	u8 next;
	u8 reserved;
	__be16 offset;
	__be32 id;
};

#define EXT_FRAGMENT_OFFSET 0xfff8
#define EXT_FRAGMENT_MORE 0x0001

/* A walk through one packet. */
struct reader {
	const struct sk_buff *skb;
	struct epacl_packet *p;
	unsigned int at; /* offset of what comes next */
	unsigned int end; /* offset behind the packet, padding not counted */
};

/* @size bytes from @at on, or NULL: there are fewer. */
static const void *look(const struct reader *r, unsigned int at,
			unsigned int size, void *copy)
{
	if (at > r->end || r->end - at < size)
		return NULL;
	return skb_header_pointer(r->skb, at, size, copy);
}

/* ---- ARP ---- */

/* Ethernet and IPv4; an ARP for anything else is malformed. */
struct arp_body {
	u8 sender_mac[ETH_ALEN];
	u8 sender_ip[4];
	u8 target_mac[ETH_ALEN];
	u8 target_ip[4];
};

static bool read_arp(struct reader *r)
{
	struct epacl_packet *p = r->p;
	const struct arp_body *body;
	const struct arphdr *arp;
	struct arp_body _body;
	struct arphdr _arp;

	arp = look(r, r->at, sizeof(_arp), &_arp);
	body = look(r, r->at + sizeof(_arp), sizeof(_body), &_body);
	if (!arp || !body || arp->ar_hrd != htons(ARPHRD_ETHER) ||
	    arp->ar_pro != htons(ETH_P_IP) || arp->ar_hln != ETH_ALEN ||
	    arp->ar_pln != 4)
		return false;
	if (arp->ar_op != htons(ARPOP_REQUEST) &&
	    arp->ar_op != htons(ARPOP_REPLY))
		return false;

	p->message = EPACL_MSG_ARP;
	p->arp_reply = arp->ar_op == htons(ARPOP_REPLY);
	epacl_ip_set(&p->src, 4, body->sender_ip);
	epacl_ip_set(&p->dst, 4, body->target_ip);
	memcpy(p->claim_mac, body->sender_mac, ETH_ALEN);
	p->has_claim_mac = true;
	return true;
}

/* ---- behind the addresses ---- */

static void set_ports(struct epacl_packet *p, __be16 source, __be16 dest)
{
	p->has_ports = true;
	p->sport = ntohs(source);
	p->dport = ntohs(dest);
}

static bool read_tcp(struct reader *r)
{
	const struct tcphdr *tcp;
	struct tcphdr _tcp;

	tcp = look(r, r->at, sizeof(_tcp), &_tcp);
	if (!tcp || tcp->doff < 5)
		return false;
	set_ports(r->p, tcp->source, tcp->dest);
	r->p->syn = tcp->syn && !tcp->ack && !tcp->rst && !tcp->fin;
	return true;
}

u8 epacl_packet_dhcp(const struct epacl_packet *p)
{
	u16 client = p->src.family == 4 ? 68 : 546;
	u16 server = p->src.family == 4 ? 67 : 547;

	if (p->proto != IPPROTO_UDP || p->fragment)
		return EPACL_MSG_NONE;
	if (p->sport == client && p->dport == server)
		return EPACL_MSG_DHCP_CLIENT;
	if (p->sport == server && p->dport == client)
		return EPACL_MSG_DHCP_SERVER;
	return EPACL_MSG_NONE;
}

static bool read_udp(struct reader *r)
{
	const struct udphdr *udp;
	struct udphdr _udp;

	udp = look(r, r->at, sizeof(_udp), &_udp);
	if (!udp)
		return false;
	set_ports(r->p, udp->source, udp->dest);
	r->p->message = epacl_packet_dhcp(r->p);
	return true;
}

/* SCTP and DCCP have their ports where the others have them. */
static bool read_ports(struct reader *r)
{
	const __be16 *ports;
	__be16 _ports[6];

	ports = look(r, r->at, sizeof(_ports), _ports);
	if (!ports)
		return false;
	set_ports(r->p, ports[0], ports[1]);
	return true;
}

static bool icmp_is_error(u8 type)
{
	return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH ||
	       type == ICMP_REDIRECT || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETERPROB;
}

static bool read_icmp(struct reader *r)
{
	const struct icmphdr *icmp;
	struct icmphdr _icmp;

	icmp = look(r, r->at, sizeof(_icmp), &_icmp);
	if (!icmp)
		return false;
	r->p->has_type = true;
	r->p->type = icmp->type;
	r->p->code = icmp->code;
	r->p->error = icmp_is_error(icmp->type);
	return true;
}

/* IGMP: a query, or one of the reports and leaves of its three versions. */
static bool read_igmp(struct reader *r)
{
	const struct igmphdr *igmp;
	struct igmphdr _igmp;

	igmp = look(r, r->at, sizeof(_igmp), &_igmp);
	if (!igmp)
		return false;
	r->p->has_type = true;
	r->p->type = igmp->type;
	/* As neighbour discovery, it is not sent in fragments. */
	if (r->p->fragment)
		return true;
	switch (igmp->type) {
	case IGMP_HOST_MEMBERSHIP_QUERY:
		r->p->message = EPACL_MSG_GROUP_QUERY;
		break;
	case IGMP_HOST_MEMBERSHIP_REPORT:
	case IGMPV2_HOST_MEMBERSHIP_REPORT:
	case IGMPV3_HOST_MEMBERSHIP_REPORT:
	case IGMP_HOST_LEAVE_MESSAGE:
		r->p->message = EPACL_MSG_GROUP_REPORT;
		break;
	}
	return true;
}

/* ---- neighbour discovery ---- */

/* The link-layer address option @kind, among the options from @at on. */
static bool read_nd_options(struct reader *r, unsigned int at, u8 kind)
{
	const u8 *option;
	u8 _option[8];
	int n;

	for (n = 0; at < r->end; n++) {
		option = look(r, at, sizeof(_option), _option);
		if (!option || !option[1] || n == ND_OPTIONS_MAX)
			return false;
		if (option[0] == kind) {
			/* Receivers differ in which of two they believe. */
			if (r->p->has_claim_mac &&
			    memcmp(r->p->claim_mac, option + 2, ETH_ALEN))
				return false;
			memcpy(r->p->claim_mac, option + 2, ETH_ALEN);
			r->p->has_claim_mac = true;
		}
		at += option[1] * 8;
	}
	return at == r->end;
}

static bool read_nd_target(struct reader *r)
{
	u8 _target[16];
	const u8 *target;

	target = look(r, r->at + 8, sizeof(_target), _target);
	if (!target)
		return false;
	epacl_ip_set(&r->p->claim, 6, target);
	r->p->has_claim = true;
	return true;
}

static bool read_nd(struct reader *r, u8 message, unsigned int options, u8 kind)
{
	r->p->message = message;
	return read_nd_options(r, r->at + options, kind);
}

static bool read_icmpv6_message(struct reader *r)
{
	switch (r->p->type) {
	case ND_ROUTER_SOLICIT:
		return read_nd(r, EPACL_MSG_ROUTER_SOLICIT, 8, ND_OPT_SOURCE);
	case ND_ROUTER_ADVERT:
		return read_nd(r, EPACL_MSG_ROUTER_ADVERT, 16, ND_OPT_SOURCE);
	case ND_NEIGH_SOLICIT:
		return read_nd_target(r) &&
		       read_nd(r, EPACL_MSG_NEIGH_SOLICIT, 24, ND_OPT_SOURCE);
	case ND_NEIGH_ADVERT:
		return read_nd_target(r) &&
		       read_nd(r, EPACL_MSG_NEIGH_ADVERT, 24, ND_OPT_TARGET);
	case ND_REDIRECT:
		r->p->message = EPACL_MSG_REDIRECT;
		return true;
	case MLD_QUERY:
		r->p->message = EPACL_MSG_GROUP_QUERY;
		return true;
	case MLD_REPORT:
	case MLD_DONE:
	case MLD2_REPORT:
		r->p->message = EPACL_MSG_GROUP_REPORT;
		return true;
	default:
		return true;
	}
}

static bool read_icmpv6(struct reader *r)
{
	const struct icmp6hdr *icmp;
	struct icmp6hdr _icmp;

	icmp = look(r, r->at, sizeof(_icmp), &_icmp);
	if (!icmp)
		return false;
	r->p->has_type = true;
	r->p->type = icmp->icmp6_type;
	r->p->code = icmp->icmp6_code;
	r->p->error = icmp->icmp6_type < 128;
	/* Neighbour discovery in fragments is nobody's (RFC 6980). */
	return r->p->fragment || read_icmpv6_message(r);
}

static bool read_transport(struct reader *r)
{
	switch (r->p->proto) {
	case IPPROTO_TCP:
		return read_tcp(r);
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return read_udp(r);
	case IPPROTO_SCTP:
	case IPPROTO_DCCP:
		return read_ports(r);
	case IPPROTO_ICMP:
		return r->p->src.family != 4 || read_icmp(r);
	case IPPROTO_IGMP:
		return r->p->src.family != 4 || read_igmp(r);
	case IPPROTO_ICMPV6:
		return r->p->src.family != 6 || read_icmpv6(r);
	default:
		return true;
	}
}

/* ---- IPv4 ---- */

/* Options that parse, and none that routes by the sender's will. */
static bool read_ipv4_options(const struct reader *r, unsigned int at,
			      unsigned int end)
{
	u8 _kind[2], size;
	const u8 *kind;

	while (at < end) {
		kind = look(r, at, 1, _kind);
		if (!kind || *kind == IPOPT_LSRR || *kind == IPOPT_SSRR)
			return false;
		if (*kind == IPOPT_END)
			return true;
		if (*kind == IPOPT_NOOP) {
			at++;
			continue;
		}
		kind = end - at >= 2 ? look(r, at, 2, _kind) : NULL;
		size = kind ? kind[1] : 0;
		if (size < 2 || size > end - at)
			return false;
		at += size;
	}
	return true;
}

static bool read_ipv4(struct reader *r)
{
	struct epacl_packet *p = r->p;
	const struct iphdr *ip;
	unsigned int head, size;
	struct iphdr _ip;

	ip = look(r, r->at, sizeof(_ip), &_ip);
	if (!ip || ip->version != 4 || ip->ihl < 5)
		return false;
	head = ip->ihl * 4;
	size = ntohs(ip->tot_len);
	/* A super-packet may be longer than its header can say. */
	if (!size && skb_is_gso(r->skb))
		size = r->end - r->at;
	if (size < head || size > r->end - r->at)
		return false;
	r->end = r->at + size;

	epacl_ip_set(&p->src, 4, &ip->saddr);
	epacl_ip_set(&p->dst, 4, &ip->daddr);
	p->proto = ip->protocol;
	p->hops = ip->ttl;
	p->dsfield = ip->tos;
	p->fragment = ip->frag_off & htons(IP4_OFFSET | IP4_MORE);
	p->later_fragment = ip->frag_off & htons(IP4_OFFSET);
	if (!read_ipv4_options(r, r->at + sizeof(_ip), r->at + head))
		return false;
	r->at += head;
	return p->later_fragment || read_transport(r);
}

/* ---- IPv6 ---- */

static bool read_ipv6_routing(const struct reader *r)
{
	const u8 *header;
	u8 _header[4];

	header = look(r, r->at, sizeof(_header), _header);
	return header && header[2] != IPV6_SRCRT_TYPE_0;
}

static bool read_ipv6_fragment(struct reader *r)
{
	const struct fragment_header *frag;
	struct fragment_header _frag;

	frag = look(r, r->at, sizeof(_frag), &_frag);
	if (!frag || r->p->fragment)
		return false;
	/* One that is alone (RFC 6946) is whole. */
	r->p->later_fragment = frag->offset & htons(EXT_FRAGMENT_OFFSET);
	r->p->fragment = r->p->later_fragment ||
			 (frag->offset & htons(EXT_FRAGMENT_MORE));
	return true;
}

/* Size of the extension header @kind at r->at; 0: it is not one, or bad. */
static unsigned int ipv6_header_size(const struct reader *r, u8 kind)
{
	u8 _header[2];
	const u8 *header;

	header = look(r, r->at, sizeof(_header), _header);
	if (!header)
		return 0;
	if (kind == EXT_FRAGMENT)
		return sizeof(struct fragment_header);
	if (kind == EXT_AUTH)
		return (header[1] + 2) * 4;
	return (header[1] + 1) * 8;
}

static bool ipv6_is_extension(u8 kind)
{
	switch (kind) {
	case EXT_HOPOPTS:
	case EXT_ROUTING:
	case EXT_FRAGMENT:
	case EXT_AUTH:
	case EXT_DSTOPTS:
		return true;
	default:
		return false;
	}
}

/* One extension header. Return: false if it is not to be passed. */
static bool read_ipv6_header(struct reader *r, u8 *kind, int n)
{
	unsigned int size = ipv6_header_size(r, *kind);
	const u8 *next;
	u8 _next, _last;

	if (!size || (*kind == EXT_HOPOPTS && n) || n == IPV6_HEADERS_MAX)
		return false;
	if (*kind == EXT_ROUTING && !read_ipv6_routing(r))
		return false;
	if (*kind == EXT_FRAGMENT && !read_ipv6_fragment(r))
		return false;
	next = look(r, r->at, 1, &_next);
	if (!next || !look(r, r->at + size - 1, 1, &_last))
		return false;
	*kind = *next;
	r->at += size;
	return true;
}

static bool read_ipv6_chain(struct reader *r, u8 kind)
{
	int n;

	for (n = 0; ipv6_is_extension(kind); n++) {
		/* What follows a later fragment's header is not a header. */
		if (r->p->later_fragment)
			break;
		if (!read_ipv6_header(r, &kind, n))
			return false;
	}
	r->p->proto = kind;
	return r->p->later_fragment || read_transport(r);
}

static bool read_ipv6(struct reader *r)
{
	struct epacl_packet *p = r->p;
	const struct ipv6hdr *ip;
	struct ipv6hdr _ip;
	unsigned int size;

	ip = look(r, r->at, sizeof(_ip), &_ip);
	if (!ip || ip->version != 6)
		return false;
	size = sizeof(_ip) + ntohs(ip->payload_len);
	if (!ip->payload_len && skb_is_gso(r->skb))
		size = r->end - r->at;
	if (size > r->end - r->at)
		return false;
	r->end = r->at + size;

	epacl_ip_set(&p->src, 6, &ip->saddr);
	epacl_ip_set(&p->dst, 6, &ip->daddr);
	p->hops = ip->hop_limit;
	p->dsfield = ip->priority << 4 | ip->flow_lbl[0] >> 4;
	r->at += sizeof(_ip);
	return read_ipv6_chain(r, ip->nexthdr);
}

/* ---- the checksum that is still to be made ---- */

/*
 * What the sender has left to the host, or to its network card: two bytes that
 * are written when nobody looks at the packet any more. They must not be among
 * those that were read here; a guest's virtio header can name any others.
 */
static bool checksum_is_in_place(const struct reader *r)
{
	const struct sk_buff *skb = r->skb;
	int at;

	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return true;
	/* A fragment's would be that of the whole, and ARP has none. */
	if (r->p->fragment || r->p->ethertype == ETH_P_ARP)
		return false;
	at = skb_checksum_start_offset(skb) + skb->csum_offset - (int)r->at;
	switch (r->p->proto) {
	case IPPROTO_TCP:
		return at == 16;
	case IPPROTO_UDP: /* or that of a packet in a tunnel */
		return at == 6 || at >= (int)sizeof(struct udphdr);
	case IPPROTO_UDPLITE:
	case IPPROTO_DCCP:
		return at == 6;
	case IPPROTO_SCTP:
		return at == 8;
	case IPPROTO_ICMP:
	case IPPROTO_IGMP:
	case IPPROTO_ICMPV6:
		return at == 2;
	default: /* of which nothing is read */
		return at >= 0 || !r->p->src.family;
	}
}

/* ---- entries ---- */

static void read_network(struct reader *r)
{
	struct epacl_packet *p = r->p;
	bool fine = true;

	p->bytes = r->end - r->at;
	switch (p->ethertype) {
	case ETH_P_IP:
		fine = read_ipv4(r);
		break;
	case ETH_P_IPV6:
		fine = read_ipv6(r);
		break;
	case ETH_P_ARP:
		fine = read_arp(r);
		break;
	}
	p->malformed = !fine || !checksum_is_in_place(r);
}

/* What a flag says is there need not be cleared. */
static void forget(struct epacl_packet *p)
{
	memset(p, 0, offsetof(struct epacl_packet, src));
	p->src.family = 0;
	p->dst.family = 0;
}

static void read_tag(struct epacl_packet *p, const struct sk_buff *skb)
{
	p->has_vlan = skb_vlan_tag_present(skb);
	if (!p->has_vlan)
		return;
	/* A nic declares tags of 802.1Q. */
	p->vlan = skb->vlan_proto == htons(ETH_P_8021Q) ?
			  skb_vlan_tag_get_id(skb) :
			  EPACL_VLAN_FOREIGN;
}

void epacl_packet_frame(struct epacl_packet *p, const struct sk_buff *skb,
			bool egress)
{
	struct reader r = { .skb = skb, .p = p, .end = skb->len };
	const struct ethhdr *eth;
	struct ethhdr _eth;
	int at = egress ? 0 : skb_mac_offset(skb);

	forget(p);
	eth = skb_header_pointer(skb, at, sizeof(_eth), &_eth);
	if (!eth) {
		p->malformed = true;
		return;
	}
	memcpy(p->smac, eth->h_source, ETH_ALEN);
	memcpy(p->dmac, eth->h_dest, ETH_ALEN);
	p->has_mac = true;
	/* In: what the stack goes by. Out: what the guest will go by. */
	p->ethertype = ntohs(egress ? eth->h_proto : skb->protocol);
	read_tag(p, skb);
	r.at = at + ETH_HLEN;
	read_network(&r);
}

void epacl_packet_ip(struct epacl_packet *p, const struct sk_buff *skb,
		     u16 ethertype)
{
	struct reader r = { .skb = skb, .p = p, .end = skb->len };

	forget(p);
	p->ethertype = ethertype;
	read_tag(p, skb);
	r.at = skb_network_offset(skb);
	read_network(&r);
}

/* TCP's flags, at @at. */
static bool has_syn(const struct sk_buff *skb, unsigned int at)
{
	const struct tcphdr *tcp;
	struct tcphdr _tcp;

	tcp = skb_header_pointer(skb, at, sizeof(_tcp), &_tcp);
	return tcp && tcp->syn && !tcp->ack;
}

bool epacl_packet_may_be_syn(const struct sk_buff *skb, u16 ethertype)
{
	unsigned int at = skb_network_offset(skb);
	const struct ipv6hdr *ip6;
	const struct iphdr *ip4;
	struct ipv6hdr _ip6;
	struct iphdr _ip4;

	switch (ethertype) {
	case ETH_P_IP:
		ip4 = skb_header_pointer(skb, at, sizeof(_ip4), &_ip4);
		return ip4 && ip4->protocol == IPPROTO_TCP &&
		       has_syn(skb, at + ip4->ihl * 4);
	case ETH_P_IPV6:
		ip6 = skb_header_pointer(skb, at, sizeof(_ip6), &_ip6);
		return ip6 && ip6->nexthdr == IPPROTO_TCP &&
		       has_syn(skb, at + sizeof(_ip6));
	default:
		return false;
	}
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was read from a packet. The only place that reads headers.
 */
#ifndef _EPACL_PACKET_H
#define _EPACL_PACKET_H

#include <linux/if_ether.h>
#include <linux/skbuff.h>
#include "types.h"

/* Messages by which hosts find addresses and each other. */
enum epacl_message {
	EPACL_MSG_NONE,
	EPACL_MSG_ARP,
	EPACL_MSG_ROUTER_SOLICIT,
	EPACL_MSG_ROUTER_ADVERT,
	EPACL_MSG_NEIGH_SOLICIT,
	EPACL_MSG_NEIGH_ADVERT,
	EPACL_MSG_REDIRECT, /* ICMPv6 */
	EPACL_MSG_GROUP_QUERY, /* IGMP, MLD */
	EPACL_MSG_GROUP_REPORT, /* IGMP, MLD: reports, leaves */
	EPACL_MSG_DHCP_CLIENT, /* UDP 68 to 67, or 546 to 547 */
	EPACL_MSG_DHCP_SERVER, /* the other way */
};

/* A tag that no nic can declare. */
#define EPACL_VLAN_FOREIGN 4095

/**
 * struct epacl_packet - what was read from a packet
 * @bytes: from the network header on
 * @ethertype: host byte order, of what a tag that the kernel has taken off
 *	stood before; in-frame tags are ethertypes like any other
 * @has_vlan: the kernel has taken a tag off; @vlan is its number, 0: priority;
 *	EPACL_VLAN_FOREIGN: a tag that is not of 802.1Q
 * @has_mac: @smac and @dmac were read
 * @malformed: headers cannot be parsed, or are of a kind never to be passed
 * @fragment: is one, unassembled
 * @later_fragment: and not the first: no ports, no type
 * @has_ports: @sport and @dport were read
 * @has_type: @type and @code were read: ICMP, ICMPv6, IGMP
 * @syn: TCP with SYN and without ACK, RST, FIN
 * @error: ICMP or ICMPv6 message about another packet
 * @proto: protocol number, behind IPv6 extension headers
 * @hops: TTL or hop limit
 * @dsfield: type of service, or traffic class
 * @message: as above
 * @arp_reply: ARP reply, else request
 * @has_claim: @claim was read: target of a neighbour advertisement, or of a
 *	solicitation with an unspecified source
 * @src: @dst: those of the packet, in ARP the claimed sender and the target;
 *	family 0: not read
 * @claim_mac: sender hardware address in ARP; link-layer option in ND;
 *	only if @has_claim_mac
 */
struct epacl_packet {
	u32 bytes;
	u16 ethertype;
	u16 vlan;
	bool has_vlan;
	bool has_mac;
	bool malformed;
	bool fragment;
	bool later_fragment;
	bool has_ports;
	bool has_type;
	bool syn;
	bool error;
	u8 proto;
	u8 hops;
	u8 dsfield;
	u8 type;
	u8 code;
	u16 sport;
	u16 dport;
	u8 message;
	bool arp_reply;
	bool has_claim;
	bool has_claim_mac;
	struct epacl_ip src;
	struct epacl_ip dst;
	struct epacl_ip claim;
	u8 claim_mac[ETH_ALEN];
	u8 smac[ETH_ALEN];
	u8 dmac[ETH_ALEN];
};

/**
 * epacl_packet_frame - read a frame, from the Ethernet header on
 * @p: filled in
 * @skb: at the netdev ingress (data at the network header) or egress (data at
 *	the Ethernet header) of an Ethernet interface
 * @egress: which of the two
 */
void epacl_packet_frame(struct epacl_packet *p, const struct sk_buff *skb,
			bool egress);

/**
 * epacl_packet_ip - read a packet, from the network header on
 * @p: filled in, without addresses of the link layer
 * @skb: in a hook of ip, ip6 or bridge: the network header is set
 * @ethertype: ETH_P_IP, ETH_P_IPV6 or another, host byte order
 */
void epacl_packet_ip(struct epacl_packet *p, const struct sk_buff *skb,
		     u16 ethertype);

/*
 * Is it worth reading for a TCP SYN? Much cheaper than to read it. One behind
 * IPv6 extension headers is not seen.
 */
bool epacl_packet_may_be_syn(const struct sk_buff *skb, u16 ethertype);

/*
 * DHCP, DHCPv6, or EPACL_MSG_NONE: by the protocol and the ports alone. Who may
 * send it where is decided elsewhere.
 */
u8 epacl_packet_dhcp(const struct epacl_packet *p);

#endif /* _EPACL_PACKET_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A packet in one flat buffer. As in the kernel only the first part of it can
 * be pointed at; what lies behind @headlen is copied out.
 */
#ifndef _SHIM_LINUX_SKBUFF_H
#define _SHIM_LINUX_SKBUFF_H

#include <linux/string.h>
#include <linux/types.h>

#define CHECKSUM_NONE 0
#define CHECKSUM_PARTIAL 3

/**
 * struct sk_buff - a packet
 * @head: start of the buffer
 * @data: where the packet begins, within the buffer
 * @len: bytes from @data on
 * @headlen: of them, how many can be pointed at
 * @mac: offset of the Ethernet header from @data
 * @network: offset of the network header from @data
 * @protocol: what the kernel takes the packet for
 * @has_tag: a VLAN tag was taken off; @tag is it
 * @gso: a super-packet
 * @ip_summed: CHECKSUM_PARTIAL: a checksum is still to be made, of what lies
 *	from @csum_start on, an offset from @data, and to be written @csum_offset
 *	behind that
 */
struct sk_buff {
	unsigned char *head;
	unsigned char *data;
	unsigned int len;
	unsigned int headlen;
	int mac;
	int network;
	__be16 protocol;
	bool has_tag;
	__be16 vlan_proto;
	u16 tag;
	bool gso;
	u8 ip_summed;
	int csum_start;
	u16 csum_offset;
};

static inline void *skb_header_pointer(const struct sk_buff *skb, int offset,
				       int len, void *buffer)
{
	if ((int)skb->headlen - offset >= len)
		return skb->data + offset;
	if (offset < 0 || (int)skb->len - offset < len)
		return NULL;
	return memcpy(buffer, skb->data + offset, len);
}

static inline int skb_mac_offset(const struct sk_buff *skb)
{
	return skb->mac;
}

static inline int skb_network_offset(const struct sk_buff *skb)
{
	return skb->network;
}

static inline bool skb_is_gso(const struct sk_buff *skb)
{
	return skb->gso;
}

static inline int skb_checksum_start_offset(const struct sk_buff *skb)
{
	return skb->csum_start;
}

#endif /* _SHIM_LINUX_SKBUFF_H */

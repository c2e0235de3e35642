// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is read from a frame, wherever its bytes lie.
 *
 * input: egress, tag (two bytes, all ones: none), frame
 */
#include <linux/if_ether.h>
#include <linux/string.h>
#include "../fuzz.h"
#include "read_packet.h"

/* The same whether it is pointed at, copied, or half of each. */
static void check_parts(const struct epacl_packet *whole, const u8 *from,
			unsigned int n, u16 ethertype)
{
	struct epacl_packet other;
	unsigned int headlen;

	for (headlen = 0; headlen < n && headlen < 128; headlen++) {
		read_packet(&other, from, n, ethertype, headlen, false);
		MUST(!memcmp(whole, &other, sizeof(other)));
	}
}

static void check_frame(const struct epacl_packet *p, const u8 *data,
			unsigned int n, bool egress, int tag)
{
	struct epacl_packet frame;

	read_frame_at(&frame, data, n, egress,
		      n % 64 > n - ETH_HLEN ? 0 : n % 64, tag);
	MUST(frame.has_mac);
	MUST(!memcmp(frame.dmac, data, ETH_ALEN));
	MUST(!memcmp(frame.smac, data + ETH_ALEN, ETH_ALEN));
	MUST(frame.has_vlan == (tag >= 0));
	/* Apart from that both hooks read the same. */
	frame.has_mac = false;
	memcpy(frame.smac, p->smac, ETH_ALEN);
	memcpy(frame.dmac, p->dmac, ETH_ALEN);
	frame.has_vlan = false;
	frame.vlan = 0;
	MUST(!memcmp(&frame, p, sizeof(frame)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct epacl_packet p;
	unsigned int n;
	u16 ethertype;
	bool egress;
	int tag;

	if (size < 3 + ETH_HLEN || size > 4096)
		return -1;
	egress = data[0] & 1;
	tag = data[1] << 8 | data[2];
	data += 3;
	n = size - 3;
	ethertype = data[12] << 8 | data[13];

	read_packet(&p, data + ETH_HLEN, n - ETH_HLEN, ethertype, n - ETH_HLEN,
		    true);
	MUST(!packet_violates(&p, n - ETH_HLEN));
	read_packet(&p, data + ETH_HLEN, n - ETH_HLEN, ethertype, n - ETH_HLEN,
		    false);
	MUST(!packet_violates(&p, n - ETH_HLEN));
	check_parts(&p, data + ETH_HLEN, n - ETH_HLEN, ethertype);
	check_frame(&p, data, n, egress, tag == 0xffff ? -1 : tag);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec.h"

static const struct word words[] = {
	{
		.name = "vm",
		.value = "VM",
		.help = "name of the VM",
		.codec = &codec_name,
		.attr = EPACL_NIC_A_VM,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{
		.name = "dev",
		.value = "IFNAME",
		.help = "host-side interface, need not exist yet",
		.codec = &codec_ifname,
		.attr = EPACL_NIC_A_DEV,
		.flags = W_KEY | W_NEEDED,
	},
	{
		.name = "address",
		.value = "ADDR|PREFIX,...",
		.help = "what the guest may use there",
		.codec = &codec_plains,
		.attr = EPACL_NIC_A_ADDRESSES,
		.max = EPACL_PREFIXES_MAX,
		.flags = W_NEEDED,
	},
	{
		.name = "mac",
		.value = "MAC",
		.help = "its hardware address; otherwise the first one seen",
		.codec = &codec_mac,
		.attr = EPACL_NIC_A_MAC,
		.flags = W_CLEAR,
	},
	{
		.name = "vnet",
		.value = "VNET",
		.help = "vnet that it belongs to",
		.codec = &codec_name,
		.attr = EPACL_NIC_A_VNET,
		.flags = W_CLEAR,
	},
	{
		.name = "ifindex",
		.codec = &codec_number,
		.attr = EPACL_NIC_A_IFINDEX,
		.flags = W_ANSWER | W_NUMBER,
	},
	{}
};

const struct kind kind_nic = {
	.name = "nic",
	.plural = "nics",
	.help = "one attachment of a VM",
	.attr = EPACL_A_NIC,
	.verbs = BIT(VERB_ADD) | BIT(VERB_CHANGE) | BIT(VERB_REMOVE) |
		 BIT(VERB_LIST),
	.translated = true,
	.within = &kind_vm,
	.words = words,
};

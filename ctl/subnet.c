// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec.h"
#include "owner.h"

static const struct word words[] = {
	{
		.name = "subnet",
		.value = "VNET/NAME",
		.help = "names of its vnet and of itself",
		.codec = &codec_part,
		.attr = EPACL_SUBNET_A_VNET,
		.attr2 = EPACL_SUBNET_A_NAME,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{
		.name = "prefix",
		.value = "PREFIX,...",
		.help = "addresses that belong to it, within those of the vnet",
		.codec = &codec_prefixes,
		.attr = EPACL_SUBNET_A_PREFIXES,
		.max = EPACL_PREFIXES_MAX,
		.flags = W_NEEDED,
	},
	{}
};

const struct kind kind_subnet = {
	.name = "subnet",
	.plural = "subnets",
	.help = "part of a vnet, with rule lists in and out",
	.attr = EPACL_A_SUBNET,
	.verbs = BIT(VERB_ADD) | BIT(VERB_CHANGE) | BIT(VERB_REMOVE) |
		 BIT(VERB_LIST),
	.within = &kind_vnet,
	.list_value = "VNET[/NAME]",
	.words = words,
};

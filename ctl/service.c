// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec.h"

static const struct word words[] = {
	{
		.name = "name",
		.value = "NAME",
		.help = "name of the service",
		.codec = &codec_name,
		.attr = EPACL_SERVICE_A_NAME,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{
		.name = "vip",
		.value = "ADDR[,ADDR]",
		.help = "public addresses, at most one of each family",
		.codec = &codec_addresses,
		.attr = EPACL_SERVICE_A_VIPS,
		.max = 2,
		.flags = W_NEEDED,
	},
	{}
};

const struct kind kind_service = {
	.name = "service",
	.plural = "services",
	.help = "public address that several VMs share as their source",
	.attr = EPACL_A_SERVICE,
	.verbs = BIT(VERB_ADD) | BIT(VERB_CHANGE) | BIT(VERB_REMOVE) |
		 BIT(VERB_LIST),
	.translated = true,
	.words = words,
};

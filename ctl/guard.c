// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec.h"

static const struct word words[] = {
	{
		.name = "pattern",
		.value = "PATTERN",
		.help = "shell pattern of names of interfaces, as in vnet*",
		.codec = &codec_pattern,
		.attr = EPACL_GUARD_A_PATTERN,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{
		.name = "force",
		.help = "also if an interface that matches carries the host's own traffic",
		.codec = &codec_flag,
		.attr = EPACL_GUARD_A_FORCE,
		.flags = W_CLEAR | W_FLAG,
	},
	{
		.name = "packets",
		.codec = &codec_number,
		.attr = EPACL_GUARD_A_PACKETS,
		.flags = W_ANSWER | W_NUMBER,
	},
	{
		.name = "bytes",
		.codec = &codec_number,
		.attr = EPACL_GUARD_A_BYTES,
		.flags = W_ANSWER | W_NUMBER,
	},
	{}
};

const struct kind kind_guard = {
	.name = "guard",
	.plural = "guards",
	.help = "interfaces that pass nothing while they belong to no VM",
	.attr = EPACL_A_GUARD,
	.verbs = BIT(VERB_ADD) | BIT(VERB_CHANGE) | BIT(VERB_REMOVE) |
		 BIT(VERB_LIST),
	.words = words,
};

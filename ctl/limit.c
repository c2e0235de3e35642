// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec.h"

static const struct word words[] = {
	{
		.name = "rules-per-endpoint",
		.value = "N",
		.help = "rules that an endpoint's list takes, 1 to 65535",
		.codec = &codec_number,
		.attr = EPACL_LIMITS_A_RULES_PER_ENDPOINT,
		.max = sizeof(__u32),
		.flags = W_NEEDED,
	},
	{}
};

const struct kind kind_limit = {
	.name = "limit",
	.help = "bounds of the policy as a whole",
	.attr = EPACL_A_LIMITS,
	.verbs = BIT(VERB_CHANGE),
	.words = words,
};

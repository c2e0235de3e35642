// SPDX-License-Identifier: GPL-2.0-or-later
#include "codec.h"
#include "rule.h"

static const struct word words[] = { {
					     .name = "name",
					     .value = "NAME",
					     .help = "name of the acl",
					     .codec = &codec_name,
					     .attr = EPACL_ACL_A_NAME,
					     .flags = W_KEY | W_POSITION |
						      W_NEEDED,
				     },
				     OWN_RULES_WORDS,
				     {} };

const struct kind kind_acl = {
	.name = "acl",
	.plural = "acls",
	.help = "named rule list that any number of owners may use",
	.attr = EPACL_A_ACL,
	.verbs = BIT(VERB_ADD) | BIT(VERB_REMOVE) | BIT(VERB_LIST),
	.list_with = { &kind_rules },
	.words = words,
};

/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules share with explain, and rule lists with their owners. */
#ifndef _CTL_RULE_H
#define _CTL_RULE_H

#include "kind.h"

extern const struct codec codec_own_rules;
extern const struct codec codec_secure;
extern const char *const secure_choices[];

/* What an owner shows of its list. */
#define OWN_RULES_WORD(word, more)                         \
	{                                                  \
		.name = (word), .codec = &codec_own_rules, \
		.flags = W_ANSWER | (more),                \
	}
#define OWN_RULES_WORDS \
	OWN_RULES_WORD("rules", W_NUMBER), OWN_RULES_WORD("default", 0)
/* The same of one that can use another. */
#define OWN_OR_USED_RULES_WORDS OWN_RULES_WORDS, OWN_RULES_WORD("use", 0)

bool rules_are_auto(const struct view *v);

#endif /* _CTL_RULE_H */

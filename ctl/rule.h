/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rules share with explain, and rule lists with their owners. */
#ifndef _CTL_RULE_H
#define _CTL_RULE_H

#include "kind.h"

extern const struct codec codec_own_rules;
extern const struct codec codec_secure;
extern const char *const secure_choices[];

bool rules_are_auto(const struct view *v);

#endif /* _CTL_RULE_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A policy as text, so that tests can compare policies.
 */
#ifndef _TEST_RULESET_H
#define _TEST_RULESET_H

#include "policy.h"

/*
 * The lines that recreate @root, as op_parse() takes them; with @counters also
 * where each rule counts, which it does not take. Return: to be freed.
 */
char *ruleset(const struct epacl_root *root, bool counters);

#endif /* _TEST_RULESET_H */

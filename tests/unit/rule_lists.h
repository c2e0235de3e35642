/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One rule list in two forms, and questions to both.
 */
#ifndef _RULE_LISTS_H
#define _RULE_LISTS_H

#include "classify.h"
#include "policy_internal.h"
#include "world.h"

#define RULES_MAX 1000

/* Sets that rules can name: one of each family, one of both, an empty one. */
#define LIST_SETS 4

/* The ports of a rule come right behind it, and the name of its set. */
struct list_rule {
	struct epacl_rule rule;
	struct epacl_ports ports[2 * TWIN_RANGES];
	char set[EPACL_NAME_MAX + 1];
};

/* @n rules in @twin and @deflt are given, in ascending order; the rest is built. */
struct rule_lists {
	unsigned int n;
	u8 deflt;
	struct twin_rule twin[RULES_MAX];
	struct epacl_memory memory;
	struct epacl_acl acl;
	struct list_rule rules[RULES_MAX];
	struct epacl_rule *pointers[RULES_MAX];
};

extern struct rule_lists list;
/* By number, as epacl_classify() takes them; while the list is built. */
extern const struct epacl_set_table *list_sets[LIST_SETS + 1];

void list_build(void);
void list_drop(void);

/* Gives a random rule what random_rule() does not: a set, IPsec. */
void list_dress(struct twin_rule *rule);
/* Its addresses stay until the next one is made. */
void list_random_key(struct epacl_key *key);

/*
 * The rule that decides, or NULL. Ends the program if what else the answer says
 * is not what the rule says.
 */
const struct epacl_rule *list_classify(const struct epacl_key *key);

/* Do both answer the same? If not, says what. */
bool list_agrees(const struct epacl_key *key);
/* How often a rule matched; how often only IPsec was missing. */
extern unsigned long list_matches, list_secured_only;

#endif /* _RULE_LISTS_H */

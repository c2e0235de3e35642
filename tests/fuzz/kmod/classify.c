// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which rule of a list matches first, against a walk through all of them.
 *
 * input: what random numbers would decide
 */
#include "../fuzz.h"
#include "rule_lists.h"

#define KEYS 24

static void random_list(void)
{
	unsigned int i, order = 0;
	bool dressed = chance(50);

	/* Mostly short: bytes are better spent on what the rules say. */
	list.n = chance(90) ? below(17) : below(RULES_MAX + 1);
	list.deflt = below(3);
	for (i = 0; i < list.n; i++) {
		order += 1 + below(11);
		random_rule(&list.twin[i], order);
		if (dressed)
			list_dress(&list.twin[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct epacl_key key;
	unsigned int i;

	random_bytes(data, size);
	random_list();
	list_build();
	for (i = 0; i < KEYS; i++) {
		list_random_key(&key);
		MUST(list_agrees(&key));
	}
	list_drop();
	return 0;
}

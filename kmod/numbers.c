// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small numbers of objects: the lowest that are free. Connections remember the
 * zone of their vnet, so that one whose policy is loaded anew keeps its number.
 */
#include <linux/bitmap.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include "policy_internal.h"

#define LAST 32767
static_assert(EPACL_VNETS_MAX == LAST && EPACL_SETS_MAX == LAST);

/**
 * struct epacl_numbers - what is taken
 * @valid: the rest holds for the policy as it is
 * @tight: those that only the base of the transaction has count as free
 * @next: lower ones are all taken
 * @used: bit by number
 */
struct epacl_numbers {
	bool valid;
	bool tight;
	u32 next;
	DECLARE_BITMAP(used, LAST + 1);
};

static const struct epacl_pmap *map_of(const struct epacl_root *root, u8 which)
{
	return which == EPACL_NUMBERS_ZONES ? &root->vnets : &root->sets;
}

static u32 number_of(struct epacl_obj *obj, u8 which)
{
	return which == EPACL_NUMBERS_ZONES ? epacl_vnet(obj)->zone :
					      epacl_set(obj)->id;
}

static void mark(struct epacl_numbers *numbers, const struct epacl_root *root,
		 u8 which)
{
	struct epacl_obj *obj;

	epacl_pmap_for_each(map_of(root, which), obj) {
		__set_bit(number_of(obj, which), numbers->used);
		cond_resched();
	}
}

static void scan(struct epacl_numbers *numbers, const struct epacl_txn *txn,
		 u8 which, bool tight)
{
	bitmap_zero(numbers->used, LAST + 1);
	mark(numbers, txn->root, which);
	if (!tight)
		mark(numbers, txn->base, which);
	numbers->next = 1;
	numbers->tight = tight;
	numbers->valid = true;
}

/* The number that @name has in the base, if nobody else has it now. */
static u32 former(const struct epacl_numbers *numbers,
		  const struct epacl_txn *txn, u8 which, const char *name)
{
	struct epacl_obj *obj = epacl_pmap_find(map_of(txn->base, which), name);
	u32 number = obj ? number_of(obj, which) : 0;

	return numbers->tight && test_bit(number, numbers->used) ? 0 : number;
}

static u32 lowest(struct epacl_numbers *numbers)
{
	while (numbers->next <= LAST && test_bit(numbers->next, numbers->used))
		numbers->next++;
	return numbers->next <= LAST ? numbers->next : 0;
}

int epacl_take_number(struct epacl_txn *txn, u8 which, const char *name)
{
	struct epacl_numbers *numbers = txn->numbers[which];
	u32 number;

	if (!numbers) {
		numbers = epacl_alloc(txn->memory, sizeof(*numbers));
		if (!numbers)
			return -ENOMEM;
		txn->numbers[which] = numbers;
	}
	if (!numbers->valid)
		scan(numbers, txn, which, false);
	number = former(numbers, txn, which, name);
	if (!number)
		number = lowest(numbers);
	if (!number && !numbers->tight) {
		scan(numbers, txn, which, true);
		number = lowest(numbers);
	}
	__set_bit(number, numbers->used);
	return number;
}

void epacl_numbers_forget(struct epacl_txn *txn)
{
	u32 i;

	for (i = 0; i < EPACL_NUMBERS; i++)
		if (txn->numbers[i])
			txn->numbers[i]->valid = false;
}

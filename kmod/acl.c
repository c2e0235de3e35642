// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule lists: lifetimes, the slots that they are in, and how they grow.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include "classify.h"
#include "policy_internal.h"

/* Steps after which a long loop lets others run. */
#define SLICE 1024

struct epacl_acl *epacl_acl_alloc(struct epacl_memory *memory, u64 epoch)
{
	struct epacl_acl *acl = epacl_alloc(memory, sizeof(*acl));

	if (!acl)
		return NULL;
	refcount_set(&acl->refs, 1);
	acl->epoch = epoch;
	return acl;
}

struct epacl_acl *epacl_acl_copy(struct epacl_memory *memory, u64 epoch,
				 const struct epacl_acl *from)
{
	struct epacl_acl *acl = epacl_acl_alloc(memory, epoch);
	struct epacl_rule **room;
	u32 i;

	if (!acl)
		return NULL;
	acl->deflt = from->deflt;
	acl->npermit = from->npermit;
	acl->nsecure = from->nsecure;
	if (!from->n)
		return acl;
	room = epacl_alloc(memory, from->room * sizeof(*room));
	if (!room) {
		epacl_free(acl);
		return NULL;
	}
	acl->room = from->room;
	acl->front = from->front;
	acl->rules = room + acl->front;
	for (i = 0; i < from->n; i++) {
		refcount_inc(&from->rules[i]->refs);
		acl->rules[i] = from->rules[i];
		if (!(i % SLICE))
			cond_resched();
	}
	acl->n = from->n;
	return acl;
}

void epacl_acl_put(struct epacl_acl *acl)
{
	struct epacl_memory *memory;
	u32 i;

	if (!acl || !refcount_dec_and_test(&acl->refs))
		return;
	memory = epacl_account(acl);
	for (i = 0; i < acl->n; i++) {
		epacl_rule_put(memory, acl->rules[i]);
		if (!(i % SLICE))
			cond_resched();
	}
	if (acl->table)
		epacl_table_free(acl->table);
	if (acl->rules)
		epacl_free(acl->rules - acl->front);
	epacl_free(acl);
}

/* ---- slots ---- */

int epacl_slots_init(struct epacl_memory *memory, u64 epoch,
		     struct epacl_slot *slots, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		slots[i].acl = epacl_acl_alloc(memory, epoch);
		if (!slots[i].acl)
			return -ENOMEM;
	}
	return 0;
}

void epacl_slots_share(struct epacl_slot *to, const struct epacl_slot *from,
		       u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		to[i] = from[i];
		refcount_inc(&to[i].acl->refs);
	}
}

void epacl_slots_put(struct epacl_slot *slots, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		epacl_acl_put(slots[i].acl);
}

bool epacl_slot_is_untouched(const struct epacl_slot *slot)
{
	return !slot->acl->n && slot->acl->deflt == EPACL_DEFAULT_AUTO &&
	       !slot->use[0];
}

struct epacl_acl *epacl_slot_acl(const struct epacl_root *root,
				 const struct epacl_slot *slot)
{
	struct epacl_named *named;

	if (!slot->use[0])
		return slot->acl;
	named = epacl_named(epacl_pmap_find(&root->acls, slot->use));
	return named ? named->acl : slot->acl;
}

/* ---- the rules of a list ---- */

u32 epacl_acl_position(const struct epacl_acl *acl, u16 order)
{
	u32 lo = 0, hi = acl->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (acl->rules[mid]->order < order)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void count(struct epacl_acl *acl, const struct epacl_rule *rule, int by)
{
	acl->npermit += rule->permit ? by : 0;
	acl->nsecure += rule->match.secure ? by : 0;
}

static int more_room(struct epacl_memory *memory, struct epacl_acl *acl)
{
	u32 least = acl->n + acl->n / 8 + 2, room, front;
	struct epacl_rule **rules;
	size_t size;

	size = epacl_round_up(least * sizeof(*rules));
	room = size / sizeof(*rules);
	front = (room - acl->n) / 2;
	rules = epacl_alloc(memory, size);
	if (!rules)
		return -ENOMEM;
	if (acl->rules) {
		memcpy(rules + front, acl->rules, acl->n * sizeof(*rules));
		epacl_free(acl->rules - acl->front);
	}
	acl->rules = rules + front;
	acl->room = room;
	acl->front = front;
	return 0;
}

/*
 * Make a gap at @pos: move what is on its shorter side. There is room on both
 * sides, so that rules can be added in ascending or descending order for the
 * same little price.
 */
static int make_gap(struct epacl_memory *memory, struct epacl_acl *acl, u32 pos)
{
	bool down = pos < acl->n / 2;
	bool full = down ? !acl->front : acl->front + acl->n == acl->room;

	if (full && more_room(memory, acl))
		return -ENOMEM;
	if (down) {
		acl->rules--;
		acl->front--;
		memmove(acl->rules, acl->rules + 1, pos * sizeof(*acl->rules));
	} else {
		memmove(&acl->rules[pos + 1], &acl->rules[pos],
			(acl->n - pos) * sizeof(*acl->rules));
	}
	acl->n++;
	return 0;
}

/* The rule at @pos is gone: close the gap from the shorter side. */
static void close_gap(struct epacl_acl *acl, u32 pos)
{
	acl->n--;
	if (pos < acl->n / 2) {
		memmove(acl->rules + 1, acl->rules, pos * sizeof(*acl->rules));
		acl->rules++;
		acl->front++;
	} else {
		memmove(&acl->rules[pos], &acl->rules[pos + 1],
			(acl->n - pos) * sizeof(*acl->rules));
	}
}

int epacl_acl_insert(struct epacl_memory *memory, struct epacl_acl *acl,
		     u32 pos, struct epacl_rule *rule)
{
	if (make_gap(memory, acl, pos))
		return -ENOMEM;
	acl->rules[pos] = rule;
	count(acl, rule, 1);
	return 0;
}

void epacl_acl_replace(struct epacl_acl *acl, u32 pos, struct epacl_rule *rule)
{
	count(acl, acl->rules[pos], -1);
	epacl_rule_put(epacl_account(acl), acl->rules[pos]);
	acl->rules[pos] = rule;
	count(acl, rule, 1);
}

void epacl_acl_remove(struct epacl_acl *acl, u32 pos)
{
	count(acl, acl->rules[pos], -1);
	epacl_rule_put(epacl_account(acl), acl->rules[pos]);
	close_gap(acl, pos);
}

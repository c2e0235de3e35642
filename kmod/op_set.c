// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on sets.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/sched.h>
#include <linux/sort.h>
#include "classify.h"
#include "policy_internal.h"

/* Prefixes after which a long loop lets others run. */
#define SLICE 4096

static void describe(char what[EPACL_WHAT], const char *name)
{
	snprintf(what, EPACL_WHAT, "set '%s'", name);
}

static void release(struct epacl_obj *obj)
{
	struct epacl_set *set = epacl_set(obj);

	epacl_set_table_free(set->table);
	epacl_free(set->prefixes);
	epacl_free(set);
}

static struct epacl_set *find(const struct epacl_txn *txn, const char *name)
{
	return epacl_set(epacl_pmap_find(&txn->root->sets, name));
}

/* An empty one. NULL: no memory. */
static struct epacl_set *alloc(struct epacl_txn *txn, const char *name, u32 id,
			       u32 op)
{
	struct epacl_set *set = epacl_alloc(txn->memory, sizeof(*set));

	if (!set)
		return NULL;
	epacl_obj_init(&set->obj, name, release);
	set->obj.epoch = txn->epoch;
	set->obj.op = op;
	set->id = id;
	return set;
}

/* ---- prefixes ---- */

static int make_room(struct epacl_memory *memory, struct epacl_set *set, u32 n)
{
	struct epacl_prefix *prefixes;
	u32 room, i, part;

	if (n <= set->room)
		return 0;
	/* The first one fits, those of a set that grows have room to grow. */
	room = set->n ? max(n, set->room + set->room / 2) : n;
	prefixes = epacl_alloc(memory, room * sizeof(*prefixes));
	if (!prefixes)
		return -ENOMEM;
	for (i = 0; i < set->n; i += part) {
		part = min_t(u32, set->n - i, SLICE);
		memcpy(&prefixes[i], &set->prefixes[i],
		       part * sizeof(*prefixes));
		cond_resched();
	}
	epacl_free(set->prefixes);
	set->prefixes = prefixes;
	set->room = room;
	return 0;
}

static bool holds(const struct epacl_set *set,
		  const struct epacl_prefix *prefix)
{
	u32 lo = 0, hi = set->n, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (epacl_prefix_compare(&set->prefixes[mid], prefix) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < set->n && !epacl_prefix_compare(&set->prefixes[lo], prefix);
}

/*
 * Those of @prefixes, sorted, that are new to @set, each once, moved to the
 * front. Return: how many.
 */
static u32 only_new(const struct epacl_set *set, struct epacl_prefix *prefixes,
		    u32 n)
{
	u32 i, k = 0;

	for (i = 0; i < n; i++) {
		if (!(i % SLICE))
			cond_resched();
		if (k && !epacl_prefix_compare(&prefixes[k - 1], &prefixes[i]))
			continue;
		if (!holds(set, &prefixes[i]))
			prefixes[k++] = prefixes[i];
	}
	return k;
}

/*
 * From the end: what comes in the order of the set is appended, and moves
 * nothing.
 */
static void merge(struct epacl_set *set, const struct epacl_prefix *prefixes,
		  u32 n)
{
	u32 old = set->n, to = set->n + n, steps = 0;

	set->n = to;
	while (n) {
		if (!(++steps % SLICE))
			cond_resched();
		if (old && epacl_prefix_compare(&set->prefixes[old - 1],
						&prefixes[n - 1]) > 0)
			set->prefixes[--to] = set->prefixes[--old];
		else
			set->prefixes[--to] = prefixes[--n];
	}
}

/* Adds @prefixes, which it takes apart, to a set that the caller owns. */
static int add_sorted(struct epacl_txn *txn, struct epacl_set *set,
		      struct epacl_prefix *prefixes, u32 n)
{
	n = only_new(set, prefixes, n);
	if (n > EPACL_SET_PREFIXES_MAX - set->n)
		return epacl_refuse(
			&txn->why, -ENOSPC, EPACL_SET_A_PREFIXES,
			"too many prefixes in a set",
			"set '%s' would have %u prefixes: it takes at most %u",
			set->obj.name, set->n + n, EPACL_SET_PREFIXES_MAX);
	if (make_room(txn->memory, set, set->n + n))
		return -ENOMEM;
	merge(set, prefixes, n);
	return 0;
}

/* Adds those of the operation. */
static int add_prefixes(struct epacl_txn *txn, const struct epacl_op *op,
			struct epacl_set *set)
{
	const struct epacl_list *list = &op->prefix_set.prefixes;
	struct epacl_prefix *prefixes;
	int err;

	if (!list->n)
		return 0;
	prefixes = epacl_alloc(txn->memory, list->n * sizeof(*prefixes));
	if (!prefixes)
		return -ENOMEM;
	err = epacl_take_prefixes(&txn->why, EPACL_SET_A_PREFIXES, "prefix",
				  prefixes, list);
	if (!err) {
		sort(prefixes, list->n, sizeof(*prefixes), epacl_prefix_compare,
		     NULL);
		err = add_sorted(txn, set, prefixes, list->n);
	}
	epacl_free(prefixes);
	return err;
}

/* ---- operations ---- */

/* Consumes @set. */
static int install_new(struct epacl_txn *txn, struct epacl_set *set)
{
	int id = epacl_take_number(txn, EPACL_NUMBERS_IDS, set->obj.name);

	if (id > 0) {
		set->id = id;
		return epacl_install(&txn->root->sets, &set->obj);
	}
	epacl_obj_put(&set->obj);
	if (id)
		return id;
	return epacl_refuse(&txn->why, -ENOSPC, 0, "too many sets",
			    "there are %u sets already, more are too many",
			    EPACL_SETS_MAX);
}

static int add_set(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct epacl_set *set, *old;
	char what[EPACL_WHAT];
	int err;

	err = epacl_check_name(&txn->why, EPACL_SET_A_NAME, "set",
			       op->prefix_set.name);
	if (err)
		return err;
	if (epacl_op_has(op, EPACL_SET_A_MORE))
		return epacl_refuse(
			&txn->why, -EINVAL, EPACL_SET_A_MORE,
			"more goes with change",
			"more prefixes come by change, set '%s' is only being added",
			op->prefix_set.name);
	set = alloc(txn, op->prefix_set.name, 0, op->index);
	if (!set)
		return -ENOMEM;
	err = add_prefixes(txn, op, set);
	old = find(txn, op->prefix_set.name);
	if (!err && !old)
		return install_new(txn, set);
	if (!err) {
		describe(what, op->prefix_set.name);
		err = epacl_exists(txn, op, &epacl_kind_set, what,
				   epacl_prefixes_equal(set->prefixes, set->n,
							old->prefixes, old->n) ?
					   0 :
					   EPACL_SET_A_PREFIXES);
	}
	epacl_obj_put(&set->obj);
	return err;
}

/* All of them anew. */
static int replace(struct epacl_txn *txn, const struct epacl_op *op,
		   const struct epacl_set *old)
{
	struct epacl_set *set;
	int err;

	set = alloc(txn, old->obj.name, old->id, op->index);
	if (!set)
		return -ENOMEM;
	err = add_prefixes(txn, op, set);
	if (!err)
		return epacl_install(&txn->root->sets, &set->obj);
	epacl_obj_put(&set->obj);
	return err;
}

/* As epacl_own_acl(), with room for @more. */
static struct epacl_set *own_set(struct epacl_txn *txn, struct epacl_set *set,
				 u32 more)
{
	const struct epacl_set *from = set;

	if (from->obj.epoch == txn->epoch) {
		epacl_set_table_free(set->table);
		set->table = NULL;
		return set;
	}
	set = alloc(txn, from->obj.name, from->id, 0);
	if (!set)
		return NULL;
	if (make_room(txn->memory, set, from->n + more)) {
		epacl_obj_put(&set->obj);
		return NULL;
	}
	merge(set, from->prefixes, from->n);
	return epacl_install(&txn->root->sets, &set->obj) ? NULL : set;
}

static int change_set(struct epacl_txn *txn, const struct epacl_op *op)
{
	const char *name = op->prefix_set.name;
	struct epacl_set *set;
	int err;

	err = epacl_need(txn, EPACL_A_SET, EPACL_SET_A_NAME, name);
	if (err)
		return err;
	set = find(txn, name);
	if (!epacl_op_has(op, EPACL_SET_A_MORE))
		return replace(txn, op, set);
	if (!op->prefix_set.prefixes.n)
		return epacl_refuse(
			&txn->why, -EINVAL, EPACL_SET_A_MORE,
			"more without prefixes",
			"set '%s' is to have more prefixes, but none are given",
			name);
	set = own_set(txn, set, op->prefix_set.prefixes.n);
	if (!set)
		return -ENOMEM;
	set->obj.op = op->index;
	return add_prefixes(txn, op, set);
}

/* Who looks for a rule with set @name, and which has it. */
struct search {
	const char *name;
	u16 order;
};

static bool names_set(const struct epacl_listed *list, void *arg)
{
	const struct epacl_acl *acl = list->acl;
	struct search *search = arg;
	const char *set;
	u32 i;

	for (i = 0; i < acl->n; i++) {
		if (!(i % SLICE))
			cond_resched();
		set = acl->rules[i]->match.set;
		if (!set || strcmp(set, search->name))
			continue;
		search->order = acl->rules[i]->order;
		return true;
	}
	return false;
}

static int remove_set(struct epacl_txn *txn, const struct epacl_op *op)
{
	struct search search = { .name = op->prefix_set.name };
	char what[EPACL_WHAT], user[EPACL_WHAT];
	struct epacl_listed list;

	describe(what, search.name);
	if (!find(txn, search.name))
		return epacl_missing(txn, op, EPACL_SET_A_NAME, what);
	if (epacl_each_list(txn->root, names_set, &search, &list))
		return epacl_refuse(&txn->why, -EBUSY, EPACL_SET_A_NAME,
				    "set is in use",
				    "%s is used by rule %u of %s", what,
				    search.order,
				    epacl_owner_text(&list.owner, user));
	epacl_numbers_forget(txn);
	return epacl_pmap_remove(&txn->root->sets, search.name, EPACL_GFP);
}

const struct epacl_kind epacl_kind_set = {
	.noun = "set",
	.words = {
		[EPACL_SET_A_NAME] = "name",
		[EPACL_SET_A_PREFIXES] = "prefix",
		[EPACL_SET_A_MORE] = "more",
	},
	.identity = BIT(EPACL_SET_A_NAME),
	.clearable = BIT(EPACL_SET_A_PREFIXES),
	.add = add_set,
	.change = change_set,
	.remove = remove_set,
};

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
	epacl_packed_free(&set->packed);
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

static int take_prefixes(struct epacl_txn *txn, const struct epacl_list *list,
			 struct epacl_prefix **prefixes)
{
	int err;

	*prefixes = epacl_alloc(txn->memory, list->n * sizeof(**prefixes));
	if (!*prefixes)
		return -ENOMEM;
	err = epacl_take_prefixes(&txn->why, EPACL_SET_A_PREFIXES, "prefix",
				  *prefixes, list);
	if (!err)
		sort(*prefixes, list->n, sizeof(**prefixes),
		     epacl_prefix_compare, NULL);
	return err;
}

/*
 * Those of @prefixes, sorted, that are new to @packed, each once, moved to the
 * front. Return: how many.
 */
static u32 only_new(const struct epacl_packed *packed,
		    struct epacl_prefix *prefixes, u32 n)
{
	u32 i, k = 0;

	for (i = 0; i < n; i++) {
		if (k && !epacl_prefix_compare(&prefixes[k - 1], &prefixes[i]))
			continue;
		if (!epacl_packed_has(packed, &prefixes[i]))
			prefixes[k++] = prefixes[i];
	}
	return k;
}

/* @set, which the transaction owns, gets prefixes in the place of its own. */
static void put_packed(struct epacl_set *set, const struct epacl_packed *packed)
{
	epacl_set_table_free(set->table);
	set->table = NULL;
	epacl_packed_free(&set->packed);
	set->packed = *packed;
}

/*
 * @set, which the transaction owns, gets those of @from, which may be itself, and
 * @prefixes, sorted, which it takes apart.
 */
static int add_sorted(struct epacl_txn *txn, struct epacl_set *set,
		      const struct epacl_set *from,
		      struct epacl_prefix *prefixes, u32 n)
{
	u32 old = epacl_packed_count(&from->packed);
	struct epacl_packed packed;

	n = only_new(&from->packed, prefixes, n);
	if (n > EPACL_SET_PREFIXES_MAX - old)
		return epacl_refuse(
			&txn->why, -ENOSPC, EPACL_SET_A_PREFIXES,
			"too many prefixes in a set",
			"set '%s' would have %u prefixes: it takes at most %u",
			set->obj.name, old + n, EPACL_SET_PREFIXES_MAX);
	if (epacl_packed_merge(txn->memory, &packed, &from->packed, prefixes,
			       n))
		return -ENOMEM;
	put_packed(set, &packed);
	return 0;
}

/* As add_sorted(), with the prefixes of the operation. */
static int add_prefixes(struct epacl_txn *txn, const struct epacl_op *op,
			struct epacl_set *set, const struct epacl_set *from)
{
	const struct epacl_list *list = &op->prefix_set.prefixes;
	struct epacl_prefix *prefixes;
	int err;

	if (!list->n)
		return 0;
	err = take_prefixes(txn, list, &prefixes);
	if (!err)
		err = add_sorted(txn, set, from, prefixes, list->n);
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
	err = add_prefixes(txn, op, set, set);
	old = find(txn, op->prefix_set.name);
	if (!err && !old)
		return install_new(txn, set);
	if (!err) {
		describe(what, op->prefix_set.name);
		err = epacl_exists(txn, op, &epacl_kind_set, what,
				   epacl_packed_equal(&set->packed,
						      &old->packed) ?
					   0 :
					   EPACL_SET_A_PREFIXES);
	}
	epacl_obj_put(&set->obj);
	return err;
}

/*
 * A new version of @old gets the prefixes of @from, which is @old or NULL, and
 * those of the operation.
 */
static int replace(struct epacl_txn *txn, const struct epacl_op *op,
		   const struct epacl_set *old, const struct epacl_set *from)
{
	struct epacl_set *set;
	int err;

	set = alloc(txn, old->obj.name, old->id, op->index);
	if (!set)
		return -ENOMEM;
	err = add_prefixes(txn, op, set, from ? from : set);
	if (!err)
		return epacl_install(&txn->root->sets, &set->obj);
	epacl_obj_put(&set->obj);
	return err;
}

/* @set gets those of the operation besides. */
static int add_more(struct epacl_txn *txn, const struct epacl_op *op,
		    struct epacl_set *set)
{
	if (set->obj.epoch != txn->epoch)
		return replace(txn, op, set, set);
	set->obj.op = op->index;
	return add_prefixes(txn, op, set, set);
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
		return replace(txn, op, set, NULL);
	if (!op->prefix_set.prefixes.n)
		return epacl_refuse(
			&txn->why, -EINVAL, EPACL_SET_A_MORE,
			"more without prefixes",
			"set '%s' is to have more prefixes, but none are given",
			name);
	return add_more(txn, op, set);
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
		set = epacl_match_set(&acl->rules[i]->match);
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

// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "notes.h"
#include "output.h"
#include "owner.h"
#include "policy.h"

/* --- objects that several lines may be about, each once ------------------------ */

/**
 * struct touched - an object that the program is about
 * @name: its first key
 * @v: as it was typed
 * @item: where
 */
struct touched {
	char *name;
	struct view v;
	const struct item *item;
};

struct touched_list {
	struct touched *list;
	size_t n;
	size_t room;
};

static int compare_touched(const void *a, const void *b)
{
	const struct touched *ta = a, *tb = b;
	int by_name = strcmp(ta->name, tb->name);

	if (by_name)
		return by_name;
	return ta->item < tb->item ? -1 : ta->item > tb->item;
}

static void find_touched(const struct program *p, struct touched_list *l,
			 bool (*concerns)(const struct item *item))
{
	const struct word *key;
	size_t i;

	for (i = 0; i < p->n; i++) {
		struct buf name = { 0 };
		struct touched *t;

		if (!concerns(&p->items[i]))
			continue;
		l->list = grow(l->list, l->n, &l->room, sizeof(*l->list));
		t = &l->list[l->n++];
		t->item = &p->items[i];
		item_view(t->item, &t->v);
		key = t->v.kind->words;
		key->codec->text(&name, key, &t->v);
		t->name = name.s;
	}
	if (l->n)
		qsort(l->list, l->n, sizeof(*l->list), compare_touched);
}

/* Is it the first of its name? */
static bool is_first(const struct touched_list *l, size_t i)
{
	return !i || strcmp(l->list[i].name, l->list[i - 1].name);
}

static void free_touched(struct touched_list *l)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		free(l->list[i].name);
	free(l->list);
}

/* --- lists that lose their last permit rule ------------------------------------ */

static bool may_lose_permit(const struct item *item)
{
	return item->kind == &kind_rule &&
	       (item->cmd == EPACL_CMD_REMOVE || item->cmd == EPACL_CMD_CHANGE);
}

/* What a list holds. */
struct list_state {
	bool is_auto;
	bool permits;
};

static void read_list(const struct nlmsghdr *nlh, void *arg)
{
	struct list_state *state = arg;
	struct nl_attrs attrs;
	struct view v;

	nl_parse(nlh, &attrs);
	if (attrs.tb[EPACL_A_RULE]) {
		view_init(&v, &kind_rule, attrs.tb[EPACL_A_RULE], NULL);
		if (attr_number(v.tb[EPACL_RULE_A_ACTION]) == EPACL_PERMIT)
			state->permits = true;
	}
	if (attrs.tb[EPACL_A_RULES]) {
		view_init(&v, &kind_rules, attrs.tb[EPACL_A_RULES], NULL);
		state->is_auto = kind_rules.is_default(&v);
	}
}

/* Read the rules, or the list as a whole, of @owner, if it exists. */
static void ask_list(struct txn *t, const struct kind *k,
		     const struct nlattr *owner, __u64 txn,
		     struct list_state *state)
{
	struct nlmsghdr *nlh = nl_start(t->nl, EPACL_CMD_GET, NLM_F_DUMP, txn);
	struct nlattr *nest = mnl_attr_nest_start(nlh, k->attr);

	mnl_attr_put(nlh, k->words[0].attr | NLA_F_NESTED,
		     mnl_attr_get_payload_len(owner),
		     mnl_attr_get_payload(owner));
	mnl_attr_nest_end(nlh, nest);
	nl_run(t->nl, nlh, read_list, state);
}

static void note_list(struct txn *t, const struct touched *touched)
{
	const struct nlattr *owner = touched->v.tb[EPACL_RULE_A_OWNER];
	struct list_state before = { 0 }, after = { 0 };

	ask_list(t, &kind_rule, owner, t->cookie, &after);
	if (after.permits)
		return;
	ask_list(t, &kind_rule, owner, 0, &before);
	if (!before.permits)
		return;
	ask_list(t, &kind_rules, owner, t->cookie, &after);
	if (after.is_auto)
		say(NULL,
		    "note: %s has no permit rule left: it now permits what no rule denies",
		    touched->name);
}

/* An endpoint or VM that goes takes its list along: nothing to say then. */
enum status notes_before_commit(struct txn *t)
{
	struct touched_list l = { 0 };
	size_t i;

	find_touched(t->program, &l, may_lose_permit);
	for (i = 0; i < l.n; i++)
		if (is_first(&l, i))
			note_list(t, &l.list[i]);
	free_touched(&l);
	return DONE;
}

/* --- public ports that the kernel has chosen ----------------------------------- */

static bool has_auto_public(const struct item *item)
{
	return item->auto_public;
}

static void print_public(const struct view *v, json_t *array)
{
	const struct word *key = &kind_endpoint.words[0];
	const struct word *w = kind_word(&kind_endpoint, "public");
	struct buf b = { 0 };
	json_t *o;

	if (array) {
		o = new_object();
		key->codec->json(o, key, v);
		w->codec->json(o, w, v);
		array_add(array, o);
		return;
	}
	key->codec->text(&b, key, v);
	buf_add(&b, " %s ", w->name);
	w->codec->text(&b, w, v);
	puts(b.s);
	buf_free(&b);
}

static enum status show_public(struct txn *t, const struct touched *touched,
			       json_t *array)
{
	const struct word *key = &kind_endpoint.words[0];
	char request[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);
	struct nlattr *nest = mnl_attr_nest_start(nlh, EPACL_A_ENDPOINT);
	struct policy policy;
	struct query q;
	enum status status;
	struct view v;

	mnl_attr_put_strz(nlh, key->attr, attr_text(touched->v.tb[key->attr]));
	mnl_attr_put_strz(nlh, key->attr2,
			  attr_text(touched->v.tb[key->attr2]));
	mnl_attr_nest_end(nlh, nest);
	q = (struct query){ &kind_endpoint, mnl_nlmsg_get_payload(nlh),
			    mnl_nlmsg_get_payload_len(nlh) };
	status = policy_read(t->nl, &touched->item->at, 0, &q, 1, &policy);
	if (!status && policy.n) {
		policy_view(&policy, &policy.objects[0], &v);
		print_public(&v, array);
	}
	policy_free(&policy);
	return status;
}

static void print_stats(const struct txn *t)
{
	say(NULL, "%zu operations, generation %llu", t->program->n_ops,
	    (unsigned long long)t->generation);
}

enum status notes_after_commit(struct txn *t)
{
	struct touched_list l = { 0 };
	enum status status = DONE;
	json_t *array = NULL;
	size_t i;

	find_touched(t->program, &l, has_auto_public);
	if (l.n && output.json)
		array = new_array();
	for (i = 0; i < l.n && !status; i++)
		if (is_first(&l, i))
			status = show_public(t, &l.list[i], array);
	if (array)
		print_json(array);
	free_touched(&l);
	if (output.stats)
		print_stats(t);
	return status;
}

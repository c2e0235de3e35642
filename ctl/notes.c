// SPDX-License-Identifier: GPL-2.0-or-later
#include <ifaddrs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bypass.h"
#include "format.h"
#include "host.h"
#include "notes.h"
#include "output.h"
#include "owner.h"
#include "policy.h"
#include "rule.h"

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
		state->is_auto = rules_are_auto(&v);
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

/* --- endpoints ------------------------------------------------------------------- */

/* Read the endpoint that @touched names, of the policy in force if @txn is 0. */
static enum status read_endpoint(struct txn *t, const struct touched *touched,
				 __u64 txn, struct policy *policy)
{
	const struct word *key = &kind_endpoint.words[0];
	char request[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(request);
	struct nlattr *nest = mnl_attr_nest_start(nlh, EPACL_A_ENDPOINT);
	struct query q;

	mnl_attr_put_strz(nlh, key->attr, attr_text(touched->v.tb[key->attr]));
	mnl_attr_put_strz(nlh, key->attr2,
			  attr_text(touched->v.tb[key->attr2]));
	mnl_attr_nest_end(nlh, nest);
	q = (struct query){ &kind_endpoint, mnl_nlmsg_get_payload(nlh),
			    mnl_nlmsg_get_payload_len(nlh) };
	return policy_read(t->nl, &touched->item->at, txn, &q, 1, policy);
}

static bool may_leave_lbset(const struct item *item)
{
	return item->kind == &kind_endpoint && item->cmd == EPACL_CMD_CHANGE;
}

/* The lbset that it is in; NULL: none. It is gone with @policy. */
static const char *lbset_of(const struct policy *policy)
{
	struct view v;

	if (!policy->n)
		return NULL;
	policy_view(policy, &policy->objects[0], &v);
	return attr_text(v.tb[EPACL_ENDPOINT_A_LBSET]);
}

static enum status note_lbset(struct txn *t, const struct touched *touched)
{
	struct policy before, after = { 0 };
	enum status status;

	status = read_endpoint(t, touched, 0, &before);
	if (!status && lbset_of(&before))
		status = read_endpoint(t, touched, t->cookie, &after);
	if (!status && after.n && !lbset_of(&after))
		say(NULL,
		    "note: %s leaves lbset %s, whose rules no longer hold for it: it has a list of its own again, which permits everything until it has rules",
		    touched->name, lbset_of(&before));
	policy_free(&before);
	policy_free(&after);
	return status;
}

/* --- addresses and interfaces of the host -------------------------------------- */

/**
 * struct addresses - those of this host
 * @read: they have been asked for; that takes its time where there are many
 *	interfaces, and most changes name no address
 * @list: NULL: there are none, or they cannot be read
 */
struct addresses {
	bool read;
	struct ifaddrs *list;
};

static void note_address(const struct item *item, struct addresses *host,
			 __u8 family, const __u8 *addr)
{
	struct buf b = { 0 };

	if (!host->read && getifaddrs(&host->list))
		host->list = NULL;
	host->read = true;
	if (!host_takes_address(host->list, family, addr))
		return;
	format_address(&b, family, addr);
	say(&item->at,
	    "note: %s is an address of this host: new connections to it are dropped from now on, ssh included, unless an endpoint has that port",
	    b.s);
	buf_free(&b);
}

static void note_publics(const struct item *item, struct addresses *host,
			 const struct nlattr *attr)
{
	const struct epacl_u_public *pub;
	size_t i, n;

	pub = attr_array(attr, sizeof(*pub), &n);
	for (i = 0; i < n; i++)
		note_address(item, host, pub[i].family, pub[i].addr);
}

static void note_vips(const struct item *item, struct addresses *host,
		      const struct nlattr *attr)
{
	const struct epacl_u_prefix *vip;
	size_t i, n;

	vip = attr_array(attr, sizeof(*vip), &n);
	for (i = 0; i < n; i++)
		note_address(item, host, vip[i].family, vip[i].addr);
}

static void note_dev(const struct item *item, const char *dev)
{
	if (dev && host_has_both_ends(dev))
		say(&item->at,
		    "note: %s is one end of a veth pair whose other end is here too: it only passes traffic on, no guest is behind it",
		    dev);
}

/* What an operation says of the host. */
static void note_host(const struct item *item, struct addresses *host)
{
	struct view v;

	if ((item->cmd != EPACL_CMD_ADD && item->cmd != EPACL_CMD_CHANGE) ||
	    !item_view(item, &v))
		return;
	if (v.kind == &kind_service)
		note_vips(item, host, v.tb[EPACL_SERVICE_A_VIPS]);
	else if (v.kind == &kind_endpoint)
		note_publics(item, host, v.tb[EPACL_ENDPOINT_A_PUBLICS]);
	else if (v.kind == &kind_lbset)
		note_publics(item, host, v.tb[EPACL_LBSET_A_PUBLICS]);
	else if (v.kind == &kind_nic && item->cmd == EPACL_CMD_ADD)
		note_dev(item, attr_text(v.tb[EPACL_NIC_A_DEV]));
}

/* --- before the commit ----------------------------------------------------------- */

/* An endpoint or VM that goes takes its list along: nothing to say then. */
static void note_lists(struct txn *t)
{
	struct touched_list l = { 0 };
	size_t i;

	find_touched(t->program, &l, may_lose_permit);
	for (i = 0; i < l.n; i++)
		if (is_first(&l, i))
			note_list(t, &l.list[i]);
	free_touched(&l);
}

static enum status note_lbsets(struct txn *t)
{
	struct touched_list l = { 0 };
	enum status status = DONE;
	size_t i;

	find_touched(t->program, &l, may_leave_lbset);
	for (i = 0; i < l.n && !status; i++)
		if (is_first(&l, i))
			status = note_lbset(t, &l.list[i]);
	free_touched(&l);
	return status;
}

enum status notes_before_commit(struct txn *t)
{
	struct addresses host = { 0 };
	size_t i;

	for (i = 0; i < t->program->n; i++)
		note_host(&t->program->items[i], &host);
	if (host.list)
		freeifaddrs(host.list);
	note_lists(t);
	return note_lbsets(t);
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
	struct policy policy;
	enum status status;
	struct view v;

	status = read_endpoint(t, touched, 0, &policy);
	if (!status && policy.n) {
		policy_view(&policy, &policy.objects[0], &v);
		print_public(&v, array);
	}
	policy_free(&policy);
	return status;
}

/* --- what goes round netfilter ------------------------------------------------- */

static bool is_new_nic(const struct item *item)
{
	return item->kind == &kind_nic && item->cmd == EPACL_CMD_ADD;
}

static void warn_of(struct bypass *b, const struct item *item)
{
	const char *dev;
	struct view v;

	item_view(item, &v);
	dev = attr_text(v.tb[EPACL_NIC_A_DEV]);
	if (dev)
		bypass_warn(b, &item->at, dev);
}

static void warn_of_bypasses(const struct program *p)
{
	struct bypass b = { 0 };
	size_t i;

	for (i = 0; i < p->n; i++)
		if (is_new_nic(&p->items[i]))
			warn_of(&b, &p->items[i]);
	bypass_close(&b);
}

/* --- all of it ------------------------------------------------------------------ */

static void print_stats(const struct txn *t)
{
	say(NULL, "%zu operation%s, generation %llu", t->program->n_ops,
	    t->program->n_ops == 1 ? "" : "s",
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
	warn_of_bypasses(t->program);
	if (status)
		say(&t->whole,
		    "the filter is in force, but the public ports that were chosen cannot be read; see aclctl list endpoints");
	if (output.stats)
		print_stats(t);
	return status;
}

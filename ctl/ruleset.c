// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The policy as the shortest command file that makes it. Loading that into an
 * empty policy and listing it again gives the same bytes: everything is written
 * in the kernel's order and in one form only.
 */
#include <stdio.h>
#include <string.h>

#include "netlink.h"
#include "output.h"
#include "owner.h"
#include "policy.h"
#include "query.h"
#include "rule.h"

/* Write @w with its value, if the object has one. */
static void print_word(const struct word *w, const struct view *v,
		       enum verb verb)
{
	const char *quote = w->flags & W_QUOTED ? "\"" : "";
	struct buf text = { 0 };

	if (word_is_typed(v->kind, w, verb))
		w->codec->text(&text, w, v);
	if (text.len && !word_is_position(w, verb) && !(w->flags & W_FLAG))
		printf(" %s", w->name);
	if (text.len)
		printf(" %s%s%s", quote, text.s, quote);
	buf_free(&text);
}

/* Write the words of @v, those in their place or the others. */
static void print_words(const struct view *v, enum verb verb, bool positions,
			const struct word *without)
{
	const struct word *w;

	for (w = v->kind->words; w->name; w++)
		if (w != without && word_is_position(w, verb) == positions)
			print_word(w, v, verb);
}

static void print_counters(const struct view *v)
{
	printf(" # packets %llu bytes %llu",
	       (unsigned long long)attr_number(v->tb[EPACL_RULE_A_PACKETS]),
	       (unsigned long long)attr_number(v->tb[EPACL_RULE_A_BYTES]));
}

/* Write the command that makes an object; @inner goes into the same line. */
static void print_object(const struct view *v, const struct view *inner,
			 const struct word *without)
{
	enum verb verb = v->kind->verbs & BIT(VERB_ADD) ? VERB_ADD :
							  VERB_CHANGE;

	printf("%s %s", verb == VERB_ADD ? "add" : "change", v->kind->name);
	print_words(v, verb, true, without);
	if (inner)
		print_words(inner, verb, false, NULL);
	print_words(v, verb, false, without);
	if (output.stats && v->kind == &kind_rule)
		print_counters(v);
	putchar('\n');
}

/* --- vnets: peers that come later are added afterwards ------------------------- */

static bool has_later_peer(const struct view *v, const struct object *o)
{
	const struct object *peer;
	const struct nlattr *attr;
	size_t pos;

	mnl_attr_for_each_nested(attr, v->nest) {
		if (mnl_attr_get_type(attr) != EPACL_VNET_A_PEER_VNET ||
		    !attr_text(attr))
			continue;
		peer = policy_find(v->policy, &kind_vnet, attr_text(attr),
				   &pos);
		if (!peer || peer >= o)
			return true;
	}
	return false;
}

static void print_vnets(const struct policy *policy)
{
	const struct word *peer = kind_word(&kind_vnet, "peer");
	const struct object *o, *end = policy->objects + policy->n;
	struct view v;

	for (o = policy->objects; o < end; o++) {
		if (o->kind != &kind_vnet)
			continue;
		policy_view(policy, o, &v);
		print_object(&v, NULL, has_later_peer(&v, o) ? peer : NULL);
	}
	for (o = policy->objects; o < end; o++) {
		if (o->kind != &kind_vnet)
			continue;
		policy_view(policy, o, &v);
		if (!has_later_peer(&v, o))
			continue;
		printf("change vnet %s", o->name);
		print_word(peer, &v, VERB_CHANGE);
		putchar('\n');
	}
}

/* --- the limit: lists may hold more than it allows by now ---------------------- */

static __u32 limit_now(const struct policy *policy)
{
	const struct object *o;
	struct view v;
	size_t pos;

	o = policy_find(policy, &kind_limit, "", &pos);
	if (!o)
		return EPACL_RULES_DEFAULT;
	policy_view(policy, o, &v);
	return (__u32)attr_number(v.tb[EPACL_LIMITS_A_RULES_PER_ENDPOINT]);
}

/* Rules in the list that an owner has, or uses. */
static __u32 list_length(const struct view *rules)
{
	const char *use = attr_text(rules->tb[EPACL_RULES_A_USE]);
	__u32 own = (__u32)attr_number(rules->tb[EPACL_RULES_A_COUNT]);
	const struct object *o;
	struct buf name = { 0 };
	struct view used;
	size_t pos;
	__u32 n;

	if (!use)
		return own;
	buf_add(&name, "acl %s", use);
	o = policy_find(rules->policy, &kind_rules, name.s, &pos);
	buf_free(&name);
	if (!o)
		return own;
	policy_view(rules->policy, o, &used);
	n = (__u32)attr_number(used.tb[EPACL_RULES_A_COUNT]);
	return n > own ? n : own;
}

/* Rules in the longest list that the limit is about. */
static __u32 limit_needed(const struct policy *policy)
{
	__u32 n, most = 0;
	struct view v;
	size_t i;
	__u8 kind;

	for (i = 0; i < policy->n; i++) {
		if (policy->objects[i].kind != &kind_rules)
			continue;
		policy_view(policy, &policy->objects[i], &v);
		kind = owner_kind(v.tb[EPACL_RULES_A_OWNER]);
		n = list_length(&v);
		if ((kind == EPACL_OWNER_ENDPOINT ||
		     kind == EPACL_OWNER_LBSET) &&
		    n > most)
			most = n;
	}
	return most;
}

static void print_limit(__u32 limit)
{
	printf("change limit rules-per-endpoint %u\n", limit);
}

/* --- lists: a list that gives way takes no rules, so that is said last --------- */

/* Write the default of a list. */
static void print_rules(const struct view *v)
{
	if (!rules_are_auto(v))
		print_object(v, NULL, kind_word(&kind_rules, "use"));
}

/* Write which list answers in place of this one, if it does. */
static void print_use(const struct view *v)
{
	if (v->tb[EPACL_RULES_A_USE])
		print_object(v, NULL, kind_word(&kind_rules, "default"));
}

/* --- all of it -------------------------------------------------------------------- */

static bool is_first_nic(const struct policy *policy, const struct object *vm)
{
	const struct object *next = vm + 1;

	return vm->kind == &kind_vm && next < policy->objects + policy->n &&
	       next->kind == &kind_nic && !strcmp(next->name, vm->name);
}

/**
 * struct printer - how far the ruleset is written
 * @policy: what is written
 * @next: the next object
 * @rules: the list whose rules are being written
 * @in_list: there is one
 * @vnets: they are written
 */
struct printer {
	const struct policy *policy;
	const struct object *next;
	struct view rules;
	bool in_list;
	bool vnets;
};

static void end_list(struct printer *p)
{
	if (p->in_list)
		print_use(&p->rules);
	p->in_list = false;
}

static void begin_list(struct printer *p, const struct view *v)
{
	p->rules = *v;
	p->in_list = true;
	print_rules(v);
}

/* Write the next object, or with the first vnet all of them. */
static void print_next(struct printer *p)
{
	const struct object *o = p->next++;
	struct view v, nic;

	policy_view(p->policy, o, &v);
	if (o->kind != &kind_rule)
		end_list(p);
	if (o->kind == &kind_vnet) {
		if (!p->vnets)
			print_vnets(p->policy);
		p->vnets = true;
	} else if (o->kind == &kind_rules) {
		begin_list(p, &v);
	} else if (is_first_nic(p->policy, o)) {
		policy_view(p->policy, p->next++, &nic);
		print_object(&v, &nic, NULL);
	} else if (o->kind != &kind_limit && !view_continues(&v)) {
		print_object(&v, NULL, NULL);
	}
}

static void print_objects(const struct policy *policy)
{
	struct printer p = { .policy = policy, .next = policy->objects };

	while (policy->n && p.next < policy->objects + policy->n)
		print_next(&p);
	end_list(&p);
}

static void print_text(const struct policy *policy)
{
	__u32 limit = limit_now(policy);
	__u32 needed = limit_needed(policy);
	__u32 loading = EPACL_RULES_DEFAULT;

	if (needed <= limit)
		loading = limit;
	else if (needed > EPACL_RULES_DEFAULT)
		loading = needed;
	if (loading != EPACL_RULES_DEFAULT)
		print_limit(loading);
	print_objects(policy);
	if (limit != loading)
		print_limit(limit);
}

static void print_array(const struct policy *policy)
{
	json_t *array = new_array();
	json_t *o, *kind;
	struct view v;
	size_t i;

	for (i = 0; i < policy->n; i++) {
		policy_view(policy, &policy->objects[i], &v);
		if (view_continues(&v))
			continue;
		o = view_json(&v);
		kind = new_object();
		if (json_object_set_new(kind, "kind",
					json_string(v.kind->name)) ||
		    json_object_update(kind, o))
			out_of_memory();
		json_decref(o);
		array_add(array, kind);
	}
	print_json(array);
}

/**
 * ruleset_run - answer list ruleset
 * @nl: the socket
 * @item: the command
 * @txn: the transaction whose policy is meant; 0: the one in force
 *
 * Return: DONE or REFUSED.
 */
enum status ruleset_run(struct nl *nl, const struct item *item, __u64 txn)
{
	const struct query everything = { .kind = NULL };
	struct policy policy;
	enum status status;

	status = policy_read(nl, &item->at, txn, &everything, 1, &policy);
	if (!status && output.json)
		print_array(&policy);
	else if (!status)
		print_text(&policy);
	policy_free(&policy);
	return status;
}

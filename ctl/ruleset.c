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
#include "policy.h"
#include "query.h"

/* Write @w with its value, if the object has one. */
static void print_word(const struct word *w, const struct view *v,
		       enum verb verb)
{
	const char *quote = w->flags & W_QUOTED ? "\"" : "";
	struct buf text = { 0 };

	if (word_is_typed(v->kind, w, verb))
		w->codec->text(&text, w, v);
	if (text.len && !word_is_position(w, verb))
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

/* Rules in the longest list of an endpoint. */
static __u32 limit_needed(const struct policy *policy)
{
	__u32 count, most = 0;
	struct view v;
	size_t i;

	for (i = 0; i < policy->n; i++) {
		if (policy->objects[i].kind != &kind_rules ||
		    !strchr(policy->objects[i].name, '/'))
			continue;
		policy_view(policy, &policy->objects[i], &v);
		count = (__u32)attr_number(v.tb[EPACL_RULES_A_COUNT]);
		if (count > most)
			most = count;
	}
	return most;
}

static void print_limit(__u32 limit)
{
	printf("change limit rules-per-endpoint %u\n", limit);
}

/* --- all of it -------------------------------------------------------------------- */

static bool is_first_nic(const struct policy *policy, const struct object *vm)
{
	const struct object *next = vm + 1;

	return vm->kind == &kind_vm && next < policy->objects + policy->n &&
	       next->kind == &kind_nic && !strcmp(next->name, vm->name);
}

static void print_objects(const struct policy *policy, const struct kind *only)
{
	const struct object *o, *end = policy->objects + policy->n;
	struct view v, nic;

	for (o = policy->objects; o < end; o++) {
		if (o->kind == &kind_limit || o->kind == &kind_vnet ||
		    (o->kind == &kind_service) != (only == &kind_service))
			continue;
		policy_view(policy, o, &v);
		if (v.kind->is_default && v.kind->is_default(&v))
			continue;
		if (is_first_nic(policy, o)) {
			policy_view(policy, ++o, &nic);
			print_object(&v, &nic, NULL);
		} else {
			print_object(&v, NULL, NULL);
		}
	}
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
	print_objects(policy, &kind_service);
	print_vnets(policy);
	print_objects(policy, NULL);
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

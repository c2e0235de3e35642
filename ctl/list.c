// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>

#include "netlink.h"
#include "output.h"
#include "owner.h"
#include "policy.h"
#include "query.h"
#include "rule.h"

/* A request of one nest that holds one attribute of another object. */
struct request {
	char buf[1024];
	struct query query;
};

static void request_make(struct request *r, const struct kind *k,
			 unsigned int type, const struct nlattr *from)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(r->buf);
	struct nlattr *nest = mnl_attr_nest_start(nlh, k->attr);

	mnl_attr_put(nlh, (uint16_t)type, mnl_attr_get_payload_len(from),
		     mnl_attr_get_payload(from));
	mnl_attr_nest_end(nlh, nest);
	r->query = (struct query){
		.kind = k,
		.attrs = mnl_nlmsg_get_payload(nlh),
		.len = mnl_nlmsg_get_payload_len(nlh),
	};
}

/* A request of the endpoint that is @owner. Return: false: it is none. */
static bool request_endpoint(struct request *r, const struct nlattr *owner)
{
	const struct word *key = kind_endpoint.words;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(r->buf);
	struct nlattr *nest = mnl_attr_nest_start(nlh, kind_endpoint.attr);
	const char *vm, *name;

	if (!owner_is_endpoint(owner, &vm, &name))
		return false;
	mnl_attr_put_strz(nlh, key->attr, vm);
	mnl_attr_put_strz(nlh, key->attr2, name);
	mnl_attr_nest_end(nlh, nest);
	r->query = (struct query){
		.kind = &kind_endpoint,
		.attrs = mnl_nlmsg_get_payload(nlh),
		.len = mnl_nlmsg_get_payload_len(nlh),
	};
	return true;
}

/* Is there the object that the listed ones would be parts of? */
static enum status check_within(struct nl *nl, const struct item *item,
				__u64 txn, const struct view *asked)
{
	const struct kind *within = item->kind->within;
	const struct nlattr *name = asked->tb[item->kind->words[0].attr];
	struct policy policy;
	struct request r;
	enum status status;

	request_make(&r, within, within->words[0].attr, name);
	status = policy_read(nl, &item->at, txn, &r.query, 1, &policy);
	if (!status && !policy.n) {
		say(&item->at, "there is no %s '%s'", within->name,
		    attr_text(name));
		status = REFUSED;
	}
	policy_free(&policy);
	return status;
}

/* Nothing was found: was something asked for by name? */
static enum status check_found(struct nl *nl, const struct item *item,
			       __u64 txn, const struct view *asked)
{
	const struct word *key = item->kind->words;
	struct buf name = { 0 };

	if (!asked->tb[key->attr])
		return DONE;
	if (item->kind->within && !(key->attr2 && asked->tb[key->attr2]))
		return check_within(nl, item, txn, asked);
	if (key->codec == &codec_owner) {
		owner_noun(&name, asked->tb[key->attr]);
	} else {
		buf_add(&name, "%s '", item->kind->name);
		key->codec->text(&name, key, asked);
		buf_add(&name, "'");
	}
	say(&item->at, "there is no %s", buf_text(&name));
	buf_free(&name);
	return REFUSED;
}

/* What answers where no rule of a list matches, and why. */
static void print_default(const struct policy *policy, const struct view *rules)
{
	const struct word *w = kind_word(&kind_rules, "default");
	const char *use = attr_text(rules->tb[EPACL_RULES_A_USE]);
	const char *why = "permit: there are no rules";
	struct buf text = { 0 };
	struct view rule;
	size_t i;

	if (use) {
		printf("use %s (see: list rules acl %s)%s\n", use, use,
		       attr_number(rules->tb[EPACL_RULES_A_COUNT]) ?
			       "; its own rules wait:" :
			       "");
		return;
	}
	w->codec->text(&text, w, rules);
	printf("default %s", buf_text(&text));
	buf_free(&text);
	for (i = 0; i < policy->n; i++) {
		if (policy->objects[i].kind != &kind_rule)
			continue;
		policy_view(policy, &policy->objects[i], &rule);
		why = "permit: there is no permit rule";
		if (attr_number(rule.tb[EPACL_RULE_A_ACTION]) == EPACL_PERMIT) {
			why = "deny: there is a permit rule";
			break;
		}
	}
	if (rules_are_auto(rules))
		printf(" (%s)", why);
	putchar('\n');
}

static void print_list(const struct kind *k, const struct policy *policy)
{
	struct sheet sheet;
	struct view v;
	size_t i;

	sheet_init(&sheet, k->row ? k->row : k);
	for (i = 0; i < policy->n; i++) {
		if (policy->objects[i].kind != k)
			continue;
		policy_view(policy, &policy->objects[i], &v);
		if (view_continues(&v))
			continue;
		if (k->rows)
			k->rows(&sheet, &v);
		else
			sheet_add(&sheet, &v);
	}
	sheet_print(&sheet);
}

static size_t count_kind(const struct policy *policy, const struct kind *k)
{
	size_t i, n = 0;

	for (i = 0; i < policy->n; i++)
		if (policy->objects[i].kind == k)
			n++;
	return n;
}

/* list rules: the list as a whole exists as long as its owner does. */
static enum status list_rules(struct nl *nl, const struct item *item, __u64 txn,
			      const struct view *asked)
{
	const struct nlattr *owner = asked->tb[EPACL_RULE_A_OWNER];
	struct query queries[3] = { { &kind_rule, item->attrs, item->len } };
	struct policy policy;
	struct request r, e;
	size_t n = 2;
	struct view v, rules = { 0 };
	const char *lbset = NULL;
	enum status status;
	size_t i;

	request_make(&r, &kind_rules, EPACL_RULES_A_OWNER | NLA_F_NESTED,
		     owner);
	queries[1] = r.query;
	if (request_endpoint(&e, owner))
		queries[n++] = e.query;
	status = policy_read(nl, &item->at, txn, queries, n, &policy);
	if (!status && !count_kind(&policy, &kind_rules))
		status = check_found(nl, item, txn, asked);
	for (i = 0; !status && !output.json && i < policy.n; i++) {
		policy_view(&policy, &policy.objects[i], &v);
		if (v.kind == &kind_endpoint)
			lbset = attr_text(v.tb[EPACL_ENDPOINT_A_LBSET]);
		else if (v.kind == &kind_rules)
			rules = v;
	}
	if (lbset)
		printf("lbset %s (see: list rules lbset %s)\n", lbset, lbset);
	else if (rules.kind)
		print_default(&policy, &rules);
	if (!status && (output.json || count_kind(&policy, &kind_rule)))
		print_list(&kind_rule, &policy);
	policy_free(&policy);
	return status;
}

/**
 * list_run - answer a list command
 * @nl: the socket
 * @item: the command; its kind is what is listed
 * @txn: the transaction whose policy is meant; 0: the one in force
 *
 * Return: DONE or REFUSED.
 */
enum status list_run(struct nl *nl, const struct item *item, __u64 txn)
{
	const struct kind *k = item->kind;
	struct query queries[1 + LIST_WITH_MAX] = {
		{ k, item->attrs, item->len },
	};
	struct policy policy;
	struct view asked;
	enum status status;
	size_t n;

	item_view(item, &asked);
	if (k == &kind_rule)
		return list_rules(nl, item, txn, &asked);
	for (n = 1; k->list_with[n - 1]; n++)
		queries[n] = (struct query)QUERY_ALL(k->list_with[n - 1]);
	status = policy_read(nl, &item->at, txn, queries, n, &policy);
	if (!status && !count_kind(&policy, k))
		status = check_found(nl, item, txn, &asked);
	if (!status)
		print_list(k, &policy);
	policy_free(&policy);
	return status;
}

/* Answer any question. */
enum status query_run(struct nl *nl, const struct item *item, __u64 txn)
{
	if (!item->kind)
		return ruleset_run(nl, item, txn);
	if (item->kind->answer)
		return item->kind->answer(nl, item, txn);
	return list_run(nl, item, txn);
}

// SPDX-License-Identifier: GPL-2.0-or-later
/* Which layers apply to a VM, from whom, and with which rules. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bypass.h"
#include "codec.h"
#include "format.h"
#include "netlink.h"
#include "op.h"
#include "output.h"
#include "owner.h"
#include "policy.h"
#include "query.h"

/* How often it is read while the policy moves on under it. */
#define READ_TRIES 20

/* --- the question ------------------------------------------------------------- */

static const char *const direction_choices[] = {
	[EPACL_IN] = "in",
	[EPACL_OUT] = "out",
	NULL,
};

static const struct word words[] = {
	{
		.name = "vm",
		.value = "VM",
		.help = "whose",
		.codec = &codec_name,
		.attr = EPACL_EFFECTIVE_A_VM,
		.flags = W_KEY | W_POSITION | W_NEEDED,
	},
	{
		.name = "direction",
		.value = "in|out",
		.help = "otherwise both",
		.codec = &codec_choice,
		.attr = EPACL_EFFECTIVE_A_DIRECTION,
		.flags = W_POSITION,
		.choices = direction_choices,
	},
	{}
};

const struct kind kind_effective = {
	.name = "effective",
	.help = "rule lists that apply to a VM, in the order in which they are asked",
	.attr = EPACL_A_EFFECTIVE,
	.verbs = BIT(VERB_ASK),
	.words = words,
	.ask = EPACL_CMD_GET,
	.answer = effective_run,
};

/* --- reading -------------------------------------------------------------------- */

/**
 * struct effective - the answer
 * @layers: in the order in which they are asked
 * @rules: of their lists, each list once
 * @nics: of the VM
 * @bypass: what takes frames round all that
 */
struct effective {
	struct policy layers;
	struct policy rules;
	struct policy nics;
	struct bypass bypass;
};

static void put_acl(struct nlmsghdr *nlh, const char *name)
{
	mnl_attr_put_u8(nlh, EPACL_OWNER_A_KIND, EPACL_OWNER_ACL);
	mnl_attr_put_strz(nlh, EPACL_OWNER_A_NAME, name);
}

/* Write the owner of a layer's rules: the named list, or the layer's own. */
static void put_owner(struct nlmsghdr *nlh, const struct view *layer)
{
	const char *acl = attr_text(layer->tb[EPACL_EFFECTIVE_A_ACL]);
	const struct nlattr *own = layer->tb[EPACL_EFFECTIVE_A_OWNER];
	struct nlattr *nest;

	nest = mnl_attr_nest_start(nlh, EPACL_RULE_A_OWNER);
	if (acl)
		put_acl(nlh, acl);
	else if (own)
		nl_append(nlh, mnl_attr_get_payload(own),
			  mnl_attr_get_payload_len(own));
	mnl_attr_nest_end(nlh, nest);
}

/* The nest that asks for the rules of a layer; to be freed. */
static void rules_query(struct query *q, const struct view *layer)
{
	char scratch[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(scratch);
	struct nlattr *nest = mnl_attr_nest_start(nlh, EPACL_A_RULE);

	put_owner(nlh, layer);
	mnl_attr_nest_end(nlh, nest);
	q->kind = &kind_rule;
	q->len = mnl_nlmsg_get_payload_len(nlh);
	q->attrs = copy(mnl_nlmsg_get_payload(nlh), q->len);
}

static bool is_asked(const struct query *queries, size_t n,
		     const struct query *q)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (queries[i].len == q->len &&
		    !memcmp(queries[i].attrs, q->attrs, q->len))
			return true;
	return false;
}

static enum status read_rules(struct nl *nl, const struct item *item, __u64 txn,
			      struct effective *e)
{
	struct query *queries = calloc(e->layers.n + 1, sizeof(*queries));
	enum status status;
	size_t i, n = 0;
	struct view v;

	if (!queries)
		out_of_memory();
	for (i = 0; i < e->layers.n; i++) {
		policy_view(&e->layers, &e->layers.objects[i], &v);
		rules_query(&queries[n], &v);
		if (is_asked(queries, n, &queries[n]))
			free((void *)queries[n].attrs);
		else
			n++;
	}
	status = policy_read(nl, &item->at, txn, queries, n, &e->rules);
	for (i = 0; i < n; i++)
		free((void *)queries[i].attrs);
	free(queries);
	return status;
}

static enum status read_nics(struct nl *nl, const struct item *item, __u64 txn,
			     struct effective *e)
{
	char scratch[1024];
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(scratch);
	struct nlattr *nest = mnl_attr_nest_start(nlh, EPACL_A_NIC);
	struct query q = { .kind = &kind_nic };
	struct view v;

	item_view(item, &v);
	mnl_attr_put_strz(nlh, EPACL_NIC_A_VM,
			  attr_text(v.tb[EPACL_EFFECTIVE_A_VM]));
	mnl_attr_nest_end(nlh, nest);
	q.attrs = mnl_nlmsg_get_payload(nlh);
	q.len = mnl_nlmsg_get_payload_len(nlh);
	return policy_read(nl, &item->at, txn, &q, 1, &e->nics);
}

static void effective_free(struct effective *e)
{
	policy_free(&e->layers);
	policy_free(&e->rules);
	policy_free(&e->nics);
	bypass_close(&e->bypass);
}

static enum status read_once(struct nl *nl, const struct item *item, __u64 txn,
			     struct effective *e)
{
	const struct query q = { &kind_effective, item->attrs, item->len };
	enum status status;
	struct view v;

	memset(e, 0, sizeof(*e));
	status = policy_read(nl, &item->at, txn, &q, 1, &e->layers);
	if (!status && !e->layers.n) {
		item_view(item, &v);
		say(&item->at, "there is no vm '%s'",
		    attr_text(v.tb[EPACL_EFFECTIVE_A_VM]));
		status = REFUSED;
	}
	return status ? status : read_rules(nl, item, txn, e);
}

/* Layers and rules of one policy. */
static enum status read_all(struct nl *nl, const struct item *item, __u64 txn,
			    struct effective *e)
{
	enum status status;
	int i;

	for (i = 0; i < READ_TRIES; i++) {
		status = read_once(nl, item, txn, e);
		if (status || !e->rules.n ||
		    e->rules.generation == e->layers.generation)
			return status;
		effective_free(e);
	}
	say(&item->at, "the policy changes faster than it can be read");
	return REFUSED;
}

/* Where the rules of a layer are, as their owner is typed. */
static void rules_of(const struct view *layer, struct buf *b)
{
	const char *acl = attr_text(layer->tb[EPACL_EFFECTIVE_A_ACL]);

	if (acl)
		buf_add(b, "acl %s", acl);
	else
		owner_text(b, layer->tb[EPACL_EFFECTIVE_A_OWNER]);
}

static __u8 direction_of(const struct view *layer)
{
	return (__u8)attr_number(layer->tb[EPACL_EFFECTIVE_A_DIRECTION]);
}

/* --- JSON ----------------------------------------------------------------------- */

static json_t *text_or_null(const struct nlattr *attr)
{
	return attr_text(attr) ? json_text(attr_text(attr)) : json_null();
}

static json_t *prefix_or_null(const struct nlattr *attr)
{
	const struct epacl_u_prefix *p;
	struct buf b = { 0 };
	size_t n;

	p = attr_array(attr, sizeof(*p), &n);
	if (n)
		format_plain(&b, p);
	return json_buf(&b);
}

static json_t *rules_json(const struct effective *e, const struct view *layer)
{
	json_t *array = new_array();
	const struct object *o;
	struct buf owner = { 0 };
	struct view v;
	size_t pos;

	rules_of(layer, &owner);
	policy_for_each(&e->rules, &kind_rule, buf_text(&owner), o, pos) {
		policy_view(&e->rules, o, &v);
		array_add(array, view_json(&v));
	}
	buf_free(&owner);
	return array;
}

static json_t *layer_json(const struct effective *e, const struct view *v)
{
	const struct nlattr *precedence = v->tb[EPACL_EFFECTIVE_A_PRECEDENCE];
	__u8 verdict = (__u8)attr_number(v->tb[EPACL_EFFECTIVE_A_DEFAULT]);
	json_t *o = new_object();

	json_put_key(o, "owner", owner_json(v->tb[EPACL_EFFECTIVE_A_OWNER]));
	json_put_key(o, "acl", text_or_null(v->tb[EPACL_EFFECTIVE_A_ACL]));
	json_put_key(o, "endpoint",
		     text_or_null(v->tb[EPACL_EFFECTIVE_A_ENDPOINT]));
	json_put_key(o, "prefix",
		     prefix_or_null(v->tb[EPACL_EFFECTIVE_A_PREFIX]));
	json_put_key(o, "precedence",
		     precedence ?
			     json_integer((json_int_t)attr_number(precedence)) :
			     json_null());
	json_put_key(o, "default", json_string(verdict_word(verdict)));
	json_put_key(o, "rules", rules_json(e, v));
	return o;
}

static const char *dev_of(const struct effective *e, size_t nic)
{
	struct view v;

	policy_view(&e->nics, &e->nics.objects[nic], &v);
	return attr_text(v.tb[EPACL_NIC_A_DEV]);
}

static json_t *warnings_json(struct effective *e)
{
	json_t *array = new_array(), *o;
	size_t i;

	for (i = 0; i < e->nics.n; i++) {
		const char *dev = dev_of(e, i);
		struct buf text = { 0 };

		if (!dev || !bypass_find(&e->bypass, dev, &text))
			continue;
		o = new_object();
		json_put_key(o, "dev", json_text(dev));
		json_put_key(o, "text", json_buf(&text));
		array_add(array, o);
	}
	return array;
}

static void print_answer_json(struct effective *e)
{
	json_t *directions[EPACL_DIRECTIONS] = { NULL };
	json_t *o = new_object();
	struct view v;
	size_t i;
	__u8 d;

	json_put_key(o, "vm", json_text(e->layers.objects[0].name));
	for (i = 0; i < e->layers.n; i++) {
		policy_view(&e->layers, &e->layers.objects[i], &v);
		d = direction_of(&v);
		if (d >= EPACL_DIRECTIONS)
			continue;
		if (!directions[d]) {
			directions[d] = new_array();
			json_put_key(o, direction_word(d), directions[d]);
		}
		array_add(directions[d], layer_json(e, &v));
	}
	json_put_key(o, "warnings", warnings_json(e));
	print_json(o);
}

/* --- text ----------------------------------------------------------------------- */

/* Why it applies, where its owner does not say so. */
static void print_why(const struct view *v)
{
	const char *endpoint = attr_text(v->tb[EPACL_EFFECTIVE_A_ENDPOINT]);
	const struct nlattr *precedence = v->tb[EPACL_EFFECTIVE_A_PRECEDENCE];
	const struct epacl_u_prefix *p;
	struct buf b = { 0 };
	size_t n;

	p = attr_array(v->tb[EPACL_EFFECTIVE_A_PREFIX], sizeof(*p), &n);
	if (n)
		format_plain(&b, p);
	if (endpoint)
		printf(" (from outside, endpoint %s)", endpoint);
	else if (n)
		printf(" (%s)", b.s);
	else if (precedence)
		printf(" (precedence %u)",
		       (unsigned int)attr_number(precedence));
	buf_free(&b);
}

/* The words of a rule as they are typed, its owner aside. */
static void rule_text(struct buf *b, const struct view *v)
{
	const char *quote;
	const struct word *w;
	struct buf text = { 0 };

	for (w = kind_rule.words; w->name; w++) {
		if (w->flags & (W_INNER | W_ANSWER))
			continue;
		buf_reset(&text);
		w->codec->text(&text, w, v);
		if (!text.len)
			continue;
		quote = w->flags & W_QUOTED ? "\"" : "";
		buf_add(b, "%s", b->len ? " " : "");
		if (!word_is_position(w, VERB_ADD) && !(w->flags & W_FLAG))
			buf_add(b, "%s ", w->name);
		buf_add(b, "%s%s%s", quote, text.s, quote);
	}
	buf_free(&text);
}

static void print_rule(const struct view *v)
{
	struct buf b = { 0 };

	rule_text(&b, v);
	printf("    %-56s %llu packets, %llu bytes\n", buf_text(&b),
	       (unsigned long long)attr_number(v->tb[EPACL_RULE_A_PACKETS]),
	       (unsigned long long)attr_number(v->tb[EPACL_RULE_A_BYTES]));
	buf_free(&b);
}

static void print_layer(const struct effective *e, const struct view *layer)
{
	__u8 verdict = (__u8)attr_number(layer->tb[EPACL_EFFECTIVE_A_DEFAULT]);
	const char *acl = attr_text(layer->tb[EPACL_EFFECTIVE_A_ACL]);
	struct buf owner = { 0 }, list = { 0 };
	const struct object *o;
	struct view v;
	size_t pos, n = 0;

	owner_text(&owner, layer->tb[EPACL_EFFECTIVE_A_OWNER]);
	printf("  %s", buf_text(&owner));
	print_why(layer);
	puts(acl ? ":" : "");
	if (acl)
		printf("    by acl %s\n", acl);
	rules_of(layer, &list);
	policy_for_each(&e->rules, &kind_rule, buf_text(&list), o, pos) {
		policy_view(&e->rules, o, &v);
		print_rule(&v);
		n++;
	}
	printf("    %s%s\n", n ? "else " : "no rules: ",
	       verdict == EPACL_PERMIT ? "permit" : "deny");
	buf_free(&owner);
	buf_free(&list);
}

static void print_answer(const struct effective *e)
{
	int last = -1;
	struct view v;
	size_t i;

	for (i = 0; i < e->layers.n; i++) {
		policy_view(&e->layers, &e->layers.objects[i], &v);
		if (direction_of(&v) != last)
			printf("%s %s\n",
			       direction_of(&v) == EPACL_OUT ? "out of" :
							       "in to",
			       e->layers.objects[0].name);
		last = direction_of(&v);
		print_layer(e, &v);
	}
}

static void warn(struct effective *e)
{
	size_t i;

	for (i = 0; i < e->nics.n; i++)
		if (dev_of(e, i))
			bypass_warn(&e->bypass, NULL, dev_of(e, i));
}

/**
 * effective_run - answer effective
 * @nl: the socket
 * @item: the question
 * @txn: the transaction whose policy is meant; 0: the one in force
 *
 * Return: DONE or REFUSED.
 */
enum status effective_run(struct nl *nl, const struct item *item, __u64 txn)
{
	struct effective e;
	enum status status = read_all(nl, item, txn, &e);

	if (!status)
		status = read_nics(nl, item, txn, &e);
	if (!status && output.json)
		print_answer_json(&e);
	else if (!status)
		print_answer(&e);
	if (!status)
		warn(&e);
	effective_free(&e);
	return status;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a rule says: from an operation to a rule.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include "policy_internal.h"

static bool is_icmp(u16 proto)
{
	return proto == 1 || proto == 58;
}

/* As it is typed where it has a word. */
static const char *proto_text(u16 proto, char text[8])
{
	if (is_icmp(proto))
		return proto == 1 ? "icmp" : "icmpv6";
	snprintf(text, 8, "%u", proto);
	return text;
}

static int check_ports(struct epacl_refusal *why, u16 attr, u16 proto,
		       const struct epacl_ports *ports, u32 n)
{
	const char *word = epacl_kind_rule.words[attr];
	char text[8];
	u32 i;

	if (n && proto != EPACL_PROTO_ANY && !epacl_proto_has_ports(proto))
		return epacl_refuse(
			why, -EINVAL, attr, "protocol without ports",
			"'%s' does not go with protocol %s, which has no ports",
			word, proto_text(proto, text));
	for (i = 0; i < n; i++)
		if (ports[i].lo > ports[i].hi)
			return epacl_refuse(why, -EINVAL, attr,
					    "range of ports is reversed",
					    "'%s' %u-%u ends before it begins",
					    word, ports[i].lo, ports[i].hi);
	return 0;
}

static int check_match(struct epacl_refusal *why,
		       const struct epacl_match *match)
{
	int err;

	if (match->proto > EPACL_PROTO_ANY)
		return epacl_refuse(why, -EINVAL, EPACL_RULE_A_PROTO,
				    "not a protocol",
				    "protocol %u: it takes 0 to 255",
				    match->proto);
	if (match->has_type && !is_icmp(match->proto))
		return epacl_refuse(why, -EINVAL, EPACL_RULE_A_TYPE,
				    "type without ICMP",
				    "'type' takes proto icmp or icmpv6");
	if (match->has_code && !match->has_type)
		return epacl_refuse(why, -EINVAL, EPACL_RULE_A_CODE,
				    "code without type", "'code' takes a type");
	err = check_ports(why, EPACL_RULE_A_LPORTS, match->proto, match->ports,
			  match->nlports);
	if (err)
		return err;
	return check_ports(why, EPACL_RULE_A_RPORTS, match->proto,
			   match->ports + match->nlports, match->nrports);
}

/* What a rule is going to say, before there is room for it. */
struct draft {
	struct epacl_list lports;
	struct epacl_list rports;
	const char *set;
	const char *text;
	bool permit;
	bool log;
	struct epacl_match match;
};

/* A prefix and a set take each other's place. */
static int take_remote(struct epacl_txn *txn, const struct epacl_op *op,
		       struct draft *draft)
{
	struct epacl_prefix *to = &draft->match.remote;
	struct epacl_prefix remote = op->rule.remote;
	struct epacl_list list = { .n = 1, .p = &remote };
	bool prefix = epacl_op_has(op, EPACL_RULE_A_REMOTE);
	bool set = epacl_op_has(op, EPACL_RULE_A_SET);

	if (prefix && set)
		return epacl_refuse(
			&txn->why, -EINVAL, EPACL_RULE_A_SET,
			"remote is a prefix and a set",
			"the remote of a rule is a prefix or a set, not both");
	if (set || epacl_op_gives(op, EPACL_RULE_A_REMOTE))
		memset(to, 0, sizeof(*to));
	if (prefix || epacl_op_gives(op, EPACL_RULE_A_SET))
		draft->set = set ? op->rule.set : NULL;
	if (set)
		return epacl_need(txn, EPACL_A_SET, EPACL_RULE_A_SET,
				  op->rule.set);
	if (!prefix)
		return 0;
	return epacl_take_prefixes(&txn->why, EPACL_RULE_A_REMOTE, "remote", to,
				   &list);
}

/* Whoever takes 'secure' away takes its reqid along. */
static int take_secure(struct epacl_refusal *why, const struct epacl_op *op,
		       struct epacl_match *match)
{
	bool reqid = epacl_op_has(op, EPACL_RULE_A_REQID);

	if (epacl_op_gives(op, EPACL_RULE_A_SECURE))
		match->secure = epacl_op_has(op, EPACL_RULE_A_SECURE);
	if (epacl_op_gives(op, EPACL_RULE_A_REQID) || !match->secure)
		match->reqid = reqid ? op->rule.reqid : 0;
	if (reqid && !match->reqid)
		return epacl_refuse(why, -EINVAL, EPACL_RULE_A_REQID,
				    "reqid out of range",
				    "reqid 0: it takes 1 to 4294967295");
	if (match->reqid && !match->secure)
		return epacl_refuse(why, -EINVAL, EPACL_RULE_A_REQID,
				    "reqid without secure",
				    "'reqid' takes secure");
	return 0;
}

/* All but the ports. */
static int take_match(struct epacl_txn *txn, const struct epacl_op *op,
		      struct draft *draft)
{
	struct epacl_match *match = &draft->match;
	int err;

	if (epacl_op_has(op, EPACL_RULE_A_PROTO) &&
	    op->rule.proto >= EPACL_PROTO_ANY)
		return epacl_refuse(
			&txn->why, -EINVAL, EPACL_RULE_A_PROTO,
			"not a protocol",
			"protocol %u: it takes 0 to 255, or is left out for any",
			op->rule.proto);
	if (epacl_op_gives(op, EPACL_RULE_A_PROTO))
		match->proto = epacl_op_has(op, EPACL_RULE_A_PROTO) ?
				       op->rule.proto :
				       EPACL_PROTO_ANY;
	if (epacl_op_gives(op, EPACL_RULE_A_TYPE)) {
		match->has_type = epacl_op_has(op, EPACL_RULE_A_TYPE);
		match->type = op->rule.type;
	}
	if (epacl_op_gives(op, EPACL_RULE_A_CODE)) {
		match->has_code = epacl_op_has(op, EPACL_RULE_A_CODE);
		match->code = op->rule.code;
	}
	err = take_secure(&txn->why, op, match);
	return err ? err : take_remote(txn, op, draft);
}

static void start_from(const struct epacl_rule *old, struct draft *draft)
{
	draft->match = old->match;
	draft->lports.n = old->match.nlports;
	draft->lports.p = (void *)old->match.ports;
	draft->rports.n = old->match.nrports;
	draft->rports.p = (void *)(old->match.ports + old->match.nlports);
	draft->set = epacl_match_set(&old->match);
	draft->text = epacl_rule_text(old);
	draft->permit = old->permit;
	draft->log = old->log;
}

/* @old: what the operation changes; NULL: nothing. */
static int draft_rule(struct epacl_txn *txn, const struct epacl_op *op,
		      const struct epacl_rule *old, struct draft *draft)
{
	struct epacl_refusal *why = &txn->why;
	int err;

	memset(draft, 0, sizeof(*draft));
	if (old)
		start_from(old, draft);
	if (epacl_op_gives(op, EPACL_RULE_A_ACTION))
		draft->permit = op->rule.permit;
	if (epacl_op_gives(op, EPACL_RULE_A_LPORTS))
		draft->lports = op->rule.lports;
	if (epacl_op_gives(op, EPACL_RULE_A_RPORTS))
		draft->rports = op->rule.rports;
	if (epacl_op_gives(op, EPACL_RULE_A_TEXT))
		draft->text = epacl_op_has(op, EPACL_RULE_A_TEXT) ?
				      op->rule.text :
				      NULL;
	if (epacl_op_gives(op, EPACL_RULE_A_LOG))
		draft->log = epacl_op_has(op, EPACL_RULE_A_LOG);
	err = take_match(txn, op, draft);
	if (!err)
		err = epacl_check_count(why, EPACL_RULE_A_LPORTS, "lport",
					draft->lports.n, 0, EPACL_PORTS_MAX);
	if (!err)
		err = epacl_check_count(why, EPACL_RULE_A_RPORTS, "rport",
					draft->rports.n, 0, EPACL_PORTS_MAX);
	if (!err && draft->text)
		err = epacl_check_text(why, EPACL_RULE_A_TEXT, draft->text);
	return err;
}

static size_t string_size(const char *s)
{
	return s ? strlen(s) + 1 : 0;
}

static size_t size_of(u32 nports, const char *set, const char *text)
{
	size_t size = offsetof(struct epacl_rule, match.ports) +
		      nports * sizeof(struct epacl_ports) + string_size(set) +
		      string_size(text);

	return max(size, sizeof(struct epacl_rule));
}

/* Copies @s, if there is one. Return: behind the copy. */
static char *lay_string(char *to, const char *s)
{
	size_t size = string_size(s);

	if (size)
		memcpy(to, s, size);
	return to + size;
}

static struct epacl_rule *lay_down(struct epacl_txn *txn,
				   const struct epacl_op *op,
				   const struct draft *draft)
{
	u32 nl = draft->lports.n, nr = draft->rports.n;
	struct epacl_ports *ports;
	struct epacl_rule *rule;

	rule = epacl_alloc_bare(txn->memory,
				size_of(nl + nr, draft->set, draft->text));
	if (!rule)
		return NULL;
	refcount_set(&rule->refs, 1);
	rule->order = op->rule.order;
	rule->permit = draft->permit;
	rule->log = draft->log;
	rule->has_text = draft->text != NULL;
	rule->match = draft->match;
	rule->match.nlports = nl;
	rule->match.nrports = nr;
	rule->match.has_set = draft->set != NULL;
	ports = rule->match.ports;
	if (nl)
		memcpy(ports, draft->lports.p, nl * sizeof(*ports));
	if (nr)
		memcpy(ports + nl, draft->rports.p, nr * sizeof(*ports));
	lay_string(lay_string((char *)(ports + nl + nr), draft->set),
		   draft->text);
	return rule;
}

void epacl_rule_put(struct epacl_memory *memory, struct epacl_rule *rule)
{
	const struct epacl_match *match = &rule->match;

	if (!refcount_dec_and_test(&rule->refs))
		return;
	epacl_counters_put(rule->counters);
	epacl_free_bare(memory, rule,
			size_of(match->nlports + match->nrports,
				epacl_match_set(match), epacl_rule_text(rule)));
}

struct epacl_rule *epacl_rule_build(struct epacl_txn *txn,
				    const struct epacl_op *op,
				    const struct epacl_rule *old, int *err)
{
	struct epacl_rule *rule;
	struct draft draft;

	*err = draft_rule(txn, op, old, &draft);
	if (*err)
		return NULL;
	rule = lay_down(txn, op, &draft);
	if (!rule) {
		*err = -ENOMEM;
		return NULL;
	}
	*err = check_match(&txn->why, &rule->match);
	if (!*err)
		return rule;
	epacl_rule_put(txn->memory, rule);
	return NULL;
}

static bool ports_equal(const struct epacl_ports *a, u32 na,
			const struct epacl_ports *b, u32 nb)
{
	return na == nb && !memcmp(a, b, na * sizeof(*a));
}

static bool strings_equal(const char *a, const char *b)
{
	return !strcmp(a ? a : "", b ? b : "");
}

static u16 match_difference(const struct epacl_match *m,
			    const struct epacl_match *n)
{
	if (epacl_prefix_compare(&m->remote, &n->remote))
		return EPACL_RULE_A_REMOTE;
	if (!strings_equal(epacl_match_set(m), epacl_match_set(n)))
		return EPACL_RULE_A_SET;
	if (m->proto != n->proto)
		return EPACL_RULE_A_PROTO;
	if (!ports_equal(m->ports, m->nlports, n->ports, n->nlports))
		return EPACL_RULE_A_LPORTS;
	if (!ports_equal(m->ports + m->nlports, m->nrports,
			 n->ports + n->nlports, n->nrports))
		return EPACL_RULE_A_RPORTS;
	if (m->has_type != n->has_type || m->type != n->type)
		return EPACL_RULE_A_TYPE;
	if (m->has_code != n->has_code || m->code != n->code)
		return EPACL_RULE_A_CODE;
	if (m->secure != n->secure)
		return EPACL_RULE_A_SECURE;
	return m->reqid != n->reqid ? EPACL_RULE_A_REQID : 0;
}

u16 epacl_rule_difference(const struct epacl_rule *a,
			  const struct epacl_rule *b)
{
	u16 attr;

	if (a->permit != b->permit)
		return EPACL_RULE_A_ACTION;
	attr = match_difference(&a->match, &b->match);
	if (attr)
		return attr;
	if (!strings_equal(epacl_rule_text(a), epacl_rule_text(b)))
		return EPACL_RULE_A_TEXT;
	return a->log != b->log ? EPACL_RULE_A_LOG : 0;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * EPACL_CMD_EXPLAIN: a question in, legs out.
 */
#include <linux/err.h>
#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/in.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include "explain.h"
#include "netlink.h"
#include "netlink_put.h"

/* A layer takes four names and little else, a leg two addresses besides. */
#define LEG_ROOM ((EPACL_LAYERS_MAX + 1) * (4 * (EPACL_NAME_MAX + 5) + 64))
#define ANSWER_ROOM (NLMSG_HDRLEN + GENL_HDRLEN + 64 + 2 * LEG_ROOM)

/* Too much for the stack. */
struct work {
	struct epacl_question question;
	struct epacl_explanation explanation;
	struct epacl_refusal why;
};

static const struct nla_policy question_policy[] = {
	[EPACL_EXPLAIN_A_PROTO] = NLA_POLICY_MAX(NLA_U16, EPACL_PROTO_ANY - 1),
	[EPACL_EXPLAIN_A_SRC] = NLA_POLICY_EXACT_LEN(
		sizeof(struct epacl_u_prefix)),
	[EPACL_EXPLAIN_A_SPORT] = { .type = NLA_U16 },
	[EPACL_EXPLAIN_A_DST] = NLA_POLICY_EXACT_LEN(
		sizeof(struct epacl_u_prefix)),
	[EPACL_EXPLAIN_A_DPORT] = { .type = NLA_U16 },
	[EPACL_EXPLAIN_A_TYPE] = { .type = NLA_U8 },
	[EPACL_EXPLAIN_A_CODE] = { .type = NLA_U8 },
	[EPACL_EXPLAIN_A_FROM] = { .type = NLA_NUL_STRING,
				   .len = IFNAMSIZ - 1 },
	[EPACL_EXPLAIN_A_FROM_HOST] = { .type = NLA_FLAG },
	[EPACL_EXPLAIN_A_SECURE] = { .type = NLA_FLAG },
	[EPACL_EXPLAIN_A_REQID] = NLA_POLICY_MIN(NLA_U32, 1),
};

const struct nla_policy epacl_nl_explain_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_TXN] = { .type = NLA_U64 },
	[EPACL_A_EXPLAIN] = NLA_POLICY_NESTED(question_policy),
};

/* ---- the question ---- */

static bool is_icmp(u8 proto)
{
	return proto == IPPROTO_ICMP || proto == IPPROTO_ICMPV6;
}

/* What spans attributes. */
static int check_question(struct nlattr **tb, const struct epacl_tuple *tuple,
			  struct netlink_ext_ack *extack)
{
	struct nlattr *port = tb[EPACL_EXPLAIN_A_SPORT] ?:
				      tb[EPACL_EXPLAIN_A_DPORT];
	struct nlattr *type = tb[EPACL_EXPLAIN_A_TYPE] ?:
							 tb[EPACL_EXPLAIN_A_CODE];

	if (tuple->src.family != tuple->dst.family)
		return epacl_nl_refuse(
			extack, tb[EPACL_EXPLAIN_A_DST], -EINVAL,
			"source and destination are of two families");
	if (port && !epacl_proto_has_ports(tuple->proto))
		return epacl_nl_refuse(extack, port, -EINVAL,
				       "the protocol has no ports");
	if (type && !is_icmp(tuple->proto))
		return epacl_nl_refuse(extack, type, -EINVAL,
				       "only ICMP has types");
	if (tb[EPACL_EXPLAIN_A_FROM] && tb[EPACL_EXPLAIN_A_FROM_HOST])
		return epacl_nl_refuse(extack, tb[EPACL_EXPLAIN_A_FROM],
				       -EINVAL,
				       "either an interface or the host");
	if (tb[EPACL_EXPLAIN_A_REQID] && !tb[EPACL_EXPLAIN_A_SECURE])
		return epacl_nl_refuse(extack, tb[EPACL_EXPLAIN_A_REQID],
				       -EINVAL, "'reqid' takes 'secure'");
	return 0;
}

static u8 echo_request(u8 proto)
{
	if (proto == IPPROTO_ICMP)
		return ICMP_ECHO;
	return proto == IPPROTO_ICMPV6 ? ICMPV6_ECHO_REQUEST : 0;
}

static u16 get_u16(const struct nlattr *attr)
{
	return attr ? nla_get_u16(attr) : 0;
}

static int take_question(const struct nlattr *nest, struct epacl_question *q,
			 struct netlink_ext_ack *extack)
{
	static const u8 needed[] = {
		EPACL_EXPLAIN_A_PROTO,
		EPACL_EXPLAIN_A_SRC,
		EPACL_EXPLAIN_A_DST,
	};
	struct nlattr *tb[EPACL_EXPLAIN_A_MAX + 1];
	struct epacl_tuple *tuple = &q->tuple;
	int err;
	u32 i;

	err = nla_parse_nested(tb, EPACL_EXPLAIN_A_MAX, nest, NULL, extack);
	if (err)
		return err;
	for (i = 0; i < ARRAY_SIZE(needed); i++)
		if (!tb[needed[i]])
			return epacl_nl_miss(extack, nest, needed[i]);
	err = epacl_nl_parse_ip(tb[EPACL_EXPLAIN_A_SRC], &tuple->src, extack) ?:
		      epacl_nl_parse_ip(tb[EPACL_EXPLAIN_A_DST], &tuple->dst,
					extack);
	if (err)
		return err;
	tuple->proto = nla_get_u16(tb[EPACL_EXPLAIN_A_PROTO]);
	tuple->sport = get_u16(tb[EPACL_EXPLAIN_A_SPORT]);
	tuple->dport = get_u16(tb[EPACL_EXPLAIN_A_DPORT]);
	tuple->type = tb[EPACL_EXPLAIN_A_TYPE] ?
			      nla_get_u8(tb[EPACL_EXPLAIN_A_TYPE]) :
			      echo_request(tuple->proto);
	if (tb[EPACL_EXPLAIN_A_CODE])
		tuple->code = nla_get_u8(tb[EPACL_EXPLAIN_A_CODE]);
	if (tb[EPACL_EXPLAIN_A_FROM])
		nla_strscpy(q->from, tb[EPACL_EXPLAIN_A_FROM], sizeof(q->from));
	q->from_host = nla_get_flag(tb[EPACL_EXPLAIN_A_FROM_HOST]);
	q->security.n = nla_get_flag(tb[EPACL_EXPLAIN_A_SECURE]);
	if (tb[EPACL_EXPLAIN_A_REQID])
		q->security.reqid[0] = nla_get_u32(tb[EPACL_EXPLAIN_A_REQID]);
	return check_question(tb, tuple, extack);
}

/* ---- the answer ---- */

static int put_owner(struct sk_buff *skb, int attr,
		     const struct epacl_layer *layer)
{
	return epacl_nl_put_owner(skb, attr, layer->owner, layer->direction,
				  layer->name, layer->part);
}

static int put_layer(struct sk_buff *skb, const struct epacl_asked *asked,
		     bool permit)
{
	const struct epacl_rule *rule = epacl_asked_rule(asked);
	const struct epacl_layer *layer = asked->layer;
	struct nlattr *nest = nla_nest_start(skb, EPACL_LEG_A_LAYER);

	if (!nest || put_owner(skb, EPACL_LAYER_A_OWNER, layer) ||
	    nla_put_u8(skb, EPACL_LAYER_A_VERDICT,
		       permit ? EPACL_PERMIT : EPACL_DROP) ||
	    (rule && nla_put_u16(skb, EPACL_LAYER_A_ORDER, rule->order)) ||
	    (layer->use && nla_put_string(skb, EPACL_LAYER_A_ACL, layer->use)))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Whoever denies decides; a permit is the work of all layers, hence of none. */
static int put_decider(struct sk_buff *skb, const struct epacl_answer *answer)
{
	const struct epacl_asked *last;
	const struct epacl_rule *rule;

	if (!epacl_layer_denied(answer))
		return 0;
	last = &answer->asked[answer->nasked - 1];
	if (put_owner(skb, EPACL_LEG_A_OWNER, last->layer) ||
	    (last->layer->use &&
	     nla_put_string(skb, EPACL_LEG_A_ACL, last->layer->use)))
		return -EMSGSIZE;
	rule = epacl_asked_rule(last);
	return rule ? nla_put_u16(skb, EPACL_LEG_A_ORDER, rule->order) : 0;
}

static int put_tuple(struct sk_buff *skb, const struct epacl_tuple *tuple)
{
	if (epacl_nl_put_ip(skb, EPACL_LEG_A_SRC, &tuple->src) ||
	    epacl_nl_put_ip(skb, EPACL_LEG_A_DST, &tuple->dst))
		return -EMSGSIZE;
	if (!epacl_proto_has_ports(tuple->proto))
		return 0;
	return nla_put_u16(skb, EPACL_LEG_A_SPORT, tuple->sport) ?:
		       nla_put_u16(skb, EPACL_LEG_A_DPORT, tuple->dport);
}

static int put_leg(struct sk_buff *skb, const struct epacl_leg *leg)
{
	const struct epacl_answer *answer = &leg->answer;
	struct nlattr *nest = nla_nest_start(skb, EPACL_A_LEG);
	u32 i;

	if (!nest ||
	    (leg->vm && nla_put_string(skb, EPACL_LEG_A_VM, leg->vm)) ||
	    nla_put_u8(skb, EPACL_LEG_A_DIRECTION, leg->direction) ||
	    nla_put_u8(skb, EPACL_LEG_A_VERDICT,
		       answer->permit ? EPACL_PERMIT : EPACL_DROP) ||
	    nla_put_u8(skb, EPACL_LEG_A_REASON, answer->reason) ||
	    put_decider(skb, answer) || put_tuple(skb, &leg->tuple))
		return -EMSGSIZE;
	for (i = 0; i < answer->nasked; i++)
		if (put_layer(skb, &answer->asked[i],
			      i + 1 < answer->nasked ||
				      !epacl_layer_denied(answer)))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_explanation(struct sk_buff *skb,
			   const struct epacl_explanation *e)
{
	u32 i;

	if (nla_put_u8(skb, EPACL_A_VERDICT,
		       e->permit ? EPACL_PERMIT : EPACL_DROP))
		return -EMSGSIZE;
	for (i = 0; i < e->nlegs; i++)
		if (put_leg(skb, &e->legs[i]))
			return -EMSGSIZE;
	return 0;
}

/*
 * Judges by @snap and writes it down. Under RCU, which keeps a policy in force
 * where it is, and the interfaces and bridges that the host is asked for.
 */
static int judge(struct epacl_net *en, const struct epacl_snapshot *snap,
		 struct work *work, struct sk_buff *skb)
{
	struct epacl_explanation *e = &work->explanation;
	int err = 0;

	if (snap)
		err = epacl_explain(snap, &en->host, &work->question, e,
				    &work->why);
	else
		e->permit = true;
	return err ?: put_explanation(skb, e);
}

/* One file may ask many questions between two changes: compile once. */
static int compile(struct epacl_net *en, struct epacl_nl_txn *t,
		   struct epacl_refusal *why)
{
	struct epacl_snapshot *snap;
	struct epacl_root *root;

	if (t->shown)
		return 0;
	root = epacl_txn_show(&t->txn);
	snap = epacl_compile(&en->memory, root, why);
	epacl_root_put(root);
	if (IS_ERR(snap))
		return PTR_ERR(snap);
	t->shown = snap;
	return 0;
}

static int answer(struct genl_info *info, struct work *work,
		  struct sk_buff *msg)
{
	struct epacl_net *en = epacl_net(genl_info_net(info));
	struct epacl_nl_txn *t = info->user_ptr[0];
	int err = 0;

	if (t)
		err = epacl_nl_txn_check(t, info->extack) ?:
			      compile(en, t, &work->why);
	if (!err) {
		rcu_read_lock();
		err = judge(en, t ? t->shown : rcu_dereference(en->snapshot),
			    work, msg);
		rcu_read_unlock();
	}
	if (err == -EMSGSIZE)
		epacl_nl_refuse(info->extack, NULL, err,
				"the answer does not fit");
	else if (err && work->why.brief)
		epacl_nl_why(info->extack, &work->why);
	return err;
}

/* The whole sentence, ahead of the error. */
static void say_why(struct genl_info *info, const struct epacl_refusal *why)
{
	struct sk_buff *msg;
	void *hdr;

	if (!why->brief)
		return;
	msg = nlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return;
	hdr = genlmsg_put_reply(msg, info, &epacl_nl_family, 0,
				EPACL_CMD_EXPLAIN);
	if (!hdr || nla_put_string(msg, EPACL_A_MESSAGE, why->text)) {
		nlmsg_free(msg);
		return;
	}
	genlmsg_end(msg, hdr);
	genlmsg_reply(msg, info);
}

static int explain(struct genl_info *info, struct work *work)
{
	struct nlattr *nest = info->attrs[EPACL_A_EXPLAIN];
	struct sk_buff *msg;
	void *hdr;
	int err;

	if (!nest)
		return epacl_nl_miss(info->extack, NULL, EPACL_A_EXPLAIN);
	err = take_question(nest, &work->question, info->extack);
	if (err)
		return err;
	msg = nlmsg_new(ANSWER_ROOM, GFP_KERNEL);
	if (!msg)
		return epacl_nl_refuse(info->extack, NULL, -ENOMEM,
				       "out of memory");
	hdr = genlmsg_put_reply(msg, info, &epacl_nl_family, 0,
				EPACL_CMD_EXPLAIN);
	err = answer(info, work, msg);
	if (err) {
		nlmsg_free(msg);
		say_why(info, &work->why);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/**
 * epacl_nl_explain - EPACL_CMD_EXPLAIN
 * @skb: request
 * @info: its transaction, locked, is in user_ptr[0]; NULL: the policy in force
 *
 * Return: 0 or a negative errno.
 */
int epacl_nl_explain(struct sk_buff *skb, struct genl_info *info)
{
	struct work *work = kzalloc(sizeof(*work), GFP_KERNEL);
	int err;

	if (!work)
		return epacl_nl_refuse(info->extack, NULL, -ENOMEM,
				       "out of memory");
	err = explain(info, work);
	kfree(work);
	return err;
}

// SPDX-License-Identifier: GPL-2.0-only
/*
 * The family, its commands, and the transactions of its sockets.
 *
 * Locks: a transaction's own is taken before epacl_net.commit. The list's is
 * innermost, and held for look-ups and links alone.
 */
#include <linux/list.h>
#include <linux/netlink.h>
#include <linux/notifier.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <net/sock.h>
#include "compat.h"
#include "netlink.h"

/* Open transactions of one namespace. */
#define EPACL_NL_TXNS_MAX 64

/* genl_ops.internal_flags: what the handler finds in user_ptr[0]. */
enum {
	EPACL_NL_TXN = 1 << 0, /* the transaction, locked */
	EPACL_NL_TXN_OPTIONAL = 1 << 1, /* or NULL, if none is named */
	EPACL_NL_OP = 1 << 2, /* and parses the request itself */
};

/* ---- transactions ---- */

/*
 * Whose transactions go when a socket closes? The notice of it names the port
 * id alone, and comes when the port id is free again: another socket may have
 * taken it, and begun a transaction. So a transaction holds the socket that
 * began it; by the time of the notice that one, and no other, is dead. The
 * socket was bound when it sent its request, hence the notice always comes.
 */
static bool txn_is_dead(const struct epacl_nl_txn *t)
{
	return sock_flag(t->sk, SOCK_DEAD);
}

/* Only what STATUS tells is left. */
static void txn_end(struct epacl_nl_txn *t)
{
	if (t->ended)
		return;
	WRITE_ONCE(t->ended, true);
	epacl_txn_fini(&t->txn);
	epacl_snapshot_free(t->shown);
	t->shown = NULL;
}

static void txn_put(struct epacl_nl_txn *t)
{
	if (!refcount_dec_and_test(&t->refs))
		return;
	txn_end(t);
	sock_put(t->sk);
	mutex_destroy(&t->lock);
	kfree(t);
}

/* Under the lock of the list. The list's reference goes along with @t. */
static void txn_take_out(struct epacl_nl_txn *t, struct list_head *dropped)
{
	t->linked = false;
	list_move(&t->node, dropped);
}

static void txns_put(struct list_head *dropped)
{
	struct epacl_nl_txn *t, *next;

	list_for_each_entry_safe(t, next, dropped, node) {
		list_del_init(&t->node);
		txn_put(t);
	}
}

static struct epacl_nl_txn *txn_alloc(struct epacl_net *en, struct sock *sk,
				      struct epacl_root *root, u64 expect)
{
	struct epacl_nl_txn *t;

	t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);
	if (!t)
		return NULL;
	if (epacl_txn_init(&t->txn, &en->memory, root)) {
		kfree(t);
		return NULL;
	}
	do {
		t->cookie = get_random_u64();
	} while (!t->cookie);
	mutex_init(&t->lock);
	refcount_set(&t->refs, 1);
	t->expect = expect;
	sock_hold(sk);
	t->sk = sk;
	return t;
}

/* Takes the place of an earlier one of the same socket. */
static int txn_link(struct epacl_net *en, struct epacl_nl_txn *t)
{
	struct epacl_nl_txn *other, *next;
	LIST_HEAD(dropped);
	u32 open = 0;

	mutex_lock(&en->sockets_lock);
	list_for_each_entry(other, &en->sockets, node)
		open += other->sk != t->sk && !READ_ONCE(other->ended);
	if (open >= EPACL_NL_TXNS_MAX) {
		mutex_unlock(&en->sockets_lock);
		return -ENOSPC;
	}
	list_for_each_entry_safe(other, next, &en->sockets, node)
		if (other->sk == t->sk)
			txn_take_out(other, &dropped);
	list_add_tail(&t->node, &en->sockets);
	t->linked = true;
	mutex_unlock(&en->sockets_lock);
	txns_put(&dropped);
	return 0;
}

static void txn_unlink(struct epacl_net *en, struct epacl_nl_txn *t)
{
	LIST_HEAD(dropped);

	mutex_lock(&en->sockets_lock);
	if (t->linked)
		txn_take_out(t, &dropped);
	mutex_unlock(&en->sockets_lock);
	txns_put(&dropped);
}

struct epacl_nl_txn *epacl_nl_txn_lock(struct epacl_net *en,
				       const struct sock *sk,
				       const struct nlattr *attr,
				       struct netlink_ext_ack *extack)
{
	struct epacl_nl_txn *t, *found = NULL;
	u64 cookie;

	if (nla_len(attr) != sizeof(cookie)) {
		epacl_nl_refuse(extack, attr, -EINVAL,
				"invalid attribute length");
		return ERR_PTR(-EINVAL);
	}
	cookie = nla_get_u64(attr);
	mutex_lock(&en->sockets_lock);
	list_for_each_entry(t, &en->sockets, node) {
		if (t->cookie != cookie || t->sk != sk)
			continue;
		refcount_inc(&t->refs);
		found = t;
		break;
	}
	mutex_unlock(&en->sockets_lock);
	if (!found) {
		epacl_nl_refuse(extack, attr, -ENOENT,
				"this socket has no such transaction");
		return ERR_PTR(-ENOENT);
	}
	mutex_lock(&found->lock);
	return found;
}

void epacl_nl_txn_unlock(struct epacl_nl_txn *t)
{
	mutex_unlock(&t->lock);
	txn_put(t);
}

int epacl_nl_txn_check(const struct epacl_nl_txn *t,
		       struct netlink_ext_ack *extack)
{
	if (!t->ended)
		return 0;
	epacl_nl_why(extack, &t->txn.why);
	return epacl_nl_refuse(extack, NULL, -ECANCELED,
			       t->txn.error ?
				       "the transaction has failed before" :
				       "the transaction has been committed");
}

static int socket_closed(struct notifier_block *nb, unsigned long event,
			 void *data)
{
	const struct netlink_notify *notice = data;
	struct epacl_nl_txn *t, *next;
	struct epacl_net *en;
	LIST_HEAD(dropped);

	if (event != NETLINK_URELEASE || notice->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;

	en = epacl_net(notice->net);
	mutex_lock(&en->sockets_lock);
	list_for_each_entry_safe(t, next, &en->sockets, node)
		if (txn_is_dead(t))
			txn_take_out(t, &dropped);
	mutex_unlock(&en->sockets_lock);
	txns_put(&dropped);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_closed,
};

void epacl_netlink_net_exit(struct epacl_net *en)
{
	struct epacl_nl_txn *t, *next;
	LIST_HEAD(dropped);

	mutex_lock(&en->sockets_lock);
	list_for_each_entry_safe(t, next, &en->sockets, node)
		txn_take_out(t, &dropped);
	mutex_unlock(&en->sockets_lock);
	txns_put(&dropped);
}

/* ---- around every command ---- */

/*
 * The core asks this of commands from resv_start_op on. Those below leave it to
 * us: an operation that is refused must end its transaction.
 */
static int check_header(const struct genl_info *info)
{
	if (info->genlhdr->reserved)
		return epacl_nl_refuse(info->extack, NULL, -EINVAL,
				       "reserved bits of the header are set");
	if (info->nlhdr->nlmsg_flags &
	    ~(NLM_F_REQUEST | NLM_F_ACK | NLM_F_ECHO))
		return epacl_nl_refuse(
			info->extack, NULL, -EINVAL,
			"flags of the header have no meaning here");
	return 0;
}

static int pre_doit(const epacl_genl_ops *ops, struct sk_buff *skb,
		    struct genl_info *info)
{
	struct epacl_nl_txn *t;
	struct nlattr *attr;
	int err;

	if (!(ops->internal_flags & EPACL_NL_OP)) {
		err = check_header(info);
		if (err)
			return err;
	}
	if (!ops->internal_flags)
		return 0;
	attr = nlmsg_find_attr(info->nlhdr, GENL_HDRLEN, EPACL_A_TXN);
	if (!attr && ops->internal_flags & EPACL_NL_TXN_OPTIONAL)
		return 0;
	if (!attr)
		return epacl_nl_miss(info->extack, NULL, EPACL_A_TXN);
	t = epacl_nl_txn_lock(epacl_net(genl_info_net(info)),
			      NETLINK_CB(skb).sk, attr, info->extack);
	if (IS_ERR(t))
		return PTR_ERR(t);
	info->user_ptr[0] = t;
	return 0;
}

static void post_doit(const epacl_genl_ops *ops, struct sk_buff *skb,
		      struct genl_info *info)
{
	if (info->user_ptr[0])
		epacl_nl_txn_unlock(info->user_ptr[0]);
}

/* Sends @msg, to whose attributes nothing more comes; @err: it has no room. */
static int reply(struct genl_info *info, struct sk_buff *msg, void *hdr,
		 int err)
{
	if (err) {
		nlmsg_free(msg);
		return epacl_nl_refuse(info->extack, NULL, -EMSGSIZE,
				       "the answer does not fit");
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

static struct sk_buff *reply_alloc(struct genl_info *info, void **hdr)
{
	struct sk_buff *msg = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);

	if (!msg) {
		epacl_nl_refuse(info->extack, NULL, -ENOMEM, "out of memory");
		return NULL;
	}
	*hdr = genlmsg_put_reply(msg, info, &epacl_nl_family, 0,
				 info->genlhdr->cmd);
	return msg;
}

static int put_u64(struct sk_buff *msg, int attr, u64 value)
{
	return nla_put_u64_64bit(msg, attr, value, EPACL_A_PAD);
}

/* ---- begin, operations, commit, abort ---- */

static int cmd_begin(struct sk_buff *skb, struct genl_info *info)
{
	struct epacl_net *en = epacl_net(genl_info_net(info));
	struct nlattr *expect = info->attrs[EPACL_A_GENERATION];
	struct epacl_root *root;
	struct epacl_nl_txn *t;
	struct sk_buff *msg;
	u64 generation;
	void *hdr;
	int err;

	root = epacl_net_root(en);
	if (!root)
		return epacl_nl_refuse(info->extack, NULL, -ENOMEM,
				       "out of memory");
	generation = root->generation;
	if (expect && nla_get_u64(expect) != generation) {
		epacl_root_put(root);
		return epacl_nl_refuse(info->extack, expect, -ESTALE,
				       "the policy has moved on");
	}
	t = txn_alloc(en, NETLINK_CB(skb).sk, root, expect ? generation : 0);
	epacl_root_put(root);
	if (!t)
		return epacl_nl_refuse(info->extack, NULL, -ENOMEM,
				       "out of memory");

	msg = reply_alloc(info, &hdr);
	if (!msg) {
		txn_put(t);
		return -ENOMEM;
	}
	err = put_u64(msg, EPACL_A_TXN, t->cookie) ?:
		      put_u64(msg, EPACL_A_GENERATION, generation);
	/* From here on another thread may end it: no more looks at it. */
	if (txn_link(en, t)) {
		txn_put(t);
		nlmsg_free(msg);
		return epacl_nl_refuse(info->extack, NULL, -ENOSPC,
				       "too many transactions are open");
	}
	return reply(info, msg, hdr, err);
}

/* What @extack says, if that outlives it: newer kernels may write it there. */
static const char *lasting_message(const struct netlink_ext_ack *extack)
{
	const char *text = extack->_msg;
	bool within = text >= (const char *)extack &&
		      text < (const char *)(extack + 1);

	return text && !within ? text : "malformed request";
}

/* A request that is no operation counts as one that has failed. */
static void op_malformed(struct epacl_txn *txn, int err,
			 struct netlink_ext_ack *extack)
{
	const char *brief = lasting_message(extack);
	const char *text = extack->_msg ?: brief;

	txn->error = err;
	txn->why.op = txn->nops + 1;
	if (extack->bad_attr)
		epacl_refuse(&txn->why, err, 0, brief, "attribute %u: %s",
			     nla_type(extack->bad_attr), text);
	else
		epacl_refuse(&txn->why, err, 0, brief, "%s", text);
}

static int cmd_operation(struct sk_buff *skb, struct genl_info *info)
{
	struct epacl_net *en = epacl_net(genl_info_net(info));
	struct epacl_nl_txn *t = info->user_ptr[0];
	struct nlattr *tb[EPACL_NL_ATTRS] = {};
	struct epacl_refusal *why = &t->txn.why;
	struct epacl_op *op;
	int err;

	err = epacl_nl_txn_check(t, info->extack);
	if (err)
		return err;
	epacl_snapshot_free(t->shown);
	t->shown = NULL;

	err = check_header(info);
	op = err ? ERR_PTR(err) : epacl_nl_parse_op(&en->memory, info, tb);
	if (IS_ERR(op)) {
		err = PTR_ERR(op);
		op_malformed(&t->txn, err, info->extack);
	} else {
		err = epacl_txn_do(&t->txn, op);
		if (err && why->attr && why->attr < EPACL_NL_ATTRS)
			NL_SET_BAD_ATTR(info->extack, tb[why->attr]);
	}
	if (err) {
		epacl_nl_why(info->extack, why);
		txn_end(t);
	}
	return err;
}

static int no_memory(struct epacl_txn *txn)
{
	txn->error = -ENOMEM;
	return epacl_refuse(&txn->why, -ENOMEM, 0, "out of memory",
			    "out of memory");
}

/* A transaction of nothing changes nothing, and is fine. */
static int put_in_force(struct epacl_net *en, struct epacl_nl_txn *t,
			bool dry_run, u64 *generation)
{
	struct epacl_root *root;
	int err;

	if (t->txn.nops) {
		err = epacl_net_commit(en, &t->txn, t->expect, dry_run);
		*generation = err ? 0 : t->txn.root->generation;
		return err;
	}
	root = epacl_net_root(en);
	if (!root)
		return no_memory(&t->txn);
	*generation = root->generation;
	epacl_root_put(root);
	if (!t->expect || t->expect == *generation)
		return 0;
	t->txn.error = -ESTALE;
	return epacl_refuse(&t->txn.why, -ESTALE, 0, "the policy has moved on",
			    "the policy has generation %llu, not %llu",
			    *generation, t->expect);
}

static int put_event(struct sk_buff *msg, u64 generation, u32 nops)
{
	void *hdr = genlmsg_put(msg, 0, 0, &epacl_nl_family, 0,
				EPACL_CMD_EVENT);

	if (!hdr || put_u64(msg, EPACL_A_GENERATION, generation) ||
	    nla_put_u32(msg, EPACL_A_OPERATIONS, nops))
		return -EMSGSIZE;
	genlmsg_end(msg, hdr);
	return 0;
}

/* Consumes @msg. */
static void notify(struct net *net, struct sk_buff *msg, u64 generation,
		   u32 nops)
{
	if (put_event(msg, generation, nops))
		nlmsg_free(msg);
	else
		genlmsg_multicast_netns(&epacl_nl_family, net, msg, 0, 0,
					GFP_KERNEL);
}

static int cmd_commit(struct sk_buff *skb, struct genl_info *info)
{
	struct epacl_net *en = epacl_net(genl_info_net(info));
	struct nlattr *flags = info->attrs[EPACL_A_FLAGS];
	bool dry_run = flags && nla_get_u32(flags) & EPACL_F_DRY_RUN;
	struct epacl_nl_txn *t = info->user_ptr[0];
	struct sk_buff *msg, *event;
	u64 generation = 0;
	void *hdr;
	int err;

	err = epacl_nl_txn_check(t, info->extack);
	if (err)
		return err;
	/* A commit that has happened must not fail for want of memory. */
	event = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	msg = reply_alloc(info, &hdr);
	err = msg && event ? put_in_force(en, t, dry_run, &generation) :
			     no_memory(&t->txn);
	if (err)
		epacl_nl_why(info->extack, &t->txn.why);
	txn_end(t);
	if (err || dry_run || !t->txn.nops)
		nlmsg_free(event);
	else
		notify(genl_info_net(info), event, generation, t->txn.nops);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	err = put_u64(msg, EPACL_A_GENERATION, generation) ?:
		      nla_put_u32(msg, EPACL_A_OPERATIONS, t->txn.nops);
	return reply(info, msg, hdr, err);
}

static int cmd_abort(struct sk_buff *skb, struct genl_info *info)
{
	txn_unlink(epacl_net(genl_info_net(info)), info->user_ptr[0]);
	return 0;
}

/* ---- status, info ---- */

static int put_status(struct sk_buff *msg, const struct epacl_txn *txn)
{
	const struct epacl_refusal *why = &txn->why;

	if (nla_put_u32(msg, EPACL_A_OPERATIONS, txn->nops) ||
	    nla_put_s32(msg, EPACL_A_ERROR, txn->error))
		return -EMSGSIZE;
	if (!txn->error)
		return 0;
	if ((why->op && nla_put_u32(msg, EPACL_A_INDEX, why->op)) ||
	    nla_put_string(msg, EPACL_A_MESSAGE, why->text))
		return -EMSGSIZE;
	return 0;
}

static int cmd_status(struct sk_buff *skb, struct genl_info *info)
{
	struct epacl_nl_txn *t = info->user_ptr[0];
	struct sk_buff *msg;
	void *hdr;

	msg = reply_alloc(info, &hdr);
	if (!msg)
		return -ENOMEM;
	return reply(info, msg, hdr, put_status(msg, &t->txn));
}

static int put_info(struct sk_buff *msg, struct epacl_net *en,
		    const struct epacl_root *root)
{
	if (nla_put_string(msg, EPACL_A_VERSION, EPACL_VERSION) ||
	    put_u64(msg, EPACL_A_GENERATION, root->generation) ||
	    nla_put_u32(msg, EPACL_A_VMS, root->vms.n) ||
	    put_u64(msg, EPACL_A_MEMORY, atomic64_read(&en->memory.used)) ||
	    put_u64(msg, EPACL_A_MEMORY_MAX, en->memory.max))
		return -EMSGSIZE;
	return 0;
}

static int cmd_info(struct sk_buff *skb, struct genl_info *info)
{
	struct epacl_net *en = epacl_net(genl_info_net(info));
	struct epacl_root *root;
	struct sk_buff *msg;
	void *hdr;
	int err;

	root = epacl_net_root(en);
	if (!root)
		return epacl_nl_refuse(info->extack, NULL, -ENOMEM,
				       "out of memory");
	msg = reply_alloc(info, &hdr);
	err = msg ? put_info(msg, en, root) : -ENOMEM;
	epacl_root_put(root);
	if (!msg)
		return err;
	return reply(info, msg, hdr, err);
}

/* ---- the family ---- */

static const struct nla_policy begin_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_GENERATION] = { .type = NLA_U64 },
};

static const struct nla_policy commit_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_TXN] = { .type = NLA_U64 },
	[EPACL_A_FLAGS] = NLA_POLICY_MASK(NLA_U32, EPACL_F_DRY_RUN),
};

static const struct nla_policy txn_policy[EPACL_A_MAX + 1] = {
	[EPACL_A_TXN] = { .type = NLA_U64 },
};

static const struct nla_policy empty_policy[EPACL_A_MAX + 1] = {};

/* Reading needs the capability too: rules tell what a host is open to. */
#define EPACL_NL_COMMAND(_cmd, _handler, _policy, _internal)           \
	{                                                              \
		.cmd = (_cmd), .flags = GENL_UNS_ADMIN_PERM,           \
		.doit = (_handler), .policy = (_policy),               \
		.maxattr = EPACL_A_MAX, .internal_flags = (_internal), \
	}

/*
 * No policy: the core does not parse these, their handler does. What the core
 * refuses, the transaction would not hear of, and a commit that follows would
 * put half of what was meant in force.
 */
#define EPACL_NL_OPERATION(_cmd)                              \
	{                                                     \
		.cmd = (_cmd), .flags = GENL_UNS_ADMIN_PERM,  \
		.doit = cmd_operation,                        \
		.internal_flags = EPACL_NL_TXN | EPACL_NL_OP, \
	}

static const struct genl_ops ops[] = {
	EPACL_NL_COMMAND(EPACL_CMD_BEGIN, cmd_begin, begin_policy, 0),
	EPACL_NL_COMMAND(EPACL_CMD_COMMIT, cmd_commit, commit_policy,
			 EPACL_NL_TXN),
	EPACL_NL_COMMAND(EPACL_CMD_ABORT, cmd_abort, txn_policy, EPACL_NL_TXN),
	EPACL_NL_COMMAND(EPACL_CMD_STATUS, cmd_status, txn_policy,
			 EPACL_NL_TXN),
	EPACL_NL_OPERATION(EPACL_CMD_ADD),
	EPACL_NL_OPERATION(EPACL_CMD_CHANGE),
	EPACL_NL_OPERATION(EPACL_CMD_REMOVE),
	EPACL_NL_OPERATION(EPACL_CMD_FLUSH),
	{
		.cmd = EPACL_CMD_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.start = epacl_nl_get_start,
		.dumpit = epacl_nl_get_dumpit,
		.done = epacl_nl_get_done,
		.policy = epacl_nl_get_policy,
		.maxattr = EPACL_A_MAX,
	},
	EPACL_NL_COMMAND(EPACL_CMD_EXPLAIN, epacl_nl_explain,
			 epacl_nl_explain_policy,
			 EPACL_NL_TXN | EPACL_NL_TXN_OPTIONAL),
	EPACL_NL_COMMAND(EPACL_CMD_INFO, cmd_info, empty_policy, 0),
};

static const struct genl_multicast_group groups[] = {
	{ .name = EPACL_MCGRP_EVENTS, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

struct genl_family epacl_nl_family __ro_after_init = {
	.name = EPACL_GENL_NAME,
	.version = EPACL_GENL_VERSION,
	.netnsok = true,
	/* A long commit must not hold up the rest of the host. */
	.parallel_ops = true,
	.module = THIS_MODULE,
	.pre_doit = pre_doit,
	.post_doit = post_doit,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	/* Below it the core takes operations without a policy. */
	.resv_start_op = EPACL_CMD_FLUSH + 1,
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

/**
 * epacl_netlink_init - open for requests
 *
 * Namespaces must be ready. The notifier comes first, so that no transaction
 * can begin whose end goes unnoticed.
 *
 * Return: 0 or a negative errno.
 */
int __init epacl_netlink_init(void)
{
	int err;

	err = netlink_register_notifier(&socket_notifier);
	if (err)
		return err;
	err = genl_register_family(&epacl_nl_family);
	if (err)
		netlink_unregister_notifier(&socket_notifier);
	return err;
}

/**
 * epacl_netlink_exit - no more requests
 *
 * What is left of transactions goes with epacl_netlink_net_exit().
 */
void epacl_netlink_exit(void)
{
	genl_unregister_family(&epacl_nl_family);
	netlink_unregister_notifier(&socket_notifier);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How a policy arrives, and how it is shown: include/uapi/linux/epacl.h over
 * generic netlink. No policy logic.
 */
#ifndef _EPACL_NETLINK_H
#define _EPACL_NETLINK_H

#include <linux/mutex.h>
#include <linux/refcount.h>
#include <net/genetlink.h>
#include "netns.h"
#include "policy.h"
#include "snapshot.h"

int epacl_netlink_init(void);
void epacl_netlink_exit(void);

/* A namespace goes, or the module: drops its transactions. May sleep. */
void epacl_netlink_net_exit(struct epacl_net *en);

extern struct genl_family epacl_nl_family;

/* ---- transactions of sockets (netlink.c) ---- */

/**
 * struct epacl_nl_txn - the transaction of a socket
 * @node: in epacl_net.sockets, under epacl_net.sockets_lock, while @linked
 * @linked: so, under the same lock; else @node is whoever's unlinked it
 * @refs: the list, and whoever is working on it
 * @sk: the socket that began it; held, so that no other can have its address
 * @cookie: names it
 * @expect: generation that must be in force at its commit; 0: any
 * @lock: serialises the requests on it; protects what follows
 * @ended: committed, or failed: @txn holds nothing any more, and only its
 *	nops, error and why are looked at
 * @txn: what it consists of
 * @shown: @txn as it is now, compiled to explain; NULL: not yet
 */
struct epacl_nl_txn {
	struct list_head node;
	bool linked;
	refcount_t refs;
	struct sock *sk;
	u64 cookie;
	u64 expect;
	struct mutex lock;
	bool ended;
	struct epacl_txn txn;
	struct epacl_snapshot *shown;
};

/**
 * epacl_nl_txn_lock - find the transaction that a request names, and lock it
 * @en: namespace
 * @sk: socket of the request; must be the one that began the transaction
 * @attr: EPACL_A_TXN
 * @extack: filled in on failure
 *
 * Return: the transaction, for epacl_nl_txn_unlock(), or an ERR_PTR.
 */
struct epacl_nl_txn *epacl_nl_txn_lock(struct epacl_net *en,
				       const struct sock *sk,
				       const struct nlattr *attr,
				       struct netlink_ext_ack *extack);
void epacl_nl_txn_unlock(struct epacl_nl_txn *t);

/* Return: 0, or -ECANCELED and a text if the transaction has ended. */
int epacl_nl_txn_check(const struct epacl_nl_txn *t,
		       struct netlink_ext_ack *extack);

/* ---- refusals (netlink_parse.c) ---- */

/**
 * epacl_nl_refuse - fill in an extended acknowledgement
 * @extack: filled in
 * @attr: attribute at fault, or NULL
 * @err: negative errno to return
 * @text: a string that lives for ever
 *
 * Return: @err, so that a caller can refuse in one line.
 */
int epacl_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr,
		    int err, const char *text);
/* Attribute @type is missing in @nest; NULL: at the top level. */
int epacl_nl_miss(struct netlink_ext_ack *extack, const struct nlattr *nest,
		  u16 type);
/* The text of @why, and the index of its operation in the cookie. */
void epacl_nl_why(struct netlink_ext_ack *extack,
		  const struct epacl_refusal *why);

/* ---- requests (netlink_parse.c) ---- */

/* Attributes in the nest of an operation; checked against every kind. */
#define EPACL_NL_ATTRS 20

/**
 * epacl_nl_parse_op - read EPACL_CMD_ADD, CHANGE, REMOVE or FLUSH
 * @memory: account
 * @info: request, which nobody has parsed yet
 * @tb: filled in: the attributes of the nest, EPACL_NL_ATTRS of them
 *
 * Return: the operation, or an ERR_PTR with info->extack filled in.
 */
struct epacl_op *epacl_nl_parse_op(struct epacl_memory *memory,
				   const struct genl_info *info,
				   struct nlattr **tb);

/**
 * epacl_nl_parse_filter - read what a dump is asked for
 * @memory: account
 * @attrs: of EPACL_CMD_GET, validated
 * @bad: set to the nest, or NULL
 * @extack: filled in on failure
 *
 * Return: an operation without a verb, whose kind, set and union say it; kind
 * 0: everything; for EPACL_A_REASONS the VM is in vm.name. Or an ERR_PTR.
 */
struct epacl_op *epacl_nl_parse_filter(struct epacl_memory *memory,
				       struct nlattr **attrs,
				       const struct nlattr **bad,
				       struct netlink_ext_ack *extack);

/* netlink_policy.c */
extern const struct nla_policy epacl_nl_get_policy[EPACL_A_MAX + 1];

/* A plain address, out of struct epacl_u_prefix (netlink_element.c). */
int epacl_nl_parse_ip(const struct nlattr *attr, struct epacl_ip *ip,
		      struct netlink_ext_ack *extack);

/* ---- answers (netlink_dump.c) ---- */

int epacl_nl_get_start(struct netlink_callback *cb);
int epacl_nl_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int epacl_nl_get_done(struct netlink_callback *cb);

/* ---- explain (netlink_explain.c) ---- */

/* @info->user_ptr[0]: the transaction, locked; NULL: the policy in force. */
int epacl_nl_explain(struct sk_buff *skb, struct genl_info *info);

extern const struct nla_policy epacl_nl_explain_policy[EPACL_A_MAX + 1];

#endif /* _EPACL_NETLINK_H */

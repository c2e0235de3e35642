// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import.h"
#include "info.h"
#include "kind.h"
#include "notes.h"
#include "output.h"
#include "query.h"
#include "set.h"
#include "translate.h"
#include "txn.h"

/* --- refusals --------------------------------------------------------------- */

/* What the kernel says of a transaction that it has refused. */
struct verdict {
	char message[1024];
	__u32 index;
};

static void read_verdict(const struct nlmsghdr *nlh, void *arg)
{
	struct verdict *v = arg;
	struct nl_attrs attrs;

	nl_parse(nlh, &attrs);
	v->index = (__u32)attr_number(attrs.tb[EPACL_A_INDEX]);
	if (attr_text(attrs.tb[EPACL_A_MESSAGE]))
		snprintf(v->message, sizeof(v->message), "%s",
			 attr_text(attrs.tb[EPACL_A_MESSAGE]));
}

/*
 * Say why the transaction was refused. @index is the operation at fault, from
 * 1, or 0 where only the kernel may know. Return: REFUSED.
 */
static enum status refused(struct txn *t, size_t index, int err)
{
	/* It must outlive the question about it. */
	const struct nl_fault fault = t->nl->fault;
	struct verdict v = { .message = "" };
	const struct place *at = &t->whole;
	struct nlmsghdr *nlh;

	if (t->cookie) {
		nlh = nl_start(t->nl, EPACL_CMD_STATUS, 0, t->cookie);
		nl_run(t->nl, nlh, read_verdict, &v);
	}
	if (!index)
		index = fault.index ? fault.index : v.index;
	if (index && index <= t->staged)
		at = &t->ops[index - 1]->at;
	/* An operation that never reached the policy leaves no message. */
	if (err == -EPERM || !v.message[0] || (v.index && v.index != index))
		return nl_refused(&fault, at, err);
	say(at, "%s", v.message);
	return REFUSED;
}

/* --- steps --------------------------------------------------------------------- */

static void read_begin(const struct nlmsghdr *nlh, void *arg)
{
	struct txn *t = arg;
	struct nl_attrs attrs;

	nl_parse(nlh, &attrs);
	if (attrs.tb[EPACL_A_TXN])
		t->cookie = attr_number(attrs.tb[EPACL_A_TXN]);
	t->generation = attr_number(attrs.tb[EPACL_A_GENERATION]);
}

static enum status moved_on(struct txn *t, __u64 from)
{
	struct info info;

	if (!info_read(t->nl, &info))
		say(&t->whole,
		    "the policy has moved on from generation %llu, it is at %llu now",
		    (unsigned long long)from,
		    (unsigned long long)info.generation);
	return REFUSED;
}

static enum status begin(struct txn *t, const struct txn_options *how)
{
	struct nlmsghdr *nlh = nl_start(t->nl, EPACL_CMD_BEGIN, 0, 0);
	int err;

	if (how->has_generation)
		mnl_attr_put_u64(nlh, EPACL_A_GENERATION, how->generation);
	err = nl_run(t->nl, nlh, read_begin, t);
	if (err == -ESTALE)
		return moved_on(t, how->generation);
	return err ? refused(t, 0, err) : DONE;
}

/* Send what has been gathered. */
static enum status flush(struct txn *t)
{
	__u32 first, bad;
	int err;

	if (!t->len)
		return DONE;
	t->last->nlmsg_flags |= NLM_F_ACK;
	first = ((struct nlmsghdr *)t->batch)->nlmsg_seq;
	err = nl_run_batch(t->nl, t->batch, t->len, t->last->nlmsg_seq, &bad);
	t->len = 0;
	if (!err)
		return DONE;
	return refused(t, bad ? t->first + (bad - first) : 0, err);
}

static enum status stage(struct txn *t, const struct item *item)
{
	size_t room = MNL_ALIGN(item->len) + 64;
	enum status status;

	if (t->len + room > sizeof(t->batch)) {
		status = flush(t);
		if (status)
			return status;
	}
	if (!t->len)
		t->first = t->staged + 1;
	t->last = nl_header(t->nl, t->batch + t->len, item->cmd, 0, t->cookie);
	nl_append(t->last, item->attrs, item->len);
	t->len += MNL_ALIGN(t->last->nlmsg_len);
	t->ops = grow(t->ops, t->staged, &t->room, sizeof(*t->ops));
	t->ops[t->staged++] = item;
	return DONE;
}

/* Are these operations for an object that may be there, and is it? */
static enum status find_there(struct txn *t, const struct item *item,
			      bool *there)
{
	enum status status;

	*there = false;
	if (!t->program->may_exist || item->cmd != EPACL_CMD_ADD || !item->more)
		return DONE;
	status = flush(t);
	return status ? status : set_is_there(t->nl, item, t->cookie, there);
}

/* What an import comes to depends on the set as it is by now. */
static enum status stage_import(struct txn *t, struct import *import)
{
	const struct program *program;
	enum status status;
	size_t i;

	status = flush(t);
	if (!status)
		status = import_expand(import, t->nl, t->cookie, &program);
	for (i = 0; !status && i < program->n; i++)
		status = stage(t, &program->items[i]);
	return status;
}

/* Send the operations, and answer the questions between them. */
static enum status work(struct txn *t)
{
	enum status status = DONE;
	bool there;
	size_t i;

	for (i = 0; i < t->program->n && !status; i++) {
		const struct item *item = &t->program->items[i];

		if (item->import) {
			status = stage_import(t, item->import);
			continue;
		}
		if (item_is_op(item)) {
			status = find_there(t, item, &there);
			if (!status && there)
				i += item->more;
			else if (!status)
				status = stage(t, item);
			continue;
		}
		status = flush(t);
		if (!status)
			status = query_run(t->nl, item, t->cookie);
	}
	return status ? status : flush(t);
}

static void read_commit(const struct nlmsghdr *nlh, void *arg)
{
	struct txn *t = arg;

	read_begin(nlh, t);
	t->committed = true;
}

/* Where only the acknowledgement is missing, the answer says what it would. */
static enum status commit(struct txn *t, bool dry_run)
{
	struct nlmsghdr *nlh = nl_start(t->nl, EPACL_CMD_COMMIT, 0, t->cookie);
	int err;

	if (dry_run)
		mnl_attr_put_u32(nlh, EPACL_A_FLAGS, EPACL_F_DRY_RUN);
	err = nl_run(t->nl, nlh, read_commit, t);
	return err && !t->committed ? refused(t, 0, err) : DONE;
}

/* --- the whole ------------------------------------------------------------------- */

static bool touches_translation(const struct program *program)
{
	size_t i;

	for (i = 0; i < program->n; i++) {
		const struct item *item = &program->items[i];

		if (item_is_op(item) && (!item->kind || item->kind->translated))
			return true;
	}
	return false;
}

/* Change filter and translation in an order in which neither opens a gap. */
static enum status commit_translated(struct txn *t)
{
	struct translation tr;
	enum status status, translated;

	status = translate_prepare(&tr, t);
	if (!status) {
		status = commit(t, false);
		translated = translate_finish(&tr, t, !status);
		if (!status)
			status = translated;
	}
	translate_free(&tr);
	return status;
}

static enum status finish(struct txn *t, const struct txn_options *how)
{
	enum status status;

	status = notes_before_commit(t);
	if (status)
		return status;
	/* Sets that are what their lists are need no change. */
	if (!t->staged && !how->has_generation)
		return DONE;
	if (how->dry_run)
		return commit(t, true);
	if (touches_translation(t->program))
		status = commit_translated(t);
	else
		status = commit(t, false);
	if (status)
		return status;
	return notes_after_commit(t);
}

/**
 * txn_run - do what was typed
 * @nl: the socket
 * @program: operations and questions
 * @whole: where it was typed
 * @how: options
 *
 * A transaction that is not committed ends with the socket.
 *
 * Return: DONE, or REFUSED once it has been said why; nothing has changed then,
 * unless it was said that the filter is in force.
 */
enum status txn_run(struct nl *nl, const struct program *program,
		    const struct place *whole, const struct txn_options *how)
{
	static struct txn t;
	enum status status = DONE;
	size_t i;

	memset(&t, 0, sizeof(t));
	t.nl = nl;
	t.program = program;
	t.whole = *whole;
	if (program->n_ops)
		status = begin(&t, how);
	if (!status)
		status = work(&t);
	if (!status && program->n_ops)
		status = finish(&t, how);
	for (i = 0; i < program->n && !status; i++)
		if (program->items[i].import)
			import_report(program->items[i].import);
	free(t.ops);
	return status;
}

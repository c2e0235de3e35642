// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <string.h>

#include "info.h"
#include "plan.h"
#include "translate.h"

/* How often the table follows a policy that moves on meanwhile. */
#define SYNC_TRIES 10

/* Take out of the table what the new policy does not want any more. */
static enum status narrow(struct translation *tr, const struct place *at)
{
	struct nat_plan *both = nat_plan_intersect(tr->before, tr->after);
	enum status status = DONE;
	char why[256] = "";

	if (!both || nat_install(both, why, sizeof(why))) {
		say(at,
		    "nothing has changed: the address translation could not be prepared: %s",
		    both ? why : "out of memory");
		status = REFUSED;
	} else {
		tr->narrowed = true;
	}
	nat_plan_free(both);
	return status;
}

/**
 * translate_prepare - before the commit
 * @tr: receives what translate_finish() needs
 * @t: the transaction, with all its operations staged
 *
 * If others have committed since it began, what they have added may be missing
 * in the table until translate_finish(): better than that something is there
 * which nobody wants any more.
 *
 * Return: DONE, or REFUSED once it has been said why.
 */
enum status translate_prepare(struct translation *tr, struct txn *t)
{
	__u64 now = 0, began = 0;
	enum status status;

	memset(tr, 0, sizeof(*tr));
	status = plan_read(t->nl, &t->whole, 0, &tr->before, &now, NULL);
	if (!status)
		status = plan_read(t->nl, &t->whole, t->cookie, &tr->after,
				   &began, NULL);
	tr->generation = now == began ? now + 1 : 0;
	if (!status && tr->before && tr->after &&
	    !nat_plan_covers(tr->after, tr->before))
		status = narrow(tr, &t->whole);
	return status;
}

/*
 * Install @plan, made from that generation, or if it is NULL that of the policy
 * in force, and follow the policy from there. Return: whether it succeeded.
 */
static bool follow(struct nl *nl, struct nat_plan **plan, __u64 generation,
		   char *why, size_t whylen)
{
	struct buf odd = { 0 };
	struct info info;
	int i;

	for (i = 0; i < SYNC_TRIES; i++) {
		if (!*plan && plan_read(nl, NULL, 0, plan, &generation, &odd))
			return false;
		if (!*plan) {
			snprintf(why, whylen,
				 "%s contradicts the rest of the policy",
				 buf_text(&odd));
			buf_free(&odd);
			return false;
		}
		if (nat_install(*plan, why, whylen) || info_read(nl, &info))
			return false;
		if (info.generation == generation)
			return true;
		nat_plan_free(*plan);
		*plan = NULL;
	}
	snprintf(why, whylen, "the policy keeps changing");
	return false;
}

/* The commit was refused: the policy in force wants its table again. */
static void put_back(struct translation *tr, struct txn *t)
{
	struct nat_plan *plan = NULL;
	char why[256] = "";

	if (tr->narrowed && !follow(t->nl, &plan, 0, why, sizeof(why)))
		say(&t->whole,
		    "nor could the address translation be put back: %s; retry with aclctl sync-nat",
		    why);
	nat_plan_free(plan);
}

/**
 * translate_finish - after the commit
 * @tr: from translate_prepare()
 * @t: the transaction
 * @committed: whether the commit succeeded
 *
 * Return: DONE, or REFUSED once it has been said why.
 */
enum status translate_finish(struct translation *tr, struct txn *t,
			     bool committed)
{
	char why[256] = "";

	if (!committed) {
		put_back(tr, t);
		return DONE;
	}
	if (t->generation != tr->generation) {
		nat_plan_free(tr->after);
		tr->after = NULL;
	} else if (tr->before && tr->after &&
		   nat_plan_equal(tr->before, tr->after)) {
		return DONE;
	}
	if (follow(t->nl, &tr->after, tr->generation, why, sizeof(why)))
		return DONE;
	say(&t->whole,
	    "the filter is in force, but addresses are not translated%s%s; retry with aclctl sync-nat",
	    why[0] ? ": " : "", why);
	return REFUSED;
}

void translate_free(struct translation *tr)
{
	nat_plan_free(tr->before);
	nat_plan_free(tr->after);
}

/**
 * translate_sync - make the table hold what the policy asks for
 * @nl: the socket
 * @restored: receives whether it had to be installed
 *
 * Return: DONE, or REFUSED once it has been said why.
 */
enum status translate_sync(struct nl *nl, bool *restored)
{
	struct nat_plan *plan;
	char why[256] = "";
	enum status status;
	__u64 generation;
	int ret = 0;

	*restored = false;
	status = plan_read(nl, NULL, 0, &plan, &generation, NULL);
	if (status)
		return status;
	if (plan)
		ret = nat_is_installed(plan, why, sizeof(why));
	if (!ret) {
		why[0] = '\0';
		*restored = true;
		ret = follow(nl, &plan, generation, why, sizeof(why)) ? 1 : -1;
	}
	nat_plan_free(plan);
	if (ret == 1)
		return DONE;
	say(NULL, "addresses are not translated%s%s", why[0] ? ": " : "", why);
	return REFUSED;
}

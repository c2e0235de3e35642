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
 * Return: DONE, or REFUSED once it has been said why.
 */
enum status translate_prepare(struct translation *tr, struct txn *t)
{
	enum status status;
	__u64 staged;

	memset(tr, 0, sizeof(*tr));
	status = plan_read(t->nl, &t->whole, 0, &tr->before, &tr->generation);
	if (!status)
		status = plan_read(t->nl, &t->whole, t->cookie, &tr->after,
				   &staged);
	if (!status && tr->before && tr->after &&
	    !nat_plan_covers(tr->after, tr->before))
		status = narrow(tr, &t->whole);
	return status;
}

/* Install @plan, made from that generation, and follow the policy from there. */
static int follow(struct nl *nl, struct nat_plan **plan, __u64 generation,
		  char *why, size_t whylen)
{
	struct info info;
	int i;

	for (i = 0; i < SYNC_TRIES; i++) {
		if (!*plan) {
			snprintf(why, whylen, "the policy contradicts itself");
			return -1;
		}
		if (nat_install(*plan, why, whylen))
			return -1;
		if (info_read(nl, &info))
			return -1;
		if (info.generation == generation)
			return 0;
		nat_plan_free(*plan);
		if (plan_read(nl, NULL, 0, plan, &generation))
			return -1;
	}
	snprintf(why, whylen, "the policy keeps changing");
	return -1;
}

static void put_back(struct translation *tr, const struct place *at)
{
	char why[256] = "";

	if (tr->narrowed && nat_install(tr->before, why, sizeof(why)))
		say(at,
		    "nor could the address translation be put back: %s; retry with aclctl sync-nat",
		    why);
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
		put_back(tr, &t->whole);
		return DONE;
	}
	if (tr->before && tr->after && nat_plan_equal(tr->before, tr->after) &&
	    t->generation == tr->generation + 1)
		return DONE;
	/* If others committed in between, the plan is none of this policy. */
	if (!follow(t->nl, &tr->after, tr->generation + 1, why, sizeof(why)))
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
	int ret;

	*restored = false;
	status = plan_read(nl, NULL, 0, &plan, &generation);
	if (status)
		return status;
	ret = plan ? nat_is_installed(plan, why, sizeof(why)) : 0;
	if (!ret) {
		*restored = true;
		ret = follow(nl, &plan, generation, why, sizeof(why)) ? -1 : 1;
	}
	nat_plan_free(plan);
	if (ret == 1)
		return DONE;
	say(NULL, "addresses are not translated%s%s", why[0] ? ": " : "", why);
	return REFUSED;
}

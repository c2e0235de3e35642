// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules that are logged, through the kernel's nf_log.
 */
#include <linux/kmod.h>
#include <linux/mutex.h>
#include <linux/timekeeping.h>
#include <net/netfilter/nf_log.h>
#include "log.h"

static const struct nf_loginfo loginfo = {
	.type = NF_LOG_TYPE_LOG,
	.u.log.level = LOGLEVEL_INFO,
	.u.log.logflags = NF_LOG_DEFAULT_MASK,
};

/*
 * The time up to which lines have been written ahead, at the given rate, is
 * moved on by each. Of two that move it at once, one is not written.
 */
static bool may_log(struct epacl_counters *counters)
{
	const s64 interval = NSEC_PER_SEC / EPACL_LOG_RATE;
	s64 now = ktime_get_ns(), at = atomic64_read(&counters->log_at);
	s64 next = max(at, now) + interval;

	return next - now <= EPACL_LOG_BURST * interval &&
	       atomic64_try_cmpxchg(&counters->log_at, &at, next);
}

#define OWNER_TEXT 72

static void write_owner(char text[OWNER_TEXT], const struct epacl_layer *layer)
{
	const char *acl = layer->use ? " acl " : "", *use = layer->use ?: "";

	switch (layer->owner) {
	case EPACL_OWNER_ENDPOINT:
		snprintf(text, OWNER_TEXT, "endpoint %.31s%s%.15s", layer->part,
			 acl, use);
		break;
	case EPACL_OWNER_SUBNET:
		snprintf(text, OWNER_TEXT, "subnet %.19s/%.19s%s%.15s",
			 layer->name, layer->part, acl, use);
		break;
	case EPACL_OWNER_GROUP:
		snprintf(text, OWNER_TEXT, "group %.31s%s%.15s", layer->name,
			 acl, use);
		break;
	case EPACL_OWNER_LBSET:
		snprintf(text, OWNER_TEXT, "lbset %.31s%s%.15s", layer->name,
			 acl, use);
		break;
	default:
		snprintf(text, OWNER_TEXT, "vm%s%.15s", acl, use);
		break;
	}
}

static void log_rule(const struct epacl_ask *ask,
		     const struct epacl_asked *asked, const struct sk_buff *skb,
		     const struct nf_hook_state *state)
{
	const struct epacl_rule *rule = epacl_asked_rule(asked);
	char owner[OWNER_TEXT];

	if (!may_log(epacl_snapshot_vm(ask->snap, ask->nic->vm)->vm->counters))
		return;
	write_owner(owner, asked->layer);
	nf_log_packet(state->net, state->pf, state->hook, skb, state->in,
		      state->out, &loginfo, "epacl: %.28s %s %s %u %s: ",
		      epacl_snapshot_vm_name(ask->snap, ask->nic),
		      ask->direction == EPACL_IN ? "in" : "out", owner,
		      rule->order, rule->permit ? "permit" : "deny");
}

void epacl_log(const struct epacl_ask *ask, const struct epacl_answer *answer,
	       const struct sk_buff *skb, const struct nf_hook_state *state)
{
	const struct epacl_rule *rule;
	u8 i;

	for (i = 0; i < answer->nasked; i++) {
		rule = epacl_asked_rule(&answer->asked[i]);
		if (rule && rule->log && rule->permit == answer->permit)
			log_rule(ask, &answer->asked[i], skb, state);
	}
}

/* ---- who writes ---- */

static const u8 families[] = { NFPROTO_IPV4, NFPROTO_IPV6, NFPROTO_BRIDGE,
			       NFPROTO_NETDEV };

static DEFINE_MUTEX(lock);
static unsigned int users;
static bool held[ARRAY_SIZE(families)];

static bool hold(u8 family)
{
	if (!nf_logger_find_get(family, NF_LOG_TYPE_LOG))
		return true;
	request_module("nf-logger-%u-%u", family, NF_LOG_TYPE_LOG);
	return !nf_logger_find_get(family, NF_LOG_TYPE_LOG);
}

void epacl_log_get(void)
{
	int i;

	mutex_lock(&lock);
	if (!users++)
		for (i = 0; i < ARRAY_SIZE(families); i++)
			held[i] = hold(families[i]);
	mutex_unlock(&lock);
}

void epacl_log_put(void)
{
	int i;

	mutex_lock(&lock);
	if (!--users)
		for (i = 0; i < ARRAY_SIZE(families); i++)
			if (held[i])
				nf_logger_put(families[i], NF_LOG_TYPE_LOG);
	mutex_unlock(&lock);
}

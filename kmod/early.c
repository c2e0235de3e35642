// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is refused before connection tracking knows of it: the first packet of a
 * TCP connection, if the verdict on it is certain already.
 *
 * Another packet may be an answer: to a flow that was given this very port when
 * it was translated, or that was picked up in the middle.
 */
#include "decide.h"

const struct epacl_cnic *epacl_early_nic(const struct epacl_snapshot *snap,
					 const struct epacl_packet *packet)
{
	const struct epacl_cnic *nic;
	u32 cursor = 0;

	if (!packet->syn || packet->malformed || packet->fragment)
		return NULL;
	nic = epacl_snapshot_nics(snap, &packet->dst, &cursor);
	/* Of several that may have the address nobody knows which is meant. */
	if (!nic || epacl_snapshot_users(snap, &packet->dst, &cursor))
		return NULL;
	return nic;
}

/* What connection tracking will say of it, if nothing translates it. */
static void expect_flow(struct epacl_flow *flow, const struct epacl_packet *p)
{
	*flow = (struct epacl_flow){
		.state = EPACL_FLOW_OPENER,
		.accepted = epacl_packet_tuple(p),
	};
	flow->addressed = flow->accepted;
}

static bool is_refusal(const struct epacl_answer *answer)
{
	return !answer->permit &&
	       (answer->reason == EPACL_REASON_ACL ||
		answer->reason == EPACL_REASON_NO_ENDPOINT ||
		answer->reason == EPACL_REASON_IPSEC_REQUIRED);
}

bool epacl_decide_early(const struct epacl_ask *ask,
			const struct epacl_arrival *at, struct epacl_flow *flow,
			struct epacl_answer *answer)
{
	/* Behind connection tracking that is `spoof`, for another nic. */
	if (epacl_decide_opener(ask->snap, ask->host, ask->packet, at))
		return false;
	expect_flow(flow, ask->packet);
	if (epacl_decide_link(ask, answer))
		return false;
	epacl_decide_flow(ask, answer);
	return is_refusal(answer);
}

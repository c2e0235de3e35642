/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's connection tracking says of a packet, in our words.
 */
#ifndef _EPACL_FLOW_H
#define _EPACL_FLOW_H

#include <linux/skbuff.h>
#include "decide.h"
#include "zone.h"

/**
 * epacl_flow_read - the connection of a packet
 * @flow: filled in
 * @skb: behind the point where connection tracking has run
 */
void epacl_flow_read(struct epacl_flow *flow, const struct sk_buff *skb);

/**
 * epacl_flow_beyond - what the entry of the bridge beyond says of a flow
 * @flow: as epacl_flow_read() filled it in, behind an inner bridge; changed to
 *	what the opener addressed before the outer entry translated it
 * @skb: its packet
 * @inner: the inner bridge
 *
 * Only for a flow that was not opened by the nic behind @inner.
 */
void epacl_flow_beyond(struct epacl_flow *flow, const struct sk_buff *skb,
		       const struct epacl_zone *inner);

/**
 * epacl_flow_forget - a refused flow shall leave no entry
 * @skb: its packet, refused
 * @inner: the inner bridge that it has crossed; NULL: none
 *
 * Kills entries that were confirmed before the refusal, if nobody has answered
 * on them yet. One that is not confirmed dies with the packet.
 */
void epacl_flow_forget(const struct sk_buff *skb,
		       const struct epacl_zone *inner);

#endif /* _EPACL_FLOW_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel's connection tracking says of a packet, in our words.
 */
#ifndef _EPACL_FLOW_H
#define _EPACL_FLOW_H

#include <linux/skbuff.h>
#include "decide.h"

/**
 * epacl_flow_read - the connection of a packet
 * @flow: filled in
 * @skb: behind the point where connection tracking has run
 */
void epacl_flow_read(struct epacl_flow *flow, const struct sk_buff *skb);

/**
 * epacl_flow_forget - a refused flow shall leave no entry
 * @skb: its packet, refused
 *
 * Kills an entry that was confirmed before the refusal, if nobody has answered
 * on it yet. One that is not confirmed dies with the packet.
 */
void epacl_flow_forget(const struct sk_buff *skb);

#endif /* _EPACL_FLOW_H */

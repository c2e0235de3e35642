/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where packets enter.
 *
 *   netdev ingress of a nic's interface	out: what needs no connection
 *   PRE_ROUTING, before everything		arrival: forged inside sources; SYNs
 *						that are refused for certain
 *   PRE_ROUTING, after connection tracking	out: the flow
 *   PRE_ROUTING, after destination NAT		VIPs that nothing translates
 *   POST_ROUTING, after source NAT		in: the flow, if it is tracked
 *   netdev egress of a nic's interface		in: what is not
 *
 * PRE_ROUTING and POST_ROUTING are those of ip, ip6 and bridge.
 */
#ifndef _EPACL_HOOKS_H
#define _EPACL_HOOKS_H

#include "devices.h"

/* The netdev hooks of one interface; priv is its port. */
unsigned int epacl_hook_ingress(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state);
unsigned int epacl_hook_egress(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state);

/*
 * The hooks of POST_ROUTING. A guard has these, too: what it refuses may wait for a
 * neighbour behind them, and must not be there when a VM gets the interface.
 * Return: 0 or a negative errno.
 */
int epacl_hooks_register_leaving(struct epacl_net *en);
void epacl_hooks_unregister_leaving(struct epacl_net *en);

/**
 * epacl_hooks_register - the other hooks of a namespace, and connection tracking
 * @en: namespace
 *
 * Context: may load modules; not under RTNL. Return: 0 or a negative errno.
 */
int epacl_hooks_register(struct epacl_net *en);
void epacl_hooks_unregister(struct epacl_net *en);

#endif /* _EPACL_HOOKS_H */

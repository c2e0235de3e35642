// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which IPsec states protect a packet.
 */
#include <net/dst.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/rtnetlink.h>
#include <net/xfrm.h>
#include "compat.h"
#include "security.h"

static void add_state(struct epacl_security *security,
		      const struct xfrm_state *x)
{
	if (security->n < EPACL_SECURITY_MAX)
		security->reqid[security->n++] = x->props.reqid;
}

void epacl_security_in(struct epacl_security *security,
		       const struct sk_buff *skb)
{
	const struct sec_path *path = skb_sec_path(skb);
	int i;

	security->n = 0;
	for (i = 0; path && i < path->len; i++)
		add_state(security, path->xvec[i]);
}

static void add_bundle(struct epacl_security *security,
		       const struct dst_entry *dst)
{
	for (; dst && dst_xfrm(dst); dst = xfrm_dst_child(dst))
		add_state(security, dst_xfrm(dst));
}

static bool is_xfrm_interface(const struct net_device *dev)
{
	return dev->rtnl_link_ops && !strcmp(dev->rtnl_link_ops->kind, "xfrm");
}

/*
 * An xfrm interface looks the states up by its number when it transmits, and
 * drops what it finds none for. So does a packet of which we expect none.
 */
static void add_by_interface(struct epacl_security *security,
			     struct sk_buff *skb,
			     const struct nf_hook_state *state)
{
	const struct xfrm_if *xi = netdev_priv(state->out);
	struct dst_entry *dst = skb_dst(skb);
	struct flowi fl = {};

	if (xi->p.collect_md)
		return;
	epacl_decode_session(state->net, skb, &fl,
			     state->pf == NFPROTO_IPV4 ? AF_INET : AF_INET6);
	fl.flowi_oif = xi->p.link;
	/* Held by the routing alone, which may be letting go of it. */
	if (!dst_hold_safe(dst))
		return;
	dst = xfrm_lookup_with_ifid(xi->net, dst, &fl, NULL, 0, xi->p.if_id);
	if (IS_ERR(dst))
		return;
	add_bundle(security, dst);
	dst_release(dst);
}

void epacl_security_out(struct epacl_security *security, struct sk_buff *skb,
			const struct nf_hook_state *state)
{
	security->n = 0;
	if (!skb_dst(skb))
		return;
	add_bundle(security, skb_dst(skb));
	if (!security->n && is_xfrm_interface(state->out))
		add_by_interface(security, skb, state);
}

bool epacl_security_is_pending(const struct sk_buff *skb)
{
	return skb_dst(skb) && dst_xfrm(skb_dst(skb));
}

bool epacl_security_is_done(const struct sk_buff *skb,
			    const struct nf_hook_state *state)
{
	if (state->pf == NFPROTO_IPV4)
		return IPCB(skb)->flags & IPSKB_XFRM_TRANSFORMED;
	return IP6CB(skb)->flags & IP6SKB_XFRM_TRANSFORMED;
}

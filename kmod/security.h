/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which IPsec states protect a packet.
 */
#ifndef _EPACL_SECURITY_H
#define _EPACL_SECURITY_H

#include <linux/netfilter.h>
#include <linux/skbuff.h>
#include "classify.h"

/* Those by which it came in; none: it came in as it is. */
void epacl_security_in(struct epacl_security *security,
		       const struct sk_buff *skb);

/**
 * epacl_security_out - those that are going to transform it
 * @security: filled in
 * @skb: packet, behind source NAT
 * @state: POST_ROUTING of ip or ip6
 *
 * Where it leaves by an xfrm interface, those that the interface will find.
 */
void epacl_security_out(struct epacl_security *security, struct sk_buff *skb,
			const struct nf_hook_state *state);

/* Is it about to be transformed, and will pass POST_ROUTING again? */
bool epacl_security_is_pending(const struct sk_buff *skb);

/* Has it been transformed? What it was before has been judged. */
bool epacl_security_is_done(const struct sk_buff *skb,
			    const struct nf_hook_state *state);

#endif /* _EPACL_SECURITY_H */

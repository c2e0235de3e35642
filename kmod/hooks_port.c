// SPDX-License-Identifier: GPL-2.0-only
/*
 * The netdev hooks of a nic's interface.
 */
#include <linux/if_vlan.h>
#include <net/netfilter/nf_conntrack.h>
#include "hooks.h"
#include "hooks_internal.h"
#include "wiring.h"

unsigned int epacl_hook_ingress(void *priv, struct sk_buff *skb,
				const struct nf_hook_state *state)
{
	struct epacl_port *port = priv;
	EPACL_CASE(c);

	if (epacl_is_hosts_copy(skb))
		return NF_ACCEPT;
	epacl_case_open(&c, port->en, skb, state, EPACL_OUT);
	epacl_packet_frame(&c.packet, skb, false);
	if (!epacl_case_find_nic(&c, port))
		return epacl_drop_unknown(&c, port);
	if (!epacl_decide_link(&c.ask, &c.answer))
		return NF_ACCEPT;
	/*
	 * No quota holds for what is essential. As connection tracking does with
	 * that of IPv6: one entry for each group would fill its table.
	 */
	if (c.answer.permit && c.packet.proto == IPPROTO_IGMP)
		nf_ct_set(skb, NULL, IP_CT_UNTRACKED);
	return epacl_case_settle(&c);
}

/*
 * What has a connection was judged at the end of POST_ROUTING, its tag too.
 * What has none was judged by nobody; nor was what br_netfilter should have shown
 * there, and did not, since it was unloaded meanwhile, or in another namespace.
 */
static bool was_judged(const struct net *net, const struct sk_buff *skb)
{
	const struct nf_conn *ct = epacl_connection(skb);

	return ct && net_eq(nf_ct_net(ct), net) &&
	       epacl_is_ip(ntohs(skb->protocol)) && !epacl_is_shown_again(skb);
}

/* The VLAN on top of the interface that a frame comes from, or that itself. */
static struct net_device *sending_device(const struct sk_buff *skb,
					 struct net_device *dev)
{
	struct net_device *vlan = NULL;

	if (skb_vlan_tag_present(skb))
		vlan = __vlan_find_dev_deep_rcu(dev, skb->vlan_proto,
						skb_vlan_tag_get_id(skb));
	return vlan ?: dev;
}

unsigned int epacl_hook_egress(void *priv, struct sk_buff *skb,
			       const struct nf_hook_state *state)
{
	struct epacl_port *port = priv;
	EPACL_CASE(c);
	bool known;

	epacl_case_open(&c, port->en, skb, state, EPACL_IN);
	known = epacl_case_find_nic(&c, port);
	if (known && was_judged(port->en->net, skb))
		return NF_ACCEPT;
	epacl_packet_frame(&c.packet, skb, true);
	if (!known)
		return epacl_drop_unknown(&c, port);
	epacl_case_find_sender(&c, sending_device(skb, port->dev));
	epacl_security_in(&c.security, skb);
	epacl_case_judge(&c);
	return epacl_case_settle(&c);
}

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs in nf_conncount between kernels, see Kbuild.
 */
#ifndef _EPACL_COMPAT_CONNCOUNT_H
#define _EPACL_COMPAT_CONNCOUNT_H

#include <linux/netfilter.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_count.h>

static inline struct nf_conncount_data *
epacl_conncount_init(struct net *net, unsigned int keylen)
{
#ifdef EPACL_CONNCOUNT_FAMILY
	return nf_conncount_init(net, NFPROTO_INET, keylen);
#else
	return nf_conncount_init(net, keylen);
#endif
}

static inline void epacl_conncount_destroy(struct net *net,
					   struct nf_conncount_data *data)
{
#ifdef EPACL_CONNCOUNT_FAMILY
	nf_conncount_destroy(net, NFPROTO_INET, data);
#else
	nf_conncount_destroy(net, data);
#endif
}

/* How many there are; with @skb, which has one, that one included. 0: no memory. */
static inline unsigned int epacl_conncount(struct net *net,
					   struct nf_conncount_data *data,
					   const u32 *key,
					   const struct sk_buff *skb)
{
#ifdef EPACL_CONNCOUNT_SKB
	return nf_conncount_count_skb(net, skb, 0, data, key);
#else
	enum ip_conntrack_info ctinfo;
	const struct nf_conn *ct = skb ? nf_ct_get(skb, &ctinfo) : NULL;

	return nf_conncount_count(net, data, key,
				  ct ? &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple :
				       NULL,
				  ct ? nf_ct_zone(ct) : NULL);
#endif
}

#endif /* _EPACL_COMPAT_CONNCOUNT_H */

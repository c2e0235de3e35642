/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between the kernels from 6.1 on, so that no other file asks for
 * the version.
 */
#ifndef _EPACL_COMPAT_H
#define _EPACL_COMPAT_H

#include <linux/version.h>
#include <net/flow.h>
#include <net/genetlink.h>
#include <net/inet_dscp.h>
#include <net/route.h>
#include <net/xfrm.h>

/* What pre_doit and post_doit are told of the operation. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0)
typedef struct genl_ops epacl_genl_ops;
#else
typedef struct genl_split_ops epacl_genl_ops;
#endif

static inline struct nlattr **epacl_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
	return genl_dumpit_info(cb)->attrs;
#else
	return genl_info_dump(cb)->attrs;
#endif
}

/* What IPsec goes by of a packet. */
static inline int epacl_decode_session(struct net *net, struct sk_buff *skb,
				       struct flowi *fl, unsigned int family)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 8, 0)
	return xfrm_decode_session(skb, fl, family);
#else
	return xfrm_decode_session(net, skb, fl, family);
#endif
}

/* Is there netfilter, or traffic control, where packets enter @dev? */
static inline bool epacl_has_ingress(const struct net_device *dev)
{
#if defined(CONFIG_NET_XGRESS)
	if (rcu_access_pointer(dev->tcx_ingress))
		return true;
#elif defined(CONFIG_NET_CLS_ACT)
	if (rcu_access_pointer(dev->miniq_ingress))
		return true;
#endif
	return rcu_access_pointer(dev->nf_hooks_ingress);
}

/* What routing goes by of the type of service. */
static inline void epacl_set_tos(struct flowi4 *fl, u8 tos)
{
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
	fl->flowi4_tos = tos & IPTOS_RT_MASK;
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
	fl->flowi4_tos = tos & INET_DSCP_MASK;
#else
	fl->flowi4_dscp = inet_dsfield_to_dscp(tos);
#endif
}

/* Before 6.8, and before its backports, groups had the flags of operations. */
#ifndef GENL_MCAST_CAP_NET_ADMIN
#define GENL_MCAST_CAP_NET_ADMIN GENL_UNS_ADMIN_PERM
#endif

#endif /* _EPACL_COMPAT_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers, attribute by attribute. Each returns 0 or -EMSGSIZE.
 */
#ifndef _EPACL_NETLINK_PUT_H
#define _EPACL_NETLINK_PUT_H

#include <net/netlink.h>
#include "model.h"
#include "snapshot.h"

int epacl_nl_put_ip(struct sk_buff *skb, int attr, const struct epacl_ip *ip);

/* Arrays: put nothing where @n is 0. */
int epacl_nl_put_ips(struct sk_buff *skb, int attr, const struct epacl_ip *ips,
		     u32 n);
int epacl_nl_put_prefixes(struct sk_buff *skb, int attr,
			  const struct epacl_prefix *prefixes, u32 n);
/* @n of them from number @first on. */
int epacl_nl_put_packed(struct sk_buff *skb, int attr,
			const struct epacl_packed *packed, u32 first, u32 n);
int epacl_nl_put_ports(struct sk_buff *skb, int attr,
		       const struct epacl_ports *ports, u32 n);
int epacl_nl_put_publics(struct sk_buff *skb, int attr,
			 const struct epacl_public *publics, u32 n);
int epacl_nl_put_vlans(struct sk_buff *skb, int attr, const u16 *vlans, u32 n);
int epacl_nl_put_names(struct sk_buff *skb, int attr,
		       const struct epacl_name *names, u32 n);

/* Puts nothing where @s is NULL or "". */
int epacl_nl_put_name(struct sk_buff *skb, int attr, const char *s);
/* Puts nothing where @is is false. */
int epacl_nl_put_flag(struct sk_buff *skb, int attr, bool is);

/* Whose list, as in struct epacl_owner; @part: NULL: the owner has none. */
int epacl_nl_put_owner(struct sk_buff *skb, int attr, u8 kind, u8 direction,
		       const char *name, const char *part);

#endif /* _EPACL_NETLINK_PUT_H */

/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _SHIM_LINUX_IF_VLAN_H
#define _SHIM_LINUX_IF_VLAN_H

#include <linux/skbuff.h>

#ifndef ETH_P_8021Q
#define ETH_P_8021Q 0x8100
#endif
#define skb_vlan_tag_present(skb) ((skb)->has_tag)
#define skb_vlan_tag_get_id(skb) ((skb)->tag & 0x0fff)

#endif /* _SHIM_LINUX_IF_VLAN_H */

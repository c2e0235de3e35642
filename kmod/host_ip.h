/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Addresses of the host itself.
 */
#ifndef _EPACL_HOST_IP_H
#define _EPACL_HOST_IP_H

#include <linux/netdevice.h>
#include "netns.h"

/*
 * Has the host @ip on any interface, in whatever VRF, also while it still finds
 * out whether it may? Any context.
 */
bool epacl_host_owns_ip(struct epacl_net *en, const struct epacl_ip *ip);

/**
 * epacl_host_event - VRFs come and go
 * @en: namespace
 * @event: NETDEV_*
 * @dev: interface
 *
 * Context: RTNL. Return: 0 or -ENOMEM: the VRF must not come.
 */
int epacl_host_event(struct epacl_net *en, unsigned long event,
		     struct net_device *dev);

#endif /* _EPACL_HOST_IP_H */

// SPDX-License-Identifier: GPL-2.0-only
/*
 * Addresses of the host itself.
 */
#include <linux/inetdevice.h>
#include <linux/ipv6.h>
#include <net/addrconf.h>
#include "host_ip.h"

/*
 * In the VRF @vrf; NULL: in none. Addresses are the host's before it has found
 * out whether somebody else has them: a guest must not be that somebody.
 */
static bool has_ipv6(struct net *net, const struct in6_addr *ip,
		     const struct net_device *vrf)
{
	return ipv6_chk_addr_and_flags(net, ip, vrf, true, 1, 0);
}

static bool owns_ipv6(struct epacl_net *en, const struct in6_addr *ip)
{
	struct net_device *vrf;
	unsigned long ifindex;

	/* Booted without, the kernel does not even have the table. */
	if (!ipv6_mod_enabled())
		return false;
	if (has_ipv6(en->net, ip, NULL))
		return true;
	xa_for_each(&en->vrfs, ifindex, vrf)
		if (has_ipv6(en->net, ip, vrf))
			return true;
	return false;
}

bool epacl_host_owns_ip(struct epacl_net *en, const struct epacl_ip *ip)
{
	struct in6_addr v6;

	if (ip->family == 4)
		return __ip_dev_find(en->net, ip->v4, false);
	memcpy(&v6, ip->b, sizeof(v6));
	return owns_ipv6(en, &v6);
}

int epacl_host_event(struct epacl_net *en, unsigned long event,
		     struct net_device *dev)
{
	if (!netif_is_l3_master(dev))
		return 0;
	switch (event) {
	case NETDEV_REGISTER:
		return xa_err(
			xa_store(&en->vrfs, dev->ifindex, dev, GFP_KERNEL));
	case NETDEV_UNREGISTER:
		xa_erase(&en->vrfs, dev->ifindex);
		return 0;
	default:
		return 0;
	}
}

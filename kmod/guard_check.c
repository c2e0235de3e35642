// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a new guard would cut the host off from. Only what is there when the
 * guard is added: an interface that matches later passes nothing, whatever is
 * put on it.
 */
#include <linux/errno.h>
#include <linux/inetdevice.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/ip6_route.h>
#include <net/ip_fib.h>
#include "guard.h"
#include "netns.h"
#include "policy.h"

/* ---- what the host has on an interface; all under RTNL and RCU ---- */

static bool has_ipv4(const struct net_device *dev)
{
	const struct in_device *in = __in_dev_get_rtnl(dev);

	return in && rtnl_dereference(in->ifa_list);
}

/* Every interface that is up has a link-local one. */
static bool has_ipv6(const struct net_device *dev)
{
	struct inet6_dev *in = __in6_dev_get(dev);
	struct inet6_ifaddr *ifa;
	bool has = false;

	if (!in)
		return false;
	read_lock_bh(&in->lock);
	list_for_each_entry(ifa, &in->addr_list, if_list)
		has |= !(ipv6_addr_type(&ifa->addr) & IPV6_ADDR_LINKLOCAL);
	read_unlock_bh(&in->lock);
	return has;
}

/* Only the default route holds what the unspecified address would go by. */
static bool has_default_ipv4(struct net *net, const struct net_device *dev)
{
	struct flowi4 key = { .flowi4_iif = LOOPBACK_IFINDEX };
	struct fib_result res;
	int i;

	if (fib_lookup(net, &key, &res, FIB_LOOKUP_NOREF) ||
	    res.type != RTN_UNICAST)
		return false;
	for (i = 0; i < fib_info_num_path(res.fi); i++)
		if (fib_info_nhc(res.fi, i)->nhc_dev == dev)
			return true;
	return false;
}

static bool has_default_ipv6(struct net *net, const struct net_device *dev)
{
	const struct in6_addr any = IN6ADDR_ANY_INIT;
	struct rt6_info *route;
	bool has;

	if (!ipv6_mod_enabled())
		return false;
	route = rt6_lookup(net, &any, NULL, 0, NULL, 0);
	has = route && !route->dst.error && route->dst.dev == dev;
	if (route)
		ip6_rt_put(route);
	return has;
}

static const char *own_load(struct net *net, const struct net_device *dev)
{
	if (dev->flags & IFF_LOOPBACK)
		return "the host's own traffic";
	if (has_ipv4(dev) || has_ipv6(dev))
		return "an address of the host";
	if (has_default_ipv4(net, dev) || has_default_ipv6(net, dev))
		return "the default route of the host";
	return NULL;
}

/*
 * What the host has on an interface, or on one on top of it, a bond or VLAN;
 * NULL: nothing. What is on a bridge says nothing of its ports.
 */
static const char *load(struct net *net, struct net_device *dev)
{
	const char *what = own_load(net, dev);
	struct net_device *upper;
	struct list_head *iter;

	netdev_for_each_upper_dev_rcu(dev, upper, iter)
		if (!what && !netif_is_bridge_master(upper))
			what = load(net, upper);
	return what;
}

/* ---- guards ---- */

/* Is the question still to be asked? */
static bool is_new(const struct epacl_guard *guard,
		   const struct epacl_snapshot *old)
{
	const struct epacl_guard *before = NULL;

	if (old)
		before = epacl_guard(
			epacl_pmap_find(&old->root->guards, guard->obj.name));
	return !guard->force && (!before || before->force);
}

static int refuse(const struct epacl_snapshot *snap,
		  const struct epacl_guard *guard, const struct net_device *dev,
		  const char *what, struct epacl_refusal *why)
{
	why->op = epacl_root_made(snap->root, &guard->obj) ? guard->obj.op : 0;
	return epacl_refuse(
		why, -EBUSY, EPACL_GUARD_A_PATTERN,
		"a matching interface carries traffic of the host",
		"guard '%s' would cut off '%s', which carries %s: choose a narrower pattern, or add 'force'",
		guard->obj.name, dev->name, what);
}

static int check(struct epacl_net *en, const struct epacl_snapshot *snap,
		 const struct epacl_guard *guard, struct epacl_refusal *why)
{
	struct net_device *dev;
	const char *what;

	for_each_netdev(en->net, dev) {
		if (!epacl_guard_matches(guard, dev->name) ||
		    epacl_snapshot_dev(snap, dev->name))
			continue;
		what = load(en->net, dev);
		if (what)
			return refuse(snap, guard, dev, what, why);
	}
	return 0;
}

int epacl_guards_check(struct epacl_net *en, const struct epacl_snapshot *old,
		       const struct epacl_snapshot *snap,
		       struct epacl_refusal *why)
{
	struct epacl_obj *obj;
	int err = 0;

	epacl_pmap_for_each(&snap->root->guards, obj) {
		if (!is_new(epacl_guard(obj), old))
			continue;
		rtnl_lock();
		rcu_read_lock();
		err = check(en, snap, epacl_guard(obj), why);
		rcu_read_unlock();
		rtnl_unlock();
		if (err)
			break;
	}
	return err;
}

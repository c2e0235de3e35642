// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which interface is which nic, and which is under a guard.
 */
#include <linux/if_arp.h>
#include <linux/if_macvlan.h>
#include <linux/if_vlan.h>
#include <linux/netfilter_netdev.h>
#include <linux/prefetch.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/switchdev.h>
#include "devices.h"
#include "guard.h"
#include "hooks.h"
#include "host_ip.h"
#include "station.h"
#include "wiring.h"
#include "zone.h"

struct epacl_port *epacl_port(struct epacl_net *en, int ifindex)
{
	return xa_load(&en->ports, ifindex);
}

/*
 * The interface is becoming another nic's, and policy and port are not both there
 * yet: what the packet sees of the policy says whose it is.
 */
static noinline const struct epacl_cnic *
changing_nic(const struct epacl_snapshot *snap, const struct epacl_port *port)
{
	return epacl_snapshot_dev(snap, port->dev->name);
}

const struct epacl_cnic *epacl_port_nic(const struct epacl_snapshot *snap,
					struct epacl_port *port)
{
	const struct epacl_station *station = rcu_dereference(port->station);
	const struct epacl_cnic *nic;
	u32 i = READ_ONCE(port->nic);

	if (!station)
		return NULL;
	if (i < snap->nnics && snap->nics[i].station == station)
		return &snap->nics[i];
	nic = epacl_snapshot_station(snap, station);
	if (!nic)
		return changing_nic(snap, port);
	WRITE_ONCE(port->nic, nic - snap->nics);
	return nic;
}

/* Where the nic was found last; NULL: nowhere. */
static const struct epacl_cnic *nic_hint(const struct epacl_snapshot *snap,
					 const struct epacl_port *port)
{
	u32 i = port ? READ_ONCE(port->nic) : 0;

	return port && snap && i < snap->nnics ? &snap->nics[i] : NULL;
}

void epacl_port_prefetch_nic(const struct epacl_snapshot *snap,
			     const struct epacl_port *port)
{
	const struct epacl_cnic *nic = nic_hint(snap, port);

	if (nic)
		prefetch(nic);
}

void epacl_port_prefetch_vm(const struct epacl_snapshot *snap,
			    const struct epacl_port *port)
{
	const struct epacl_cnic *nic = nic_hint(snap, port);
	const struct epacl_cvm *cvm;

	if (!nic)
		return;
	cvm = epacl_snapshot_vm(snap, nic->vm);
	prefetch(cvm);
	prefetch((const u8 *)cvm + EPACL_LINE);
	prefetch((const u8 *)cvm + 2 * EPACL_LINE);
}

/* ---- interfaces that the hooks see in full ---- */

static bool upper_is_fine(const struct net_device *upper)
{
	return netif_is_bridge_master(upper) || netif_is_l3_master(upper) ||
	       is_vlan_dev(upper);
}

/* A VLAN of an interface is part of it, and so is what is on top. Under RTNL. */
static bool uppers_are_fine(struct net_device *dev)
{
	struct net_device *upper;
	struct list_head *iter;

	netdev_for_each_upper_dev_rcu(dev, upper, iter)
		if (!upper_is_fine(upper) ||
		    (is_vlan_dev(upper) && !uppers_are_fine(upper)))
			return false;
	return true;
}

/* Why @dev cannot be filtered; NULL: it can. Under RTNL. */
static const char *unfit(struct net_device *dev)
{
	if (dev->type != ARPHRD_ETHER || dev->flags & IFF_LOOPBACK)
		return "it is not an Ethernet interface";
	if (netif_is_macvlan(dev))
		return "frames of a macvlan or macvtap bypass the hooks: use a tap or veth";
	if (netif_is_ovs_port(dev))
		return "frames of an Open vSwitch port bypass the hooks: use a Linux bridge";
	if (netif_is_bridge_master(dev) || is_vlan_dev(dev) ||
	    netif_is_l3_master(dev))
		return "it is a bridge, VLAN or VRF, not the interface of a guest";
	if (!uppers_are_fine(dev))
		return "an interface on top of it bypasses the hooks: only a bridge, VLAN or VRF may";
	return NULL;
}

/* ---- ports ---- */

static void set_station(struct epacl_port *port, struct epacl_station *station)
{
	struct epacl_station *old = rtnl_dereference(port->station);

	epacl_station_get(station);
	WRITE_ONCE(station->ifindex, port->dev->ifindex);
	rcu_assign_pointer(port->station, station);
	if (old) {
		WRITE_ONCE(old->ifindex, 0);
		epacl_station_put(old);
	}
}

/* The port is no nic's any more. */
static void leave_station(struct epacl_port *port)
{
	struct epacl_station *station = rtnl_dereference(port->station);

	if (!station)
		return;
	RCU_INIT_POINTER(port->station, NULL);
	if (station->ifindex == port->dev->ifindex) {
		WRITE_ONCE(station->ifindex, 0);
		epacl_station_reset(station);
	}
	epacl_station_put(station);
}

/* The port becomes that of a nic which has none. */
static int enter_station(struct epacl_port *port, struct epacl_station *station)
{
	/* It has an interface, whatever that is called by now. */
	if (station->ifindex)
		return -EBUSY;
	epacl_station_reset(station);
	set_station(port, station);
	return 0;
}

static void init_hook(struct epacl_port *port, unsigned int hooknum,
		      nf_hookfn *hook, int priority)
{
	struct nf_hook_ops *ops = &port->hooks[hooknum];

	ops->hook = hook;
	ops->dev = port->dev;
	ops->priv = port;
	ops->pf = NFPROTO_NETDEV;
	ops->hooknum = hooknum;
	ops->priority = priority;
}

/*
 * First of all on the way in, so that nothing else sees what is refused; last
 * of all on the way out, so that nothing else changes what is permitted.
 */
static int hook_port(struct epacl_port *port)
{
	init_hook(port, NF_NETDEV_INGRESS, epacl_hook_ingress, INT_MIN);
	init_hook(port, NF_NETDEV_EGRESS, epacl_hook_egress, INT_MAX);
	return nf_register_net_hooks(port->en->net, port->hooks,
				     ARRAY_SIZE(port->hooks));
}

/* @nic: NULL: it is nobody's, and under a guard. */
static int attach(struct epacl_net *en, struct net_device *dev,
		  const struct epacl_cnic *nic)
{
	struct epacl_port *port;
	int err;

	port = kzalloc(sizeof(*port), GFP_KERNEL_ACCOUNT);
	if (!port)
		return -ENOMEM;
	port->en = en;
	port->dev = dev;
	err = nic ? enter_station(port, nic->nic->station) : 0;
	if (err)
		goto free;
	err = xa_err(
		xa_store(&en->ports, dev->ifindex, port, GFP_KERNEL_ACCOUNT));
	if (err)
		goto free;
	err = hook_port(port);
	if (!err)
		return 0;

	xa_erase(&en->ports, dev->ifindex);
free:
	leave_station(port);
	kfree_rcu(port, rcu);
	return err;
}

static void detach(struct epacl_port *port)
{
	nf_unregister_net_hooks(port->en->net, port->hooks,
				ARRAY_SIZE(port->hooks));
	xa_erase(&port->en->ports, port->dev->ifindex);
	leave_station(port);
	kfree_rcu(port, rcu);
}

static int check_nic(const struct epacl_snapshot *snap,
		     const struct epacl_cnic *nic, struct net_device *dev,
		     struct epacl_refusal *why)
{
	const char *reason = unfit(dev);

	if (strcmp(dev->name, nic->nic->dev))
		reason = "that is another name of it: use the first one";
	if (!reason)
		return 0;
	why->op = epacl_root_nic_op(snap->root, nic->nic);
	return epacl_refuse(why, -EOPNOTSUPP, EPACL_NIC_A_DEV,
			    "interface cannot be filtered",
			    "interface '%s' of vm '%s' cannot be filtered: %s",
			    dev->name, epacl_snapshot_vm_name(snap, nic),
			    reason);
}

static int prepare_nic(struct epacl_net *en, const struct epacl_snapshot *snap,
		       const struct epacl_cnic *nic, bool only_check,
		       struct epacl_refusal *why)
{
	struct net_device *dev = __dev_get_by_name(en->net, nic->nic->dev);
	struct epacl_port *port;
	int err;

	if (!dev)
		return 0;
	err = check_nic(snap, nic, dev, why);
	if (err || only_check)
		return err;
	port = epacl_port(en, dev->ifindex);
	if (port && rtnl_dereference(port->station))
		return 0;
	/* From a guard's: it goes on passing nothing, by either policy. */
	err = port ? enter_station(port, nic->nic->station) :
		     attach(en, dev, nic);
	if (err) {
		why->op = epacl_root_nic_op(snap->root, nic->nic);
		return epacl_refuse(
			why, err, EPACL_NIC_A_DEV, "interface cannot be hooked",
			"interface '%s' of vm '%s' cannot be hooked: error %d",
			dev->name, epacl_snapshot_vm_name(snap, nic), err);
	}
	return 0;
}

static int prepare_nics(struct epacl_net *en, const struct epacl_snapshot *snap,
			bool only_check, struct epacl_refusal *why)
{
	int err;
	u32 i;

	for (i = 0; i < snap->nnics; i++) {
		cond_resched();
		if (snap->nics[i].nic->station->ifindex)
			continue;
		err = prepare_nic(en, snap, &snap->nics[i], only_check, why);
		if (err)
			return err;
	}
	return 0;
}

static int prepare_guarded(struct epacl_net *en,
			   const struct epacl_snapshot *snap,
			   struct net_device *dev, struct epacl_refusal *why)
{
	const struct epacl_guard *guard = epacl_guard_of(snap->root, dev->name);
	int err;

	if (!guard || epacl_port(en, dev->ifindex))
		return 0;
	err = attach(en, dev, NULL);
	if (!err)
		return 0;
	why->op = epacl_root_made(snap->root, &guard->obj) ? guard->obj.op : 0;
	return epacl_refuse(
		why, err, EPACL_GUARD_A_PATTERN, "interface cannot be hooked",
		"interface '%s', which guard '%s' matches, cannot be hooked: error %d",
		dev->name, guard->obj.name, err);
}

/*
 * While the guards stay as they are, events have seen to all interfaces, but for
 * one that could not be hooked.
 */
static int prepare_guards(struct epacl_net *en,
			  const struct epacl_snapshot *snap,
			  struct epacl_refusal *why)
{
	const struct epacl_snapshot *old = rtnl_dereference(en->snapshot);
	struct net_device *dev;
	int err;

	if (!en->unsettled &&
	    snap->root->guards.top == (old ? old->root->guards.top : NULL))
		return 0;
	for_each_netdev(en->net, dev) {
		err = prepare_guarded(en, snap, dev, why);
		if (err)
			return err;
	}
	return 0;
}

int epacl_devices_prepare(struct epacl_net *en,
			  const struct epacl_snapshot *snap,
			  struct epacl_refusal *why)
{
	ASSERT_RTNL();
	return prepare_nics(en, snap, false, why) ?:
						    prepare_guards(en, snap, why);
}

int epacl_devices_check(struct epacl_net *en, const struct epacl_snapshot *snap,
			struct epacl_refusal *why)
{
	ASSERT_RTNL();
	return prepare_nics(en, snap, true, why);
}

/* Return: true: a nic was let go of. */
static bool settle_port(struct epacl_port *port,
			const struct epacl_snapshot *snap)
{
	bool was_nic = rtnl_dereference(port->station);
	const char *name = port->dev->name;
	const struct epacl_cnic *nic;

	nic = snap ? epacl_snapshot_dev(snap, name) : NULL;
	if (nic && nic->nic->station != rtnl_dereference(port->station))
		set_station(port, nic->nic->station);
	else if (!nic && snap && epacl_guard_of(snap->root, name))
		leave_station(port);
	else if (!nic)
		detach(port);
	return was_nic && !nic;
}

bool epacl_devices_settle(struct epacl_net *en,
			  const struct epacl_snapshot *snap)
{
	struct epacl_port *port;
	unsigned long ifindex;
	bool some = false;

	ASSERT_RTNL();
	xa_for_each(&en->ports, ifindex, port) {
		some |= settle_port(port, snap);
		cond_resched();
	}
	return some;
}

/* ---- what happens to interfaces ---- */

static bool is_guarded(struct epacl_net *en, const struct net_device *dev)
{
	const struct epacl_snapshot *snap = rtnl_dereference(en->snapshot);

	return epacl_guard_of(snap->root, dev->name);
}

static int check_fit(const struct epacl_snapshot *snap, struct net_device *dev,
		     const struct epacl_cnic *nic)
{
	const char *reason = unfit(dev);

	if (!reason)
		return 0;
	if (net_ratelimit())
		netdev_warn(dev, "epacl: refused for vm %s: %s\n",
			    epacl_snapshot_vm_name(snap, nic), reason);
	return -EOPNOTSUPP;
}

/* An interface got a name that is a nic's or guarded: hooked, or not to be had. */
static int name_taken(struct epacl_net *en, const struct epacl_snapshot *snap,
		      struct net_device *dev, const struct epacl_cnic *nic)
{
	int err;

	if (!nic && !is_guarded(en, dev))
		return 0;
	err = nic ? check_fit(snap, dev, nic) : 0;
	return err ?: attach(en, dev, nic);
}

/* An interface under a guard may become a nic's, or free, by its new name. */
static int guarded_name_changed(const struct epacl_snapshot *snap,
				struct epacl_port *port,
				const struct epacl_cnic *nic)
{
	if (nic)
		return check_fit(snap, port->dev, nic) ?:
			       enter_station(port, nic->nic->station);
	if (!is_guarded(port->en, port->dev))
		detach(port);
	return 0;
}

/* The interface of a VM keeps its name, or it would pass unfiltered. */
static int name_changed(struct epacl_net *en, const struct epacl_snapshot *snap,
			struct net_device *dev, struct epacl_port *port,
			const struct epacl_cnic *nic)
{
	if (!port)
		return name_taken(en, snap, dev, nic);
	if (!rtnl_dereference(port->station))
		return guarded_name_changed(snap, port, nic);
	if (nic && nic->nic->station == rtnl_dereference(port->station))
		return 0;
	if (net_ratelimit())
		netdev_warn(dev,
			    "epacl: the interface of a VM cannot be renamed\n");
	return -EBUSY;
}

/* @dev: of a VM, or a VLAN of such a one. */
static int upper_changes(struct epacl_net *en, const struct net_device *dev,
			 struct netdev_notifier_changeupper_info *info)
{
	struct netlink_ext_ack *extack = netdev_notifier_info_to_extack(
		&info->info);
	struct epacl_port *port;
	u16 vlan;

	if (!info->linking || upper_is_fine(info->upper_dev))
		return 0;
	port = epacl_port_of(en, dev, &vlan);
	if (!port || !rtnl_dereference(port->station))
		return 0;
	NL_SET_ERR_MSG(
		extack,
		"epacl: only a bridge, VLAN or VRF may use the interface of a VM");
	return -EOPNOTSUPP;
}

static int handle_event(struct epacl_net *en, unsigned long event,
			struct net_device *dev, void *ptr)
{
	const struct epacl_snapshot *snap = rtnl_dereference(en->snapshot);
	struct epacl_port *port = epacl_port(en, dev->ifindex);
	const struct epacl_cnic *nic = epacl_snapshot_dev(snap, dev->name);
	struct epacl_station *station = port ? rtnl_dereference(port->station) :
					       NULL;

	switch (event) {
	case NETDEV_REGISTER:
		return port ? 0 : name_taken(en, snap, dev, nic);
	case NETDEV_CHANGENAME:
		return name_changed(en, snap, dev, port, nic);
	case NETDEV_PRE_UP:
		/* A move between namespaces ignores what REGISTER says. */
		return !port && (nic || is_guarded(en, dev)) ? -EBUSY : 0;
	case NETDEV_UP:
	case NETDEV_DOWN:
		if (station)
			epacl_station_reset(station);
		return 0;
	case NETDEV_PRECHANGEUPPER:
		return upper_changes(en, dev, ptr);
	case NETDEV_UNREGISTER:
		if (port)
			detach(port);
		return 0;
	default:
		return 0;
	}
}

/* The event may have changed which interfaces are tracked together. */
static bool concerns_zones(const struct epacl_net *en, unsigned long event)
{
	if (xa_empty(&en->ports) && !rcu_access_pointer(en->zones))
		return false;
	return event == NETDEV_REGISTER || event == NETDEV_UNREGISTER ||
	       event == NETDEV_CHANGENAME || event == NETDEV_CHANGEUPPER;
}

static int on_event(struct notifier_block *nb, unsigned long event, void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct epacl_net *en = epacl_net(dev_net(dev));
	int err = epacl_host_event(en, event, dev);

	if (err || !rtnl_dereference(en->snapshot))
		return notifier_from_errno(err);
	err = handle_event(en, event, dev, ptr);
	/* Where the device comes nevertheless, the next commit tries again. */
	if (err && event == NETDEV_REGISTER)
		en->unsettled = true;
	if (!err && concerns_zones(en, event))
		epacl_zones_follow(en);
	return notifier_from_errno(err);
}

/*
 * A bridge tells switches of what it is about to do with VLANs; we look when it
 * is done.
 */
static int on_vlan_event(struct notifier_block *nb, unsigned long event,
			 void *ptr)
{
	const struct net_device *dev = switchdev_notifier_info_to_dev(ptr);
	struct epacl_net *en = epacl_net(dev_net(dev));

	if (!xa_empty(&en->ports))
		schedule_work(&en->vlans_changed);
	return NOTIFY_DONE;
}

void epacl_devices_vlans_changed(struct work_struct *work)
{
	struct epacl_net *en = container_of(work, struct epacl_net,
					    vlans_changed);

	rtnl_lock();
	if (rtnl_dereference(en->snapshot))
		epacl_zones_follow(en);
	rtnl_unlock();
}

static struct notifier_block vlan_notifier = {
	.notifier_call = on_vlan_event,
};

static struct notifier_block notifier = {
	.notifier_call = on_event,
};

/* ---- what the decision asks ---- */

static struct epacl_net *net_of(const struct epacl_host *host)
{
	return container_of(host, struct epacl_net, host);
}

static bool owns_ip(const struct epacl_host *host, const struct epacl_ip *ip)
{
	return epacl_host_owns_ip(net_of(host), ip);
}

/* Interface of a nic, under RCU. */
static struct net_device *nic_dev(struct epacl_net *en,
				  const struct epacl_cnic *nic)
{
	struct epacl_port *port;

	port = epacl_port(en, READ_ONCE(nic->nic->station->ifindex));
	return port ? port->dev : NULL;
}

static bool host_owns_mac(struct epacl_net *en, const struct epacl_cnic *nic,
			  const u8 *mac)
{
	struct net_device *dev = nic_dev(en, nic), *master;

	if (!dev)
		return true;
	master = netdev_master_upper_dev_get_rcu(dev);
	return ether_addr_equal(dev->dev_addr, mac) ||
	       (master && ether_addr_equal(master->dev_addr, mac));
}

static bool mac_is_shared(struct epacl_net *en,
			  const struct epacl_station *self, u64 mac)
{
	const struct epacl_station *other;
	struct epacl_port *port;
	unsigned long ifindex;

	xa_for_each(&en->ports, ifindex, port) {
		other = rcu_dereference(port->station);
		if (other && other != self && epacl_station_mac(other) == mac)
			return true;
	}
	return false;
}

/*
 * What is learned is believed from that moment on, so whoever learns looks
 * first, and of two that learn the same at once one has to wait for the other.
 * What is refused is refused without the lock.
 */
static bool learn_mac(const struct epacl_ask *ask, const u8 *mac)
{
	struct epacl_station *station = ask->nic->nic->station;
	struct epacl_net *en = net_of(ask->host);
	u64 number = epacl_mac_number(mac);
	bool learned;

	if (!is_valid_ether_addr(mac) ||
	    epacl_snapshot_mac(ask->snap, number) ||
	    host_owns_mac(en, ask->nic, mac) ||
	    mac_is_shared(en, station, number))
		return false;
	spin_lock_bh(&en->learning);
	learned = !mac_is_shared(en, station, number) &&
		  epacl_station_learn_mac(station, number);
	spin_unlock_bh(&en->learning);
	return learned;
}

static bool link_local_is_shared(struct epacl_net *en,
				 const struct epacl_ask *ask,
				 const struct epacl_ip *ip)
{
	const struct epacl_cnic *other;
	struct epacl_port *port;
	unsigned long ifindex;

	xa_for_each(&en->ports, ifindex, port) {
		other = epacl_port_nic(ask->snap, port);
		if (other && other != ask->nic &&
		    epacl_nic_has_link_local(other, ip))
			return true;
	}
	return false;
}

static bool learn_link_local(const struct epacl_ask *ask,
			     const struct epacl_ip *ip)
{
	struct epacl_station *station = ask->nic->nic->station;
	struct epacl_net *en = net_of(ask->host);
	u32 cursor = 0;
	bool learned;

	if (epacl_station_is_full(station) ||
	    ask->host->owns_ip(ask->host, ip) ||
	    epacl_snapshot_nics(ask->snap, ip, &cursor) ||
	    link_local_is_shared(en, ask, ip))
		return false;
	spin_lock_bh(&en->learning);
	learned = !link_local_is_shared(en, ask, ip) &&
		  epacl_station_learn_link_local(station, ip);
	spin_unlock_bh(&en->learning);
	return learned;
}

/* A bridge, or the one that an inner bridge stands before. */
static struct net_device *outermost_bridge(struct epacl_net *en,
					   const struct epacl_cnic *nic)
{
	struct net_device *dev = nic_dev(en, nic);

	if (!dev)
		return NULL;
	return epacl_zone_outer(en, dev) ?: epacl_bridge_of(dev);
}

static bool same_bridge(const struct epacl_host *host,
			const struct epacl_cnic *a, const struct epacl_cnic *b)
{
	struct net_device *bridge = outermost_bridge(net_of(host), a);

	return bridge && bridge == outermost_bridge(net_of(host), b);
}

static bool has_dev(const struct epacl_host *host, const char *name)
{
	return dev_get_by_name_rcu(net_of(host)->net, name);
}

const struct epacl_host epacl_devices_host = {
	.owns_ip = owns_ip,
	.learn_mac = learn_mac,
	.learn_link_local = learn_link_local,
	.same_bridge = same_bridge,
	.has_dev = has_dev,
};

int epacl_devices_init(void)
{
	int err;

	err = register_netdevice_notifier(&notifier);
	if (err)
		return err;
	err = register_switchdev_blocking_notifier(&vlan_notifier);
	if (err)
		unregister_netdevice_notifier(&notifier);
	return err;
}

void epacl_devices_exit(void)
{
	unregister_switchdev_blocking_notifier(&vlan_notifier);
	unregister_netdevice_notifier(&notifier);
}

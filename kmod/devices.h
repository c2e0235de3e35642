/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which interface is which nic, and which is under a guard. All these carry our
 * two netdev hooks, from before they can be up until they are gone, or until the
 * policy no longer names them.
 */
#ifndef _EPACL_DEVICES_H
#define _EPACL_DEVICES_H

#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include "netns.h"

/**
 * struct epacl_port - an interface that a policy names
 * @en: its namespace
 * @dev: the interface; hooked, so it lives as long as we do
 * @station: of the nic; changed under RTNL; NULL: it is nobody's. Which nic that
 *	is, if any, or which guard, a snapshot says
 * @nic: where in the snapshot its nic was found last, most often there still;
 *	written by whoever looks it up
 * @hooks: ingress, egress
 * @rcu: frees it
 */
struct epacl_port {
	struct epacl_net *en;
	struct net_device *dev;
	struct epacl_station __rcu *station;
	u32 nic;
	struct nf_hook_ops hooks[2];
	struct rcu_head rcu;
};

/* Under RCU. NULL: the interface is no nic's, and under no guard. */
struct epacl_port *epacl_port(struct epacl_net *en, int ifindex);

/* The nic of a port in @snap. Under RCU. NULL: @snap does not know it. */
const struct epacl_cnic *epacl_port_nic(const struct epacl_snapshot *snap,
					struct epacl_port *port);

/*
 * Into the cache what will be read of the nic of a port, and then of its VM,
 * while other things are read. @snap, @port: NULL is fine.
 */
void epacl_port_prefetch_nic(const struct epacl_snapshot *snap,
			     const struct epacl_port *port);
void epacl_port_prefetch_vm(const struct epacl_snapshot *snap,
			    const struct epacl_port *port);

/**
 * epacl_devices_prepare - hook the interfaces that a policy names
 * @en: namespace
 * @snap: policy, about to be published; until then the new ports pass nothing
 * @why: filled in on failure
 *
 * Context: RTNL. Return: 0 or a negative errno; undo with
 * epacl_devices_settle() of the policy in force.
 */
int epacl_devices_prepare(struct epacl_net *en,
			  const struct epacl_snapshot *snap,
			  struct epacl_refusal *why);

/* Whether they can be filtered, and no more. The same. */
int epacl_devices_check(struct epacl_net *en, const struct epacl_snapshot *snap,
			struct epacl_refusal *why);

/**
 * epacl_devices_settle - let go of interfaces that the policy does not name
 * @en: namespace
 * @snap: policy in force; NULL: none
 *
 * Context: RTNL. Return: true: one was a nic's.
 */
bool epacl_devices_settle(struct epacl_net *en,
			  const struct epacl_snapshot *snap);

/* The questions of struct epacl_host, for a running kernel. */
extern const struct epacl_host epacl_devices_host;

/* Work of struct epacl_net: VLANs of some bridge have changed. */
void epacl_devices_vlans_changed(struct work_struct *work);

int epacl_devices_init(void);
void epacl_devices_exit(void);

#endif /* _EPACL_DEVICES_H */

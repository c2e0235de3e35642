/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a network namespace has of us: its policy in force, and how another one
 * takes its place.
 */
#ifndef _EPACL_NETNS_H
#define _EPACL_NETNS_H

#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>
#include "decide.h"
#include "policy.h"
#include "snapshot.h"

struct epacl_zones;
struct nf_conncount_data;

/**
 * struct epacl_net - a namespace
 * @net: the namespace
 * @host: what the decision asks of it
 * @snapshot: policy in force; replaced under RTNL, read under RCU
 * @commit: serialises commits; taken before RTNL, never under it
 * @ports: struct epacl_port by ifindex; changed under RTNL, read under RCU
 * @vrfs: interfaces that are VRFs, by ifindex; changed under RTNL, read under RCU
 * @zones: connection tracking zones that are in use; replaced under RTNL, read
 *	under RCU; NULL: none
 * @unsettled: an interface has come that could not be hooked; under RTNL
 * @vlans_changed: finds @zones anew
 * @late: a policy asked for IPsec since the hooks were registered, so that there
 *	may be packets whose verdict was deferred
 * @learning: serialises what the packet path learns, once for each fact
 * @memory: account of its policy
 * @counters: of verdicts that concern no VM
 * @connections: of VMs, counted for their quotas; there while @hooked
 * @leaving: our hooks of POST_ROUTING are registered; under @commit
 * @hooked: so are all hooks of ip, ip6 and bridge; under @commit
 * @sockets: lock and list of the sockets that hold transactions, for netlink
 */
struct epacl_net {
	struct net *net;
	struct epacl_host host;
	struct epacl_snapshot __rcu *snapshot;
	struct mutex commit;
	struct xarray ports;
	struct xarray vrfs;
	struct epacl_zones __rcu *zones;
	bool unsettled;
	struct work_struct vlans_changed;
	bool late;
	spinlock_t learning;
	struct epacl_memory memory;
	struct epacl_counters *counters;
	struct nf_conncount_data *connections;
	bool leaving;
	bool hooked;
	struct mutex sockets_lock;
	struct list_head sockets;
};

/* Of struct epacl_net among what a namespace has. */
extern unsigned int epacl_net_id;

static inline struct epacl_net *epacl_net(const struct net *net)
{
	return net_generic(net, epacl_net_id);
}

/* The policy in force. Return: a reference that the caller puts. */
struct epacl_root *epacl_net_root(struct epacl_net *en);

/**
 * epacl_net_commit - put a transaction in force
 * @en: namespace
 * @txn: transaction; its root is what is in force afterwards
 * @expect: generation that must be in force; 0: any
 * @dry_run: check everything, change nothing
 *
 * On success txn->root->generation is the new generation (@dry_run: what it
 * would be). On failure txn->error and txn->why say why, and the policy in
 * force is what it was.
 *
 * Context: takes en->commit and RTNL. Return: 0 or a negative errno.
 */
int epacl_net_commit(struct epacl_net *en, struct epacl_txn *txn, u64 expect,
		     bool dry_run);

int epacl_netns_init(void);
void epacl_netns_exit(void);

#endif /* _EPACL_NETNS_H */

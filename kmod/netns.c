// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a network namespace has of us: its policy in force, and how another one
 * takes its place.
 */
#include <linux/module.h>
#include <linux/rtnetlink.h>
#include "devices.h"
#include "guard.h"
#include "hooks.h"
#include "netlink.h"
#include "netns.h"
#include "quota.h"
#include "zone.h"

static unsigned int policy_max_mib = 1024;
module_param(policy_max_mib, uint, 0644);
MODULE_PARM_DESC(
	policy_max_mib,
	"MiB that the policy of one network namespace may hold, for namespaces made from now on");

unsigned int epacl_net_id;
static struct workqueue_struct *free_queue;

static struct epacl_snapshot *in_force(struct epacl_net *en)
{
	return rcu_dereference_protected(en->snapshot,
					 lockdep_is_held(&en->commit));
}

static struct epacl_root *root_in_force(struct epacl_net *en)
{
	struct epacl_snapshot *snap = in_force(en);

	/* Not generation 0, which in a request means any. */
	if (!snap)
		return epacl_root_alloc(&en->memory, 1);
	epacl_root_get(snap->root);
	return snap->root;
}

struct epacl_root *epacl_net_root(struct epacl_net *en)
{
	struct epacl_root *root;

	mutex_lock(&en->commit);
	root = root_in_force(en);
	mutex_unlock(&en->commit);
	return root;
}

/* ---- publication ---- */

static void free_work(struct work_struct *work)
{
	epacl_snapshot_free(
		container_of(to_rcu_work(work), struct epacl_snapshot, work));
}

static void free_later(struct epacl_snapshot *snap)
{
	if (!snap)
		return;
	INIT_RCU_WORK(&snap->work, free_work);
	queue_rcu_work(free_queue, &snap->work);
}

static int prepare(struct epacl_net *en, struct epacl_snapshot *snap,
		   struct epacl_refusal *why)
{
	int err = epacl_devices_prepare(en, snap, why);

	if (!err && epacl_zones_renew(en, snap))
		err = epacl_refuse(why, -ENOMEM, 0, "no memory",
				   "no memory for connection tracking zones");
	if (!err)
		en->unsettled = false;
	return err;
}

/* Lets go of what @snap does not name; that may have kept a bridge an inner one. */
static void settle(struct epacl_net *en, const struct epacl_snapshot *snap)
{
	if (epacl_devices_settle(en, snap) && snap)
		epacl_zones_follow(en);
}

/* With nics, addresses and vnets as they are, no interface is concerned. */
static bool is_settled(struct epacl_net *en, const struct epacl_snapshot *snap)
{
	return snap->shares && !en->unsettled && epacl_zones_are_complete(en);
}

/*
 * Opening, the interfaces are hooked first and pass nothing; closing, the
 * policy stops naming them first and they pass nothing.
 */
static int publish(struct epacl_net *en, struct epacl_snapshot *snap,
		   struct epacl_refusal *why)
{
	struct epacl_snapshot *old = in_force(en);
	bool settled;
	int err = 0;

	rtnl_lock();
	settled = is_settled(en, snap);
	if (!settled)
		err = prepare(en, snap, why);
	if (!err && snap->nsecure)
		WRITE_ONCE(en->late, true);
	if (!err)
		rcu_assign_pointer(en->snapshot, snap);
	if (!settled)
		settle(en, err ? old : snap);
	rtnl_unlock();
	if (err)
		return err;
	epacl_snapshot_succeed(old, snap);
	free_later(old);
	return 0;
}

/* A VIP of a service or an lbset is guarded even before that has a VM. */
static bool needs_hooks(const struct epacl_root *root)
{
	return root->vms.n || root->services.n || root->lbsets.n;
}

/* A VM or guard of the host's own namespace keeps the module where it is. */
static bool holds_module(const struct epacl_net *en,
			 const struct epacl_root *root)
{
	return net_eq(en->net, &init_net) && (root->vms.n || root->guards.n);
}

static bool needs_leaving(const struct epacl_root *root)
{
	return needs_hooks(root) || root->guards.n;
}

static int not_hooked(struct epacl_refusal *why, int err)
{
	return epacl_refuse(
		why, err, 0, "hooks cannot be registered",
		"netfilter hooks cannot be registered: error %d (is nf_conntrack_bridge there?)",
		err);
}

static int hook_up_leaving(struct epacl_net *en, struct epacl_refusal *why)
{
	int err;

	if (en->leaving)
		return 0;
	err = epacl_hooks_register_leaving(en);
	if (err)
		return not_hooked(why, err);
	en->leaving = true;
	return 0;
}

static int hook_up_all(struct epacl_net *en, struct epacl_refusal *why)
{
	int err;

	if (en->hooked)
		return 0;
	err = epacl_quota_start(en);
	if (err)
		return epacl_refuse(why, err, 0,
				    "connections cannot be counted",
				    "connections cannot be counted: error %d",
				    err);
	err = epacl_hooks_register(en);
	if (err) {
		epacl_quota_stop(en);
		return not_hooked(why, err);
	}
	en->hooked = true;
	return 0;
}

static int hook_up(struct epacl_net *en, const struct epacl_root *root,
		   struct epacl_refusal *why)
{
	int err = needs_leaving(root) ? hook_up_leaving(en, why) : 0;

	return err || !needs_hooks(root) ? err : hook_up_all(en, why);
}

/* @root: what is still needed; NULL: nothing */
static void unhook(struct epacl_net *en, const struct epacl_root *root)
{
	if (!root || !needs_hooks(root)) {
		if (en->hooked) {
			epacl_hooks_unregister(en);
			epacl_quota_stop(en);
		}
		en->hooked = false;
		WRITE_ONCE(en->late, false);
	}
	if (en->leaving && (!root || !needs_leaving(root))) {
		epacl_hooks_unregister_leaving(en);
		en->leaving = false;
	}
}

/* Everything is prepared; takes the policy of @snap into force. */
static int put_in_force(struct epacl_net *en, struct epacl_snapshot *snap,
			struct epacl_refusal *why)
{
	struct epacl_snapshot *old = in_force(en);
	bool held = old && holds_module(en, old->root);
	bool holds = holds_module(en, snap->root);
	int err;

	err = hook_up(en, snap->root, why);
	if (!err && holds && !held && !try_module_get(THIS_MODULE))
		err = epacl_refuse(why, -EBUSY, 0, "the module is going",
				   "the module is being removed");
	if (err)
		goto out;
	err = publish(en, snap, why);
	if (err ? holds && !held : held && !holds)
		module_put(THIS_MODULE);
out:
	unhook(en, in_force(en) ? in_force(en)->root : NULL);
	return err;
}

/* Bring @txn onto the policy in force, if that is another by now. */
static int catch_up(struct epacl_net *en, struct epacl_txn *txn, u64 expect)
{
	struct epacl_root *root = root_in_force(en);
	u64 generation;
	int err = 0;

	if (!root)
		return epacl_refuse(&txn->why, -ENOMEM, 0, "no memory",
				    "no memory for the policy");
	generation = root->generation;
	if (expect && expect != generation)
		err = epacl_refuse(
			&txn->why, -ESTALE, 0, "the policy has moved on",
			"the policy has moved on: generation %llu is in force, not %llu",
			generation, expect);
	else if (txn->root->generation != generation)
		err = epacl_txn_rebase(txn, root);
	epacl_root_put(root);
	return err;
}

static int check_devices(struct epacl_net *en,
			 const struct epacl_snapshot *snap,
			 struct epacl_refusal *why)
{
	int err;

	rtnl_lock();
	err = epacl_devices_check(en, snap, why);
	rtnl_unlock();
	return err;
}

static int commit_locked(struct epacl_net *en, struct epacl_txn *txn,
			 u64 expect, bool dry_run)
{
	struct epacl_snapshot *snap;
	int err;

	err = catch_up(en, txn, expect);
	if (err)
		return err;
	snap = epacl_compile_upon(&en->memory, in_force(en), txn->root,
				  &txn->why);
	if (IS_ERR(snap))
		return PTR_ERR(snap);
	err = epacl_guards_check(en, in_force(en), snap, &txn->why);
	if (!err && dry_run)
		err = check_devices(en, snap, &txn->why);
	if (err || dry_run) {
		epacl_snapshot_free(snap);
		return err;
	}
	txn->root->generation++;
	err = put_in_force(en, snap, &txn->why);
	if (!err) {
		txn->root->epoch_min = 0;
		return 0;
	}
	txn->root->generation--;
	epacl_snapshot_free(snap);
	return err;
}

int epacl_net_commit(struct epacl_net *en, struct epacl_txn *txn, u64 expect,
		     bool dry_run)
{
	int err;

	if (txn->error)
		return -ECANCELED;
	mutex_lock(&en->commit);
	err = commit_locked(en, txn, expect, dry_run);
	mutex_unlock(&en->commit);
	txn->error = err;
	return err;
}

/* ---- namespaces come and go ---- */

static int __net_init net_start(struct net *net)
{
	struct epacl_net *en = epacl_net(net);

	en->net = net;
	en->host = epacl_devices_host;
	mutex_init(&en->commit);
	xa_init(&en->ports);
	xa_init(&en->vrfs);
	INIT_WORK(&en->vlans_changed, epacl_devices_vlans_changed);
	spin_lock_init(&en->learning);
	mutex_init(&en->sockets_lock);
	INIT_LIST_HEAD(&en->sockets);
	en->memory.max = (u64)READ_ONCE(policy_max_mib) << 20;
	en->counters = epacl_counters_alloc(EPACL_VERDICT_COUNTERS);
	return en->counters ? 0 : -ENOMEM;
}

/* Its interfaces are gone already, or the module goes and leaves them. */
static void __net_exit net_stop(struct net *net)
{
	struct epacl_net *en = epacl_net(net);
	struct epacl_snapshot *snap;

	epacl_netlink_net_exit(en);
	cancel_work_sync(&en->vlans_changed);
	mutex_lock(&en->commit);
	snap = in_force(en);
	rtnl_lock();
	RCU_INIT_POINTER(en->snapshot, NULL);
	epacl_devices_settle(en, NULL);
	epacl_zones_forget(en);
	rtnl_unlock();
	unhook(en, NULL);
	mutex_unlock(&en->commit);
	if (snap) {
		free_later(snap);
		rcu_barrier();
		flush_workqueue(free_queue);
	}
	xa_destroy(&en->ports);
	xa_destroy(&en->vrfs);
	epacl_counters_put(en->counters);
}

static struct pernet_operations net_ops = {
	.init = net_start,
	.exit = net_stop,
	.id = &epacl_net_id,
	.size = sizeof(struct epacl_net),
};

int epacl_netns_init(void)
{
	int err;

	free_queue = alloc_workqueue("epacl", WQ_UNBOUND, 0);
	if (!free_queue)
		return -ENOMEM;
	err = register_pernet_subsys(&net_ops);
	if (err)
		destroy_workqueue(free_queue);
	return err;
}

void epacl_netns_exit(void)
{
	unregister_pernet_subsys(&net_ops);
	/* What freed itself with a grace period must have done so. */
	rcu_barrier();
	destroy_workqueue(free_queue);
}

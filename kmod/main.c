// SPDX-License-Identifier: GPL-2.0-only
/*
 * epacl: endpoint ACLs for virtual machines, enforced by the hypervisor host.
 */
#include <linux/module.h>
#include "devices.h"
#include "netlink.h"
#include "netns.h"
#include "policy.h"

static int __init epacl_init(void)
{
	int err;

	err = epacl_policy_init();
	if (err)
		return err;
	err = epacl_netns_init();
	if (err)
		goto policy;
	err = epacl_devices_init();
	if (err)
		goto netns;
	err = epacl_netlink_init();
	if (err)
		goto devices;
	return 0;

devices:
	epacl_devices_exit();
netns:
	epacl_netns_exit();
policy:
	epacl_policy_exit();
	return err;
}

static void __exit epacl_exit(void)
{
	epacl_netlink_exit();
	epacl_devices_exit();
	epacl_netns_exit();
	epacl_policy_exit();
}

module_init(epacl_init);
module_exit(epacl_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Endpoint ACLs for virtual machines");
MODULE_VERSION(EPACL_VERSION);
MODULE_ALIAS_GENL_FAMILY(EPACL_GENL_NAME);
/* Connection tracking asks for it by an alias that modinfo cannot show. */
MODULE_SOFTDEP("pre: nf_conntrack_bridge");

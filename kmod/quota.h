/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many connections a VM may have opened. They are counted by the kernel's
 * nf_conncount, which looks its connections up in the table again to see which
 * are still there.
 */
#ifndef _EPACL_QUOTA_H
#define _EPACL_QUOTA_H

#include "hooks_internal.h"

/**
 * epacl_quota_judge - hold a new connection against the quota of its VM
 * @c: packet out of the VM, judged; a permit may turn into a drop
 *
 * For VMs with a quota alone takes a lock, and memory.
 */
void epacl_quota_judge(struct epacl_case *c);

/* Before hooks are registered. May sleep. Return: 0 or a negative errno. */
int epacl_quota_start(struct epacl_net *en);
/* When they are not any more. May sleep. */
void epacl_quota_stop(struct epacl_net *en);

#endif /* _EPACL_QUOTA_H */

/* SPDX-License-Identifier: GPL-2.0-only */
/* Nobody reads while a test writes. */
#ifndef _SHIM_LINUX_RCUPDATE_H
#define _SHIM_LINUX_RCUPDATE_H

#include <linux/compiler.h>
#include <linux/slab.h>
#include <linux/types.h>

#define kfree_rcu(p, member) kfree(p)

#endif /* _SHIM_LINUX_RCUPDATE_H */

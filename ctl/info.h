/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the module says of itself. */
#ifndef _CTL_INFO_H
#define _CTL_INFO_H

#include "netlink.h"

struct info {
	char version[64];
	__u64 generation;
	__u64 memory;
	__u64 memory_max;
	__u32 vms;
};

enum status info_read(struct nl *nl, struct info *info);
enum status version_run(void);
enum status monitor_run(void);

#endif /* _CTL_INFO_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_SCHED_H
#define _SHIM_LINUX_SCHED_H

static inline int cond_resched(void)
{
	return 0;
}

#endif /* _SHIM_LINUX_SCHED_H */

/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_BOTTOM_HALF_H
#define _SHIM_LINUX_BOTTOM_HALF_H

static inline void local_bh_disable(void)
{
}

static inline void local_bh_enable(void)
{
}

#endif /* _SHIM_LINUX_BOTTOM_HALF_H */

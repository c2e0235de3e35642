/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_GFP_H
#define _SHIM_LINUX_GFP_H

#include <linux/types.h>

#define GFP_ATOMIC 0x01u
#define GFP_KERNEL 0x02u
#define GFP_KERNEL_ACCOUNT 0x06u
#define __GFP_ZERO 0x10u
#define __GFP_NOWARN 0x20u

#endif /* _SHIM_LINUX_GFP_H */

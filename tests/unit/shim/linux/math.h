/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SHIM_LINUX_MATH_H
#define _SHIM_LINUX_MATH_H

#include <linux/types.h>

/* @value, spread over all of 32 bits, as one of 0 to @n - 1. */
static inline u32 reciprocal_scale(u32 value, u32 n)
{
	return (u64)value * n >> 32;
}

#endif /* _SHIM_LINUX_MATH_H */

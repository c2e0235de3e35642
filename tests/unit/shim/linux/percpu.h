/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine of one CPU. */
#ifndef _SHIM_LINUX_PERCPU_H
#define _SHIM_LINUX_PERCPU_H

#include <linux/slab.h>
#include <linux/types.h>

#define __alloc_percpu_gfp(size, align, gfp) \
	shim_alloc(size, (gfp) | __GFP_ZERO)
#define free_percpu(p) shim_free(p)
#define this_cpu_inc(v) ((v)++)
#define this_cpu_add(v, n) ((v) += (n))
#define per_cpu_ptr(p, cpu) ((void)(cpu), (p))

#endif /* _SHIM_LINUX_PERCPU_H */
